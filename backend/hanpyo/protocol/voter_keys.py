"""Whose signature a wide record carries: the key's id, and whether the key signed."""

from hanpyo.protocol.batch_acts import WideRecord
from hanpyo.protocol.p256 import verify_p256
from hanpyo.protocol.signatures import (
    SignatureError,
    address_key_id,
    compact,
    point_key_id,
    recover,
)
from hanpyo.protocol.types import Address, Digest, KeyId, KeyType
from hanpyo.protocol.webauthn import decode_assertion

_RAW_P256 = 64


def wide_key_id(record: WideRecord) -> KeyId:
    """The id of a wide record's key."""
    if record.key_type == KeyType.ADDRESS:
        return address_key_id(Address(record.key))
    return point_key_id(KeyType(record.key_type), *_coordinates(record.key))


def wide_signature_holds(record: WideRecord, digest: Digest) -> bool | None:
    """Whether the record's key signed the digest; None where only the wallet's contract can say.

    A contract wallet (ERC-1271, or an EIP-7702 account) answers by the chain's state at the time
    of the batch, which cannot be repeated later.
    """
    if record.key_type == KeyType.ADDRESS:
        try:
            return True if recover(digest, compact(record.signature)) == record.key else None
        except SignatureError:
            return None
    x, y = _coordinates(record.key)
    if record.key_type == KeyType.P256:
        if len(record.signature) < _RAW_P256:
            return False
        r, s = _coordinates(record.signature[:_RAW_P256])
        return verify_p256(digest, r, s, x, y)
    assertion = decode_assertion(record.signature)
    return assertion is not None and assertion.holds(digest, x, y)


def _coordinates(data: bytes) -> tuple[int, int]:
    return int.from_bytes(data[:32], "big"), int.from_bytes(data[32:], "big")
