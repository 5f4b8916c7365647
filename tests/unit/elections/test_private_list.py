"""The private list of a roll, sealed for registrars."""

from datetime import date

import pytest

from hanpyo.elections.people import Person
from hanpyo.elections.private_list import (
    BadPrivateList,
    PrivateEntry,
    read_private_list,
    write_private_list,
)
from hanpyo.protocol.roll import member_commitment

PASSPHRASE = "빨간 우산 열두 개 2026"
PERSON = Person("김한표", "+821012345678", "kim@example.kr", date(1960, 1, 2))
ENTRIES = (
    PrivateEntry(0, "a" * 32, (1 << 63) - 1, 2, bytes(range(32)), PERSON),
    PrivateEntry(1, "b" * 32, 1, 0, None, Person(name="줄\n바꿈")),
)


@pytest.fixture(scope="module")
def sealed() -> bytes:
    return write_private_list("e" * 32, ENTRIES, PASSPHRASE)


def test_the_passphrase_opens_the_list(sealed: bytes) -> None:
    opened = read_private_list(sealed, PASSPHRASE)
    assert opened.election_id == "e" * 32
    assert opened.entries == ENTRIES


def test_an_entry_gives_the_commitment_of_the_roll() -> None:
    assert ENTRIES[0].commitment == member_commitment(b"a" * 32, bytes(range(32)))
    assert ENTRIES[1].commitment is None


def test_nothing_of_a_person_is_readable_in_the_file_or_shown(sealed: bytes) -> None:
    for text in ("김한표", "821012345678", "kim@example.kr", "1960"):
        assert text.encode() not in sealed
        assert text not in repr(ENTRIES)
    assert bytes(range(32)).hex() not in repr(ENTRIES)


@pytest.mark.parametrize("place", [-1, 200, 10])
def test_an_altered_file_is_refused(sealed: bytes, place: int) -> None:
    altered = bytearray(sealed)
    altered[place] ^= 1
    with pytest.raises(BadPrivateList):
        read_private_list(bytes(altered), PASSPHRASE)


def test_the_head_cannot_name_another_election(sealed: bytes) -> None:
    with pytest.raises(BadPrivateList, match="altered"):
        read_private_list(sealed.replace(b"e" * 32, b"f" * 32), PASSPHRASE)


def test_a_wrong_passphrase_is_refused(sealed: bytes) -> None:
    with pytest.raises(BadPrivateList, match="passphrase"):
        read_private_list(sealed, PASSPHRASE + "!")


def test_a_short_passphrase_is_refused() -> None:
    with pytest.raises(BadPrivateList, match="12 characters"):
        write_private_list("e" * 32, ENTRIES, "짧다")


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"{}\n", b'{"format":"other"}\nx', b"[]\nx", b"\xff\nx", b"x" * 2_000]
)
def test_another_file_is_refused(data: bytes) -> None:
    with pytest.raises(BadPrivateList, match="not a private list"):
        read_private_list(data, PASSPHRASE)
