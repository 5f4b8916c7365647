"""Who signs: a key in this process's memory, or anything that signs a payload for one address."""

from typing import Final, Protocol

from coincurve import PrivateKey
from eth_account.signers.local import LocalAccount
from eth_typing import ChecksumAddress

from hanpyo.protocol.hashing import keccak

_FIRST_V: Final = 27  # v of a point with an even y


class Key(Protocol):
    """One secp256k1 key, wherever it is kept."""

    @property
    def address(self) -> ChecksumAddress:
        """Whose key it is."""

    def sign_transaction_payload(self, payload: bytes) -> bytes:
        """The 65-byte signature (v 27 or 28) of the keccak-256 of an unsigned transaction."""

    def sign_message_payload(self, payload: bytes) -> bytes:
        """The same of what is no transaction: typed data or a personal message, as hashed."""


class LocalKey:
    """A key in this process's memory."""

    def __init__(self, account: LocalAccount) -> None:
        self._address: ChecksumAddress = account.address
        self._key = PrivateKey(bytes(account.key))

    @property
    def address(self) -> ChecksumAddress:
        """See `Key`."""
        return self._address

    def sign_transaction_payload(self, payload: bytes) -> bytes:
        """See `Key`."""
        return self._sign(payload)

    def sign_message_payload(self, payload: bytes) -> bytes:
        """See `Key`."""
        return self._sign(payload)

    def _sign(self, payload: bytes) -> bytes:
        signature = self._key.sign_recoverable(keccak(payload), hasher=None)
        return signature[:64] + bytes((_FIRST_V + signature[64],))
