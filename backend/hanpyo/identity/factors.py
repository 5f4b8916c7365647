"""What a member has shown, which level that reaches, and when two proofs are independent.

A family is the channel a proof came over: `mail`, `phone`, `post`, `wallet`, `oidc:<provider>`,
`signature`, or `knowledge` for what others may know too. A passkey counts as the factors with which
it was enrolled: whoever had one channel cannot make a second one out of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import orjson

KNOWLEDGE: Final = "knowledge"
CODES: Final = frozenset({"mail", "sms"})
ACCESS: Final = frozenset({"link", "letter"})


class Level(IntEnum):
    """How surely a member is known; the table in docs names what each asks for."""

    NONE = -1
    LINK = 0
    BIRTH = 1
    CODE = 2
    PROVIDER = 3
    SIGNATURE = 4

    @classmethod
    def named(cls, name: str) -> "Level":
        """The level called L0 … L4."""
        return cls(int(name.removeprefix("L")))

    @property
    def label(self) -> str:
        """L0 … L4, or none."""
        return f"L{self.value}" if self >= Level.LINK else "none"


@dataclass(frozen=True, slots=True)
class Factor:
    """One proof: by which method, over which channel family, when (seconds)."""

    method: str
    family: str
    at: int


def level_of(factors: Iterable[Factor]) -> Level:
    """The highest level that these factors reach together.

    L0 one thing only the member was sent; L1 that and the birth date; L2 a link or letter and a
    code, or codes over two channels; L3 an OpenID Connect subject; L4 an electronic signature, or
    the wallet that the roll itself names.
    """
    methods = {factor.method.partition(":")[0] for factor in factors}
    if methods & {"signature", "wallet"}:
        return Level.SIGNATURE
    if "oidc" in methods:
        return Level.PROVIDER
    sent = methods & (ACCESS | CODES)
    if methods & CODES and (methods & ACCESS or methods >= CODES):
        return Level.CODE
    if sent and "birth" in methods:
        return Level.BIRTH
    return Level.LINK if sent else Level.NONE


def families(factors: Iterable[Factor]) -> frozenset[str]:
    """The channels of these factors; what others may know is none."""
    return frozenset(factor.family for factor in factors) - {KNOWLEDGE}


def may_rebind(first: Sequence[Factor], now: Sequence[Factor]) -> bool:
    """Whether `now` holds a second factor over a channel that the first binding did not use."""
    shown = families(now)
    return len(shown) > 1 and bool(shown - families(first))


def added(factors: Sequence[Factor], more: Iterable[Factor]) -> tuple[Factor, ...]:
    """The factors with `more`, each (method, family) once and the newest time."""
    newest = {(factor.method, factor.family): factor for factor in (*factors, *more)}
    return tuple(newest.values())


def dump_factors(factors: Iterable[Factor]) -> str:
    """As JSON text."""
    return orjson.dumps(
        [{"method": each.method, "family": each.family, "at": each.at} for each in factors]
    ).decode()


def load_factors(text: str) -> tuple[Factor, ...]:
    """The factors in `dump_factors`' text."""
    return tuple(Factor(each["method"], each["family"], each["at"]) for each in orjson.loads(text))
