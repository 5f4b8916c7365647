"""The auditor of the browser says of every election what `hanpyo audit` says, word for word."""

from pathlib import Path

import pytest

from hanpyo.audit import BundleSource, Evidence, LiveSource, Report, audit, examine
from hanpyo.audit.bundle import decode_bundle, encode_bundle, save_bundle
from hanpyo.protocol.roll import encode_roll
from tests.integration.audit import second
from tests.integration.audit.scene import Scene

pytestmark = pytest.mark.xdist_group("audit")


def test_a_sealed_election(sealed_evidence: Evidence) -> None:
    second.agree(encode_bundle(sealed_evidence), "told", examine_file(sealed_evidence, "told"))


def test_an_open_election(open_evidence: Evidence) -> None:
    second.agree(encode_bundle(open_evidence), "told", examine_file(open_evidence, "told"))


def test_an_open_election_with_its_roll_file(
    opened: Scene, open_evidence: Evidence, tmp_path: Path
) -> None:
    bundle, roll = tmp_path / "evidence.json.gz", tmp_path / "roll"
    save_bundle(open_evidence, bundle)
    roll.write_bytes(encode_roll(opened.plan.roll))
    answer = second.second_auditor().ask({"file": str(bundle), "roll": str(roll)})
    second.same(answer["report"], audit(BundleSource(bundle), roll_file=roll.read_bytes()))


def test_an_election_on_a_node(sealed: Scene) -> None:
    rpc = sealed.host.venue.rpc
    second.agree_live([rpc.url], sealed.address, audit(LiveSource([rpc]), sealed.address))


def examine_file(evidence: Evidence, name: str) -> Report:
    """The report on evidence as a file holds it, without the contract's own answers."""
    return examine(decode_bundle(encode_bundle(evidence), name))
