"""`hanpyo serve`: everything on one machine, in one service process and a chain beside it."""

import sys
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Final

import click

from hanpyo.cli.console import json_option, print_json
from hanpyo.cli.migrate import bring_up_to_date
from hanpyo.cli.root import tell
from hanpyo.cli.starting import announce, require_sound, settings_with
from hanpyo.config import Settings
from hanpyo.errors import HanpyoError
from hanpyo.operation.demonstrating import demonstrate
from hanpyo.operation.embedded import embedded_chain, exclusive
from hanpyo.operation.service import Service
from hanpyo.operation.shown import Opened, Shown
from hanpyo.runtime import Runtime
from hanpyo.web.server import Server


@click.command()
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of database, chain and keys, instead of the setting's.",
)
@click.option("--port", type=click.IntRange(0, 65535), help="Port, instead of the setting's.")
@click.option("--demo", is_flag=True, help="Open a demonstration election and print its links.")
@json_option
def serve(*, data: Path | None, port: int | None, demo: bool, as_json: bool) -> None:
    """Serve everything from this machine until Ctrl-C or SIGTERM.

    Web, relay, indexer and, where no node is named, a chain of its own. Everything is made at the
    first start, in the data folder.
    """
    settings = settings_with(data, port)
    if demo and not settings.embedded_chain:
        raise click.UsageError("--demo needs the embedded chain: name no node")
    if demo and not settings.web.port:
        raise click.UsageError("--demo prints links: name a port")
    with exclusive(settings.data):
        bring_up_to_date(settings)
        with _chain_of(settings) as complete:
            require_sound(complete, embedded=settings.embedded_chain)
            show = partial(_demonstrate, as_json=as_json) if demo else None
            service = Service(complete, with_tasks=True, once_started=show)
            Server(
                complete,
                service.open,
                service.close,
                workers=1,
                ready=lambda url: announce(url, complete, as_json=as_json),
            ).run()


def _demonstrate(runtime: Runtime, *, as_json: bool) -> None:
    """Open the demonstration and say how to take part in it; a failure is said too."""
    try:
        shown = demonstrate(runtime)
    except HanpyoError as failure:
        tell(failure, as_json=as_json)
        return
    if as_json:
        print_json(
            {
                "organisation": shown.organisation_id,
                "election": shown.election_id,
                "address": shown.address,
                "organiser": shown.organiser,
                "voters": list(shown.voters),
                "trusteeKey": str(shown.trustee_key),
                "opened": shown.opened,
            }
        )
    else:
        click.echo(_links(runtime.settings, shown))


def _links(settings: Settings, shown: Shown) -> str:
    data = settings.data
    return _LINKS.format(
        opened=_OPENED[shown.opened],
        hanpyo=_own_name(),
        voter=shown.voters[0],
        key=data / "demo-voter.json",
        password=data / "keystores" / "password",
        organiser=shown.organiser,
        base=settings.web.public_url.rstrip("/"),
        election=shown.election_id,
        address=shown.address,
        trustee=shown.trustee_key,
    )


def _own_name() -> str:
    """How this program was called, where that was from the folder it is called in."""
    called = Path(sys.argv[0])
    return str(called) if called.name == "hanpyo" and not called.is_absolute() else "hanpyo"


_OPENED: Final = {
    Opened.NOW: (
        "시연 투표가 열렸습니다. 조합원 120명은 지어낸 사람들입니다.\n"
        "A demonstration election is open; its 120 members are made up."
    ),
    Opened.INSTEAD: (
        "지난번 시연 투표는 끝나서 새로 열었습니다. 조합원 120명은 지어낸 사람들입니다.\n"
        "The demonstration of before is over; another is open. Its 120 members are made up."
    ),
    Opened.EARLIER: (
        "지난번에 연 시연 투표가 아직 열려 있습니다. 링크는 그대로입니다.\n"
        "The demonstration of before is still open; its links are the same."
    ),
}
_LINKS: Final = """
{opened}
브라우저에서 여세요. / Open these in a browser.

투표하기 / vote, as the first of the members:
  {voter}
관리하기 / organise: set the account up first, then sign in
  {organiser}
지켜보기 / watch the turnout and the result:
  {base}/elections/{election}
검증하기 / audit it in the browser:
  {base}/audit?election={address}&from=0
개표 열쇠 내기 (마감 뒤에) / hand the trustee's key in, after the close:
  {base}/trustee/{election}
  {trustee} ({password})

명령으로도 할 수 있습니다. / By command as well:
  {hanpyo} vote '{voter}' 1=1 2=1 3=2 4=1 5=1,3 \\
    --key {key} --password-file {password}
  {hanpyo} audit --rpc {base}/rpc --election {address}
"""


def _chain_of(settings: Settings) -> AbstractContextManager[Settings]:
    return embedded_chain(settings) if settings.embedded_chain else nullcontext(settings)
