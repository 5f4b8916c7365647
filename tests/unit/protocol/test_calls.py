import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hanpyo.protocol.acts import Terms
from hanpyo.protocol.calls import first_leaves, opening_records, opening_stream, settle_stream
from hanpyo.protocol.hashing import hash_words, keccak
from hanpyo.protocol.offers import Act
from hanpyo.protocol.reading import Reader
from hanpyo.protocol.streams import rebuild_root
from hanpyo.protocol.tree import TreeError, batch_root
from hanpyo.protocol.types import ZERO_WORD, Digest

VECTORS = json.loads(
    (Path(__file__).parents[2] / "vectors" / "calls.json").read_text(encoding="utf-8")
)


def firsts(choices: bytes | None) -> list[Act]:
    return [
        Act(Terms(voter, 1 + voter % 2), keccak(b"content %d" % voter), keccak(b"escrow"), choices)
        for voter in range(5)
    ]


SEALED, OPEN = firsts(None), firsts(b"\x01\x02\x03")


def later(first: Act) -> Act:
    return replace(first, terms=first.terms._replace(revision=3, channel=4, class_=1))


@pytest.mark.parametrize(("name", "batch"), [("sealed", SEALED), ("open", OPEN)])
def test_settling_is_that_of_the_vectors(name: str, batch: list[Act]) -> None:
    stream = settle_stream(batch, {1: later(batch[1]), 4: None}, [(9, None)])
    assert stream.hex() == VECTORS[name]["settle"][2:]


def test_opening_is_that_of_the_vectors() -> None:
    salt = hash_words(b"salt")
    openings = {0: (b"\x01\x02\x03", salt), 3: (b"\x03\x02\x01", salt)}
    assert opening_stream(SEALED, openings).hex() == VECTORS["sealed"]["open"][2:]
    records = opening_records([(later(SEALED[1]), openings[0])])
    assert records.hex() == VECTORS["sealed"]["openActs"][2:]


def reading(batch: list[Act], size: int) -> Callable[[Reader], Digest]:
    def take(reader: Reader) -> Digest:
        voter = reader.integer(4, "voter")
        reader.take(size, "rest")
        return batch[voter].leaf

    return take


def test_a_settle_stream_rebuilds_the_batch() -> None:
    stream = settle_stream(SEALED, {0: None, 2: None})
    assert stream[0] == 0
    reader = Reader(stream[1:], TreeError)
    root = batch_root(first_leaves(SEALED))
    assert rebuild_root(reader, reading(SEALED, 32)) == root


def test_an_opening_stream_carries_only_the_fields_that_differ() -> None:
    stream = opening_stream(SEALED, {1: (b"abc", bytes(32))})
    assert stream[0] == 1
    reader = Reader(stream[1:], TreeError)
    root = batch_root(first_leaves(SEALED))
    assert rebuild_root(reader, reading(SEALED, 8 + 32 + 3)) == root


def test_voters_without_a_first_need_no_tree() -> None:
    stream = settle_stream(SEALED, {}, [(7, None), (8, later(SEALED[1]))])
    expected = b"\xff\x00\x00\x00\x07" + b"\xff\x00\x00\x00\x08" + (2).to_bytes(8, "big")
    assert stream[1:].startswith(expected + b"\x00\x01\x04" + SEALED[1].content)


def test_a_live_act_with_neither_escrow_nor_choices_is_refused() -> None:
    with pytest.raises(TreeError, match="live act"):
        settle_stream(SEALED, {0: replace(SEALED[0], escrow=ZERO_WORD)})
