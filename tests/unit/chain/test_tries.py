import pytest
from eth_hash.auto import keccak
from hypothesis import given
from hypothesis import strategies as st
from trie import HexaryTrie  # type: ignore[import-untyped]  # the package carries no types

from hanpyo.chain.encoding import InvalidEncoding
from hanpyo.chain.errors import InvalidProof
from hanpyo.chain.tries import (
    EMPTY_ROOT,
    ordered_proof,
    ordered_root,
    read_ordered_proof,
    read_proof,
    trie_proof,
    trie_root,
)

KEYS = st.binary(min_size=1, max_size=4)
VALUES = st.binary(min_size=1, max_size=60)
PUPPIES = {b"do": b"verb", b"dog": b"puppy", b"doge": b"coin", b"horse": b"stallion"}


def test_the_empty_root_is_the_published_one() -> None:
    published = "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"
    assert EMPTY_ROOT.hex() == published
    assert trie_root({}) == EMPTY_ROOT
    assert ordered_root([]) == EMPTY_ROOT


def test_a_known_trie_has_its_published_root() -> None:
    """The trie "puppy" of ethereum/tests, trieanyorder.json."""
    root = "5991bb8c6514148a29db676a14ac506cd2cd5775ace63c30a4fe457715e9ac84"
    assert trie_root(PUPPIES).hex() == root


@given(st.dictionaries(KEYS, VALUES, max_size=40))
def test_roots_are_those_of_an_independent_trie(items: dict[bytes, bytes]) -> None:
    other = HexaryTrie({})
    for key, value in items.items():
        other[key] = value
    assert trie_root(items) == other.root_hash


@given(st.dictionaries(KEYS, VALUES, max_size=40), KEYS)
def test_proofs_tell_each_value_and_each_absence(items: dict[bytes, bytes], other: bytes) -> None:
    root = trie_root(items)
    for key in (*items, other):
        assert read_proof(root, key, trie_proof(items, key)) == items.get(key)


@given(st.lists(st.binary(min_size=1, max_size=80), min_size=1, max_size=300), st.data())
def test_positions_are_proven(values: list[bytes], data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(values) - 1))
    root = ordered_root(values)
    assert read_ordered_proof(root, position, ordered_proof(values, position)) == values[position]
    with pytest.raises(InvalidProof, match="nothing stands at position"):
        read_ordered_proof(root, len(values), ordered_proof(values, len(values)))


@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=20), st.data())
def test_a_proof_altered_anywhere_is_refused(
    items: dict[bytes, bytes], data: st.DataObject
) -> None:
    key = data.draw(st.sampled_from(sorted(items)))
    proof = trie_proof(items, key)
    place = data.draw(st.integers(0, len(proof) - 1))
    byte = data.draw(st.integers(0, len(proof[place]) - 1))
    altered = bytearray(proof[place])
    altered[byte] ^= data.draw(st.integers(1, 255))
    with pytest.raises(InvalidProof):
        read_proof(trie_root(items), key, [*proof[:place], bytes(altered), *proof[place + 1 :]])


def test_a_proof_for_another_root_is_refused() -> None:
    with pytest.raises(InvalidProof, match="lacks the node"):
        read_proof(b"\x11" * 32, b"dog", trie_proof(PUPPIES, b"dog"))


def test_an_empty_proof_proves_nothing_under_a_filled_root() -> None:
    with pytest.raises(InvalidProof):
        read_proof(trie_root(PUPPIES), b"dog", [])


@pytest.mark.parametrize(
    "node",
    [b"\xc0", b"\xc3\x01\x02\x03", b"\xc2\x80\x01", b"\xc3\xc0\x80\x01"],
    ids=["no item", "three items", "empty path", "list as path"],
)
def test_a_node_of_no_known_shape_is_refused(node: bytes) -> None:
    with pytest.raises(InvalidProof):
        read_proof(keccak(node), b"dog", [node])


@pytest.mark.parametrize("node", [b"", b"\x05", b"\xc1", b"\xc2\x81\x01"])
def test_a_node_that_is_no_list_is_refused(node: bytes) -> None:
    with pytest.raises(InvalidEncoding):
        read_proof(keccak(node), b"dog", [node])
