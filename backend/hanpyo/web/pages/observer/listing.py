"""All published elections, the newest first."""

from dataclasses import dataclass
from typing import Final

from flask import render_template, request
from flask.typing import ResponseReturnValue
from pydantic import ValidationError
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from hanpyo.db.models import Election as ElectionRow
from hanpyo.errors import Invalid
from hanpyo.indexer import queries
from hanpyo.indexer.situation import NotIndexedYet, Situation
from hanpyo.web.context import runtime
from hanpyo.web.pages.observer.making import observer
from hanpyo.web.pages.observer.texts import text_of
from hanpyo.web.pages.texts import PublishedText
from hanpyo.web.pagination import PageQuery, cut
from hanpyo.web.public import reader

_A_PAGE: Final = 20


@dataclass(frozen=True, slots=True)
class Listed:
    """An election in the list; `found` is None until its first blocks are read."""

    row: ElectionRow
    text: PublishedText
    size: int
    found: Situation | None

    @property
    def stand(self) -> str:
        """Where it stands, in one word."""
        return self.found.phase.name.lower() if self.found else "reading"


@observer.get("")
def list_page() -> ResponseReturnValue:
    """The elections of all organisations here."""
    query = page_query(_A_PAGE)
    key = page_key(query, int, str)
    after = None if key is None else (int(key[0]), str(key[1]))
    with runtime().database.read() as session:
        rows = queries.published(session, after, query.many)
        shown, following = cut(query, rows, lambda row: (row.created_at, row.id))
        listed = [_listed(session, row) for row in shown]
    return render_template(
        "observer/list.html", elections=listed, following=following, first=after is None
    )


def page_query(limit: int) -> PageQuery:
    """The page that the address names; raises `NotFound` where it names none."""
    try:
        return PageQuery(limit=limit, after=request.args.get("after"))
    except ValidationError:
        raise NotFound("there is no such page") from None


def page_key(query: PageQuery, *kinds: type) -> tuple[int | str, ...] | None:
    """See `PageQuery.key`; raises `NotFound` where the address names no page."""
    try:
        return query.key(*kinds)
    except Invalid:
        raise NotFound("there is no such page") from None


def _listed(session: Session, row: ElectionRow) -> Listed:
    election = reader().catalogue.get(row.id)
    try:
        found = reader().situation(session, row.id)
    except NotIndexedYet:
        found = None
    return Listed(row, text_of(election), election.manifest.roll.size, found)
