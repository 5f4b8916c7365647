import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.reading import Reader
from hanpyo.protocol.streams import encode_stream, rebuild_root
from hanpyo.protocol.tree import TreeError, batch_root
from hanpyo.protocol.types import Digest

VECTORS = json.loads(
    (Path(__file__).parents[2] / "vectors" / "tree.json").read_text(encoding="utf-8")
)
LEAVES = [keccak(b"leaf %d" % number) for number in range(70)]


def read_leaf(reader: Reader) -> Digest:
    return Digest(reader.take(32, "leaf"))


def rebuild(data: bytes) -> Digest | None:
    return rebuild_root(Reader(data, TreeError), read_leaf)


@given(st.integers(1, len(LEAVES)), st.data())
def test_any_selection_of_leaves_rebuilds_the_root(count: int, data: st.DataObject) -> None:
    shown = data.draw(st.sets(st.integers(0, count - 1)))
    stream = encode_stream(LEAVES[:count], {at: LEAVES[at] for at in shown})
    assert rebuild(stream) == batch_root(LEAVES[:count])


@given(st.integers(1, len(LEAVES)), st.data())
def test_a_changed_leaf_rebuilds_another_root(count: int, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, count - 1))
    stream = encode_stream(LEAVES[:count], {at: keccak(LEAVES[at])})
    assert rebuild(stream) != batch_root(LEAVES[:count])


@pytest.mark.parametrize("vector", VECTORS["streams"], ids=lambda vector: str(vector["count"]))
def test_streams_are_those_of_the_vectors(vector: dict[str, Any]) -> None:
    count = vector["count"]
    stream = encode_stream(LEAVES[:count], {at: LEAVES[at] for at in vector["shown"]})
    assert stream.hex() == vector["stream"][2:]


def test_what_is_hidden_is_one_root_a_complete_subtree() -> None:
    assert encode_stream(LEAVES[:4], {}) == b"\x03" + batch_root(LEAVES[:4])
    hidden = encode_stream(LEAVES[:7], {})
    assert [hidden[at] for at in (0, 33, 66)] == [3, 2, 1]


def test_records_outside_the_tree_come_last_and_do_not_touch_the_root() -> None:
    seen: list[bytes] = []
    stream = encode_stream(LEAVES[:3], {}, [b"abcd", b"efgh"])
    root = rebuild_root(
        Reader(stream, TreeError), read_leaf, lambda reader: seen.append(reader.take(4, "voter"))
    )
    assert root == batch_root(LEAVES[:3])
    assert seen == [b"abcd", b"efgh"]


def test_an_empty_stream_makes_no_root() -> None:
    assert rebuild(b"") is None


@pytest.mark.parametrize("position", [-1, 3])
def test_a_position_outside_the_batch_is_refused(position: int) -> None:
    with pytest.raises(TreeError, match="there are only 3 leaves"):
        encode_stream(LEAVES[:3], {position: b""})


@pytest.mark.parametrize("token", [32, 254, 255])
def test_an_unknown_token_is_refused(token: int) -> None:
    with pytest.raises(TreeError, match=f"{token} is unknown"):
        rebuild(bytes((token,)) + bytes(32))


def test_a_cut_subtree_is_refused() -> None:
    with pytest.raises(TreeError, match="subtree root: truncated"):
        rebuild(b"\x01" + bytes(31))


def test_a_larger_subtree_after_a_smaller_one_is_refused() -> None:
    with pytest.raises(TreeError, match="follows a smaller one"):
        rebuild(b"\x01" + bytes(32) + b"\x02" + bytes(32))
