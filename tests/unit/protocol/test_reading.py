import pytest

from hanpyo.errors import HanpyoError
from hanpyo.protocol.reading import EncodingError, Reader, exact, pack, require


def test_fields_come_in_order_and_the_end_is_noticed() -> None:
    reader = Reader(b"\x01\x00\x02rest", EncodingError)
    assert reader.integer(1, "first") == 1
    assert reader.integer(2, "second") == 2
    assert (reader.position, reader.remaining) == (3, 4)
    assert reader.take(4, "third") == b"rest"
    reader.finish()


def test_a_field_cut_short_is_named() -> None:
    with pytest.raises(
        EncodingError, match="encoding, weight: truncated: 8 bytes needed"
    ) as caught:
        Reader(b"\x01\x02", EncodingError).integer(8, "weight")
    assert caught.value.field == "weight"


def test_trailing_bytes_are_refused() -> None:
    with pytest.raises(EncodingError, match="1 trailing bytes after byte 0"):
        Reader(b"x", EncodingError).finish()


@pytest.mark.parametrize("value", [-1, 256])
def test_a_value_that_does_not_fit_is_refused(value: int) -> None:
    with pytest.raises(EncodingError, match="does not fit 8 unsigned bits"):
        pack(value, 1, "kind", EncodingError)


def test_a_value_that_fits_is_big_endian() -> None:
    assert pack(258, 4, "voter", EncodingError) == b"\x00\x00\x01\x02"


def test_bytes_must_have_their_length() -> None:
    assert exact(b"ab", 2, "key", EncodingError) == b"ab"
    with pytest.raises(EncodingError, match="3 bytes instead of 2"):
        exact(b"abc", 2, "key", EncodingError)


def test_a_broken_requirement_is_a_hanpyo_error_with_its_field() -> None:
    require(True, "field", "fine", EncodingError)
    with pytest.raises(HanpyoError, match="encoding, field: wrong"):
        require(False, "field", "wrong", EncodingError)
