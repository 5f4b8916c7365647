"""An election before it is on a chain: what is asked of whom, by which rules, and when.

A `Plan` knows no keys and no chain. `manifest_for` joins it with the people and the times.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import orjson

from hanpyo.chain.tickets import SIZE_CAP
from hanpyo.elections.officials import Officials
from hanpyo.errors import HanpyoError
from hanpyo.protocol.agenda import Item
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.manifest import ClassRow, Manifest, Timetable, require_registrars
from hanpyo.protocol.roll import (
    Random,
    RollEntry,
    group_totals,
    member_commitment,
    permute,
    summarise,
)
from hanpyo.protocol.types import Address, EntryKind, Secrecy, Timestamp, Word

BLIND_BYTES = 32
MOST_TEXT_BYTES = SIZE_CAP - 2_048
"""The text is published in one transaction, which has a head and a signature too."""


class PlanError(HanpyoError):
    """An election that cannot be held as planned."""

    code: ClassVar[str] = "bad_plan"


@dataclass(frozen=True, slots=True)
class Periods:
    """Durations in seconds: until voting, of voting, of the desk after it, and so on.

    `desk` is from the online close to the barrier, `gap` from the barrier to the opening (at least
    the chain's finality), `release` from the opening until the key's deadline, `challenge` from
    then until certification.
    """

    lead: int
    voting: int
    desk: int
    gap: int
    release: int
    challenge: int

    def __post_init__(self) -> None:
        least = {"lead": 1, "voting": 1, "desk": 0, "gap": 1, "release": 0, "challenge": 0}
        for name, bound in least.items():
            if getattr(self, name) < bound:
                raise PlanError(f"{name}: at least {bound} seconds, not {getattr(self, name)}")

    def starting(self, now: int) -> Timetable:
        """The timetable of an election announced now; rebinding ends with the voting."""
        opens = now + self.lead
        closes = opens + self.voting
        barrier = closes + self.desk
        opening = barrier + self.gap
        deadline = opening + self.release
        times = (opens, closes, barrier, opening, deadline, deadline + self.challenge, closes)
        return Timetable(*map(Timestamp, times))


@dataclass(frozen=True)
class Plan:
    """The agenda, its text, the classes and the roll of one election.

    `text` is a JSON object with `title` and `items`, each with `title`, `options` and, where a
    counting method decides, `counting`. `roll` is in voter-number order.
    """

    secrecy: Secrecy
    text: dict[str, Any]
    items: tuple[Item, ...]
    roll: tuple[RollEntry, ...]
    classes: tuple[ClassRow, ...] = (ClassRow(0),)
    roll_in_file: bool = False

    def __post_init__(self) -> None:
        size = len(self.text_json.encode())
        if size > MOST_TEXT_BYTES:
            raise PlanError(
                f"text: {size} bytes of titles and options, one transaction takes "
                f"{MOST_TEXT_BYTES}; shorten them"
            )

    @property
    def text_json(self) -> str:
        """The text as it is published, byte for byte."""
        return orjson.dumps(self.text).decode()


def manifest_for(
    plan: Plan, organiser: Address, timetable: Timetable, officials: Officials
) -> Manifest:
    """The manifest of the planned election with a fresh seed; raises the refusals of `Manifest`."""
    trustee = officials.trustee
    manifest = Manifest(
        secrecy=plan.secrecy,
        roll=summarise(plan.roll, in_file=plan.roll_in_file),
        text_hash=keccak(plan.text_json.encode()),
        seed=Word(secrets.token_bytes(32)),
        organiser=organiser,
        timetable=timetable,
        groups=group_totals(plan.roll, plan.classes),
        classes=plan.classes,
        items=plan.items,
        trustee_key=trustee.public if trustee and plan.secrecy is Secrecy.SEALED else None,
        registrars=officials.registrars.addresses,
        threshold=officials.registrars.needed,
        clerks=officials.clerks.addresses,
    )
    require_registrars(manifest, sum(e.kind is EntryKind.ATTESTED for e in plan.roll))
    return manifest


@dataclass(frozen=True, slots=True)
class Member:
    """A person before there are voter numbers; `identity` never leaves the organiser."""

    identity: str
    weight: int = 1
    class_: int = 0


def draw_roll(
    members: Sequence[Member], random: Random | None = None
) -> tuple[tuple[RollEntry, ...], tuple[int, ...]]:
    """The roll in random order with fresh blinds, and each member's voter number.

    The blinds are forgotten here: this is for elections whose members are made up or whose
    registrars are played by the caller.
    """
    identities = [member.identity for member in members]
    if len(set(identities)) != len(identities):
        raise PlanError("members: somebody is named twice; a person is on the roll once")
    entries = [
        RollEntry(
            EntryKind.ATTESTED,
            member_commitment(member.identity.encode(), secrets.token_bytes(BLIND_BYTES)),
            member.weight,
            member.class_,
        )
        for member in members
    ]
    roll = permute(entries, random)
    numbers = {entry.who: number for number, entry in enumerate(roll)}
    return roll, tuple(numbers[entry.who] for entry in entries)
