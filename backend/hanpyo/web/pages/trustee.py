"""The trustee's pages: making a key, and handing it in once the ballots may be opened.

Key files are made and opened by the script in the browser. The one thing that ever leaves it is the
secret of an election whose opening time has come, to the API's own door; whoever runs no script
uses the command line.
"""

from dataclasses import dataclass
from typing import Final

from flask import render_template
from flask.typing import ResponseReturnValue

from hanpyo.db.models import Election, ElectionState
from hanpyo.indexer import queries
from hanpyo.protocol.phases import Phase
from hanpyo.protocol.types import Secrecy
from hanpyo.web.context import runtime
from hanpyo.web.pages.making import page_blueprint
from hanpyo.web.public import Reader, reader

trustee = page_blueprint("trustee", __name__, url_prefix="/trustee")
_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    """A sealed election as its trustee sees it; `key` is the public key, two coordinates."""

    id: str
    title: str
    test: bool
    phase: Phase
    handed_in: bool
    released: bool
    opening_at: int
    deadline: int
    now: int
    key: tuple[str, str]

    @property
    def stage(self) -> str:
        """What the trustee can do: `wait`, `ready`, `handed_in`, `released` or `too_late`."""
        if self.released:
            return "released"
        if self.phase is Phase.UNDETERMINED:
            return "too_late"
        if self.handed_in:
            return "handed_in"
        return "ready" if self.now >= self.opening_at else "wait"


@trustee.get("")
def all_elections() -> ResponseReturnValue:
    """Sealed elections that still need a key."""
    with runtime().database.read() as session:
        rows = queries.published(session, None, _MOST)
        sealed = [row for row in rows if row.state == ElectionState.PUBLISHED and _is_sealed(row)]
    return render_template("trustee/all.html", elections=sealed)


@trustee.get("/new")
def new_key() -> ResponseReturnValue:
    """Make a key file for one election."""
    return render_template("trustee/new.html")


@trustee.get("/<election_id>")
def hand_in(election_id: str) -> ResponseReturnValue:
    """Where an election stands for its trustee, and the form for the key file."""
    with runtime().database.read() as session:
        row = Reader.row(session, election_id)
        found = reader().situation(session, election_id)
    manifest = found.election.manifest
    if manifest.trustee_key is None:
        return render_template("trustee/none.html", title=row.title)
    times = manifest.timetable
    x, y = manifest.trustee_key
    waiting = Waiting(
        id=row.id,
        title=row.title,
        test=row.test,
        phase=found.phase,
        handed_in=row.trustee_secret is not None,
        released=found.progress.key_block is not None,
        opening_at=times.opening_at,
        deadline=times.key_deadline,
        now=found.chain_time,
        key=(hex(x), hex(y)),
    )
    return render_template("trustee/hand_in.html", election=waiting)


def _is_sealed(row: Election) -> bool:
    return reader().catalogue.get(row.id).manifest.secrecy is Secrecy.SEALED
