"""`hanpyo roll erase` and `private-list`: what the operator does with the people of a service.

They work on the database itself, so that whoever may run them is the operator; both leave a line in
the organisation's audit log.
"""

from pathlib import Path
from typing import Final

import click

from hanpyo.cli.console import json_option, print_json
from hanpyo.cli.hosting import existing_file, new_password
from hanpyo.cli.starting import settings_with
from hanpyo.elections.keyfiles import write_private
from hanpyo.elections.roll_office import RollOffice
from hanpyo.runtime import open_runtime

_ACTOR: Final = "console"


@click.command("erase")
@click.argument("election_id")
@click.option("--force", is_flag=True, help="Also before the election is certified or cancelled.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def erase_people(*, election_id: str, force: bool, yes: bool, as_json: bool) -> None:
    """Forget the people of ELECTION_ID for good; the audit of the chain is not touched.

    Backups made before still hold them: delete those too.
    """
    if not yes:
        click.confirm("There is no way back. Erase the personal data?", abort=True, err=True)
    with open_runtime(settings_with()) as runtime:
        erased = RollOffice(runtime).erase(_ACTOR, election_id, force=force)
    if as_json:
        print_json({"election": election_id, "erased": erased})
    else:
        click.echo("Erased" if erased else "Erased before; nothing changed")


@click.command("private-list")
@click.argument("election_id")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The sealed file; readable by you only.",
)
@click.option("--password-file", type=existing_file, help="A file with the list's passphrase.")
@json_option
def private_list(*, election_id: str, out: Path, password_file: Path | None, as_json: bool) -> None:
    """Write who is behind each voter number of ELECTION_ID, sealed, for its registrars."""
    passphrase = new_password(password_file)
    with open_runtime(settings_with()) as runtime:
        sealed = RollOffice(runtime).private_list(_ACTOR, election_id, passphrase)
    write_private(out, sealed)
    if as_json:
        print_json({"election": election_id, "bytes": len(sealed)})
    else:
        click.echo(f"Private list {out}")
