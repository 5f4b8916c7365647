"""A whole election passes every check, live and offline."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from hanpyo.audit import (
    CHECKS,
    BundleSource,
    Evidence,
    LiveSource,
    Report,
    Status,
    audit,
    examine,
    streaming,
    write_bundle,
)
from hanpyo.audit.bundle import encode_bundle
from hanpyo.audit.live import Reader
from hanpyo.audit.streaming import stream_bundle
from hanpyo.chain.errors import ChainMoved
from hanpyo.chain.events import Ranges
from hanpyo.chain.receipts import Log
from hanpyo.protocol.roll import encode_roll
from tests.integration.audit.scene import BAD, MEMBERS, WALLET, Scene

pytestmark = pytest.mark.xdist_group("audit")


def statuses(report: Report) -> dict[str, Status]:
    return {check.name: check.status for check in report.checks}


def explain(report: Report) -> str:
    return "\n".join(f"{each.name}: {each.findings or each.reason}" for each in report.failures)


def test_a_sealed_election_passes(sealed: Scene) -> None:
    report = audit(LiveSource([sealed.host.venue.rpc]), sealed.address)
    assert report.ok, explain(report)
    assert tuple(check.name for check in report.checks) == CHECKS
    assert report.phase == "certified"


def test_an_open_election_passes_with_its_roll_file(opened: Scene, open_evidence: Evidence) -> None:
    roll = encode_roll(opened.plan.roll)
    organiser = opened.contract.manifest.organiser
    report = examine(open_evidence, roll_file=roll, expected_organiser=organiser)
    assert report.ok, explain(report)
    assert report.check("manifest").status is Status.PASS
    assert report.check("entitlement").status is Status.PASS


def test_without_its_file_the_roll_is_unchecked(open_evidence: Evidence) -> None:
    found = statuses(examine(open_evidence))
    assert (found["roll"], found["entitlement"]) == (Status.UNCHECKED, Status.UNCHECKED)


def test_the_bundle_gives_the_same_report(sealed: Scene, bundle: Path) -> None:
    evidence = write_bundle(LiveSource([sealed.host.venue.rpc]), sealed.address, bundle)
    live, offline = examine(evidence), audit(BundleSource(bundle, evidence.header.hash))
    assert offline.ok, explain(offline)
    assert statuses(offline) == statuses(live)
    assert [item.as_json() for item in offline.items] == [item.as_json() for item in live.items]
    assert evidence.header.hash.hex() in offline.source


def streamed(scene: Scene, file: Path) -> object:
    with file.open("wb") as out:
        stream_bundle(scene.host.venue.rpc, scene.address, 0, out)
    return orjson.loads(gzip.decompress(file.read_bytes()))


def test_a_file_that_is_written_while_it_is_read_says_the_same(
    sealed: Scene, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = LiveSource([sealed.host.venue.rpc]).collect(sealed.address)
    wanted = orjson.loads(orjson.dumps(encode_bundle(evidence)))
    assert streamed(sealed, bundle) == wanted
    monkeypatch.setattr(streaming, "_LOGS", 7)
    monkeypatch.setattr(streaming, "_TRANSACTIONS", 1)
    assert streamed(sealed, bundle) == wanted


def test_a_chain_that_moves_while_it_is_read_leaves_nothing_of_the_first_try(
    sealed: Scene, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, tries = Reader.each_log, []

    def moved(reader: Reader, ranges: Ranges) -> Iterator[Log]:
        tries.append(ranges)
        yield from whole(reader, ranges)
        if len(tries) < 3:
            raise ChainMoved("a block changed")

    monkeypatch.setattr(Reader, "each_log", moved)
    streamed(sealed, bundle)
    assert len(tries) == 3
    assert audit(BundleSource(bundle)).ok


def test_what_cannot_be_repeated_is_said(sealed_evidence: Evidence) -> None:
    report = examine(sealed_evidence)
    wallets = report.check("signatures").findings
    assert [finding.voter for finding in wallets] == [WALLET]
    assert "enforced by the contract" in wallets[0].text
    assert "another contract" in report.check("calldata").findings[0].text
    assert "operator controls" in report.check("chain").reason


def test_a_bad_escrow_is_named(sealed_evidence: Evidence) -> None:
    notes = examine(sealed_evidence).check("openings").findings
    assert [note.voter for note in notes] == [BAD]


def test_an_unexpected_organiser_fails(sealed_evidence: Evidence) -> None:
    report = examine(sealed_evidence, expected_organiser=bytes(19) + b"\1")  # type: ignore[arg-type]
    assert [check.name for check in report.failures] == ["manifest"]


def test_an_unexpected_manifest_fails(sealed_evidence: Evidence) -> None:
    report = examine(sealed_evidence, expected_manifest_hash=bytes(32))
    assert [check.name for check in report.failures] == ["manifest"]


def test_the_items_are_the_contracts_own(sealed: Scene, sealed_evidence: Evidence) -> None:
    report = examine(sealed_evidence)
    for item in report.items:
        told = sealed.contract.result(item.number)
        assert item.outcome == told.outcome.name.lower()
        assert item.heads == told.heads
        assert item.weights == told.weights
        assert item.present == (told.present_heads, told.present_weight)
    assert report.items[1].selected is not None
    assert report.items[2].selected is not None
    assert report.items[0].eligible[0] == MEMBERS
