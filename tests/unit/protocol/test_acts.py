import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanpyo.protocol.acts import ActError, Slot, Terms, batch_record, order_of, seals_hash
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.types import Digest

VECTORS = json.loads(
    (Path(__file__).parents[2] / "vectors" / "tree.json").read_text(encoding="utf-8")
)
u8, u16, u32, u64 = (st.integers(0, (1 << bits) - 1) for bits in (8, 16, 32, 64))
terms = st.builds(Terms, u32, u64, u16, u16, u16, u8, u8)
slots = st.builds(Slot, u16, u16, u16, u8, st.integers(0, (1 << 200) - 1))


def unhex(text: str) -> bytes:
    return bytes.fromhex(text[2:])


@given(terms)
def test_terms_survive_packing(each: Terms) -> None:
    assert Terms.unpack(each.pack()) == each


def test_terms_are_packed_as_documented() -> None:
    packed = int.from_bytes(Terms(3, 4, 5, 6, 7, 1, 2).pack(), "big")
    assert packed == 1 << 248 | 2 << 240 | 5 << 224 | 6 << 208 | 7 << 192 | 3 << 64 | 4


@pytest.mark.parametrize(
    ("field", "value"),
    [("voter", 1 << 32), ("weight", 1 << 64), ("class_", 1 << 16), ("kind", 256), ("epoch", -1)],
)
def test_terms_that_do_not_fit_are_refused(field: str, value: int) -> None:
    with pytest.raises(ActError, match="does not fit"):
        Terms(**({"voter": 1} | {field: value})).pack()


@pytest.mark.parametrize("packed", [bytes(31), bytes(33), bytes(19) + b"\x01" + bytes(12)])
def test_words_that_are_no_terms_are_refused(packed: bytes) -> None:
    with pytest.raises(ActError, match="terms"):
        Terms.unpack(packed)


@given(slots)
def test_a_slot_survives_packing(slot: Slot) -> None:
    assert Slot.unpack(slot.pack()) == slot


@pytest.mark.parametrize("vector", VECTORS["acts"])
def test_leaf_and_act_are_those_of_the_vectors(vector: dict[str, Any]) -> None:
    each = Terms.unpack(unhex(vector["terms"]))
    content, escrow = unhex(vector["content"]), unhex(vector["escrow"])
    assert each.leaf(content) == unhex(vector["leaf"])
    assert each.act(content, escrow) == unhex(vector["act"])


def test_the_slot_after_an_act_is_that_of_the_vectors() -> None:
    vector = VECTORS["acts"][1]
    each, act = Terms.unpack(unhex(vector["terms"])), Digest(unhex(vector["act"]))
    slot = Slot(3).record(each, act, has_first=True)
    assert slot.pack() == unhex(VECTORS["slot"])
    assert (slot.minimum_epoch, slot.epoch, slot.revision) == (3, each.epoch, each.revision)
    assert slot.holds(act)
    assert not slot.holds(keccak(act))


@pytest.mark.parametrize(
    ("state", "has_first", "has_act", "live_act", "settled"),
    [
        (0, False, False, False, False),
        (1, True, False, False, False),
        (3, True, True, False, False),
        (4, False, False, False, False),
        (6, False, True, True, False),
        (15, True, True, True, True),
    ],
)
def test_state_bits_have_their_meaning(
    state: int, has_first: bool, has_act: bool, live_act: bool, settled: bool
) -> None:
    slot = Slot(state=state)
    found = (slot.has_first, slot.has_act, slot.live_act, slot.settled)
    assert found == (has_first, has_act, live_act, settled)


def test_a_withdrawal_leaves_no_live_act() -> None:
    slot = Slot().record(Terms(1, revision=1, kind=2), keccak(b"act"), has_first=True)
    assert slot.has_act
    assert slot.has_first
    assert not slot.live_act


def test_a_slot_without_an_act_holds_none() -> None:
    assert not Slot(act=0).holds(Digest(bytes(32)))


def test_order_ranks_the_epoch_before_the_revision() -> None:
    assert order_of(1, 0) > order_of(0, 1023)
    assert Terms(1, epoch=2, revision=3).order == (2 << 16) + 3


def test_a_batch_record_binds_root_and_seals() -> None:
    vector = VECTORS["batchRecord"]
    root = Digest(unhex(vector["root"]))
    assert batch_record(root, unhex(vector["seals"])) == unhex(vector["record"])
    assert batch_record(root) == unhex(vector["unsealed"])


def test_seals_are_the_hash_of_the_acts_in_order() -> None:
    acts = [keccak(b"1"), keccak(b"2")]
    assert seals_hash(acts) == keccak(acts[0] + acts[1]) != seals_hash(acts[::-1])
