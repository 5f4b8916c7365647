"""Options that say on which chain a command works, and with whose key."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
from eth_account.signers.local import LocalAccount

from hanpyo.chain.accounts import open_keystore, read_password_file
from hanpyo.cli.values import ADDRESS
from hanpyo.elections.hosting import Host, embedded_host, remote_host
from hanpyo.elections.plan import Periods
from hanpyo.elections.progress import Stages

_F = TypeVar("_F", bound=Callable[..., Any])

existing_file = click.Path(exists=True, dir_okay=False, path_type=Path)


def key_options(command: _F) -> _F:
    """Add the options for a key at rest."""
    for option in (
        click.option(
            "--password-file",
            type=existing_file,
            help="Private file with the keystore's password; asked for when missing.",
        ),
        click.option("--keystore", type=existing_file, help="Keystore of the sending account."),
    ):
        command = option(command)
    return command


def open_account(keystore: Path | None, password_file: Path | None) -> LocalAccount:
    """The account in a keystore; the password comes from a file or is asked for, unseen."""
    if keystore is None:
        raise click.UsageError("--keystore is needed to send transactions to this node")
    return open_keystore(keystore, password_of(keystore, password_file))


def password_of(keystore: Path, password_file: Path | None) -> str:
    """The password of a keystore, from a private file or asked for, unseen."""
    if password_file:
        return read_password_file(password_file)
    return str(click.prompt(f"Password of {keystore.name}", hide_input=True, err=True))


def new_password(password_file: Path | None) -> str:
    """The password of a keystore to be made, from a private file or asked for twice."""
    if password_file:
        return read_password_file(password_file)
    text = "New password"
    return str(click.prompt(text, hide_input=True, confirmation_prompt=True, err=True))


def venue_options(command: _F) -> _F:
    """Add the options for a chain that is not embedded."""
    for option in (
        click.option("--rpc", "rpc_url", metavar="URL", help="A node; else a chain is embedded."),
        click.option("--factory", type=ADDRESS, help="An election factory; else one is deployed."),
        click.option(
            "--journal",
            type=click.Path(dir_okay=False, path_type=Path),
            help="File that keeps sent transactions, so that a restart loses none.",
        ),
        click.option("--lead", default=60, show_default=True, help="Seconds until voting."),
        click.option("--voting", default=300, show_default=True, help="Seconds of voting."),
        click.option("--gap", default=60, show_default=True, help="Seconds from close to opening."),
        click.option("--release", default=120, show_default=True, help="Seconds for opening."),
    ):
        command = option(command)
    return key_options(command)


@contextmanager
def open_host(
    stages: Stages,
    *,
    rpc_url: str | None,
    factory: str | None = None,
    journal: Path | None = None,
    keystore: Path | None = None,
    password_file: Path | None = None,
) -> Iterator[Host]:
    """The chain that the options name."""
    if rpc_url is None:
        if factory or journal or keystore:
            raise click.UsageError("--factory, --journal and --keystore go with --rpc")
        with embedded_host(stages) as host:
            yield host
        return
    account = open_account(keystore, password_file)
    with remote_host(rpc_url, account, stages, factory=factory, journal=journal) as host:
        yield host


def short_periods(lead: int, voting: int, gap: int, release: int) -> Periods:
    """The times of an election that is waited for."""
    return Periods(lead, voting, desk=0, gap=gap, release=release, challenge=0)
