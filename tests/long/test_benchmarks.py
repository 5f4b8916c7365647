"""Every benchmark of the service runs through, on a few ballots; how fast is no test's business."""

from collections.abc import Sequence

import pytest

from bench import index, intake, relay, service
from bench.__main__ import names
from bench.report import Row
from hanpyo.protocol.types import Secrecy


def named(rows: Sequence[Row]) -> dict[str, Row]:
    assert all(row.value >= 0 for row in rows)
    return {row.name: row for row in rows}


def test_every_benchmark_is_found() -> None:
    assert {"audit", "gas", "index", "intake", "relay", "service"} <= set(names())


@pytest.mark.parametrize("kind", ["sqlite"])
def test_intake(kind: str) -> None:
    rows = named(
        intake.measure((10, 20), rounds=2, each=10, sealed=0, warm=12, kinds=(kind,), workers=1)
    )
    assert rows[f"{kind}, durable intake"].peer_value
    assert rows[f"{kind}, first 20 ballots"].value


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_index(kind: str) -> None:
    rows = named(index.measure((30, 450), web3=250, kinds=(kind,)))
    assert rows[f"{kind}, rebuild of 450 ballots"].peer_value
    assert rows["web3.py's contract events, decoded only"].value


@pytest.mark.parametrize("kind", ["postgresql"])
def test_relay(kind: str) -> None:
    rows = named(relay.measure(450, accounts=2, kinds=(kind,)))
    assert rows[f"{kind}, queue to mined"].peer_value
    assert rows[f"{kind}, queue to read model"].value


@pytest.mark.parametrize(("kind", "secrecy"), [("postgresql", Secrecy.SEALED)])
def test_service(kind: str, secrecy: Secrecy) -> None:
    rows = named(service.measure(25, kinds=(kind,), secrecies=(secrecy,)))
    assert rows[f"{kind}, 25 {secrecy.name.lower()} ballots, first POST to final tally"].value
