"""What anybody may read without signing in, from pages of any origin: elections, turnout, tally,
results, the log. ETags follow the cursor; `cursor` in each answer says how fresh it is.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, cast

import orjson
from flask import Response, current_app, request
from sqlalchemy.orm import Session

from hanpyo.db.models import Election as ElectionRow
from hanpyo.db.models import Installation
from hanpyo.elections.catalogue import Catalogue, UnknownElection
from hanpyo.indexer import queries
from hanpyo.indexer.cursors import FOLLOWED
from hanpyo.indexer.exports import to_csv, to_json_ld
from hanpyo.indexer.results import Results
from hanpyo.indexer.situation import Situation, situation
from hanpyo.runtime import Runtime
from hanpyo.web import public_answers as answers
from hanpyo.web import public_models as models
from hanpyo.web.context import runtime
from hanpyo.web.cors import public_read
from hanpyo.web.openapi import gives
from hanpyo.web.pagination import PageQuery, cut
from hanpyo.web.routing import APIBlueprint

public = APIBlueprint("public", __name__, tag="Public", url_prefix="/v1/elections")
_PLACE: Final = "/<election_id>"
_READER: Final = "hanpyo_public"
_CSV: Final = "text/csv; charset=utf-8"
_JSON_LD: Final = "application/ld+json"
_EXPORTS: Final = ("text/csv", _JSON_LD)
_TURNOUT: Final = ("channel", "group", "heads", "weight")
_TALLY: Final = ("item", "option", "channel", "group", "heads", "weight")
_LOG: Final = ("block", "logIndex", "timestamp", "kind", "transaction", "payload")


class Reader:
    """Reads for one application."""

    def __init__(self, installed: Runtime) -> None:
        self.runtime = installed
        self.catalogue = Catalogue(installed.database)
        self.results = Results()

    def situation(self, session: Session, election_id: str) -> Situation:
        """Where a published election stands; raises `UnknownElection`, `NotIndexedYet`."""
        self.row(session, election_id)
        return situation(
            session,
            self.catalogue.get(election_id),
            now=self.runtime.now(),
            stale_after=self.runtime.settings.chain.stale_after,
        )

    @staticmethod
    def row(session: Session, election_id: str) -> ElectionRow:
        """The row of an election on the chain; raises `UnknownElection` for every other."""
        row = session.get(ElectionRow, election_id)
        if row is None or row.created_block is None or row.state not in FOLLOWED:
            raise UnknownElection("there is no such election on the chain")
        return row

    @staticmethod
    def is_embedded(session: Session) -> bool:
        """Whether the chain is one that the operator controls."""
        return session.get_one(Installation, 1).embedded


def reader() -> Reader:
    """The reader of the application that serves this request."""
    known = current_app.extensions
    if _READER not in known:
        known[_READER] = Reader(runtime())
    return cast("Reader", known[_READER])


@public.get("")
@public_read
@public.input(PageQuery, location="query", arg_name="query")
@public.output(models.Elections)
def list_elections(query: PageQuery) -> models.Elections:
    """Published elections, the newest first."""
    key = query.key(int, str)
    after = None if key is None else (int(key[0]), str(key[1]))
    with runtime().database.read() as session:
        rows = queries.published(session, after, query.many)
        shown, following = cut(query, rows, lambda row: (row.created_at, row.id))
        embedded = Reader.is_embedded(session)
    return models.Elections(
        elections=[
            answers.brief(
                row, reader().catalogue.get(row.id), answers.labels(row, embedded=embedded)
            )
            for row in shown
        ],
        next=following,
    )


@public.get(_PLACE)
@public_read
@gives(unchanged=True)
@public.output(models.Election)
def show_election(election_id: str) -> Response:
    """One election: text, manifest, phase by the chain's time."""
    with runtime().database.read() as session:
        row, embedded = Reader.row(session, election_id), Reader.is_embedded(session)
        found = reader().situation(session, election_id)
    shown = answers.labels(row, embedded=embedded)
    return _kept(found, lambda: answers.plain(answers.whole(row, found, shown)))


@public.get(f"{_PLACE}/turnout")
@public_read
@gives(*_EXPORTS, unchanged=True)
@public.input(models.FormatQuery, location="query", arg_name="query")
@public.output(models.Turnout)
def show_turnout(election_id: str, query: models.FormatQuery) -> Response:
    """Voters with a live ballot by channel, group and hour."""
    with runtime().database.read() as session:
        found = reader().situation(session, election_id)
        parts = queries.turnout(session, election_id)
        hours = queries.turnout_by_hour(session, election_id)
    told = answers.plain(answers.turnout(found, parts, hours))
    return _exported(found, query.format, told, told["parts"], _TURNOUT)


@public.get(f"{_PLACE}/tally")
@public_read
@gives(*_EXPORTS, unchanged=True)
@public.input(models.FormatQuery, location="query", arg_name="query")
@public.output(models.Tally)
def show_tally(election_id: str, query: models.FormatQuery) -> Response:
    """What is known of the choices: live in an open election, else once ballots are opened."""
    with runtime().database.read() as session:
        found = reader().situation(session, election_id)
        found.require_tally()
        cells = queries.tally(session, found.election)
    told = answers.plain(answers.tally(found, cells))
    return _exported(found, query.format, told, told["cells"], _TALLY)


@public.get(f"{_PLACE}/results")
@public_read
@gives(unchanged=True)
@public.output(models.Results)
def show_results(election_id: str) -> Response:
    """The contract's own results with their denominators."""
    with runtime().database.read() as session:
        found = reader().situation(session, election_id)
    told = reader().results.read(runtime().rpc, found)
    return _kept(found, lambda: answers.plain(answers.results(found, told)))


@public.get(f"{_PLACE}/events")
@public_read
@gives(*_EXPORTS, unchanged=True)
@public.input(models.EventsQuery, location="query", arg_name="query")
@public.output(models.Events)
def list_events(election_id: str, query: models.EventsQuery) -> Response:
    """The log of the election's contract in chain order, a page at a time."""
    key = query.key(int, int)
    after = queries.START if key is None else (int(key[0]), int(key[1]))
    with runtime().database.read() as session:
        found = reader().situation(session, election_id)
        entries = queries.events(session, election_id, after, query.many)
    shown, following = cut(query, entries, queries.place_of)
    told = answers.plain(
        models.Events(
            events=[answers.event(each) for each in shown],
            next=following,
            cursor=answers.cursor(found),
        )
    )
    return _exported(found, query.format, told, told["events"], _LOG)


@public.get(f"{_PLACE}/acts")
@public_read
@gives(*_EXPORTS, unchanged=True)
@public.input(models.VoterQuery, location="query", arg_name="query")
@public.output(models.VoterActs)
def list_acts(election_id: str, query: models.VoterQuery) -> Response:
    """Every act under a voter number, and which of them counts."""
    with runtime().database.read() as session:
        found = reader().situation(session, election_id)
        entries = queries.acts_of(session, election_id, query.voter)
        live = queries.live_act(session, election_id, query.voter)
    told = answers.plain(
        models.VoterActs(
            voter=query.voter,
            acts=[answers.event(each) for each in entries],
            live=live,
            cursor=answers.cursor(found),
        )
    )
    return _exported(found, query.format, told, told["acts"], _LOG)


def _exported(
    found: Situation,
    wanted: models.Format,
    told: dict[str, Any],
    records: Sequence[Mapping[str, Any]],
    columns: Sequence[str],
) -> Response:
    if wanted == "csv":
        flat = [_flat(record) for record in records]
        response = _kept(found, lambda: to_csv(columns, flat), _CSV)
        name = f"{found.election.id}-{request.path.rpartition('/')[2]}.csv"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
    if wanted == "jsonld":
        url = runtime().settings.web.public_url.rstrip("/") + request.path
        modified = datetime.fromtimestamp(found.chain_time, UTC).isoformat()
        document = to_json_ld(
            name=found.election.title, url=url, modified=modified, records=records
        )
        return _kept(found, lambda: document, _JSON_LD)
    return _kept(found, lambda: told)


def _kept(
    found: Situation, content: Callable[[], Any], mimetype: str = "application/json"
) -> Response:
    """The answer, or 304 for whoever has it as of this cursor; weak, as the age goes on."""
    response = Response(mimetype=mimetype.partition(";")[0], content_type=mimetype)
    response.set_etag(found.tag, weak=True)
    response.cache_control.public = True
    response.cache_control.no_cache = True
    if not request.if_none_match.contains_weak(found.tag):
        body = content()
        response.set_data(body if isinstance(body, bytes) else orjson.dumps(body))
    response.make_conditional(request)
    return response


def _flat(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record whose nested values are JSON text."""
    return {
        name: orjson.dumps(value).decode() if isinstance(value, dict) else value
        for name, value in record.items()
    }
