"""The independent audit as other commands run it at their end."""

from pathlib import Path

from rich.console import Console
from rich.text import Text

from hanpyo.audit import BundleSource, LiveSource, audit, write_bundle
from hanpyo.audit.rendering import title
from hanpyo.audit.report import Report, Status
from hanpyo.chain.contracts import ElectionContract
from hanpyo.protocol.types import Address

_COLOURS = {
    Status.PASS: "green",
    Status.FAIL: "bold red",
    Status.UNCHECKED: "yellow",
    Status.NOTE: "cyan",
}


def check_election(contract: ElectionContract, organiser: str, bundle: Path | None) -> Report:
    """Audit an election from its node alone; with `bundle`, write the evidence file and check it.

    `organiser` is who is expected to have created it.
    """
    source = LiveSource([contract.rpc])
    election, expected = (Address(bytes.fromhex(a[2:])) for a in (contract.address, organiser))
    if bundle is None:
        return audit(source, election, expected_organiser=expected)
    write_bundle(source, election, bundle)
    return audit(BundleSource(bundle), election, expected_organiser=expected)


def show_report(console: Console, report: Report) -> None:
    """The checks, one a line, Korean first."""
    console.print(f"검증 / Audit: block {report.block_number}, 0x{report.block_hash.hex()}")
    for check in report.checks:
        line = Text("  ").append(f"{check.status:<9}", _COLOURS[check.status])
        console.print(line.append(f" {title(check.name)}: {check.reason}", "default"))
