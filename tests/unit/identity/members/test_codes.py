import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanpyo.identity.codes import (
    MistypedCode,
    code_digest,
    new_digits,
    new_letter_code,
    new_link_token,
    new_session_token,
    read_digits,
    read_letter_code,
    token_digest,
)

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def test_letter_codes_show_80_bits_and_a_check_in_groups() -> None:
    code = new_letter_code()
    assert [len(group) for group in code.split("-")] == [4, 4, 4, 4, 2]
    assert set(code.replace("-", "")) <= set(LETTERS)
    assert len({new_letter_code() for _ in range(100)}) == 100


def test_a_letter_code_reads_as_itself_however_it_is_typed() -> None:
    code = new_letter_code()
    typed = code.lower().replace("-", "  ").replace("0", "O").replace("1", "l")
    assert read_letter_code(f"\t{typed}\n") == read_letter_code(code) == code


@given(st.integers(0, 17), st.integers(1, 31), st.data())
def test_every_single_slip_is_found(place: int, shift: int, data: st.DataObject) -> None:
    plain = new_letter_code().replace("-", "")
    other = LETTERS[(LETTERS.index(plain[place]) + shift) % 32]
    with pytest.raises(MistypedCode):
        read_letter_code(plain[:place] + other + plain[place + 1 :])


@given(st.integers(0, 16))
def test_swapped_neighbours_are_found(place: int) -> None:
    plain = new_letter_code().replace("-", "")
    swapped = plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :]
    if swapped != plain:
        with pytest.raises(MistypedCode):
            read_letter_code(swapped)


@pytest.mark.parametrize("typed", ["", "AAAA", "U" * 18, "한" * 18, "0" * 100])
def test_what_is_no_code_is_refused(typed: str) -> None:
    with pytest.raises(MistypedCode):
        read_letter_code(typed)


def test_one_time_codes_keep_their_zeros() -> None:
    assert all(len(new_digits(6)) == 6 and new_digits(6).isdecimal() for _ in range(200))


@pytest.mark.parametrize(
    ("typed", "read"),
    [(" 12 34-56 ", "123456"), ("１２３４５６", "123456"), ("", ""), ("abc", ""), ("²", "")],
)
def test_one_time_codes_are_read_forgivingly(typed: str, read: str) -> None:
    assert read_digits(typed) == read


def test_tokens_have_their_bits() -> None:
    assert (len(new_link_token()), len(new_session_token())) == (22, 43)


def test_hashes_tell_kinds_apart() -> None:
    hashes = {code_digest("link", "x"), code_digest("letter", "x"), token_digest("x")}
    assert len(hashes) == 3
