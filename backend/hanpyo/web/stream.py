"""`/v1/elections/<id>/stream`: turnout, and the tally where it may be shown, as they move.

Any number of processes serve it: each looks at the cursor's row, and makes a state once for all
its streams. OpenAPI has no words for an answer that does not end: docs/exports.md tells of it.
"""

import threading
from collections.abc import Iterator
from typing import Final, cast

import orjson
from flask import Response, current_app, request

from hanpyo.db.models import ChainHead, Cursor
from hanpyo.indexer import queries
from hanpyo.indexer.situation import TallyHalted, TallySealed
from hanpyo.indexer.stream import Message, Rhythm, Seat, Seats, messages
from hanpyo.web import public_answers as answers
from hanpyo.web.clients import client
from hanpyo.web.context import runtime
from hanpyo.web.cors import public_read
from hanpyo.web.public import Reader, reader
from hanpyo.web.routing import APIBlueprint

stream = APIBlueprint("stream", __name__, url_prefix="/v1/elections", enable_openapi=False)
_STREAMS: Final = "hanpyo_streams"
_LONGEST_ID: Final = 18


class Streams:
    """The streams of one process."""

    def __init__(self, found: Reader) -> None:
        settings = found.runtime.settings
        self.seats = Seats(max(1, settings.web.threads // 2))
        self.rhythm = Rhythm(
            poll=max(settings.chain.poll, 0.1), longest=settings.index.stream_seconds
        )
        self._reader = found
        self._newest: dict[str, Message] = {}
        self._lock = threading.Lock()

    def look(self, election_id: str, tag: str | None) -> Message | None:
        """The newest state, made once for all streams; None while it has this tag."""
        with self._reader.runtime.database.read() as session:
            cursor, head = session.get(Cursor, election_id), session.get(ChainHead, 1)
        here = f"{cursor and cursor.hash.hex()}{head and head.number}"
        with self._lock:
            known = self._newest.get(election_id)
            if known is None or known.tag != here:
                known = self._newest[election_id] = self._state(election_id, here)
        return None if known.tag == tag else known

    def _state(self, election_id: str, tag: str) -> Message:
        with self._reader.runtime.database.read() as session:
            found = self._reader.situation(session, election_id)
            parts = queries.turnout(session, election_id)
            turnout = answers.turnout(found, parts, queries.turnout_by_hour(session, election_id))
            told = [("turnout", orjson.dumps(answers.plain(turnout)))]
            try:
                found.require_tally()
            except (TallySealed, TallyHalted):
                return Message(found.number, tag, tuple(told))
            tally = answers.tally(found, queries.tally(session, found.election))
        told.append(("tally", orjson.dumps(answers.plain(tally))))
        return Message(found.number, tag, tuple(told))


@stream.get("/<election_id>/stream")
@public_read
def follow_election(election_id: str) -> Response:
    """Follow an election's turnout and tally (Server-Sent Events)."""
    with runtime().database.read() as session:
        reader().situation(session, election_id)
    found = _streams()
    seat = found.seats.take(client())
    response = Response(
        _seated(found, election_id, seat, _last_seen()), mimetype="text/event-stream"
    )
    response.call_on_close(seat.leave)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _seated(found: Streams, election_id: str, seat: Seat, seen: int | None) -> Iterator[bytes]:
    with seat:
        yield from messages(lambda tag: found.look(election_id, tag), seen, found.rhythm)


def _last_seen() -> int | None:
    text = request.headers.get("Last-Event-ID", "")
    usable = text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID
    return int(text) if usable else None


def _streams() -> Streams:
    known = current_app.extensions
    if _STREAMS not in known:
        known[_STREAMS] = Streams(reader())
    return cast("Streams", known[_STREAMS])
