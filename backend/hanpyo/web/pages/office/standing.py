"""Where an election stands in one word: the service's state, and once published the chain's."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from hanpyo.db.models import Election, ElectionState
from hanpyo.errors import HanpyoError
from hanpyo.protocol.phases import Phase
from hanpyo.web.context import runtime
from hanpyo.web.public import reader


class Stand(StrEnum):
    """How far an election is, for its staff."""

    DRAFT = "draft"
    PUBLISHING = "publishing"
    FAILED = "failed"
    CANCELLED = "cancelled"
    READING = "reading"
    """Published, and its blocks not read yet."""
    FROZEN = "frozen"
    VOTING = "voting"
    CLOSED = "closed"
    OPENING = "opening"
    CERTIFIED = "certified"
    UNDETERMINED = "undetermined"


_BEFORE: Final = (
    ElectionState.DRAFT,
    ElectionState.PUBLISHING,
    ElectionState.FAILED,
    ElectionState.CANCELLED,
)
_PHASES: Final = {
    Phase.DRAFT: Stand.PUBLISHING,
    Phase.FROZEN: Stand.FROZEN,
    Phase.VOTING: Stand.VOTING,
    Phase.CLOSED: Stand.CLOSED,
    Phase.OPENING: Stand.OPENING,
    Phase.CERTIFIED: Stand.CERTIFIED,
    Phase.CANCELLED: Stand.CANCELLED,
    Phase.UNDETERMINED: Stand.UNDETERMINED,
}


def stand(row: Election) -> Stand:
    """Where one election stands."""
    return stands([row])[row.id]


def stands(rows: Sequence[Election]) -> Mapping[str, Stand]:
    """Where each election stands, by id."""
    found: dict[str, Stand] = {}
    with runtime().database.read() as session:
        for row in rows:
            if row.state in _BEFORE:
                found[row.id] = Stand(row.state)
                continue
            try:
                phase = reader().situation(session, row.id).phase
            except HanpyoError:
                found[row.id] = Stand.READING
            else:
                found[row.id] = _PHASES[phase]
    return found
