"""`hanpyo index`: how far the chain was read, reading an election again, passing an alarm.

The commands work on the database; the worker that follows the chain acts on what they leave there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from hanpyo.cli.console import console, json_option, print_json, table_of
from hanpyo.config import load_settings
from hanpyo.db.models import ChainHead, IndexAlarm
from hanpyo.elections.catalogue import Catalogue
from hanpyo.errors import Conflict
from hanpyo.indexer.alarms import release_alarms
from hanpyo.indexer.cursors import positions
from hanpyo.indexer.writing import restart
from hanpyo.runtime import Runtime, open_runtime


class NoAlarm(Conflict):
    """There is nothing to release."""

    code: ClassVar[str] = "no_alarm"


@click.group()
def index() -> None:
    """Look after what is read from the chain."""


@index.command()
@json_option
def show(*, as_json: bool) -> None:
    """Show the newest block, every election's cursor, and alarms."""
    with _runtime() as runtime, runtime.database.read() as session:
        told = _state(session)
    if as_json:
        print_json(told)
        return
    head = told["head"]
    click.echo(
        "No block was read yet."
        if head is None
        else f"Block {head['number']}, final up to {head['final']}"
    )
    rows = [(each["id"], str(each["block"]), str(each["behind"])) for each in told["elections"]]
    console().print(table_of("Elections", ("id", "block", "behind"), rows))
    for alarm in told["alarms"]:
        click.echo(f"Alarm {alarm['id']}: {alarm['kind']} at block {alarm['number']}")


@index.command()
@json_option
def release(*, as_json: bool) -> None:
    """Let the follower go on past every standing alarm, after looking at what happened.

    It then goes back as far as the chain changed, below final blocks too.
    """
    with _runtime() as runtime:
        now = runtime.now()
        released = runtime.database.transact(
            lambda session: [each.id for each in release_alarms(session, now)]
        )
    if not released:
        raise NoAlarm("no alarm stands: there is nothing to release")
    if as_json:
        print_json({"released": released})
    else:
        click.echo(f"Released {len(released)}; the worker goes on.")


@index.command()
@click.argument("election", required=False)
@json_option
def rebuild(*, election: str | None, as_json: bool) -> None:
    """Read ELECTION, or every election, from its creation again; the worker does it."""
    with _runtime() as runtime:
        again = _followed(runtime) if election is None else [election]
        catalogue = Catalogue(runtime.database)
        for each in again:
            found = catalogue.get(each)
            runtime.database.transact(lambda session, it=found: restart(session, it))  # type: ignore[misc]
    if as_json:
        print_json({"rebuilding": again})
    else:
        click.echo(f"Reading {len(again)} again.")


def _followed(runtime: Runtime) -> list[str]:
    with runtime.database.read() as session:
        return [each.election_id for each in positions(session)]


def _state(session: Session) -> dict[str, Any]:
    head = session.get(ChainHead, 1)
    newest = 0 if head is None else head.number
    alarms = session.scalars(
        select(IndexAlarm).where(IndexAlarm.settled_at.is_(None)).order_by(IndexAlarm.id)
    )
    return {
        "head": None
        if head is None
        else {
            "number": head.number,
            "hash": "0x" + head.hash.hex(),
            "timestamp": head.timestamp,
            "final": head.final_number,
            "seenAt": head.seen_at,
        },
        "elections": [
            {"id": each.election_id, "block": each.number, "behind": newest - each.number}
            for each in positions(session)
        ],
        "alarms": [
            {
                "id": each.id,
                "kind": each.kind,
                "number": each.number,
                "known": "0x" + each.known.hex(),
                "found": None if each.found is None else "0x" + each.found.hex(),
                "raisedAt": each.raised_at,
                "releasedAt": each.released_at,
            }
            for each in alarms
        ],
    }


@contextmanager
def _runtime() -> Iterator[Runtime]:
    with open_runtime(load_settings()) as runtime:
        yield runtime
