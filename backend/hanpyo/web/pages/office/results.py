"""The result as the contract states it, and what can be taken away from an election."""

from typing import Final

import orjson
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from hanpyo.elections.catalogue import PublishedElection
from hanpyo.errors import Conflict, HanpyoError, Unavailable
from hanpyo.indexer.situation import Situation
from hanpyo.web import public_answers
from hanpyo.web.context import runtime
from hanpyo.web.pages.office import naming
from hanpyo.web.pages.office.editing import draft_of
from hanpyo.web.pages.office.making import answer, office
from hanpyo.web.pages.office.standing import stand
from hanpyo.web.pages.texts import PublishedText
from hanpyo.web.public import reader
from hanpyo.web.public_models import Results

_PLACE: Final = "/elections/<election_id>"


@office.get(f"{_PLACE}/result")
def result_page(election_id: str) -> ResponseReturnValue:
    """What came out, with what it is measured against, and the documents."""
    draft = draft_of(election_id)
    found, told = _read(election_id)
    return answer(
        "office/result.html",
        draft=draft,
        stand=stand(draft.row),
        results=told,
        text=None if found is None else _text(found.election),
        manifest=None if found is None else found.election.manifest,
        outcomes=naming.OUTCOMES,
    )


def _read(election_id: str) -> tuple[Situation | None, Results | None]:
    try:
        with runtime().database.read() as session:
            found = _situation(session, election_id)
    except HanpyoError:
        return None, None
    try:
        told = reader().results.read(runtime().rpc, found)
    except (Conflict, Unavailable):
        return found, None
    return found, public_answers.results(found, told)


def _situation(session: Session, election_id: str) -> Situation:
    return reader().situation(session, election_id)


def _text(election: PublishedElection) -> PublishedText:
    text = orjson.loads(election.text) if election.text else {}
    return PublishedText.of(text, election.manifest, election.title)
