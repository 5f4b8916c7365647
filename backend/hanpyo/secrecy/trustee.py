"""The trustees' key of a sealed election."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

from hanpyo.errors import HanpyoError
from hanpyo.secrecy.escrow import EscrowOpener
from hanpyo.secrecy.group import GENERATOR, ORDER, Point, multiply_fixed


class TrusteeKeyError(HanpyoError):
    """A secret that is no key of the group."""

    code: ClassVar[str] = "bad_trustee_key"


@dataclass(frozen=True)
class TrusteeKey:
    """A secret scalar, 1 … order-1; never shown by `repr`."""

    secret: int = field(repr=False)

    def __post_init__(self) -> None:
        if not 0 < self.secret < ORDER:
            raise TrusteeKeyError("the trustees' secret is not in 1 … order-1 of BN254")

    @classmethod
    def generate(cls, randbelow: Callable[[int], int] = secrets.randbelow) -> "TrusteeKey":
        """A fresh key, one for each election, from the operating system's generator by default."""
        return cls(1 + randbelow(ORDER - 1))

    @property
    def public(self) -> Point:
        """The point that the manifest holds."""
        return multiply_fixed(self.secret, GENERATOR)[0]

    def opener(self) -> EscrowOpener:
        """What opens the election's escrows."""
        return EscrowOpener(self.secret)

    def opens(self, public: Point) -> bool:
        """Whether this is the secret of a manifest's key."""
        return self.public == public
