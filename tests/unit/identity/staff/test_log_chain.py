"""The chain of the log: any change of any entry is found."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson
import pytest

from hanpyo.identity.staff.audit_log import BEGINNING, Entry, LogBroken, check_anchor, verify
from hanpyo.identity.staff.log_files import anchor_of, check_file, dump, load
from hanpyo.protocol.hashing import keccak

CHAIN = "5f" * 16


def sealed(entry: Entry) -> Entry:
    return replace(entry, hash=entry.computed_hash())


def chain(length: int) -> list[Entry]:
    entries: list[Entry] = []
    previous = BEGINNING
    for seq in range(1, length + 1):
        draft = Entry(
            CHAIN, seq, 1_800_000_000 + seq, "staff:ab", "roll.frozen", "election:cd",
            {"entries": seq}, previous, b"",
        )  # fmt: skip
        entries.append(sealed(draft))
        previous = entries[-1].hash
    return entries


def test_a_chain_as_it_was_written_holds() -> None:
    entries = chain(5)
    assert verify(entries) == 5
    assert verify(entries, newest=entries[-1].hash) == 5
    assert verify([]) == 0
    assert verify([], newest=BEGINNING) == 0


def test_the_hash_is_the_keccak_of_the_documented_json() -> None:
    (entry,) = chain(1)
    text = (
        '{"action":"roll.frozen","actor":"staff:ab","at":1800000001,"chain":"' + CHAIN + '",'
        '"details":{"entries":1},"format":"hanpyo-audit-log-1","previous":"0x' + "00" * 32 + '",'
        '"seq":1,"subject":"election:cd"}'
    )
    assert entry.hash == keccak(text.encode())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("chain", "6e" * 16),
        ("seq", 7),
        ("at", 1),
        ("actor", "staff:cd"),
        ("action", "roll.thawed"),
        ("subject", "election:ee"),
        ("details", {"entries": 300}),
        ("previous", bytes(32)),
        ("hash", bytes(32)),
    ],
)
def test_an_altered_entry_is_found(field: str, value: Any) -> None:
    entries = chain(5)
    changed: dict[str, Any] = {field: value}
    entries[2] = replace(entries[2], **changed)
    with pytest.raises(LogBroken):
        verify(entries)
    entries[2] = sealed(entries[2])
    if field != "hash":
        with pytest.raises(LogBroken):
            verify(entries)


def removed(entries: list[Entry]) -> list[Entry]:
    return entries[:2] + entries[3:]


def headless(entries: list[Entry]) -> list[Entry]:
    return entries[1:]


def swapped(entries: list[Entry]) -> list[Entry]:
    return [entries[0], entries[2], entries[1], *entries[3:]]


def doubled(entries: list[Entry]) -> list[Entry]:
    return [*entries, entries[-1]]


@pytest.mark.parametrize("change", [removed, headless, swapped, doubled])
def test_removed_moved_and_doubled_entries_are_found(
    change: Callable[[list[Entry]], list[Entry]],
) -> None:
    with pytest.raises(LogBroken):
        verify(change(chain(5)))


def test_entries_cut_off_the_end_are_found_by_the_newest_hash() -> None:
    entries = chain(5)
    with pytest.raises(LogBroken):
        verify(entries[:4], newest=entries[-1].hash)


def test_a_log_rewritten_whole_does_not_lead_to_what_was_published() -> None:
    entries = chain(5)
    assert check_anchor(entries, entries[2].hash) == 3
    assert check_anchor(entries, BEGINNING) == 0
    rewritten = [sealed(replace(chain(1)[0], actor="staff:ee"))]
    assert verify(rewritten) == 1
    with pytest.raises(LogBroken):
        check_anchor(rewritten, entries[0].hash)


def test_a_file_holds_the_log_and_is_checked_against_texts() -> None:
    entries = chain(4)
    file = b"".join(map(dump, entries))
    assert load(file) == tuple(entries)
    text = orjson.dumps({"title": "시험 투표", "log": "0x" + entries[1].hash.hex()})
    anchor = anchor_of(text)
    assert anchor == entries[1].hash
    assert check_file(file, [anchor]) == 4
    with pytest.raises(LogBroken):
        check_file(dump(entries[0]), [anchor])


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'"text"',
        dump(chain(1)[0]).replace(b'"seq"', b'"sequence"'),
        dump(chain(1)[0]).replace(b'{"entries":1}', b"[]"),
        dump(chain(1)[0]).replace(b'"previous":"0x00', b'"previous":"0x'),
        dump(chain(1)[0]).replace(b'"previous":"0x00', b'"previous":"0xzz'),
        dump(chain(1)[0]).replace(b'"seq":1', b'"seq":true'),
    ],
)
def test_a_line_that_is_no_entry_is_refused(line: bytes) -> None:
    with pytest.raises(LogBroken):
        check_file(line, [])


@pytest.mark.parametrize("text", [b"{", b'{"log":1}', b'{"log":"0x12"}', b'{"log":["0x"]}'])
def test_a_text_with_an_anchor_that_is_none_is_refused(text: bytes) -> None:
    with pytest.raises(LogBroken):
        anchor_of(text)


@pytest.mark.parametrize("text", [b"{}", b'{"log":null}', b"[]"])
def test_a_text_without_an_anchor_names_none(text: bytes) -> None:
    assert anchor_of(text) is None
