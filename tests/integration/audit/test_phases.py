"""An audit before the end: nothing is wrong, and the report says what is still to come."""

from collections.abc import Iterator

import pytest

from hanpyo.audit import Report, Status
from hanpyo.elections import lifecycle
from hanpyo.elections.hosting import Host, embedded_host
from hanpyo.elections.plan import manifest_for
from hanpyo.elections.progress import Stages
from hanpyo.elections.record import read_record
from hanpyo.protocol.roll import encode_roll
from hanpyo.protocol.types import Address, Secrecy
from tests.integration.audit import second
from tests.integration.audit.scene import (
    BAD,
    PERIODS,
    Scene,
    announce,
    finish,
    vote,
)
from tests.integration.audit.tampering import failed, named

pytestmark = pytest.mark.xdist_group("audit")


@pytest.fixture
def host() -> Iterator[Host]:
    with embedded_host(Stages()) as running:
        yield running


def report_of(scene: Scene) -> Report:
    return second.audited(scene)


def explain(report: Report) -> str:
    return "\n".join(f"{each.name}: {each.findings}" for each in report.failures)


def test_from_voting_to_opening(host: Host) -> None:
    scene = announce(host, Secrecy.SEALED)
    vote(scene)
    report = report_of(scene)
    assert (report.phase, report.ok) == ("voting", True), explain(report)
    assert "not released" in report.check("openings").reason
    assert "not settled yet" in report.check("settlement").reason
    assert "not certified yet" in report.check("certification").reason
    assert all(item.outcome == "pending" for item in report.items)
    times = scene.contract.manifest.timetable
    scene.wait_until(times.barrier_at)
    assert report_of(scene).phase == "closed"
    lifecycle.settle_all(host.venue.relay, scene.contract, read_record(scene.contract))
    scene.wait_until(times.opening_at)
    assert scene.officials.trustee is not None
    scene.send(scene.contract.release_key(scene.officials.trustee.secret))
    report = report_of(scene)
    assert (report.phase, report.ok) == ("opening", True), explain(report)
    assert "still to be opened" in report.check("openings").reason


def test_an_open_election_while_it_runs(host: Host) -> None:
    scene = announce(host, Secrecy.OPEN)
    vote(scene)
    report = report_of(scene)
    assert (report.phase, report.ok) == ("voting", True), explain(report)
    finish(scene, certify=False)
    report = report_of(scene)
    assert (report.phase, report.ok) == ("opening", True), explain(report)


def test_a_key_that_came_early_is_told(host: Host) -> None:
    scene = announce(host, Secrecy.SEALED)
    assert scene.officials.trustee is not None
    scene.send(scene.contract.release_key(scene.officials.trustee.secret))
    scene.cast([scene.ballot(0)])
    report = report_of(scene)
    assert report.ok, explain(report)
    assert "secrecy was lost" in report.check("timing").reason


def test_a_key_that_never_came(host: Host) -> None:
    scene = announce(host, Secrecy.SEALED)
    scene.cast([scene.ballot(0)])
    scene.wait_until(scene.contract.manifest.timetable.key_deadline + 1)
    report = report_of(scene)
    assert (report.phase, report.ok) == ("undetermined", True), explain(report)
    assert {item.outcome for item in report.items} == {"undetermined"}
    assert "not released" in report.check("certification").reason


def test_draft_frozen_and_cancelled(host: Host) -> None:
    frozen = announce(host, Secrecy.OPEN)
    organiser = Address(bytes.fromhex(host.venue.organiser.address[2:]))
    timetable = PERIODS.starting(host.venue.clock.now())
    manifest = manifest_for(frozen.plan, organiser, timetable, frozen.officials)
    draft = lifecycle.create(host.venue.organiser, host.factory, manifest)
    address = Address(bytes.fromhex(draft.address[2:]))
    report = second.audited(frozen, address)
    assert (report.phase, report.ok) == ("draft", True), explain(report)
    assert report.check("roll").status is Status.UNCHECKED
    reasons = {finding.text for finding in report.check("manifest").findings}
    assert {"the text is not published yet", "the election is not frozen yet"} <= reasons
    organiser_sends = host.venue.organiser.transact
    organiser_sends(draft.publish_roll(0, encode_roll(frozen.plan.roll)[: 43 * 7]))
    half = second.audited(frozen, address)
    assert half.ok, explain(half)
    assert half.check("roll").status is Status.UNCHECKED
    organiser_sends(draft.publish_roll(7, encode_roll(frozen.plan.roll)[43 * 7 :]))
    organiser_sends(draft.publish_text(frozen.plan.text_json))
    organiser_sends(draft.freeze())
    assert second.audited(frozen, address).phase == "frozen"
    host.venue.organiser.transact(draft.cancel())
    report = second.audited(frozen, address)
    assert (report.phase, report.ok) == ("cancelled", True), explain(report)
    assert "cancelled" in report.check("certification").reason
    assert {item.outcome for item in report.items} == {"cancelled"}


def test_a_bad_escrow_that_was_opened_and_never_voided_fails(host: Host) -> None:
    """Its voter opens it with the salt that only the voter knows; nobody voids it in time."""
    scene = announce(host, Secrecy.SEALED)
    salts: dict[int, bytes] = {}
    scene.cast([scene.bad_ballot(BAD, salts)])
    times = scene.contract.manifest.timetable
    scene.wait_until(times.opening_at)
    assert scene.officials.trustee is not None
    scene.send(scene.contract.release_key(scene.officials.trustee.secret))
    scene.open_first(BAD, scene.some_choices(BAD), salts[BAD])
    scene.wait_until(times.certify_at)
    assert "still to be" in report_of(scene).check("openings").reason
    scene.send(scene.contract.certify())
    report = report_of(scene)
    assert failed(report) == {"openings"}
    assert named(report, "openings") == {BAD}


def test_a_bad_escrow_is_voided_after_its_opening(host: Host) -> None:
    scene = announce(host, Secrecy.SEALED)
    salts: dict[int, bytes] = {}
    scene.cast([scene.bad_ballot(BAD, salts), scene.ballot(1)])
    times = scene.contract.manifest.timetable
    scene.wait_until(times.opening_at)
    assert scene.officials.trustee is not None
    scene.send(scene.contract.release_key(scene.officials.trustee.secret))
    scene.open_first(BAD, scene.some_choices(BAD), salts[BAD])
    scene.void_opened(BAD, scene.some_choices(BAD), salts[BAD])
    lifecycle.open_all(host.venue.relay, scene.contract, read_record(scene.contract))
    scene.wait_until(times.certify_at)
    scene.send(scene.contract.certify())
    report = report_of(scene)
    assert report.ok, explain(report)
    assert named(report, "openings") == {BAD}
