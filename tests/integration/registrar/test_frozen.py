"""What a registrar's own node must show before anything is signed: code, manifest, roll."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from eth_utils.address import to_checksum_address

from hanpyo.chain.contracts import ElectionContract
from hanpyo.chain.errors import WrongChain
from hanpyo.elections import lifecycle
from hanpyo.elections.officials import Signers
from hanpyo.elections.plan import Plan, manifest_for
from hanpyo.protocol.agenda import Item, Method
from hanpyo.protocol.roll import RollEntry, encode_roll, member_commitment
from hanpyo.protocol.types import Address, EntryKind, Secrecy
from hanpyo.registrar.errors import (
    ElectionForeign,
    ElectionOver,
    ElectionUnknown,
    NodeStale,
    NotARegistrar,
    RollUnknown,
)
from hanpyo.registrar.frozen import Elections
from hanpyo.registrar.rolls import RollFile, RollSource, folder_of_rolls, save_roll
from hanpyo.registrar.words import title_line
from tests.service.scene import PERIODS, Scene, scene

ROLL = tuple(
    RollEntry(EntryKind.ATTESTED, member_commitment(bytes((number,)), bytes(32)), 1, 0)
    for number in range(3)
)


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Scene]:
    """A chain of the test's own, to be broken."""
    with scene("sqlite", tmp_path) as found:
        yield found


def nothing(_: ElectionContract) -> None:
    return None


def elections(
    lone: Scene, rolls: RollFile = nothing, chain: int | None = None, stale_after: int = 60
) -> Elections:
    return Elections(
        lone.node.rpc,
        lone.officials.registrars.addresses[1],
        RollSource(rolls),
        chain_id=chain or lone.node.chain_id,
        stale_after=stale_after,
    )


def published(lone: Scene, *, in_file: bool) -> Address:
    """An election whose roll is on the chain, or in a file that the manifest binds."""
    plan = Plan(
        Secrecy.OPEN,
        {"title": "제목\n둘째 줄", "items": []},
        (Item(Method.CHOOSE_ONE, 2),),
        ROLL,
        roll_in_file=in_file,
    )
    organiser = Address(bytes.fromhex(lone.organiser.address[2:]))
    timetable = PERIODS.starting(lone.controls.now())
    manifest = manifest_for(plan, organiser, timetable, lone.officials)
    contract = lifecycle.create(lone.organiser, lone.factory, manifest)
    lifecycle.publish_and_freeze(lone.organiser, contract, plan)
    return Address(bytes.fromhex(contract.address[2:]))


def test_a_published_roll_is_read_from_the_chain(lone: Scene) -> None:
    found = elections(lone).get(published(lone, in_file=False))
    assert found.roll == ROLL
    assert found.index == 1
    assert found.title == "제목 둘째 줄"


def test_a_roll_in_a_file_is_found_by_its_hash(lone: Scene, tmp_path: Path) -> None:
    address = published(lone, in_file=True)
    with pytest.raises(RollUnknown):
        elections(lone).get(address)
    save_roll(tmp_path, encode_roll(ROLL))
    assert elections(lone, folder_of_rolls(tmp_path)).get(address).roll == ROLL


@pytest.mark.parametrize("data", [b"", b"\x02" * 43, encode_roll(ROLL[:2]), b"?"])
def test_another_file_in_its_place_is_no_roll(lone: Scene, data: bytes) -> None:
    address = published(lone, in_file=True)
    with pytest.raises(RollUnknown):
        elections(lone, lambda _: data).get(address)


def test_another_chain_is_refused(lone: Scene) -> None:
    address = published(lone, in_file=False)
    with pytest.raises(WrongChain):
        elections(lone, chain=1).get(address)


def test_what_is_no_election_is_unknown(lone: Scene) -> None:
    factory = Address(bytes.fromhex(lone.factory.address[2:]))
    for address in (Address(bytes(20)), factory, lone.factory.implementation):
        with pytest.raises(ElectionUnknown):
            elections(lone).get(address)


def test_an_election_of_other_registrars_is_refused(lone: Scene) -> None:
    address = published(lone, in_file=False)
    stranger = Elections(
        lone.node.rpc,
        Signers.generate(1, 1).addresses[0],
        RollSource(nothing),
        chain_id=lone.node.chain_id,
        stale_after=60,
    )
    with pytest.raises(NotARegistrar):
        stranger.get(address)


@pytest.mark.parametrize("module", [0, 2])
def test_other_code_behind_the_same_manifest_is_refused(alone: Scene, module: int) -> None:
    address = published(alone, in_file=False)
    rpc = alone.node.rpc
    place = ElectionContract(rpc, to_checksum_address(address)).modules()[module]
    code = rpc.code(place)
    # The last bytes are the compiler's metadata: the code runs as before, and is another.
    rpc.call("anvil_setCode", place, "0x" + (code[:-4] + b"\0\0" + code[-2:]).hex())
    with pytest.raises(ElectionForeign):
        elections(alone).get(address)


def test_a_cancelled_election_is_over(lone: Scene) -> None:
    address = published(lone, in_file=False)
    known = elections(lone)
    found = known.get(address)
    assert known.time_before_close(found) > 0
    lone.organiser.transact(found.contract.cancel())
    with pytest.raises(ElectionOver):
        known.time_before_close(found)


def test_a_node_that_stands_still_is_not_believed(lone: Scene) -> None:
    now = lone.controls.now()
    known = Elections(
        lone.node.rpc,
        lone.officials.registrars.addresses[0],
        RollSource(nothing),
        chain_id=lone.node.chain_id,
        stale_after=60,
        clock=lambda: now + 3_600.0,
    )
    found = known.get(published(lone, in_file=False))
    with pytest.raises(NodeStale):
        known.time_before_close(found)


def test_a_title_is_one_short_line() -> None:
    assert title_line("가\r\nBcc: x\t\0" + "나" * 200) == ("가 Bcc: x " + "나" * 200)[:80]
