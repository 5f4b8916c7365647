import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanpyo.protocol.manifest import ClassRow, Group
from hanpyo.protocol.roll import (
    RollEntry,
    RollError,
    decode_roll,
    encode_roll,
    group_totals,
    member_commitment,
    permute,
    roll_tree,
    summarise,
)
from hanpyo.protocol.tree import verify_roll_proof
from hanpyo.protocol.types import EntryKind

VECTORS = json.loads(
    (Path(__file__).parents[2] / "vectors" / "roll.json").read_text(encoding="utf-8")
)
FILE = bytes.fromhex(VECTORS["file"][2:])
ENTRIES = decode_roll(FILE)

entries = st.builds(
    RollEntry,
    st.just(EntryKind.ATTESTED),
    st.binary(min_size=32, max_size=32),
    st.integers(1, (1 << 64) - 1),
    st.integers(0, (1 << 16) - 1),
)
rolls = st.lists(entries, min_size=1, max_size=20, unique_by=lambda entry: entry.who)


@given(rolls)
def test_a_roll_survives_its_file(roll: list[RollEntry]) -> None:
    data = encode_roll(roll)
    assert len(data) == 43 * len(roll)
    assert decode_roll(data) == tuple(roll)


def test_leaves_root_and_proofs_are_those_of_the_vectors() -> None:
    roll = roll_tree(ENTRIES)
    assert roll.root.hex() == VECTORS["root"][2:]
    for number, entry in enumerate(ENTRIES):
        leaf = entry.leaf(number)
        proof = [bytes.fromhex(each[2:]) for each in VECTORS["proofs"][number]]
        assert leaf.hex() == VECTORS["leaves"][number][2:]
        assert list(roll.proof(leaf)) == proof
        assert verify_roll_proof(roll.root, leaf, proof)


def test_a_leaf_belongs_to_one_voter_number() -> None:
    assert ENTRIES[0].leaf(0) != ENTRIES[0].leaf(1)


def test_a_member_commitment_hides_behind_its_blind() -> None:
    vector = VECTORS["commitment"]
    blind = bytes.fromhex(vector["blind"][2:])
    assert member_commitment(b"member", blind).hex() == vector["commitment"][2:]
    assert member_commitment(b"member", bytes(32)) != member_commitment(b"member", blind)
    with pytest.raises(RollError, match="blind"):
        member_commitment(b"member", b"short")


def test_the_summary_is_what_the_manifest_says() -> None:
    summary = summarise(ENTRIES, in_file=True)
    assert summary.size == 13
    assert summary.weight == sum(entry.weight for entry in ENTRIES)
    assert summary.largest_weight == max(entry.weight for entry in ENTRIES)
    assert summary.root.hex() == VECTORS["root"][2:]
    assert summary.file_hash.hex() == VECTORS["fileHash"][2:]
    assert summary.in_file


def test_groups_add_up_their_classes() -> None:
    roll = [replace(ENTRIES[at], weight=at + 1, class_=at % 3) for at in range(4)]
    classes = [ClassRow(1), ClassRow(0), ClassRow(1)]
    assert group_totals(roll, classes) == (Group(1, 2), Group(3, 8))


def test_an_unknown_class_is_refused() -> None:
    with pytest.raises(RollError, match="voter 0: there is no class 5"):
        group_totals([replace(ENTRIES[0], class_=5)], [ClassRow(0)])


def test_a_permutation_keeps_every_entry_and_can_be_repeated() -> None:
    shuffled = permute(ENTRIES, random.Random(7))
    assert shuffled != ENTRIES
    assert sorted(map(RollEntry.encode, shuffled)) == sorted(map(RollEntry.encode, ENTRIES))
    assert shuffled == permute(ENTRIES, random.Random(7))


def test_the_default_permutation_comes_from_the_operating_system() -> None:
    roll = [replace(ENTRIES[1], who=bytes((at,)) * 32) for at in range(200)]
    assert permute(roll) != permute(roll)


ATTESTED = next(entry for entry in ENTRIES if entry.kind is EntryKind.ATTESTED)
LISTED = next(entry for entry in ENTRIES if entry.kind is EntryKind.LISTED)


@pytest.mark.parametrize(
    ("roll", "message"),
    [
        ([], "the roll is empty"),
        ([ATTESTED, LISTED, ATTESTED], "voter 2: the same key or member as voter 0"),
        ([replace(ATTESTED, weight=0)], "voter 0: weight 0"),
        ([replace(ATTESTED, weight=1 << 64)], "voter 0: weight"),
        ([replace(ATTESTED, class_=1 << 16)], "voter 0: class"),
        ([replace(ATTESTED, who=b"short")], "voter 0: 5 bytes instead of 32"),
        ([replace(LISTED, who=bytes(32))], "voter 0: key type 0 is unknown"),
        ([replace(LISTED, who=b"\x04" + bytes(31))], "voter 0: key type 4 is unknown"),
    ],
)
def test_rolls_that_cannot_be_frozen_are_refused(roll: list[RollEntry], message: str) -> None:
    with pytest.raises(RollError, match=message):
        encode_roll(roll)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the roll is empty"),
        (FILE[:-1], "are not whole entries of 43"),
        (FILE + b"\x00", "are not whole entries of 43"),
        (b"\x03" + FILE[1:], "voter 0: kind 3 is unknown"),
        (FILE + FILE[:43], "voter 13: the same key or member as voter 0"),
        (FILE[:33] + bytes(8) + FILE[41:], "voter 0: weight 0"),
    ],
)
def test_roll_files_with_faults_are_refused(data: bytes, message: str) -> None:
    with pytest.raises(RollError, match=message):
        decode_roll(data)
