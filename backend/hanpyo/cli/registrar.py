"""`hanpyo registrar`: run a registrar of one's own, give it its members, see what it signed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click
from eth_utils.address import to_checksum_address

from hanpyo.chain.accounts import create_keystore
from hanpyo.cli.console import json_option, print_json
from hanpyo.cli.hosting import existing_file, new_password, password_of
from hanpyo.cli.values import ADDRESS
from hanpyo.elections.keyfiles import write_private
from hanpyo.protocol.types import Address
from hanpyo.registrar.importing import import_contacts, make_letters
from hanpyo.registrar.opening import Desk, open_desk
from hanpyo.registrar.report import RegistrarReport, report_on
from hanpyo.registrar.rolls import save_roll
from hanpyo.registrar.settings import RegistrarSettings, load_registrar_settings
from hanpyo.registrar.signing import Signer

_FAILED: Final = 1
_F = TypeVar("_F", bound=Callable[..., Any])

config_option = click.option(
    "--config", type=existing_file, required=True, help="The registrar's configuration (TOML)."
)
election_option = click.option(
    "--election", type=ADDRESS, required=True, help="The election's address."
)


def list_options(command: _F) -> _F:
    """Add the options for a private list."""
    for option in (
        click.option(
            "--passphrase-file",
            type=existing_file,
            help="Private file with the list's passphrase; asked for when missing.",
        ),
        click.option(
            "--list",
            "list_file",
            type=existing_file,
            required=True,
            help="The private list that the organisation exported.",
        ),
    ):
        command = option(command)
    return command


@click.group()
def registrar() -> None:
    """Attest voters' keys as a body of your own, by a check of your own."""


@registrar.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--password-file", type=existing_file, help="Private file with the new password.")
@json_option
def key(*, file: Path, password_file: Path | None, as_json: bool) -> None:
    """Make the registrar's key and keep it, encrypted, in FILE.

    The address goes into the service's settings and from there into each election's manifest.
    """
    address = create_keystore(file, new_password(password_file)).address
    if as_json:
        print_json({"address": address})
    else:
        click.echo(address)


@registrar.command()
@config_option
@json_option
def serve(*, config: Path, as_json: bool) -> None:
    """Serve until Ctrl-C or SIGTERM: attest, keep the ledger, tell members what happens."""
    # The server and its framework take a second to load, which no other command should wait for.
    from hanpyo.operation.logs import configure_logs  # noqa: PLC0415
    from hanpyo.web.registrar_server import serve as run  # noqa: PLC0415

    settings = load_registrar_settings(config)
    token, signer = settings.token(), _signer(settings)
    configure_logs(settings.log)
    address = to_checksum_address(signer.address)

    def ready(url: str) -> None:
        if as_json:
            print_json({"address": address, "url": url})
        else:
            click.echo(f"Registrar {address} listens on {url}")

    run(settings, signer, token, ready)


@registrar.command("import-roll")
@config_option
@election_option
@list_options
@click.option("--roll", "roll_file", type=existing_file, help="The roll file, if bound by hash.")
@json_option
def import_roll(
    *,
    config: Path,
    election: str,
    list_file: Path,
    passphrase_file: Path | None,
    roll_file: Path | None,
    as_json: bool,
) -> None:
    """Take the members' contacts from a private list, to write to them without the service."""
    settings = load_registrar_settings(config)
    if roll_file is not None:
        save_roll(settings.data / "rolls", roll_file.read_bytes())
    passphrase = password_of(list_file, passphrase_file)
    with _desk(settings) as desk:
        count = import_contacts(desk, _bytes(election), list_file.read_bytes(), passphrase)
    if as_json:
        print_json({"reachable": count})
    else:
        click.echo(f"{count} voters can be reached")


@registrar.command()
@config_option
@election_option
@list_options
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="New private CSV file: voter number, name, address, code.",
)
@json_option
def letters(
    *,
    config: Path,
    election: str,
    list_file: Path,
    passphrase_file: Path | None,
    out: Path,
    as_json: bool,
) -> None:
    """Make a code for each member's letter, for a registrar with `check = "secret"`.

    Codes of an earlier run end. Print the letters, then destroy the file.
    """
    passphrase = password_of(list_file, passphrase_file)
    with _desk(load_registrar_settings(config)) as desk:
        file, count = make_letters(desk, _bytes(election), list_file.read_bytes(), passphrase)
    write_private(out, file)
    if as_json:
        print_json({"letters": count, "file": str(out)})
    else:
        click.echo(f"{count} letters in {out}")


@registrar.command()
@config_option
@election_option
@json_option
def report(*, config: Path, election: str, as_json: bool) -> None:
    """Show what was signed and refused, and compare it with the chain.

    Exit status 1 when the chain shows a signature of this registrar that its ledger does not know,
    or when something was asked that must never be asked.
    """
    with _desk(load_registrar_settings(config)) as desk:
        found = report_on(desk.office, _bytes(election))
    if as_json:
        print_json(found.plain())
    else:
        _show(found)
    click.get_current_context().exit(0 if found.is_clean else _FAILED)


@registrar.command()
@config_option
@election_option
@click.confirmation_option(prompt="Erase every contact and code of this election?")
@json_option
def erase(*, config: Path, election: str, as_json: bool) -> None:
    """Forget the contacts and codes of an election; the ledger stays."""
    with _desk(load_registrar_settings(config)) as desk:
        desk.contacts.erase(_bytes(election))
    if as_json:
        print_json({"erased": election})
    else:
        click.echo("Erased")


def _desk(settings: RegistrarSettings) -> Desk:
    return open_desk(settings, _signer(settings))


def _signer(settings: RegistrarSettings) -> Signer:
    return Signer.open(settings.keystore, settings.password_file)


def _bytes(address: str) -> Address:
    return Address(bytes.fromhex(address[2:]))


def _show(found: RegistrarReport) -> None:
    signed = ", ".join(f"{count} {kind}s" for kind, count in found.signed.items()) or "nothing"
    refused = ", ".join(f"{count} {code}" for code, count in found.refused.items()) or "nothing"
    click.echo(f"Election {found.election}")
    click.echo(f"Signed: {signed}; {found.keys} keys bound")
    click.echo(f"Refused: {refused}; {found.alarms} alarms")
    click.echo(f"On the chain: {found.on_chain} signatures; {found.unreadable} calls unreadable")
    for each in found.strangers:
        of = "" if each.voter is None else f" of voter {each.voter}"
        click.echo(f"ALARM: a {each.kind}{of} that is not in the ledger, in {each.transaction}")
