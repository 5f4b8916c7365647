"""The voter's pages: the way in, the agenda with the ballot, and the receipt found again.

Each shows all that needs no key without JavaScript; the ballot is the script's.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import orjson
from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from hanpyo.db.models import Election as ElectionRow
from hanpyo.identity.codes import LINK_PAGE
from hanpyo.indexer import queries
from hanpyo.indexer.situation import NotIndexedYet
from hanpyo.protocol.phases import Phase
from hanpyo.protocol.types import Secrecy
from hanpyo.web.context import runtime
from hanpyo.web.pages.making import page_blueprint
from hanpyo.web.pages.receipts import find_receipt
from hanpyo.web.pages.scripts import Script, scripts_of
from hanpyo.web.pages.texts import PublishedText
from hanpyo.web.public import Reader, reader

voter = page_blueprint("voter", __name__)
_MOST: Final = 50


@dataclass(frozen=True, slots=True)
class Shown:
    """An election as its pages show it."""

    id: str
    text: PublishedText
    phase: Phase
    sealed: bool
    test: bool
    opens_at: int
    closes_at: int
    scripts: tuple[Script, ...]


@voter.get("/", endpoint="home")
@voter.get(LINK_PAGE)
def enter() -> ResponseReturnValue:
    """Where personal links lead; their token stands in the fragment, which only the page sees."""
    with runtime().database.read() as session:
        voting = [each for each in _newest(session) if each.phase is Phase.VOTING]
    return render_template("voter/enter.html", elections=voting)


@voter.get("/vote/<election_id>")
def vote(election_id: str) -> ResponseReturnValue:
    """The agenda, and above it the ballot where scripts run."""
    with runtime().database.read() as session:
        shown = _shown(session, Reader.row(session, election_id))
    return render_template("voter/vote.html", election=shown, Phase=Phase)


@voter.get("/check/<election_id>")
def check(election_id: str) -> ResponseReturnValue:
    """What became of the ballot of a receipt; never the choice."""
    code = request.args.get("code", "")
    with runtime().database.read() as session:
        shown = _shown(session, Reader.row(session, election_id))
        found = find_receipt(session, election_id, code) if code else None
    return render_template(
        "voter/check.html", election=shown, code=code, found=found, asked=bool(code), Phase=Phase
    )


@voter.get("/check")
def check_any() -> ResponseReturnValue:
    """Which election a receipt is of."""
    chosen = request.args.get("election")
    if chosen:
        return redirect(f"/check/{chosen}", 303)
    with runtime().database.read() as session:
        shown = _newest(session)
    return render_template("voter/check_any.html", elections=shown)


def _newest(session: Session) -> list[Shown]:
    """The newest elections whose blocks are read."""
    found = []
    for row in queries.published(session, None, _MOST):
        with suppress(NotIndexedYet):
            found.append(_shown(session, row))
    return found


def _shown(session: Session, row: ElectionRow) -> Shown:
    """The election of a row, in the phase that the newest block says."""
    election = reader().catalogue.get(row.id)
    text: Any = orjson.loads(election.text) if election.text else {}
    times = election.manifest.timetable
    return Shown(
        id=row.id,
        text=PublishedText.of(text, election.manifest, row.title),
        phase=reader().situation(session, row.id).phase,
        sealed=election.manifest.secrecy is Secrecy.SEALED,
        test=row.test,
        opens_at=times.opens_at,
        closes_at=times.closes_at,
        scripts=scripts_of(text),
    )
