"""Keys in this process and in another sign alike; what a signer says is checked."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct

from hanpyo.chain.accounts import KeystoreError, create_keystore
from hanpyo.chain.fees import Fees
from hanpyo.chain.keys import LocalKey
from hanpyo.chain.signing import AttemptSigner
from hanpyo.chain.tickets import TransactionRequest
from hanpyo.config import RelaySection
from hanpyo.protocol.hashing import keccak
from hanpyo.relay.keys import SignerUnavailable, message_payload, open_keys

ACCOUNT = Account.create()
REQUEST = TransactionRequest(ACCOUNT.address, b"\1" * 300, value=5, label="test")
FEES = Fees(10**10, 10**9)


class Signer(ThreadingHTTPServer):
    """A signer as an operator would run it, with the faults that a test asks for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.account = ACCOUNT
        self.answer: dict[str, Any] | None = None
        self.redirect = ""
        self.seen: list[dict[str, Any]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Signer

    def do_GET(self) -> None:
        self._answer([self.server.account.address])

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.seen.append(request)
        payload = bytes.fromhex(request["payload"][2:])
        signed = ACCOUNT.unsafe_sign_hash(keccak(payload))
        self._answer(self.server.answer or {"signature": "0x" + bytes(signed.signature).hex()})

    def log_message(self, *_: object) -> None:
        return

    def _answer(self, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(302 if self.server.redirect else 200)
        if self.server.redirect:
            self.send_header("Location", self.server.redirect)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def signer() -> Iterator[Signer]:
    with Signer() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_transaction_is_what_eth_account_makes_of_it() -> None:
    attempt = AttemptSigner(ACCOUNT, 1_234).sign(7, REQUEST, 90_000, FEES)
    expected = ACCOUNT.sign_transaction(
        {
            "type": 2,
            "chainId": 1_234,
            "nonce": 7,
            "gas": 90_000,
            "maxFeePerGas": FEES.max_fee,
            "maxPriorityFeePerGas": FEES.tip,
            "to": ACCOUNT.address,
            "value": 5,
            "data": REQUEST.data,
        }
    )
    assert (attempt.raw, attempt.hash) == (bytes(expected.raw_transaction), bytes(expected.hash))


def test_an_external_key_signs_the_same(signer: Signer) -> None:
    (key,) = open_keys(RelaySection(signer_url=signer.url))
    assert key.address == ACCOUNT.address
    assert AttemptSigner(key, 5).sign(0, REQUEST, 90_000, FEES) == AttemptSigner(ACCOUNT, 5).sign(
        0, REQUEST, 90_000, FEES
    )
    assert key.sign_message_payload(b"text") == LocalKey(ACCOUNT).sign_message_payload(b"text")
    assert [request["kind"] for request in signer.seen] == ["transaction", "message"]


@pytest.mark.parametrize(
    "answer",
    [
        {
            "signature": "0x"
            + bytes(Account.create().unsafe_sign_hash(keccak(b"text")).signature).hex()
        },
        {"signature": "0x" + "00" * 65},
        {"signature": "zz"},
        {"signature": 5},
        {"nothing": 1},
        ["a list"],
    ],
)
def test_a_signer_that_lies_is_not_believed(signer: Signer, answer: Any) -> None:
    (key,) = open_keys(RelaySection(signer_url=signer.url))
    signer.answer = answer
    with pytest.raises(SignerUnavailable):
        key.sign_message_payload(b"text")


def test_a_signer_that_is_away_is_told() -> None:
    with pytest.raises(SignerUnavailable):
        open_keys(RelaySection(signer_url="http://127.0.0.1:9"))


def test_a_signer_leads_nowhere_else(signer: Signer, monkeypatch: pytest.MonkeyPatch) -> None:
    (key,) = open_keys(RelaySection(signer_url=signer.url))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    (again,) = open_keys(RelaySection(signer_url=signer.url))
    assert again.sign_message_payload(b"text") == key.sign_message_payload(b"text")
    signer.redirect = "/elsewhere"
    with pytest.raises(SignerUnavailable):
        key.sign_message_payload(b"text")
    with pytest.raises(SignerUnavailable):
        open_keys(RelaySection(signer_url=signer.url))
    assert len(signer.seen) == 3
    signer.redirect, signer.answer = "", {"signature": "0x" + "00" * 100_000}
    with pytest.raises(SignerUnavailable):
        key.sign_message_payload(b"text")
    with pytest.raises(SignerUnavailable):
        open_keys(RelaySection(signer_url="file:///etc/passwd"))


def test_keystores_are_opened_with_a_private_password_file(tmp_path: Path) -> None:
    account = create_keystore(tmp_path / "key.json", "long enough")
    password = tmp_path / "password"
    password.touch(0o600)
    password.write_text("long enough\n")
    settings = RelaySection(keystores=(tmp_path / "key.json",), password_file=password)
    assert [key.address for key in open_keys(settings)] == [account.address]
    with pytest.raises(KeystoreError, match="password file"):
        open_keys(RelaySection(keystores=(tmp_path / "key.json",)))
    password.chmod(0o644)
    with pytest.raises(KeystoreError):
        open_keys(settings)


def test_without_settings_the_given_accounts_are_used() -> None:
    assert [key.address for key in open_keys(RelaySection(), [ACCOUNT])] == [ACCOUNT.address]


def test_a_message_is_signed_as_wallets_do() -> None:
    signature = LocalKey(ACCOUNT).sign_message_payload(message_payload("한표".encode()))
    assert Account.recover_message(encode_defunct(text="한표"), signature=signature) == (
        ACCOUNT.address
    )
