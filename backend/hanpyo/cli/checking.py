"""The independent audit as other commands run it at their end."""

from pathlib import Path

from rich.console import Console

from hanpyo.audit import LiveSource, audit, write_bundle
from hanpyo.audit.report import Report, Status
from hanpyo.chain.rpc import Rpc
from hanpyo.protocol.types import Address

_COLOURS = {
    Status.PASS: "green",
    Status.FAIL: "bold red",
    Status.UNCHECKED: "yellow",
    Status.NOTE: "cyan",
}


def check_election(rpc: Rpc, election: str, bundle: Path | None) -> Report:
    """Audit an election from its node alone; with `bundle`, write the evidence file first."""
    source = LiveSource([rpc])
    address = Address(bytes.fromhex(election[2:]))
    if bundle is not None:
        write_bundle(source, address, bundle)
    return audit(source, address)


def show_report(console: Console, report: Report) -> None:
    """The checks, one a line."""
    console.print(f"Audit at block {report.block_number}, 0x{report.block_hash.hex()}")
    for check in report.checks:
        colour = _COLOURS[check.status]
        console.print(f"  [{colour}]{check.status:<9}[/] {check.name}: {check.reason}")
