from collections.abc import Callable
from pathlib import Path

import pytest
from eth_typing import ChecksumAddress, HexAddress, HexStr

from hanpyo.chain.fees import Fees
from hanpyo.chain.journal import (
    Attempt,
    FileJournal,
    JournalDamaged,
    JournalError,
    JournalLocked,
    JournalOfAnother,
    MemoryJournal,
    Owner,
)
from hanpyo.chain.ledger import Ledger

ADDRESS = ChecksumAddress(HexAddress(HexStr("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")))
OTHER = ChecksumAddress(HexAddress(HexStr("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359")))
OWNER = Owner(ADDRESS, 2**50, b"\x01" * 32)


def attempt(nonce: int, label: str = "batch", tip: int = 1) -> Attempt:
    return Attempt(label, nonce, 21_000, Fees(2**70, tip), bytes([nonce]) * 32, b"\x02" * 9)


ATTEMPTS = [attempt(0), attempt(1), attempt(0, tip=2)]


def test_a_file_journal_gives_back_what_it_took(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with FileJournal(path) as journal:
        assert journal.open(OWNER) == ()
        journal.record(ATTEMPTS[:2])
        journal.record(ATTEMPTS[2:])
    with FileJournal(path) as journal:
        assert list(journal.open(OWNER)) == ATTEMPTS


def test_a_memory_journal_gives_back_what_it_took() -> None:
    journal = MemoryJournal()
    journal.open(OWNER)
    journal.record(ATTEMPTS)
    assert list(journal.open(OWNER)) == ATTEMPTS


@pytest.mark.parametrize("cut", range(1, 40))
def test_a_last_line_cut_short_is_dropped_and_written_over(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "journal"
    with FileJournal(path) as journal:
        journal.open(OWNER)
        journal.record(ATTEMPTS)
    path.write_bytes(path.read_bytes()[:-cut])
    with FileJournal(path) as journal:
        assert list(journal.open(OWNER)) == ATTEMPTS[:2]
        journal.record([attempt(5)])
    with FileJournal(path) as journal:
        assert list(journal.open(OWNER)) == [*ATTEMPTS[:2], attempt(5)]


@pytest.mark.parametrize("line", [b"", b"{}", b"[]", b"garbage", b'{"label":1}'])
def test_damage_in_the_middle_is_refused(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "journal"
    with FileJournal(path) as journal:
        journal.open(OWNER)
        journal.record(ATTEMPTS)
    lines = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join([*lines[:2], line, *lines[2:], b""]))
    with FileJournal(path) as journal, pytest.raises(JournalDamaged):
        journal.open(OWNER)


@pytest.mark.parametrize(
    "other",
    [
        Owner(OTHER, OWNER.chain_id, OWNER.genesis),
        Owner(ADDRESS, 1, OWNER.genesis),
        Owner(ADDRESS, OWNER.chain_id, b"\x02" * 32),
    ],
    ids=["another account", "another chain", "a chain that began anew"],
)
@pytest.mark.parametrize("kind", ["memory", "file"])
def test_another_owner_is_refused(tmp_path: Path, kind: str, other: Owner) -> None:
    journal = MemoryJournal() if kind == "memory" else FileJournal(tmp_path / "journal")
    journal.open(OWNER)
    with pytest.raises(JournalOfAnother):
        journal.open(other)
    if isinstance(journal, FileJournal):
        journal.close()


def test_one_journal_has_one_sender(tmp_path: Path) -> None:
    with FileJournal(tmp_path / "journal"), pytest.raises(JournalLocked):
        FileJournal(tmp_path / "journal")


def test_the_journal_is_its_owners_alone(tmp_path: Path) -> None:
    with FileJournal(tmp_path / "journal"):
        assert (tmp_path / "journal").stat().st_mode & 0o777 == 0o600


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="cannot be opened"):
        FileJournal(tmp_path / "missing" / "journal")


def test_a_full_disk_leaves_the_journal_as_it_was() -> None:
    """/dev/full refuses every write, as a full disk does."""
    with FileJournal(Path("/dev/full")) as journal, pytest.raises(JournalError):
        journal.record(ATTEMPTS)


@pytest.fixture
def ledger() -> Ledger:
    ledger = Ledger(MemoryJournal(), OWNER)
    ledger.add([attempt(3), attempt(4, "other"), attempt(7)])
    ledger.add([attempt(3, tip=2)])
    return ledger


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (lambda ledger: ledger.newest(3), attempt(3, tip=2)),
        (lambda ledger: list(ledger.all(3)), [attempt(3), attempt(3, tip=2)]),
        (lambda ledger: ledger.holds(4), True),
        (lambda ledger: ledger.holds(5), False),
        (lambda ledger: ledger.since(4), [4, 7]),
        (lambda ledger: ledger.next(), 8),
        (lambda ledger: ledger.labelled("batch"), [3, 7]),
    ],
)
def test_the_ledger_knows_attempts_by_nonce(
    ledger: Ledger, question: Callable[[Ledger], object], answer: object
) -> None:
    assert question(ledger) == answer


def test_an_empty_ledger_begins_at_nought() -> None:
    assert Ledger(MemoryJournal(), OWNER).next() == 0
