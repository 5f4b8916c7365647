"""Wallet sign-in: messages of viem and of eth-account, contract wallets, and every wrong field."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_utils.address import to_checksum_address

from hanpyo.chain.node import EmbeddedNode
from tests.service.village import Village, Visitor

SCRIPT = Path(__file__).parents[3] / "service" / "wallet.mjs"
KEY = "0x" + "07" * 32
ACCOUNT = Account.from_key(KEY)
WALLET = bytes.fromhex(ACCOUNT.address[2:])
CONTRACT = "0x" + "c0" * 20
METHODS = "wallet link mail"
Signed = tuple[str, str]
Signer = Callable[..., Signed]


@pytest.fixture(scope="module")
def node() -> Iterator[EmbeddedNode]:
    with EmbeddedNode() as node:
        yield node


@pytest.fixture
def hall(place: Village, node: EmbeddedNode) -> Iterator[Village]:
    """An election that lists two wallets, one of them a contract."""
    place.runtime.node = node.rpc
    place.elections.clear()
    place.publish("L4", METHODS, wallets=(WALLET, bytes.fromhex(CONTRACT[2:])))
    yield place
    place.runtime.node = None


@pytest.fixture(scope="module")
def viem() -> Iterator[Signer]:
    """viem's wallet, in a process of its own."""
    with subprocess.Popen(
        ["node", str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def sign(fields: dict[str, Any], key: str = KEY) -> Signed:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps({"key": key, "fields": fields}) + "\n")
            process.stdin.flush()
            said = json.loads(process.stdout.readline())
            return said["message"], said["signature"]

        yield sign
        process.stdin.close()


def written(fields: dict[str, Any], address: str) -> str:
    """The message as EIP-4361 writes it."""
    return (
        f"{fields['domain']} wants you to sign in with your Ethereum account:\n{address}\n\n"
        f"{fields['statement']}\n\nURI: {fields['uri']}\nVersion: {fields['version']}\n"
        f"Chain ID: {fields['chainId']}\nNonce: {fields['nonce']}\n"
        f"Issued At: {fields['issuedAt']}\nExpiration Time: {fields['expirationTime']}"
    )


def by_eth_account(fields: dict[str, Any], key: str = KEY) -> Signed:
    account = Account.from_key(key)
    message = written(fields, account.address)
    return message, "0x" + account.sign_message(encode_defunct(text=message)).signature.hex()


def begin(hall: Village) -> tuple[Visitor, str, dict[str, Any]]:
    visitor = hall.visitor()
    answer = visitor.post(f"/v1/elections/{hall.election}/challenges", {"method": "wallet"})
    assert answer.status_code == 201, answer.json
    return visitor, answer.json["challenge"], answer.json["show"]


def test_viem_signs_in(hall: Village, viem: Signer) -> None:
    visitor, challenge, fields = begin(hall)
    message, signature = viem(fields)
    answer = visitor.answer(challenge, message=message, signature=signature)
    assert (answer.status_code, answer.json["level"]) == (201, "L4")
    assert visitor.get("/v1/me").json["listed"]


def test_eth_account_signs_in_once(hall: Village) -> None:
    visitor, challenge, fields = begin(hall)
    message, signature = by_eth_account(fields)
    assert visitor.answer(challenge, message=message, signature=signature).status_code == 201
    again = hall.visitor().answer(challenge, message=message, signature=signature)
    assert again.status_code == 401


def test_a_listed_member_binds_no_key(hall: Village, viem: Signer) -> None:
    visitor, challenge, fields = begin(hall)
    message, signature = viem(fields)
    visitor.answer(challenge, message=message, signature=signature)
    body = {"type": "address", "address": "0x" + "ab" * 20}
    for path in ("/v1/me/key", "/v1/me/rebind"):
        answer = visitor.post(path, body)
        assert (answer.status_code, answer.json["code"]) == (409, "key_listed")


@pytest.mark.parametrize(
    "lie",
    [
        {"domain": "evil.example"},
        {"uri": "https://evil.example/"},
        {"chainId": 1},
        {"nonce": "anotherNonce12345"},
        {"expirationTime": "2999-01-01T00:00:00Z"},
        {"issuedAt": "2998-01-01T00:00:00Z"},
        {"issuedAt": "2998-01-01T00:00:00Z", "notBefore": "2998-01-01T00:00:00Z"},
    ],
)
def test_a_message_for_something_else_is_refused(
    hall: Village, viem: Signer, lie: dict[str, Any]
) -> None:
    visitor, challenge, fields = begin(hall)
    message, signature = viem(fields | lie)
    answer = visitor.answer(challenge, message=message, signature=signature)
    assert (answer.status_code, answer.json["code"]) == (401, "proof_refused")


def test_a_stranger_and_a_wrong_signature_get_the_same_refusal(hall: Village) -> None:
    told = []
    for key, spoil in (("0x" + "08" * 32, False), (KEY, True)):
        visitor, challenge, fields = begin(hall)
        message, signature = by_eth_account(fields, key)
        if spoil:
            signature = signature[:10] + ("0" if signature[10] != "0" else "1") + signature[11:]
        answer = visitor.answer(challenge, message=message, signature=signature)
        told.append((answer.status_code, answer.text))
    assert told[0] == told[1]
    assert told[0][0] == 401


@pytest.mark.parametrize(
    ("message", "signature"),
    [("", ""), ("hello", "0x00"), ("x" * 2_000, "0x" + "00" * 65), ("{}", "not hex")],
)
def test_what_is_no_message_is_refused(hall: Village, message: str, signature: str) -> None:
    visitor, challenge, _ = begin(hall)
    assert visitor.answer(challenge, message=message, signature=signature).status_code == 401


def test_a_message_with_more_in_it_is_refused(hall: Village) -> None:
    visitor, challenge, fields = begin(hall)
    message = written(fields, ACCOUNT.address) + "\nResources:\n- https://evil.example/"
    signature = "0x" + ACCOUNT.sign_message(encode_defunct(text=message + " ")).signature.hex()
    assert visitor.answer(challenge, message=message, signature=signature).status_code == 401


AGREES = "631626ba7e60e01b5f5260205ff3"


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (AGREES, 201),
        ("5f5f5260205ff3", 401),  # a word of zeros
        ("631626ba7e60e01b5f5260045ff3", 401),  # four bytes
        ("631626ba7e60e01b5f5260405ff3", 401),  # two words
        ("631626ba7e60e01b600117" + "5f5260205ff3", 401),  # the magic value and something more
        ("5f5ffd", 401),  # reverts
        ("5b5f56", 401),  # burns all gas
        ("", 401),  # no contract
    ],
)
def test_contract_wallets_answer_by_erc_1271(
    hall: Village, node: EmbeddedNode, code: str, status: int
) -> None:
    node.rpc.call("anvil_setCode", CONTRACT, "0x" + code)
    visitor, challenge, fields = begin(hall)
    message = written(fields, to_checksum_address(CONTRACT))
    answer = visitor.answer(challenge, message=message, signature="0x" + "11" * 65)
    assert answer.status_code == status


def test_a_contract_that_the_roll_does_not_list_is_never_asked(
    hall: Village, node: EmbeddedNode
) -> None:
    other = "0x" + "c1" * 20
    node.rpc.call("anvil_setCode", other, "0x" + AGREES)
    visitor, challenge, fields = begin(hall)
    message = written(fields, to_checksum_address(other))
    assert visitor.answer(challenge, message=message, signature="0x" + "11" * 65).status_code == 401
