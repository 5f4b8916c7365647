"""The quick look at a compressed point agrees with making the point of it."""

from hypothesis import given
from hypothesis import strategies as st

from hanpyo.secrecy.group import P, PointError, decompress, is_compressed_point


def makes_a_point(data: bytes) -> bool:
    try:
        decompress(data)
    except PointError:
        return False
    return True


@given(st.sampled_from([0, 2, 3, 4]), st.integers(0, 2**256 - 1) | st.integers(P - 3, P + 3))
def test_both_say_the_same(head: int, x: int) -> None:
    data = bytes((head,)) + x.to_bytes(32, "big")
    assert is_compressed_point(data) == makes_a_point(data)


@given(st.integers(2, 3), st.integers(0, P - 1))
def test_both_say_the_same_of_coordinates_in_the_field(head: int, x: int) -> None:
    data = bytes((head,)) + x.to_bytes(32, "big")
    assert is_compressed_point(data) == makes_a_point(data)


def test_other_lengths_are_no_points() -> None:
    assert not is_compressed_point(b"")
    assert not is_compressed_point(b"\2" + bytes(31))
