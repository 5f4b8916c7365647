import json
from pathlib import Path

import pytest
from eth_abi.abi import encode as abi_encode
from hypothesis import given
from hypothesis import strategies as st

from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.tree import RollTree, TreeError, batch_root, verify_roll_proof
from hanpyo.protocol.types import Digest

VECTORS = json.loads(
    (Path(__file__).parents[2] / "vectors" / "tree.json").read_text(encoding="utf-8")
)
LEAVES = [Digest(bytes.fromhex(leaf[2:])) for leaf in VECTORS["leaves"]]
leaf_lists = st.lists(
    st.binary(min_size=32, max_size=32).map(Digest), min_size=1, max_size=40, unique=True
)


def test_the_roll_tree_is_openzeppelins_standard_tree() -> None:
    """The root that the README of @openzeppelin/merkle-tree prints for its example."""
    values = [("0x" + "11" * 20, 5 * 10**18), ("0x" + "22" * 20, 25 * 10**17)]
    leaves = [keccak(keccak(abi_encode(["address", "uint256"], value))) for value in values]
    root = "d4dee0beab2d53f2cc83e567171bd2820e49898130a22622b10ead383e90bd77"
    assert RollTree(leaves).root.hex() == root


@given(leaf_lists)
def test_the_roll_root_does_not_depend_on_the_order_of_leaves(leaves: list[Digest]) -> None:
    assert RollTree(leaves).root == RollTree(sorted(leaves, reverse=True)).root


@given(leaf_lists, st.data())
def test_every_leaf_has_a_proof_and_no_other_has(leaves: list[Digest], data: st.DataObject) -> None:
    roll = RollTree(leaves)
    leaf = data.draw(st.sampled_from(leaves))
    proof = roll.proof(leaf)
    assert verify_roll_proof(roll.root, leaf, proof)
    assert not verify_roll_proof(roll.root, keccak(leaf), proof)
    if proof:
        wrong = (keccak(proof[0]), *proof[1:])
        assert not verify_roll_proof(roll.root, leaf, wrong)


def test_an_unsorted_proof_does_not_verify() -> None:
    roll = RollTree(LEAVES[:8])
    proof = roll.proof(LEAVES[3])
    assert len(proof) == 3
    assert not verify_roll_proof(roll.root, LEAVES[3], proof[::-1])


def test_a_leaf_outside_the_roll_has_no_proof() -> None:
    with pytest.raises(TreeError, match="is not in the roll"):
        RollTree(LEAVES[:3]).proof(LEAVES[3])


def test_an_empty_roll_is_refused() -> None:
    with pytest.raises(TreeError, match="the roll is empty"):
        RollTree([])


def test_equal_leaves_are_refused() -> None:
    with pytest.raises(TreeError, match="two are equal"):
        RollTree([LEAVES[0], LEAVES[0]])


def test_batch_roots_are_those_of_the_vectors() -> None:
    roots = [batch_root(LEAVES[:count]).hex() for count in range(1, len(LEAVES) + 1)]
    assert roots == [root[2:] for root in VECTORS["roots"]]


def rfc6962(leaves: list[Digest]) -> Digest:
    """RFC 6962's recursion: the left part is the largest power of two below the size."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return keccak(rfc6962(leaves[:split]) + rfc6962(leaves[split:]))


@pytest.mark.parametrize("count", range(1, 35))
def test_a_batch_tree_has_the_shape_of_rfc_6962(count: int) -> None:
    assert batch_root(LEAVES[:count]) == rfc6962(LEAVES[:count])


def test_a_batch_without_a_leaf_has_no_root() -> None:
    with pytest.raises(TreeError, match="has no root"):
        batch_root([])
