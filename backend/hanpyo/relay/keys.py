"""The relay's keys: keystore files, or a signer elsewhere that is asked over HTTP.

A signer elsewhere answers `GET /accounts` with its addresses and `POST /sign` with a 65-byte
signature, in JSON: `{"address", "digest", "kind": "transaction" | "message", "payload"}` gives
`{"signature"}`. `digest` is the keccak-256 of `payload`, which is there so that the signer can hold
to rules of its own. What comes back is checked against the address before it is used.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, Final, Literal

import httpx
import orjson
from eth_account.signers.local import LocalAccount
from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hanpyo.chain.accounts import KeystoreError, open_keystore, read_password_file
from hanpyo.chain.errors import ChainError
from hanpyo.chain.keys import Key, LocalKey
from hanpyo.config import RelaySection
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.signatures import SignatureError, compact, recover
from hanpyo.protocol.types import Address

_TIMEOUT: Final = 10.0
_LARGEST: Final = 64 * 1024


class SignerUnavailable(ChainError):
    """The external signer does not answer, or answers with something else than a signature."""

    code: ClassVar[str] = "signer_unavailable"
    retryable: ClassVar[bool] = True


class ExternalKey:
    """A key that another process keeps."""

    def __init__(self, url: str, address: ChecksumAddress) -> None:
        self._address = address
        self._client = _client(url)

    @property
    def address(self) -> ChecksumAddress:
        """See `Key`."""
        return self._address

    def sign_transaction_payload(self, payload: bytes) -> bytes:
        """See `Key`; raises `SignerUnavailable`."""
        return self._sign("transaction", payload)

    def sign_message_payload(self, payload: bytes) -> bytes:
        """See `Key`; raises `SignerUnavailable`."""
        return self._sign("message", payload)

    def close(self) -> None:
        """Close idle connections."""
        self._client.close()

    def _sign(self, kind: Literal["transaction", "message"], payload: bytes) -> bytes:
        digest = keccak(payload)
        body = {
            "address": self._address,
            "digest": "0x" + digest.hex(),
            "kind": kind,
            "payload": "0x" + payload.hex(),
        }
        try:
            answer = _exchange(self._client, "POST", "/sign", body)
            signature = bytes.fromhex(answer["signature"].removeprefix("0x"))
            signer = recover(digest, compact(signature))
        except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise SignerUnavailable("the external signer gave no signature") from error
        except SignatureError as error:
            raise SignerUnavailable("the external signer gave no canonical signature") from error
        if to_checksum_address(signer) != self._address:
            raise SignerUnavailable("the external signer signed with another key")
        return signature


def open_keys(settings: RelaySection, given: Sequence[LocalAccount] = ()) -> tuple[Key, ...]:
    """The keys of the settings, else those `given` (an embedded chain's own accounts).

    Raises `KeystoreError`, `SignerUnavailable`.
    """
    if settings.signer_url is not None:
        return external_keys(settings.signer_url)
    if settings.keystores:
        if settings.password_file is None:
            raise KeystoreError("relay.password_file: keystores need a password file")
        password = read_password_file(settings.password_file)
        return tuple(LocalKey(open_keystore(path, password)) for path in settings.keystores)
    return tuple(map(LocalKey, given))


def external_keys(url: str) -> tuple[Key, ...]:
    """The keys of a signer elsewhere; raises `SignerUnavailable`."""
    try:
        with _client(url) as client:
            listed = _exchange(client, "GET", "/accounts")
        addresses = [to_checksum_address(each) for each in listed]
    except (httpx.HTTPError, ValueError, TypeError) as error:
        raise SignerUnavailable("the external signer does not list its accounts") from error
    return tuple(ExternalKey(url, address) for address in addresses)


def _client(url: str) -> httpx.Client:
    """A client that is led nowhere else: neither by redirects nor by the environment."""
    return httpx.Client(
        base_url=url,
        timeout=_TIMEOUT,
        follow_redirects=False,
        trust_env=False,
        headers={"Accept-Encoding": "identity"},
    )


def _exchange(client: httpx.Client, method: str, path: str, body: object = None) -> Any:
    """The JSON of an answer of bounded size; raises `httpx.HTTPError`, `ValueError`."""
    answer = bytearray()
    with client.stream(method, path, json=body) as response:
        response.raise_for_status()
        for chunk in response.iter_raw():
            answer += chunk
            if len(answer) > _LARGEST:
                raise ValueError("the signer's answer is too large")
    return orjson.loads(answer)


def message_payload(text: bytes) -> bytes:
    """What is hashed and signed of a personal message (EIP-191 version 0x45)."""
    return b"\x19Ethereum Signed Message:\n" + str(len(text)).encode() + text


def signer_of(payload: bytes, signature: bytes) -> Address:
    """Who made a 65-byte signature of a payload; raises `SignatureError`."""
    return recover(keccak(payload), compact(signature))
