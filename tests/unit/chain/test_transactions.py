from typing import Any

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount

from hanpyo.chain.encoding import InvalidEncoding, encode
from hanpyo.chain.errors import InvalidProof, MalformedAnswer
from hanpyo.chain.transactions import Transaction, UnknownTransactionType

KEY: LocalAccount = Account.from_key("0x" + "45" * 32)
TO = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
LIST = [{"address": TO, "storageKeys": ["0x" + "07" * 32]}]
COMMON: dict[str, Any] = {"nonce": 7, "gas": 90_000, "to": TO, "value": 3, "data": "0x1234"}
FEES: dict[str, Any] = {"chainId": 99, "maxFeePerGas": 50, "maxPriorityFeePerGas": 2}
BLOB: dict[str, Any] = {"maxFeePerBlobGas": 9, "blobVersionedHashes": ["0x01" + "03" * 31]}
AUTHORIZATION: Any = KEY.sign_authorization({"chainId": 99, "address": TO, "nonce": 1})
KINDS: dict[str, dict[str, Any]] = {
    "legacy": {**COMMON, "gasPrice": 40, "chainId": 99},
    "access list": {**COMMON, "type": 1, "chainId": 99, "gasPrice": 40, "accessList": LIST},
    "dynamic fee": {**COMMON, "type": 2, **FEES, "accessList": LIST},
    "creation": {**COMMON, "type": 2, **FEES, "to": None},
    "set code": {**COMMON, "type": 4, **FEES, "authorizationList": [AUTHORIZATION]},
}


def as_rpc(fields: dict[str, Any]) -> dict[str, Any]:
    """A signed transaction as a node tells it."""
    present = {name: value for name, value in fields.items() if value is not None}
    signed = KEY.sign_transaction(present)
    told: dict[str, Any] = {
        name: hex(value) if isinstance(value, int) else value for name, value in fields.items()
    }
    told |= {"v": hex(signed.v), "r": hex(signed.r), "s": hex(signed.s)}
    told |= {"hash": "0x" + signed.hash.hex().removeprefix("0x"), "input": told.pop("data")}
    told.setdefault("type", "0x0")
    told.setdefault("accessList", [])
    if "authorizationList" in told:
        entry = AUTHORIZATION.model_dump(by_alias=True)
        told["authorizationList"] = [
            {
                "chainId": hex(99),
                "address": TO,
                "nonce": "0x1",
                "yParity": hex(entry["yParity"]),
                "r": hex(entry["r"]),
                "s": hex(entry["s"]),
            }
        ]
    return told


@pytest.mark.parametrize("kind", KINDS)
def test_a_told_transaction_is_the_bytes_that_were_signed(kind: str) -> None:
    transaction = Transaction.from_rpc(as_rpc(KINDS[kind]))
    present = {name: value for name, value in KINDS[kind].items() if value is not None}
    assert transaction.encoded == bytes(KEY.sign_transaction(present).raw_transaction)
    assert transaction.to == KINDS[kind]["to"]
    assert transaction.value == 3
    assert transaction.data == b"\x12\x34"


@pytest.mark.parametrize(
    ("name", "value"),
    [("input", "0x1235"), ("nonce", "0x8"), ("to", "0x" + "11" * 20), ("hash", "0x" + "11" * 32)],
)
def test_an_altered_transaction_is_found(name: str, value: str) -> None:
    with pytest.raises(InvalidProof):
        Transaction.from_rpc(as_rpc(KINDS["dynamic fee"]) | {name: value})


def test_a_missing_field_is_named() -> None:
    told = as_rpc(KINDS["dynamic fee"])
    del told["gas"]
    with pytest.raises(MalformedAnswer, match="gas"):
        Transaction.from_rpc(told)


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(UnknownTransactionType, match="unknown type 126"):
        Transaction.from_rpc({"type": "0x7e"})
    with pytest.raises(UnknownTransactionType, match="unknown type 126"):
        Transaction.decode(b"\x7e\xc0")


@pytest.mark.parametrize(
    "encoded",
    [
        b"",
        b"\x02",
        b"\x02\xc0",
        b"\xc0",
        encode([b""] * 8),
        encode([b"", b"", b"", b"\x01" * 19, b"", b"", b"", b"", b""]),
        encode([b"", b"", b"", b"", b"", [], b"", b"", b""]),
        encode([b"", b"", b"", b"", b"\0", b"", b"", b"", b""]),
    ],
)
def test_bytes_that_are_no_transaction_are_refused(encoded: bytes) -> None:
    with pytest.raises(InvalidEncoding):
        Transaction.decode(encoded)
