"""The log of an election's contract, a page at a time, with the way to each transaction."""

from typing import Final

from flask import render_template, request
from flask.typing import ResponseReturnValue

from hanpyo.indexer import queries
from hanpyo.web.context import runtime
from hanpyo.web.pages.observer.listing import page_key, page_query
from hanpyo.web.pages.observer.making import observer
from hanpyo.web.pages.observer.texts import text_of
from hanpyo.web.pagination import cut
from hanpyo.web.public import Reader, reader

_A_PAGE: Final = 50
_OLDEST: Final = "oldest"


@observer.get("/<election_id>/log")
def log_page(election_id: str) -> ResponseReturnValue:
    """Every event, the newest first or with `?order=oldest` as the chain has them.

    A page begins at a place of the chain, so what happens meanwhile moves nothing in it.
    """
    query = page_query(_A_PAGE)
    key = page_key(query, int, int)
    place = None if key is None else (int(key[0]), int(key[1]))
    oldest = request.args.get("order") == _OLDEST
    with runtime().database.read() as session:
        row = Reader.row(session, election_id)
        entries = (
            queries.events(session, election_id, place or queries.START, query.many)
            if oldest
            else queries.newest_events(session, election_id, place, query.many)
        )
    shown, following = cut(query, entries, queries.place_of)
    return render_template(
        "observer/log.html",
        row=row,
        text=text_of(reader().catalogue.get(election_id)),
        entries=shown,
        following=following,
        first=key is None,
        order=_OLDEST if oldest else "",
    )
