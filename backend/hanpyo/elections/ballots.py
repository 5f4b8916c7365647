"""Single ballots: choices as a person types them, and a receipt found again on the record."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from hanpyo.elections.record import ElectionRecord, RecordedAct
from hanpyo.errors import HanpyoError
from hanpyo.protocol.agenda import POINT_METHODS, Item
from hanpyo.protocol.choices import (
    Blank,
    ChoicesError,
    Invalid,
    Selection,
    Verdict,
    decode,
    encode_unchecked,
)
from hanpyo.protocol.domain import Domain
from hanpyo.protocol.manifest import Manifest
from hanpyo.protocol.messages import Ballot, digest
from hanpyo.protocol.receipts import matches
from hanpyo.protocol.types import MAX_REVISION, Digest, SkipReason

_CHOICE: Final = re.compile(r"(\d+)=((?:\d+(?::\d+)?)(?:,\d+(?::\d+)?)*)")


class ChoiceUnreadable(HanpyoError):
    """A choice that was not typed as an item and its options."""

    code: ClassVar[str] = "choice_unreadable"


class RevisionsExhausted(HanpyoError):
    """The voter's key has used its last revision; the registrars can bind a new key."""

    code: ClassVar[str] = "revisions_exhausted"


class NoLiveBallot(HanpyoError):
    """The voter number has no ballot that counts."""

    code: ClassVar[str] = "no_live_ballot"


class BallotNotRecorded(HanpyoError):
    """The contract skipped an act; `reason` says why."""

    code: ClassVar[str] = "ballot_not_recorded"

    def __init__(self, voter: int, reason: SkipReason) -> None:
        self.voter = voter
        self.reason = reason
        said = reason.name.lower().replace("_", " ")
        super().__init__(f"the contract did not record the act of voter {voter}: {said}")


@dataclass(frozen=True, slots=True)
class Found:
    """A receipt's act on the record, and whether it is the voter's live ballot."""

    recorded: RecordedAct
    digest: Digest
    live: bool


def read_choices(typed: Sequence[str], items: Sequence[Item]) -> list[Selection]:
    """Selections from texts such as `1=2`, `2=1,3` or `3=1:5,2:3` (points); numbers from 1.

    Items that are not named are blank. Raises `ChoiceUnreadable`.
    """
    given: dict[int, str] = {}
    for text in typed:
        match = _CHOICE.fullmatch(text.replace(" ", ""))
        if match is None:
            raise ChoiceUnreadable(f"{text!r} is not like 1=2, 2=1,3 or 3=1:5,2:3")
        number = int(match[1])
        if not 1 <= number <= len(items):
            raise ChoiceUnreadable(f"{text!r}: there are items 1 to {len(items)}")
        if number in given:
            raise ChoiceUnreadable(f"{text!r}: item {number} is named twice")
        given[number] = match[2]
    return [_selection(number, item, given.get(number, "")) for number, item in enumerate(items, 1)]


def padded_choices(manifest: Manifest, typed: Sequence[str], class_: int) -> bytes:
    """The padded choices of texts as `read_choices` takes them.

    Raises `ChoiceUnreadable` for choices that would be invalid for an item.
    """
    selections = read_choices(typed, manifest.items)
    try:
        padded = encode_unchecked(manifest.items, selections)
    except ChoicesError as error:
        raise ChoiceUnreadable(f"{error} (items of the record are numbered from 0)") from error
    for number, verdict in enumerate(decode(manifest, padded, class_), 1):
        if isinstance(verdict, Invalid):
            raise ChoiceUnreadable(f"item {number}: {verdict.fault}")
    return padded


def next_revision(record: ElectionRecord, voter: int, epoch: int) -> int:
    """The revision for the voter's next act under a key of this epoch."""
    last = record.later.get(voter) or record.firsts.get(voter)
    if last is None or last.act.terms.epoch < epoch:
        return 0
    if last.act.terms.revision >= MAX_REVISION:
        raise RevisionsExhausted(f"voter {voter} has acted {MAX_REVISION + 1} times with one key")
    return last.act.terms.revision + 1


def find_receipt(record: ElectionRecord, domain: Domain, voter: int, code: str) -> Found | None:
    """The voter's act that a receipt's short code belongs to, as far as the record still shows it.

    An act that a later one replaced twice is not shown any more; None says that nothing matches.
    """
    acts = [each for each in (record.later.get(voter), record.firsts.get(voter)) if each]
    for place, recorded in enumerate(acts):
        signed = act_digest(recorded, domain)
        if matches(code, signed):
            return Found(recorded, signed, live=place == 0 and recorded.act.is_ballot)
    return None


def act_digest(recorded: RecordedAct, domain: Domain) -> Digest:
    """The digest that the voter of a recorded online act signed."""
    act, terms = recorded.act, recorded.act.terms
    ballot = Ballot(terms.voter, terms.epoch, terms.revision, terms.kind, act.content, act.escrow)
    return digest(domain, ballot)


def describe(verdict: Verdict) -> str:
    """A verdict on one item in words; options are numbered from 1."""
    match verdict:
        case Blank():
            return "blank"
        case Invalid(fault):
            return f"invalid: {fault}"
        case _:
            pointed = any(points != 1 for _, points in verdict.marks)
            return ", ".join(f"{o}:{p}" if pointed else str(o) for o, p in verdict.marks)


def _selection(number: int, item: Item, text: str) -> Selection:
    parts = [part.partition(":") for part in text.split(",")] if text else []
    pointed = item.method in POINT_METHODS
    if any(bool(colon) is not pointed for _, colon, _ in parts):
        wanted = "option:points" if pointed else "option numbers without points"
        raise ChoiceUnreadable(f"item {number}: give {wanted}")
    if pointed:
        return {int(option): int(points) for option, _, points in parts}
    return [int(option) for option, _, _ in parts]
