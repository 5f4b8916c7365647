"""Passwords of staff: what is accepted, and how one is checked.

Kept as argon2id hashes. A mail that has no account costs the same work as a wrong password. When
the parameters change, a hash is made anew at the next sign-in.
"""

import unicodedata
from dataclasses import dataclass, field
from typing import Final, Protocol, Self

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hanpyo.errors import Invalid

SHORTEST: Final = 12
LONGEST: Final = 200
_DISTINCT: Final = 6
_TELLING: Final = 4
"""The shortest part of a mail address or a name that a password may not hold."""


class Hasher(Protocol):
    """What argon2-cffi's `PasswordHasher` does."""

    def hash(self, password: str) -> str:
        """A salted hash with its parameters."""

    def verify(self, hash: str, password: str) -> bool:  # noqa: A002  argon2-cffi's word
        """True, or an exception."""

    def check_needs_rehash(self, hash: str) -> bool:  # noqa: A002
        """Whether the parameters of a hash are not today's."""


@dataclass(frozen=True)
class Passwords:
    """Hashes and checks passwords."""

    hasher: Hasher
    _nobodys: str = field(init=False, repr=False)

    @classmethod
    def with_cost(cls, memory: int, passes: int) -> Self:
        """Argon2id with `memory` KiB and `passes`, on one lane."""
        return cls(PasswordHasher(time_cost=passes, memory_cost=memory, parallelism=1))

    def __post_init__(self) -> None:
        # Made now: were it made for the first unknown mail, that answer would come later.
        object.__setattr__(self, "_nobodys", self.hasher.hash("no account has this hash"))

    def hash(self, password: str) -> str:
        """The hash to keep."""
        return self.hasher.hash(_normal(password))

    def holds(self, kept: str | None, password: str) -> bool:
        """Whether the password is the one of the hash; equal work where there is none."""
        try:
            self.hasher.verify(kept or self._nobodys, _normal(password))
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether a hash should be made anew."""
        return self.hasher.check_needs_rehash(kept)


def require_good(password: str, *tellings: str) -> None:
    """Raise `Invalid` for a password that is too short, too plain, or holds one of `tellings`."""
    normal = _normal(password)
    if not SHORTEST <= len(normal) <= LONGEST:
        raise Invalid("password", f"needs {SHORTEST} to {LONGEST} characters")
    if len(set(normal)) < _DISTINCT:
        raise Invalid("password", f"needs at least {_DISTINCT} different characters")
    folded = normal.casefold()
    if any(len(word) >= _TELLING and word.casefold() in folded for word in tellings):
        raise Invalid("password", "must not hold your name or mail address")


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)
