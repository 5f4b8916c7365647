"""What registrars attest against the roll: the contract believes them, the audit does not."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from hanpyo.audit import Report
from hanpyo.elections.casting import SignedAct, Voter
from hanpyo.elections.hosting import Host, embedded_host
from hanpyo.elections.progress import Stages
from hanpyo.protocol.batch import CompactBatch, encode_compact
from hanpyo.protocol.types import Channel, DeskKind, Secrecy
from tests.integration.audit import second
from tests.integration.audit.scene import LISTED, Scene, announce, class_of, key_of, weight_of
from tests.integration.audit.tampering import failed, named

pytestmark = pytest.mark.xdist_group("audit")
VOTER = 4


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with embedded_host(Stages()) as running:
        yield running


@pytest.fixture
def scene(host: Host) -> Scene:
    return announce(host, Secrecy.OPEN)


def report_of(scene: Scene) -> Report:
    return second.audited(scene)


def act_of(scene: Scene, voter: Voter) -> SignedAct:
    return SignedAct(voter, scene.booth.ballot(voter, scene.some_choices(voter.number)))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda voter: replace(voter, weight=voter.weight + 1), "the roll says"),
        (lambda voter: replace(voter, class_=1 - voter.class_), "the roll says"),
        (lambda voter: replace(voter, number=LISTED, weight=1, class_=0), "another key"),
    ],
    ids=["weight", "class", "listed key"],
)
@pytest.mark.parametrize("each", [False, True], ids=["in a list", "on its own"])
def test_a_credential_unlike_its_leaf(
    scene: Scene, change: Callable[[Voter], Voter], words: str, each: bool
) -> None:
    voter = change(scene.voter(VOTER))
    act = act_of(scene, voter)
    if each:
        scene.cast_each([act])
    else:
        scene.cast([act])
    report = report_of(scene)
    assert failed(report) == {"entitlement"}
    assert named(report, "entitlement") == {voter.number}
    assert words in report.check("entitlement").reason


def test_a_key_bound_again_after_its_rebind_is_in_order(scene: Scene) -> None:
    scene.cast([scene.ballot(VOTER)])
    scene.send(scene.rebind(VOTER, 1))
    scene.cast([scene.ballot(VOTER, epoch=1)])
    scene.send(scene.wrap(scene.rebind(VOTER, 2)))
    report = report_of(scene)
    assert report.ok
    assert "rebound through another contract" in report.check("credentials").reason


def test_desk_acts_through_another_contract(scene: Scene) -> None:
    records = [
        scene.desk(1, DeskKind.CHECK_IN, 0, 0),
        scene.desk(2, DeskKind.NAMED, Channel.PAPER, 1),
        scene.desk(3, DeskKind.IN_PERSON, Channel.IN_PERSON, 65535),
    ]
    scene.send(scene.wrap(scene.desk_request(records)))
    scene.send(scene.wrap(scene.contract.cast(scene.batch([scene.ballot(1)]))))
    report = report_of(scene)
    assert report.ok
    assert len(report.check("calldata").findings) == 2
    assert len(report.check("entitlement").findings) == 0


def test_acts_without_a_first(scene: Scene) -> None:
    """A withdrawal and a later revision of voters who never had a ballot at order 0."""
    scene.cast([scene.withdrawal(1, revision=0), scene.ballot(2, revision=3)])
    scene.cast([scene.ballot(1, revision=1), scene.ballot(2)])
    assert report_of(scene).ok


def test_wallets_that_say_no_and_wrong_attestations_are_skipped(scene: Scene) -> None:
    """What must be skipped is skipped for the reason that the auditor finds, too."""
    wide = scene.wide(LISTED)
    nobody = replace(wide, key=bytes(19) + b"\x55", signature=b"\1" * 65)
    unproven = replace(wide, proof=(b"\1" * 32,))
    heavy = replace(wide, weight=2)
    scene.cast_wide([nobody, unproven, heavy, wide, wide])
    member = scene.wide(37, listed=False)
    forged = replace(
        member, attestations=tuple(replace(a, signature=b"\1" * 64) for a in member.attestations)
    )
    scene.cast_wide([forged, replace(member, voter=10**6), member])
    report = report_of(scene)
    assert report.ok, report.failures
    assert "6 of them skipped" in report.check("calldata").reason


def test_junk_in_compact_batches_is_skipped(scene: Scene) -> None:
    acts = [scene.attested(scene.ballot(number)) for number in range(1, 8)]
    acts[0] = replace(acts[0], signature=b"\xff" * 64)
    acts[1] = replace(acts[1], attestations=acts[0].attestations)
    acts[2] = replace(acts[2], voter=99)
    acts[3] = replace(acts[3], kind=7)
    acts[4] = replace(acts[4], weight=0)
    batch = CompactBatch(tuple(acts), weights=True, classes=True, orders=True)
    scene.send(scene.contract.cast(encode_compact(batch, scene.booth.form)))
    report = report_of(scene)
    assert report.ok, report.failures
    assert "5 of them skipped" in report.check("calldata").reason


def test_a_dirty_withdrawal_is_skipped(scene: Scene) -> None:
    record = scene.attested(scene.withdrawal(VOTER, revision=1))
    dirty = replace(record, payload=b"\1" + record.payload[1:])
    batch = CompactBatch((dirty,), weights=True, classes=True, orders=True)
    scene.send(scene.contract.cast(encode_compact(batch, scene.booth.form)))
    assert report_of(scene).ok


def test_the_scene_is_what_it_says() -> None:
    assert (weight_of(VOTER), class_of(VOTER)) == (2, 0)
    assert key_of(VOTER) != key_of(VOTER, 1)
