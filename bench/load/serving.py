"""Web processes to post to: the service's own, and the least handler that could take a ballot.

`python -m bench.load.serving ours|bare` serves by the settings in the environment and prints the
URL. Both run under the same server with the same options, so that the handlers make the difference.
"""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from wsgiref.types import WSGIApplication

import orjson
import psycopg
from flask import Flask, Response, request

from hanpyo.config import Settings, load_settings
from hanpyo.db.database import Database, prepare_sqlite
from hanpyo.elections.catalogue import Catalogue
from hanpyo.operation.logs import configure_logs
from hanpyo.protocol.domain import Domain
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.messages import Ballot, digest
from hanpyo.protocol.signatures import compact, recover
from hanpyo.protocol.types import ZERO_WORD
from hanpyo.web.server import Server, share_meters

BARE_TABLE: Final = "bench_bare"
_COLUMNS: Final = "digest {bytes} PRIMARY KEY, voter bigint NOT NULL, body {bytes} NOT NULL"
_END_SECONDS: Final = 35.0


@contextmanager
def serving(kind: str, environment: dict[str, str], log: Path) -> Iterator[str]:
    """The URL of a web server of this kind as a process; it ends with the context."""
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.load.serving", kind],
            stdout=subprocess.PIPE,
            stderr=errors,
            env=os.environ | environment,
        )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().decode().strip()
        if not url:
            raise SystemExit(f"the server did not start:\n{log.read_text()[-3_000:]}")
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def make_bare_table(url: str) -> None:
    """The one table that the bare handler writes."""
    database = Database(url)
    columns = _COLUMNS.format(bytes="blob" if database.is_sqlite else "bytea")
    with database.engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE TABLE IF NOT EXISTS {BARE_TABLE} ({columns})")
    database.close()


def bare_app(settings: Settings) -> Flask:
    """A handler that checks the voter's signature, commits one row and answers."""
    app = Flask("bare")
    database = Database(settings.database)
    election = os.environ["BENCH_ELECTION"]
    domain = Catalogue(database).get(election).domain
    insert = _inserter(settings.database, is_sqlite=database.is_sqlite)

    @app.post("/v1/elections/<_>/ballots")
    def post(_: str) -> Response:
        body = request.get_data()
        given = orjson.loads(body)
        signed = _checked(domain, given)
        insert(signed, given["voter"], body)
        answer = orjson.dumps({"digest": "0x" + signed.hex()})
        return Response(answer, 202, mimetype="application/json")

    return app


def _checked(domain: Domain, given: dict[str, Any]) -> bytes:
    content = keccak(bytes.fromhex(given["payload"][2:]))
    ballot = Ballot(
        given["voter"], given["epoch"], given["revision"], given["kind"], content, ZERO_WORD
    )
    signed = digest(domain, ballot)
    signer = recover(signed, compact(bytes.fromhex(given["signature"][2:])))
    if signer.hex() != given["key"][2:]:
        raise ValueError("another key signed")
    return signed


def _inserter(url: str, *, is_sqlite: bool) -> Callable[[bytes, int, bytes], None]:
    """What commits one row, over a connection for each thread."""
    local = threading.local()
    place = "?" if is_sqlite else "%s"
    statement = f"INSERT INTO {BARE_TABLE} VALUES ({place}, {place}, {place})"

    def connect() -> sqlite3.Connection | psycopg.Connection:
        if not is_sqlite:
            return psycopg.connect(url, autocommit=True)
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        prepare_sqlite(connection, None)
        return connection

    def insert(*values: bytes | int) -> None:
        if not hasattr(local, "connection"):
            local.connection = connect()
        local.connection.execute(statement, values)

    return insert


def main(kind: str) -> None:
    """Serve until SIGTERM."""
    settings = load_settings()
    configure_logs(settings.log)
    if kind == "bare":
        _run(settings, lambda: bare_app(settings), lambda: None)
    from hanpyo.operation.service import Service  # noqa: PLC0415  the peer needs none of it

    service = Service(settings, with_tasks=False)
    with share_meters():
        _run(settings, service.open, service.close)


def _run(
    settings: Settings, opening: Callable[[], WSGIApplication], closing: Callable[[], None]
) -> None:
    Server(
        settings,
        opening,
        closing,
        workers=settings.web.workers,
        ready=lambda url: print(url, flush=True),
    ).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
