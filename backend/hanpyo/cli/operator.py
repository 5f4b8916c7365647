"""`hanpyo operator`: the first people of an installation, and the check of its audit log.

These commands work on the database itself, so that whoever may run them is the operator. Links are
printed once: pass them on by a way that only their owner reads.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import ClassVar, Final

import click
from sqlalchemy import inspect

from hanpyo.cli.console import json_option, print_json
from hanpyo.cli.hosting import existing_file
from hanpyo.config import load_settings
from hanpyo.db.models import Role, Staff
from hanpyo.errors import HanpyoError
from hanpyo.identity.staff import accounts, log_files, organisations
from hanpyo.identity.staff.audit_log import LogBroken
from hanpyo.identity.staff.desk import Desk, desk_of
from hanpyo.identity.staff.links import Link
from hanpyo.identity.staff.log_checks import LogCheck, check_logs
from hanpyo.runtime import Runtime, open_runtime

_ACTOR: Final = "console"
_FAILED: Final = 1


class NotMigrated(HanpyoError):
    """The database has no tables yet."""

    code: ClassVar[str] = "not_migrated"


@click.group()
def operator() -> None:
    """Make organisations, invite people, check the audit log."""


@operator.command("create-organisation")
@click.argument("name")
@json_option
def create_organisation(*, name: str, as_json: bool) -> None:
    """Make the organisation NAME; its first organiser is invited next."""
    with _desk() as desk:
        made = organisations.create(desk, _ACTOR, name)
    if as_json:
        print_json({"id": made.id, "name": made.name})
    else:
        click.echo(f"Organisation {made.id}")


@operator.command()
@click.argument("mail")
@click.option("--name", help="How the person is called; else the mail address before the @.")
@click.option("--organisation", "organisation_id", help="The organisation's id.")
@click.option(
    "--role",
    type=click.Choice([str(role) for role in Role]),
    required=True,
    help="operator needs no organisation, the others do.",
)
@json_option
def invite(
    *, mail: str, name: str | None, organisation_id: str | None, role: str, as_json: bool
) -> None:
    """Print a link by which MAIL's owner takes a role."""
    if (role == Role.OPERATOR) != (organisation_id is None):
        raise click.UsageError("--organisation: every role but operator is held in one")
    called = name or mail.partition("@")[0]
    with _desk() as desk:
        link = accounts.invite(desk, _ACTOR, organisation_id, Role(role), name=called, mail=mail)
    _show(link, as_json=as_json)


@operator.command()
@click.argument("mail")
@json_option
def reset(*, mail: str, as_json: bool) -> None:
    """Print a link to set MAIL's account up anew; nothing of the old works from now on."""
    with _desk() as desk:
        link = accounts.reset(desk, _ACTOR, accounts.id_of(desk, mail))
    _show(link, as_json=as_json)


@operator.command("export-log")
@click.option("--organisation", "organisation_id", help="Its log; else the installation's.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The file."
)
@json_option
def export_log(*, organisation_id: str | None, out: Path, as_json: bool) -> None:
    """Write an audit log into a file, one JSON object a line."""
    with _runtime() as runtime, out.open("wb") as file:
        size = sum(map(file.write, log_files.export(runtime.database, organisation_id)))
    if as_json:
        print_json({"file": str(out), "bytes": size})
    else:
        click.echo(f"{size} bytes in {out}")


@operator.command("verify-log")
@click.option("--file", type=existing_file, help="An exported log; else every log here.")
@click.option(
    "--election-text",
    "texts",
    type=existing_file,
    multiple=True,
    help="An election's published text, whose `log` must be in the file.",
)
@json_option
def verify_log(*, file: Path | None, texts: Sequence[Path], as_json: bool) -> None:
    """Check that no entry was altered, removed or moved; exit status 1 when one was."""
    if file is None:
        if texts:
            raise click.UsageError("--election-text: give --file too")
        with _runtime() as runtime:
            found = check_logs(runtime.database)
        _conclude(found, as_json=as_json)
        return
    entries, anchors, fault = 0, 0, None
    try:
        named = [anchor for text in texts if (anchor := log_files.anchor_of(text.read_bytes()))]
        entries, anchors = log_files.check_file(file.read_bytes(), named), len(named)
    except LogBroken as broken:
        fault = str(broken)
    _conclude([LogCheck(file.name, entries, anchors, fault)], as_json=as_json)


def _conclude(found: Sequence[LogCheck], *, as_json: bool) -> None:
    """Show what was found; exit status 1 with a fault."""
    if as_json:
        print_json([asdict(each) for each in found])
    else:
        for each in found:
            verdict = "FAIL" if each.fault else "PASS"
            tail = each.fault or f"{each.entries} entries, {each.anchors} published"
            click.echo(f"{verdict} {each.chain}: {tail}")
    if any(each.fault for each in found):
        raise click.exceptions.Exit(_FAILED)


def _show(link: Link, *, as_json: bool) -> None:
    if as_json:
        print_json({"url": link.url, "expiresAt": link.expires_at})
    else:
        click.echo(link.url)


@contextmanager
def _runtime() -> Iterator[Runtime]:
    with open_runtime(load_settings()) as runtime:
        if not inspect(runtime.database.engine).has_table(Staff.__tablename__):
            raise NotMigrated("the database has no tables yet: run `hanpyo migrate` first")
        yield runtime


@contextmanager
def _desk() -> Iterator[Desk]:
    with _runtime() as runtime:
        yield desk_of(runtime)
