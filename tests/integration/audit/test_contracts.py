"""Elections that run other code than the packaged contracts, and contracts that would be wrong."""

from collections.abc import Callable

import pytest
from eth_utils.address import to_checksum_address

from hanpyo.audit import Evidence, Report, examine
from hanpyo.audit.bundle import decode_bundle, encode_bundle
from hanpyo.audit.storage import (
    ACTED,
    BATCHES,
    COUNTERS,
    MANIFEST_HASH,
    PROGRESS,
    SECRET,
    SLOTS,
    STRATA,
    TURNOUT,
    VOIDED,
    mapping_slot,
    strata_in_use,
    tally_slot,
)
from hanpyo.chain.abi import constructor_data
from hanpyo.chain.contracts import MODULES, FactoryContract
from hanpyo.chain.tickets import TransactionRequest
from hanpyo.elections import lifecycle
from hanpyo.elections.plan import manifest_for
from hanpyo.protocol.types import Address
from tests.integration.audit import second
from tests.integration.audit.scene import AGAIN, PERIODS, Scene
from tests.integration.audit.tampering import failed, named

pytestmark = pytest.mark.xdist_group("audit")
VOTER = 10


def with_storage(evidence: Evidence, slot: int, change: Callable[[int], int]) -> Report:
    """The report had the contract stored another value: a wrong contract, honestly proven."""
    content = encode_bundle(evidence)
    altered = decode_bundle(content, "told")
    accounts, storage = dict(altered.accounts), dict(altered.storage)
    storage[slot] = change(storage[slot])
    altered.__dict__["_state"] = (accounts, storage)
    report = examine(altered)
    second.agree(content, "told", report, {slot: storage[slot]})
    return report


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (8, "batches"),
        (32, "live"),
        (64, "live weight"),
        (128, "touched"),
        (160, "settled"),
        (192, "opened"),
        (224, "voided"),
        (0, "frozen"),
        (1, "cancelled"),
        (2, "certified"),
        (3, "any check in"),
    ],
)
def test_wrong_counters_and_flags(sealed_evidence: Evidence, place: int, words: str) -> None:
    report = with_storage(sealed_evidence, COUNTERS, lambda value: value ^ 1 << place)
    assert "events" in failed(report)
    assert any(words in finding.text for finding in report.check("events").findings)


@pytest.mark.parametrize("place", [0, 8, 16, 24])
def test_wrong_progress(sealed_evidence: Evidence, place: int) -> None:
    report = with_storage(sealed_evidence, PROGRESS, lambda value: value ^ 1 << place)
    assert "events" in failed(report)


def test_a_wrong_secret(sealed_evidence: Evidence) -> None:
    assert failed(with_storage(sealed_evidence, SECRET, lambda _: 5)) == {"events"}


def test_a_wrong_manifest_hash(sealed_evidence: Evidence) -> None:
    report = with_storage(sealed_evidence, MANIFEST_HASH, lambda value: value ^ 1)
    assert {"manifest", "signatures", "credentials"} <= failed(report)


@pytest.mark.parametrize("base", [ACTED, VOIDED])
@pytest.mark.parametrize("voter", [VOTER, 39])
def test_a_wrong_bitmap(sealed_evidence: Evidence, base: int, voter: int) -> None:
    slot = mapping_slot(base, 0)
    report = with_storage(sealed_evidence, slot, lambda value: value ^ 1 << voter)
    assert named(report, "events") == {voter}


def test_a_wrong_slot(sealed_evidence: Evidence) -> None:
    report = with_storage(sealed_evidence, mapping_slot(SLOTS, AGAIN), lambda value: value ^ 1)
    assert named(report, "record") == {AGAIN}


def test_a_wrong_batch(sealed_evidence: Evidence) -> None:
    report = with_storage(sealed_evidence, mapping_slot(BATCHES, 2), lambda value: value ^ 1)
    assert failed(report) == {"batches"}
    assert report.check("batches").findings[0].batch == 2


def test_a_wrong_turnout(sealed_evidence: Evidence) -> None:
    stratum = strata_in_use(sealed_evidence.storage)[0]
    slot = mapping_slot(TURNOUT, stratum)
    report = with_storage(sealed_evidence, slot, lambda value: value + (1 << 128))
    assert failed(report) == {"tally"}


@pytest.mark.parametrize("plane", [0, 1])
def test_a_wrong_tally(sealed_evidence: Evidence, plane: int) -> None:
    stratum = strata_in_use(sealed_evidence.storage)[0]
    words = sealed_evidence.manifest.tally_layout.words
    slot = tally_slot(stratum, plane * words)
    report = with_storage(sealed_evidence, slot, lambda value: value + (1 << 8))
    assert failed(report) == {"tally"}
    reason = report.check("tally").reason
    assert ("heads", "weight")[plane] in reason
    assert "item 1 option 1" in reason


def test_a_stratum_that_the_contract_lacks(sealed_evidence: Evidence) -> None:
    used = strata_in_use(sealed_evidence.storage)[0]
    report = with_storage(sealed_evidence, STRATA, lambda value: value ^ 1 << used)
    assert "the contract lacks" in report.check("tally").reason


def deploy_with(scene: Scene, modules: list[str]) -> Address:
    """A draft of a new election whose implementation has these modules."""
    venue = scene.host.venue
    implementation = venue.organiser.transact(
        TransactionRequest(to=None, data=constructor_data("Election", modules))
    ).contract
    factory = venue.organiser.transact(
        TransactionRequest(to=None, data=constructor_data("ElectionFactory", implementation))
    ).contract
    assert factory is not None
    organiser = Address(bytes.fromhex(venue.organiser.address[2:]))
    timetable = PERIODS.starting(venue.clock.now())
    manifest = manifest_for(scene.plan, organiser, timetable, scene.officials)
    contract = FactoryContract(venue.rpc, factory)
    return Address(bytes.fromhex(lifecycle.create(venue.organiser, contract, manifest).address[2:]))


def test_another_module_is_named(opened: Scene) -> None:
    own = [str(address) for address in opened.contract.modules()][1:]
    own[MODULES.index("DeskModule")] = own[MODULES.index("CastModule")]
    election = deploy_with(opened, own)
    report = second.audited(opened, election)
    assert failed(report) == {"code"}
    assert "not the packaged DeskModule" in report.check("code").reason


def test_another_verifier_is_named(opened: Scene) -> None:
    """The wide module is the packaged one, but asks a wallet that says yes to everything."""
    venue = opened.host.venue
    wallet = to_checksum_address(opened.wallet)
    wide = venue.organiser.transact(
        TransactionRequest(to=None, data=constructor_data("WideModule", wallet, wallet))
    ).contract
    own = [str(address) for address in opened.contract.modules()][1:]
    own[MODULES.index("WideModule")] = str(wide)
    report = second.audited(opened, deploy_with(opened, own))
    assert failed(report) == {"code"}
    assert "ERC7913P256Verifier" in report.check("code").reason


def test_another_implementation_fails(opened: Scene) -> None:
    """A clone of something that only looks like an election."""
    clone = opened.host.venue.rpc.code(opened.contract.address)
    module = opened.contract.modules()[1]
    forged = clone[:10] + bytes.fromhex(module[2:]) + clone[30:]
    size = len(forged).to_bytes(2, "big")
    creation = b"\x61" + size + bytes.fromhex("80600a3d393df3") + forged
    receipt = opened.host.venue.relay.transact(TransactionRequest(to=None, data=creation))
    election = Address(bytes.fromhex(str(receipt.contract)[2:]))
    report = second.audited(opened, election)
    assert "code" in failed(report)
    assert "not the packaged Election" in report.check("code").reason
