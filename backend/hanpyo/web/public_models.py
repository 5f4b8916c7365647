"""What the public API answers. Weights are decimal text: they may exceed what JSON numbers hold."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from hanpyo.web.pagination import PageQuery


class Answer(BaseModel):
    """Strict, closed, in camelCase on the wire."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True
    )


class ElectionBrief(Answer):
    """An election in a list. `labels` warn: `operator-controlled-chain`, `test-election`."""

    id: str
    organisation_id: str
    title: str
    address: str
    secrecy: str
    opens_at: int
    closes_at: int
    labels: list[str]


class Elections(Answer):
    """A page of elections, the newest first."""

    elections: list[ElectionBrief]
    next: str | None = None


class Times(Answer):
    """The frozen timetable, seconds since 1970 of the chain's time."""

    opens_at: int
    closes_at: int
    barrier_at: int
    opening_at: int
    key_deadline: int
    certify_at: int
    rebind_until: int


class RollFacts(Answer):
    """The frozen roll."""

    size: int
    weight: str
    largest_weight: str
    root: str
    in_file: bool


class ItemFacts(Answer):
    """One item of the agenda."""

    number: int
    method: str
    options: int
    minimum: int
    maximum: int


class GroupFacts(Answer):
    """One group of the roll."""

    number: int
    heads: int
    weight: str


class Cursor(Answer):
    """How fresh an answer is: the block it stands at, and seconds since the newest was seen.

    `stale` says that the newest block is old or not read yet; `halted` that final blocks changed
    and an operator has to look.
    """

    block: int
    block_hash: str
    chain_time: int
    age: int
    stale: bool
    halted: bool


class Election(Answer):
    """A published election: its text, what is frozen, and where it stands."""

    id: str
    organisation_id: str
    title: str
    text: Any
    chain_id: str
    address: str
    manifest_hash: str
    manifest: str
    secrecy: str
    phase: str
    secrecy_lost: bool
    times: Times
    roll: RollFacts
    groups: list[GroupFacts]
    items: list[ItemFacts]
    registrars: list[str]
    threshold: int
    clerks: list[str]
    organiser: str
    labels: list[str]
    identity: str
    cursor: Cursor


class TurnoutPart(Answer):
    """Voters with a live ballot in one channel and group."""

    channel: str
    group: int
    heads: int
    weight: str


class TurnoutHour(Answer):
    """Of these voters, those whose first act fell into the hour that begins at `hour`."""

    hour: int
    heads: int
    weight: str


class Turnout(Answer):
    """Who has a live ballot, of how many there are, and how far counting has come."""

    heads: int
    weight: str
    roll_size: int
    roll_weight: str
    checked_in: int
    touched: int
    settled: int
    opened: int
    voided: int
    parts: list[TurnoutPart]
    hours: list[TurnoutHour]
    cursor: Cursor


class TallyCell(Answer):
    """What an option got in one channel and group."""

    item: int
    option: int
    channel: str
    group: int
    heads: int
    weight: str


class OptionTotal(Answer):
    """What an option got in all; 0 is blank, the last one invalid."""

    option: int
    heads: int
    weight: str


class ItemTally(Answer):
    """The totals of one item."""

    item: int
    options: list[OptionTotal]


class Tally(Answer):
    """The choices known so far. `final` once the election is certified."""

    final: bool
    items: list[ItemTally]
    cells: list[TallyCell]
    cursor: Cursor


class Measure(Answer):
    """Heads and weight."""

    heads: int
    weight: str


class ItemResult(Answer):
    """The contract's own answer for one item, with what it is measured against."""

    item: int
    outcome: str
    quorum_met: bool
    presence_met: bool
    approval_met: bool
    eligible: Measure
    present: Measure
    directly_present: Measure
    options: list[OptionTotal]


class Results(Answer):
    """The result as the contract tells it at the cursor's block."""

    outcome_final: bool
    items: list[ItemResult]
    cursor: Cursor


class LogEvent(Answer):
    """One event of the election's contract."""

    kind: str
    block: int
    log_index: int
    transaction: str
    timestamp: int
    payload: dict[str, Any]


class Events(Answer):
    """A page of the log in chain order."""

    events: list[LogEvent]
    next: str | None = None
    cursor: Cursor


class VoterActs(Answer):
    """Every act under a voter number; `live` is the place of the one that counts."""

    voter: int
    acts: list[LogEvent]
    live: tuple[int, int] | None
    cursor: Cursor


Format = Literal["json", "csv", "jsonld"]


class FormatQuery(BaseModel):
    """The query of what can be exported."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    format: Format = "json"


class EventsQuery(PageQuery):
    """The query of the log."""

    format: Format = "json"


class VoterQuery(FormatQuery):
    """The query of a voter number's acts."""

    voter: Annotated[int, Field(ge=0, le=0xFFFFFFFF)]
