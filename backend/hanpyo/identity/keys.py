"""Voter keys as a member offers them: an address, or a point on P-256."""

from dataclasses import dataclass
from typing import Final

from Crypto.PublicKey.ECC import EccPoint
from eth_utils.address import is_checksum_address

from hanpyo.identity.errors import BadKey
from hanpyo.protocol.signatures import address_key_id, point_key_id
from hanpyo.protocol.types import Address, KeyId, KeyType

_RESERVED: Final = 1 << 16
"""Addresses below are precompiles, now or to come: nobody holds their keys."""


@dataclass(frozen=True, slots=True)
class VoterKey:
    """A key that can sign ballots; `material` is the address, or x ‖ y of the point."""

    key_type: KeyType
    material: bytes

    @property
    def key_id(self) -> KeyId:
        """The word that the record names it by."""
        if self.key_type is KeyType.ADDRESS:
            return address_key_id(Address(self.material))
        x, y = self.material[:32], self.material[32:]
        return point_key_id(self.key_type, int.from_bytes(x, "big"), int.from_bytes(y, "big"))


def address_key(text: str, reserved: bytes = b"") -> VoterKey:
    """The key of a wallet or browser; raises `BadKey`.

    A mixed-case address must carry its checksum. `reserved` is an address that cannot vote: the
    election's own. Contracts are taken: their signature is ERC-1271's.
    """
    digits = text[2:]
    if digits not in (digits.lower(), digits.upper()) and not is_checksum_address(text):
        raise BadKey("address", "its checksum is wrong: compare it with the wallet")
    material = bytes.fromhex(digits)
    if int.from_bytes(material, "big") < _RESERVED or material == reserved:
        raise BadKey("address", "no voter has the key of this address")
    return VoterKey(KeyType.ADDRESS, material)


def point_key(key_type: KeyType, x: bytes, y: bytes) -> VoterKey:
    """A P-256 key or a passkey; raises `BadKey` for what is no point of the curve."""
    try:
        point = EccPoint(int.from_bytes(x, "big"), int.from_bytes(y, "big"), "P-256")
    except ValueError:
        raise BadKey("x", "x and y are no point of P-256") from None
    if point.is_point_at_infinity():
        raise BadKey("x", "the point at infinity is no key")
    return VoterKey(key_type, x.rjust(32, b"\0") + y.rjust(32, b"\0"))
