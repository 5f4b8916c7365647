"""The root command: which commands there are, and how every failure is told.

A failure that Hanpyo understands is one line on the error stream, with its code, and exit status 2
(1 is a check that failed). Under `--json` the same stands in one object on the output.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, ClassVar, Final

import click
import orjson

from hanpyo import __version__
from hanpyo.errors import HanpyoError

USAGE: Final = 2
"""Exit status of a failure that is not a failed check."""
_INTERRUPTED: Final = 130
_COMMANDS: Final = {
    "audit": "check an election from nodes alone, or offline from an evidence file",
    "backup": "write everything that the database holds to one private file",
    "ballot": "make, cast, open and check single ballots",
    "demo": "hold and check a demonstration election on an embedded chain",
    "election": "create, show, close and certify elections",
    "index": "what is read from the chain: how far, again, past an alarm",
    "keys": "the keys of personal data: show, add, exchange",
    "migrate": "bring the database's schema to this version",
    "node": "run the embedded chain until Ctrl-C",
    "operator": "make organisations, invite their people, check the audit log",
    "registrar": "run a registrar, give it its members, see what it signed",
    "replay": "hold a real city's election again and compare with what it published",
    "restore": "read a backup into an empty database",
    "roll": "build the roll of an election",
    "serve": "serve everything from this machine until Ctrl-C",
    "trustee": "keep the key of a sealed election, and release it after the close",
    "vote": "vote with a personal link, and get the receipt",
    "web": "serve the API (with PostgreSQL and a node; see worker)",
    "worker": "relay, index, publish and notify in the background",
}


class SystemRefused(HanpyoError):
    """The operating system refused a file or a connection."""

    code: ClassVar[str] = "system_refused"

    @classmethod
    def because(cls, failure: OSError) -> "SystemRefused":
        """What the system said, and of which file."""
        where = f"{failure.filename}: " if failure.filename else ""
        return cls(f"{where}{failure.strerror or failure}")


class Root(click.Group):
    """Loads a command's module when it is needed; tells failures in one line."""

    def list_commands(self, _: click.Context) -> list[str]:
        """The commands in alphabetical order."""
        return sorted(_COMMANDS)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        """The command of this name."""
        if name not in _COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"hanpyo.cli.{name}"), name)
        return command

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(_COMMANDS.items()))

    def main(self, args: Sequence[str] | None = None, *rest: Any, **options: Any) -> Any:
        """Run, and turn failures into a line and an exit status."""
        arguments = list(sys.argv[1:] if args is None else args)
        try:
            return super().main(arguments, *rest, **options)
        except HanpyoError as failure:
            tell(failure, as_json="--json" in arguments)
            sys.exit(USAGE)
        except OSError as failure:
            tell(SystemRefused.because(failure), as_json="--json" in arguments)
            sys.exit(USAGE)
        except KeyboardInterrupt:
            sys.exit(_INTERRUPTED)


def tell(failure: HanpyoError, *, as_json: bool) -> None:
    """Say what failed: a line for people, and an object for programs where asked for."""
    message = " ".join(str(failure).split())
    click.echo(f"hanpyo: {message} [{failure.code}]", err=True)
    if as_json:
        error = {"code": failure.code, "message": message, "retryable": failure.retryable}
        click.echo(orjson.dumps({"error": error}).decode())


@click.group(cls=Root, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hanpyo")
def main() -> None:
    """Hold elections on an EVM chain, and check them."""
