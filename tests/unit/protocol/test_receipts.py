import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanpyo.protocol.receipts import ReceiptError, matches, parse_code, short_code
from hanpyo.protocol.types import Digest

digests = st.binary(min_size=32, max_size=32).map(Digest)


@given(digests)
def test_a_code_gives_the_digests_first_ten_bytes_back(digest: Digest) -> None:
    assert parse_code(short_code(digest)) == digest[:10]
    assert matches(short_code(digest), digest)


@pytest.mark.parametrize(
    ("start", "code"),
    [
        ("00000000000000000000", "0000-0000-0000-0000"),
        ("ffffffffffffffffffff", "ZZZZ-ZZZZ-ZZZZ-ZZZZ"),
        ("00443214c74254b635cf", "0123-4567-89AB-CDEF"),
    ],
)
def test_a_code_is_crockfords_base_32_in_fours(start: str, code: str) -> None:
    assert short_code(Digest(bytes.fromhex(start) + bytes(22))) == code


def test_people_may_write_it_their_way() -> None:
    assert parse_code(" olzi 4567-89ab\tcdef\n") == parse_code("01Z1-4567-89AB-CDEF")


@pytest.mark.parametrize("code", ["", "0123-4567-89AB-CDE", "0123-4567-89AB-CDEF-0"])
def test_a_code_has_sixteen_symbols(code: str) -> None:
    with pytest.raises(ReceiptError, match="symbols instead of 16"):
        parse_code(code)


@pytest.mark.parametrize("symbol", ["U", "*", "é", "표"])
def test_a_symbol_outside_the_alphabet_is_refused(symbol: str) -> None:
    with pytest.raises(ReceiptError, match="is not in Crockford's base 32"):
        parse_code("0123-4567-89AB-CDE" + symbol)


def test_another_ballots_code_does_not_match() -> None:
    assert not matches("0123-4567-89AB-CDEF", Digest(bytes(32)))
