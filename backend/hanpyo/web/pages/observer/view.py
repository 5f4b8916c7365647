"""Everything that an election's page shows, read at one moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import urlencode

import orjson
from flask import current_app
from sqlalchemy.orm import Session

from hanpyo.chain.contracts import ItemResult
from hanpyo.chain.errors import ChainError
from hanpyo.db.models import Election as ElectionRow
from hanpyo.errors import Conflict, Unavailable
from hanpyo.indexer import queries
from hanpyo.indexer.queries import Hour, Part
from hanpyo.indexer.selections import Selections
from hanpyo.indexer.situation import Situation, TallyHalted, TallySealed
from hanpyo.protocol.phases import Phase
from hanpyo.protocol.types import Secrecy
from hanpyo.web.context import runtime
from hanpyo.web.pages.observer.chart import Chart, draw
from hanpyo.web.pages.observer.items import Shown, items_of
from hanpyo.web.pages.observer.reasons import quorum_goals
from hanpyo.web.pages.texts import PublishedText, names_of
from hanpyo.web.public import Reader, reader

_SELECTIONS: Final = "hanpyo_selections"
_DECIDED: Final = (Phase.OPENING, Phase.CERTIFIED, Phase.CANCELLED, Phase.UNDETERMINED)
_BEFORE: Final = (Phase.DRAFT, Phase.FROZEN, Phase.CANCELLED)
_STEPS: Final = ("frozen", "voting", "closed", "opening", "certified")


@dataclass(frozen=True, slots=True)
class View:
    """One election. `chart` is None before anybody could vote."""

    row: ElectionRow
    found: Situation
    text: PublishedText
    groups: tuple[str, ...]
    embedded: bool
    parts: Sequence[Part]
    chart: Chart | None
    items: tuple[Shown, ...]

    @property
    def id(self) -> str:
        """The election's id in the service."""
        return self.row.id

    @property
    def audit(self) -> str:
        """The auditor's page with this election filled in."""
        place = {"election": self.found.election.address, "from": self.row.created_block}
        return f"/audit?{urlencode(place)}"

    @property
    def phase(self) -> str:
        """Where it stands, in one word."""
        return self.found.phase.name.lower()

    @property
    def sealed(self) -> bool:
        """Whether nobody knows the choices before the close."""
        return self.found.election.manifest.secrecy is Secrecy.SEALED

    @property
    def weighted(self) -> bool:
        """Whether some votes weigh more than others."""
        return self.found.election.manifest.roll.largest_weight > 1

    @property
    def goals(self) -> tuple[int, ...]:
        """How many voters the quorums need."""
        return quorum_goals(self.found.election.manifest)

    @property
    def tallied(self) -> bool:
        """Whether choices are known and shown."""
        return any(item.rows is not None for item in self.items)

    @property
    def ended(self) -> bool:
        """Whether nothing more can happen."""
        return self.found.phase in (Phase.CERTIFIED, Phase.CANCELLED, Phase.UNDETERMINED)

    @property
    def steps(self) -> list[tuple[str, int, str]]:
        """The timetable as (step, time, "done", "now" or "ahead")."""
        times = self.found.election.manifest.timetable
        begins = (0, times.opens_at, times.closes_at, times.opening_at, times.certify_at)
        now = _STEPS.index(self.phase) if self.phase in _STEPS else None
        reached = now if now is not None else 0
        return [
            (
                step,
                time,
                "now" if number == now else "done" if number < reached else "ahead",
            )
            for number, (step, time) in enumerate(zip(_STEPS, begins, strict=True))
        ]


def view_of(election_id: str) -> View:
    """The election as it stands; raises `UnknownElection`, `NotIndexedYet`."""
    with runtime().database.read() as session:
        row = Reader.row(session, election_id)
        found = reader().situation(session, election_id)
        embedded = Reader.is_embedded(session)
        parts = queries.turnout(session, election_id)
        hours = queries.turnout_by_hour(session, election_id)
        cells = _cells(session, found)
    content: Any = orjson.loads(found.election.text) if found.election.text else {}
    text = PublishedText.of(content, found.election.manifest, row.title)
    items = items_of(
        found,
        text,
        parts=parts,
        cells=cells,
        results=_results(found),
        selections=_selections().read(found),
    )
    groups = names_of(content, "groups", len(found.election.manifest.groups))
    return View(row, found, text, groups, embedded, parts, _chart(found, hours), items)


def _cells(session: Session, found: Situation) -> list[queries.Cell] | None:
    """The tally; None while there is none, or nobody can know it."""
    if found.phase in _BEFORE:
        return None
    try:
        found.require_tally()
    except (TallySealed, TallyHalted):
        return None
    return queries.tally(session, found.election)


def _results(found: Situation) -> Sequence[ItemResult] | None:
    """The contract's own answer; None before there is one, or while the node does not answer."""
    if found.phase not in _DECIDED:
        return None
    try:
        return reader().results.read(runtime().rpc, found)
    except (Conflict, Unavailable, ChainError):
        return None


def _chart(found: Situation, hours: Sequence[Hour]) -> Chart | None:
    times, roll = found.election.manifest.timetable, found.election.manifest.roll
    if found.chain_time < times.opens_at and not hours:
        return None
    return draw(
        {each.hour: each.heads for each in hours},
        opens_at=times.opens_at,
        closes_at=times.closes_at,
        now=found.chain_time,
        roll_size=roll.size,
        goals=quorum_goals(found.election.manifest),
    )


def _selections() -> Selections:
    known = current_app.extensions
    if _SELECTIONS not in known:
        known[_SELECTIONS] = Selections(runtime().database)
    return cast("Selections", known[_SELECTIONS])
