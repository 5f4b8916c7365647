"""`hanpyo audit`: the independent check, from nodes or from an evidence file."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click
from rich.console import Console

from hanpyo.audit import BundleSource, LiveSource, Report, Source, Status
from hanpyo.audit import audit as run_audit
from hanpyo.audit.rendering import lines
from hanpyo.chain.rpc import Rpc
from hanpyo.cli.console import console, json_option, print_json
from hanpyo.protocol.types import Address

_COLOURS = {
    Status.PASS: "green",
    Status.FAIL: "bold red",
    Status.UNCHECKED: "yellow",
    Status.NOTE: "cyan",
}
_FAILED = 1
_readable = click.Path(exists=True, dir_okay=False, path_type=Path)


class HexBytes(click.ParamType):
    """Exactly `size` bytes as 0x and hexadecimal digits."""

    def __init__(self, name: str, size: int) -> None:
        self.name = name
        self._size = size

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> bytes:
        """The bytes, or a usage error that says what is expected."""
        if isinstance(value, bytes):
            return value
        text = str(value)
        if not re.fullmatch(rf"0x[0-9a-fA-F]{{{2 * self._size}}}", text):
            self.fail(f"{text!r} is not 0x and {2 * self._size} hexadecimal digits", param, ctx)
        return bytes.fromhex(text[2:])


_address = HexBytes("address", 20)
_digest = HexBytes("hash", 32)


@click.command()
@click.option("--rpc", "urls", multiple=True, help="A node's URL; give several to compare them.")
@click.option("--election", type=_address, help="The election's address.")
@click.option("--roll", type=_readable, help="The roll file, where the roll is not in the events.")
@click.option("--organiser", type=_address, help="The organiser you expect.")
@click.option("--manifest-hash", type=_digest, help="The manifest hash you expect.")
@click.option(
    "--bundle",
    type=click.Path(dir_okay=False, path_type=Path),
    help="With --rpc: write the evidence file. Without: check this one offline.",
)
@click.option("--block-hash", type=_digest, help="Offline: the only block to trust.")
@click.option(
    "--from-block",
    type=click.IntRange(0),
    default=0,
    help="A block before the election's creation.",
)
@json_option
def audit(
    *,
    urls: tuple[str, ...],
    election: bytes | None,
    roll: Path | None,
    organiser: bytes | None,
    manifest_hash: bytes | None,
    bundle: Path | None,
    block_hash: bytes | None,
    from_block: int,
    as_json: bool,
) -> None:
    """Check an election: code, roll, every signature, ballot, opening, the tally and the decision.

    Everything is recomputed from the chain, or offline from an evidence file. Exit status 0 when no
    check fails, 1 when one does, 2 when the audit cannot be made.
    """
    address = None if election is None else Address(election)
    rpcs = [Rpc(url) for url in urls]
    with ExitStack() as open_nodes:
        for rpc in rpcs:
            open_nodes.enter_context(rpc)
        source = _source(rpcs, address, bundle, block_hash, from_block)
        with _stages() as advance:
            report = run_audit(
                source,
                address,
                expected_organiser=None if organiser is None else Address(organiser),
                expected_manifest_hash=manifest_hash,
                roll_file=None if roll is None else roll.read_bytes(),
                bundle=bundle if rpcs else None,
                advance=advance,
            )
    if as_json:
        print_json(report.as_json())
    else:
        _show(report)
    click.get_current_context().exit(0 if report.ok else _FAILED)


def _source(
    rpcs: list[Rpc],
    election: Address | None,
    bundle: Path | None,
    block_hash: bytes | None,
    from_block: int,
) -> Source:
    if rpcs:
        if election is None:
            raise click.UsageError("--rpc needs --election, the address to check")
        if block_hash is not None:
            raise click.UsageError("--block-hash is for checking a bundle offline, without --rpc")
        return LiveSource(rpcs, from_block)
    if bundle is None:
        raise click.UsageError("give --rpc and --election, or --bundle to check offline")
    return BundleSource(bundle, block_hash)


@contextmanager
def _stages() -> Iterator[Callable[[str], None]]:
    """Shows the stage under way on the error stream, when that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with Console(stderr=True).status("audit") as status:
        yield lambda name: status.update(f"audit: {name}")


def _show(report: Report) -> None:
    shown = console()
    statuses = {str(status): colour for status, colour in _COLOURS.items()}
    for line in lines(report):
        word = line.split(" ", 1)[0]
        shown.print(line, style=statuses.get(word), markup=False)
