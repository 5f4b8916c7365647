"""Whatever is altered in the evidence, the audit fails and names the ballot."""

import gzip
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from hanpyo.audit import (
    AuditError,
    BadBundle,
    BundleSource,
    Evidence,
    LiveSource,
    Status,
    UnknownElection,
    audit,
    examine,
    write_bundle,
)
from hanpyo.audit.bundle import decode_bundle, encode_bundle
from hanpyo.chain.election_events import (
    BatchRecorded,
    Certified,
    KeyReleased,
    Opened,
    Rebound,
    Recorded,
    RollPublished,
    Settled,
    Skipped,
    TextPublished,
    Voided,
)
from hanpyo.secrecy.group import ORDER
from tests.integration.audit.scene import AGAIN, BAD, MEMBERS, PAPER, REBOUND, Scene
from tests.integration.audit.tampering import (
    DATA,
    INDEX,
    TOPICS,
    TRANSACTION,
    Content,
    entry_at,
    failed,
    flip,
    forged,
    log_at,
    named,
    rename,
)

pytestmark = pytest.mark.xdist_group("audit")
VOTER = 10


def test_nothing_altered_passes(sealed_evidence: Evidence) -> None:
    assert forged(sealed_evidence, lambda content: None).ok


def test_one_choice(open_evidence: Evidence) -> None:
    place = log_at(open_evidence, Recorded, VOTER)

    def alter(content: Content) -> None:
        content["logs"][place][DATA] = flip(content["logs"][place][DATA], 64)

    report = forged(open_evidence, alter)
    assert {"calldata", "batches", "tally"} <= failed(report)
    assert VOTER in named(report, "calldata")


def test_one_envelope(sealed_evidence: Evidence) -> None:
    place = log_at(sealed_evidence, Recorded, VOTER)

    def alter(content: Content) -> None:
        content["logs"][place][DATA] = flip(content["logs"][place][DATA], 64)

    report = forged(sealed_evidence, alter)
    assert {"calldata", "batches"} <= failed(report)
    assert VOTER in named(report, "calldata")


def test_one_escrow(sealed_evidence: Evidence) -> None:
    place = log_at(sealed_evidence, Recorded, VOTER)

    def alter(content: Content) -> None:
        content["logs"][place][DATA] = flip(content["logs"][place][DATA], 96 + 34)

    report = forged(sealed_evidence, alter)
    assert {"calldata", "batches", "openings"} <= failed(report)
    assert named(report, "calldata") == {VOTER}
    assert "seals" in report.check("batches").reason


def test_one_key_in_an_event(sealed_evidence: Evidence) -> None:
    place = log_at(sealed_evidence, Recorded, VOTER)

    def alter(content: Content) -> None:
        content["logs"][place][DATA] = flip(content["logs"][place][DATA], 63)

    report = forged(sealed_evidence, alter)
    assert named(report, "signatures") == {VOTER}


@pytest.mark.parametrize("renamed", [False, True], ids=["under its old hash", "under its new hash"])
def test_one_signature(sealed_evidence: Evidence, renamed: bool) -> None:
    entry = entry_at(sealed_evidence, Recorded, VOTER)
    name = "0x" + entry.log.transaction_hash.hex()
    data = sealed_evidence.transactions[entry.log.transaction_hash].data
    assert isinstance(entry.event, Recorded)
    assert entry.event.envelope is not None
    signature = data[data.index(entry.event.envelope) - 64 :][:64]

    def alter(content: Content) -> None:
        encoded = content["transactions"][name]
        changed = flip("0x" + signature.hex(), 40)[2:]
        content["transactions"][name] = encoded.replace(signature.hex(), changed)
        if renamed:
            rename(content, name, content["transactions"][name])

    report = forged(sealed_evidence, alter)
    assert named(report, "signatures") == {VOTER}
    assert ("calldata" in failed(report)) is not renamed
    assert "credentials" not in failed(report)


def test_one_registrars_signature(sealed_evidence: Evidence) -> None:
    entry = entry_at(sealed_evidence, Recorded, VOTER)
    transaction = sealed_evidence.transactions[entry.log.transaction_hash]
    name = "0x" + transaction.hash.hex()
    start = transaction.data[4 + 64 :]

    def alter(content: Content) -> None:
        old = start[8:40].hex()
        changed = flip("0x" + old, 5)[2:]
        rename(content, name, content["transactions"][name].replace(old, changed))

    report = forged(sealed_evidence, alter)
    assert failed(report) == {"credentials"}
    assert "registrars" in report.check("credentials").reason


def test_one_opening(sealed_evidence: Evidence) -> None:
    place = log_at(sealed_evidence, Opened, VOTER)

    def alter(content: Content) -> None:
        content["logs"][place][DATA] = flip(content["logs"][place][DATA], 0)

    report = forged(sealed_evidence, alter)
    assert {"openings", "tally"} <= failed(report)
    assert named(report, "openings") == {VOTER}


def test_a_dropped_ballot(sealed_evidence: Evidence) -> None:
    place = log_at(sealed_evidence, Recorded, VOTER)
    report = forged(sealed_evidence, lambda content: content["logs"].pop(place))
    assert {"calldata", "batches"} <= failed(report)
    assert named(report, "calldata") == {VOTER}


def test_a_dropped_later_ballot(sealed_evidence: Evidence) -> None:
    place = log_at(sealed_evidence, Recorded, AGAIN, 1)
    report = forged(sealed_evidence, lambda content: content["logs"].pop(place))
    assert AGAIN in named(report, "calldata")


@pytest.mark.parametrize(
    ("kind", "voter", "check"),
    [
        (Opened, VOTER, "events"),
        (Voided, BAD, "events"),
        (Settled, AGAIN, "events"),
        (Skipped, None, "calldata"),
    ],
)
def test_a_dropped_event_of_a_voter(
    sealed_evidence: Evidence, kind: type[Opened], voter: int | None, check: str
) -> None:
    place = log_at(sealed_evidence, kind, voter)
    dropped = getattr(sealed_evidence.entries[place].event, "voter", None)
    report = forged(sealed_evidence, lambda content: content["logs"].pop(place))
    assert check in failed(report)
    named_voters = named(report, check)
    assert not named_voters or dropped in named_voters


@pytest.mark.parametrize("kind", [BatchRecorded, KeyReleased, Certified, TextPublished])
def test_a_dropped_event_of_the_election(
    sealed_evidence: Evidence, kind: type[BatchRecorded]
) -> None:
    place = log_at(sealed_evidence, kind)
    report = forged(sealed_evidence, lambda content: content["logs"].pop(place))
    assert "events" in failed(report)


def test_a_whole_batch_dropped(sealed_evidence: Evidence) -> None:
    entry = entry_at(sealed_evidence, Recorded, VOTER)
    name = "0x" + entry.log.transaction_hash.hex()

    def alter(content: Content) -> None:
        content["logs"] = [log for log in content["logs"] if log[TRANSACTION] != name]

    report = forged(sealed_evidence, alter)
    assert {"events", "batches"} <= failed(report)
    assert VOTER in named(report, "events")


def test_a_second_ballot_for_one_entry(sealed_evidence: Evidence) -> None:
    """A batch told twice: every voter in it would have a second ballot."""
    entry = entry_at(sealed_evidence, Recorded, VOTER)
    name = "0x" + entry.log.transaction_hash.hex()

    def alter(content: Content) -> None:
        again = [list(log) for log in content["logs"] if log[TRANSACTION] == name]
        last = max(place for place, log in enumerate(content["logs"]) if log[TRANSACTION] == name)
        encoded = content["transactions"][name]
        other = "0x" + keccak(text="another").hex()
        content["transactions"][other] = encoded
        for log in again:
            log[TRANSACTION] = other
            log[INDEX] += 1_000
        content["logs"][last + 1 : last + 1] = again

    report = forged(sealed_evidence, alter)
    assert {"record", "batches", "calldata"} <= failed(report)
    assert VOTER in named(report, "record")


def test_a_ballot_told_twice(sealed_evidence: Evidence) -> None:
    place = log_at(sealed_evidence, Recorded, VOTER)

    def alter(content: Content) -> None:
        content["logs"].insert(place, list(content["logs"][place]))

    report = forged(sealed_evidence, alter)
    assert VOTER in named(report, "calldata")


def test_a_changed_rule(sealed_evidence: Evidence) -> None:
    manifest = sealed_evidence.manifest_bytes
    approval = (1).to_bytes(2, "big") + (2).to_bytes(2, "big")
    at = manifest.rindex(approval * 1)
    changed = manifest[:at] + bytes((0, 1, 0, 3)) + manifest[at + 4 :]

    def alter(content: Content) -> None:
        address = content["election"]
        content["code"][address] = content["code"][address].replace(manifest.hex(), changed.hex())

    report = forged(sealed_evidence, alter)
    assert {"code", "manifest"} <= failed(report)


def test_a_changed_text(sealed_evidence: Evidence) -> None:
    place = log_at(sealed_evidence, TextPublished)

    def alter(content: Content) -> None:
        content["logs"][place][DATA] = flip(content["logs"][place][DATA], 70)

    report = forged(sealed_evidence, alter)
    assert failed(report) == {"manifest"}


def test_a_changed_roll(sealed_evidence: Evidence) -> None:
    place = log_at(sealed_evidence, RollPublished)
    weight = 64 + 43 * VOTER + 40

    def alter(content: Content) -> None:
        content["logs"][place][DATA] = flip(content["logs"][place][DATA], weight)

    report = forged(sealed_evidence, alter)
    assert {"roll", "entitlement"} <= failed(report)
    assert named(report, "entitlement") == {VOTER}


def test_a_roll_with_a_gap(sealed_evidence: Evidence) -> None:
    place = log_at(sealed_evidence, RollPublished)
    one = "0x" + (1).to_bytes(32, "big").hex()

    def alter(content: Content) -> None:
        content["logs"][place][TOPICS] = [content["logs"][place][TOPICS][0], one]

    assert "roll" in failed(forged(sealed_evidence, alter))


def test_another_secret(sealed_evidence: Evidence) -> None:
    place = log_at(sealed_evidence, KeyReleased)

    def alter(content: Content) -> None:
        content["logs"][place][DATA] = flip(content["logs"][place][DATA], 31)

    assert {"openings", "events"} <= failed(forged(sealed_evidence, alter))


def test_wrong_module_code(sealed_evidence: Evidence) -> None:
    def alter(content: Content) -> None:
        address = next(each for each in content["code"] if each != content["election"])
        content["code"][address] = flip(content["code"][address], 100)

    report = forged(sealed_evidence, alter)
    assert "code" in failed(report)


@pytest.mark.parametrize("place", [0, 7, -1])
def test_a_changed_state_proof(sealed_evidence: Evidence, place: int) -> None:
    def alter(content: Content) -> None:
        content["nodes"][place] = flip(content["nodes"][place], 40)

    report = forged(sealed_evidence, alter)
    assert failed(report) == {"chain"}


def test_another_chain_id(sealed_evidence: Evidence) -> None:
    def alter(content: Content) -> None:
        content["chainId"] += 1

    report = forged(sealed_evidence, alter)
    assert {"chain", "signatures", "credentials"} <= failed(report)
    assert len(named(report, "signatures")) > MEMBERS // 2


def test_another_block_time(sealed_evidence: Evidence) -> None:
    """A header that was altered has another hash, so that its events are told of no known block."""
    number = entry_at(sealed_evidence, Recorded, VOTER).log.block_number
    header = sealed_evidence.headers[number]
    changed = header.encoded.replace(
        header.timestamp.to_bytes(4, "big"), (header.timestamp + 10**6).to_bytes(4, "big")
    )

    def alter(content: Content) -> None:
        old = "0x" + header.encoded.hex()
        content["headers"] = ["0x" + changed.hex() if h == old else h for h in content["headers"]]

    report = forged(sealed_evidence, alter)
    assert {"timing", "record"} <= failed(report)
    assert VOTER in named(report, "timing")


def test_an_event_that_is_none(sealed_evidence: Evidence) -> None:
    def alter(content: Content) -> None:
        content["logs"][5][TOPICS][0] = "0x" + "11" * 32

    report = forged(sealed_evidence, alter)
    assert "events" in failed(report)


@pytest.mark.parametrize(
    ("place", "value"), [(0, 9), (1, 0x80), (2, 0xFF), (4, 7), (7, 200)], ids=str
)
def test_a_batch_that_would_revert(sealed_evidence: Evidence, place: int, value: int) -> None:
    """Calldata that is no well-formed batch cannot be what the chain took."""
    entry = entry_at(sealed_evidence, Recorded, VOTER)
    transaction = sealed_evidence.transactions[entry.log.transaction_hash]
    name = "0x" + transaction.hash.hex()
    batch = transaction.data[68:]
    changed = batch[:place] + bytes((value,)) + batch[place + 1 :]

    def alter(content: Content) -> None:
        old = content["transactions"][name]
        rename(content, name, old.replace(batch.hex(), changed.hex()))

    report = forged(sealed_evidence, alter)
    assert failed(report) == {"calldata"}
    assert "should revert" in report.check("calldata").findings[0].text


def test_a_truncated_call(sealed_evidence: Evidence) -> None:
    """Bytes whose ABI length runs beyond the calldata are told as not checked."""
    entry = entry_at(sealed_evidence, Recorded, VOTER)
    transaction = sealed_evidence.transactions[entry.log.transaction_hash]
    name = "0x" + transaction.hash.hex()
    size = transaction.data[36:68].hex()

    def alter(content: Content) -> None:
        old = content["transactions"][name]
        rename(content, name, old.replace(size, "00" * 29 + "ffffff", 1))

    report = forged(sealed_evidence, alter)
    assert report.ok
    assert len(report.check("calldata").findings) == 2


def test_a_desk_act_without_its_clerks(sealed_evidence: Evidence) -> None:
    entry = entry_at(sealed_evidence, Recorded, PAPER)
    later = sealed_evidence.entries[log_at(sealed_evidence, Recorded, PAPER, 1)]
    transaction = sealed_evidence.transactions[later.log.transaction_hash]
    name = "0x" + transaction.hash.hex()
    event = later.event
    assert entry.log != later.log
    assert isinstance(event, Recorded)
    assert event.escrow is not None
    place = transaction.data.index(event.escrow) + len(event.escrow)
    clerks = transaction.data[place : place + 130].hex()

    def alter(content: Content) -> None:
        old = content["transactions"][name]
        rename(content, name, old.replace(clerks, flip("0x" + clerks, 20)[2:]))

    report = forged(sealed_evidence, alter)
    assert named(report, "credentials") == {PAPER}
    assert "clerks" in report.check("credentials").reason


def test_a_rebind_without_its_registrars(sealed_evidence: Evidence) -> None:
    entry = entry_at(sealed_evidence, Rebound, REBOUND)
    transaction = sealed_evidence.transactions[entry.log.transaction_hash]
    name = "0x" + transaction.hash.hex()
    signed = transaction.data[4 + 128 :][:130].hex()

    def alter(place: int) -> Callable[[Content], None]:
        def change(content: Content) -> None:
            old = content["transactions"][name]
            rename(content, name, old.replace(signed, flip("0x" + signed, place)[2:]))

        return change

    for place in (0, 20, 65):
        report = forged(sealed_evidence, alter(place))
        assert named(report, "credentials") == {REBOUND}


@pytest.mark.parametrize("secret", [0, ORDER, ORDER + 5])
def test_a_secret_outside_the_group(sealed_evidence: Evidence, secret: int) -> None:
    place = log_at(sealed_evidence, KeyReleased)

    def alter(content: Content) -> None:
        content["logs"][place][DATA] = "0x" + secret.to_bytes(32, "big").hex() + "00" * 32

    report = forged(sealed_evidence, alter)
    assert "no key of the group" in report.check("openings").reason


def test_a_count_that_cannot_be_made_is_told(sealed_evidence: Evidence) -> None:
    place = log_at(sealed_evidence, TextPublished)
    text = orjson.dumps({"items": [{"counting": {"method": "lottery"}}]}).decode()

    def alter(content: Content) -> None:
        content["logs"][place][DATA] = "0x" + encode(["string"], [text]).hex()

    report = forged(sealed_evidence, alter)
    assert failed(report) == {"manifest"}
    assert report.check("counting").status is Status.NOTE
    assert "item 1 is not counted" in report.check("counting").reason


@pytest.mark.parametrize("text", ["[" * 100_000, '"' + '\\"' * 500_000], ids=["nested", "endless"])
def test_a_text_beyond_reason_stops_nobody(sealed_evidence: Evidence, text: str) -> None:
    place = log_at(sealed_evidence, TextPublished)

    def alter(content: Content) -> None:
        content["logs"][place][DATA] = "0x" + encode(["string"], [text]).hex()

    report = forged(sealed_evidence, alter)
    assert failed(report) == {"manifest"}
    assert [item.title for item in report.items] == ["1", "2", "3"]


def test_a_header_that_is_missing(sealed_evidence: Evidence) -> None:
    with pytest.raises(AuditError, match="header"):
        examine(replace(sealed_evidence, headers={}))


def test_unlinked_headers_are_told(sealed_evidence: Evidence) -> None:
    used = {log.block_number for log in sealed_evidence.logs}
    last = max(used)
    headers = {n: h for n, h in sealed_evidence.headers.items() if n in used or n > last}
    few = replace(sealed_evidence, headers=headers)
    assert not few.linked
    report = examine(few)
    assert report.ok
    assert "not every block is linked" in report.check("timing").reason


@pytest.mark.parametrize(
    "alter",
    [
        lambda content: content.pop("nodes"),
        lambda content: content.update(format="other"),
        lambda content: content.update(version=2),
        lambda content: content["block"].update(hash="0x" + "00" * 32),
        lambda content: content["block"].update(header="0x1234"),
        lambda content: content["block"].update(header=17),
        lambda content: content.update(election="0x12"),
        lambda content: content["proofs"][0].update(account=7),
        lambda content: content["logs"].insert(0, 3),
        lambda content: content["logs"][0].__setitem__(0, 10**9),
        lambda content: content.update(transactions={"0x" + "00" * 32: "0xc0"}),
        lambda content: content["nodes"].clear(),
    ],
)
def test_a_damaged_file_is_refused(
    sealed_evidence: Evidence, alter: Callable[[Content], object]
) -> None:
    content = orjson.loads(orjson.dumps(encode_bundle(sealed_evidence)))
    alter(content)
    with pytest.raises(BadBundle, match=r"damaged|missing|version|hash to|not an evidence"):
        decode_bundle(content, "bad")


@pytest.mark.parametrize("cut", [0, 10, 2_000, -20])
def test_a_truncated_bundle_is_refused(sealed: Scene, bundle: Path, cut: int) -> None:
    write_bundle(LiveSource([sealed.host.venue.rpc]), sealed.address, bundle)
    bundle.write_bytes(bundle.read_bytes()[:cut])
    with pytest.raises(BadBundle, match="truncated"):
        audit(BundleSource(bundle))


@pytest.mark.parametrize(
    "content",
    [b"no gzip at all", gzip.compress(b"{"), gzip.compress(b"[]")],
    ids=["no gzip", "no JSON", "no object"],
)
def test_something_else_is_no_bundle(bundle: Path, content: bytes) -> None:
    bundle.write_bytes(content)
    with pytest.raises(BadBundle):
        audit(BundleSource(bundle))


def test_a_missing_file_is_an_error(bundle: Path) -> None:
    with pytest.raises(BadBundle, match="cannot be read"):
        audit(BundleSource(bundle))


def test_another_block_hash_is_refused(sealed: Scene, bundle: Path) -> None:
    write_bundle(LiveSource([sealed.host.venue.rpc]), sealed.address, bundle)
    with pytest.raises(BadBundle, match="evidence of block"):
        audit(BundleSource(bundle, bytes(32)))


def test_another_election_is_refused(sealed: Scene, bundle: Path) -> None:
    write_bundle(LiveSource([sealed.host.venue.rpc]), sealed.address, bundle)
    with pytest.raises(UnknownElection):
        audit(BundleSource(bundle), sealed.wallet)


def test_missing_proofs_are_an_error(sealed_evidence: Evidence) -> None:
    content = encode_bundle(sealed_evidence)
    content["proofs"] = [content["proofs"][0]]  # type: ignore[index]
    with pytest.raises(AuditError, match="lacks"):
        examine(decode_bundle(content, "short"))
