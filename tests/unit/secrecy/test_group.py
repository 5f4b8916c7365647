import pytest
from hypothesis import given
from hypothesis import strategies as st
from py_ecc.optimized_bn128.optimized_curve import G1, normalize
from py_ecc.optimized_bn128.optimized_curve import multiply as reference_multiply

from hanpyo.secrecy.group import (
    BN254,
    GENERATOR,
    ORDER,
    Group,
    P,
    Point,
    PointError,
    _to_affine,
    check,
    compress,
    decompress,
    multiplier,
    multiply_fixed,
)

scalars = st.integers(1, ORDER - 1) | st.sampled_from([1, 2, 3, ORDER - 1, ORDER - 2, ORDER // 2])


def reference(scalar: int) -> Point:
    x, y = normalize(reference_multiply(G1, scalar))
    return int(x), int(y)


@given(scalars)
def test_fixed_base_multiplication_agrees_with_py_ecc(scalar: int) -> None:
    assert multiply_fixed(scalar, GENERATOR) == (reference(scalar),)


@given(scalars, scalars)
def test_variable_base_multiplication_agrees_with_py_ecc(base: int, scalar: int) -> None:
    (point,) = multiply_fixed(base, GENERATOR)
    assert multiplier(scalar)(point) == reference(base * scalar % ORDER)


@given(scalars, scalars)
def test_several_bases_share_one_scalar(base: int, scalar: int) -> None:
    (other,) = multiply_fixed(base, GENERATOR)
    expected = (reference(scalar), reference(base * scalar % ORDER))
    assert multiply_fixed(scalar, GENERATOR, other) == expected


@given(scalars)
def test_a_point_survives_compression(scalar: int) -> None:
    (point,) = multiply_fixed(scalar, GENERATOR)
    data = compress(point)
    assert len(data) == 33
    assert decompress(data) == point
    x, y = decompress(bytes((data[0] ^ 1,)) + data[1:])
    assert (x, y) == (point[0], P - point[1])


def test_the_generator_compresses_as_documented() -> None:
    assert compress(GENERATOR) == b"\x02" + bytes(31) + b"\x01"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        compress(GENERATOR)[:-1],
        compress(GENERATOR) + b"\x00",
        b"\x00" + compress(GENERATOR)[1:],
        b"\x04" + compress(GENERATOR)[1:],
        b"\x02" + P.to_bytes(32, "big"),
        b"\x02" + (P + 1).to_bytes(32, "big"),
        b"\x02" + (4).to_bytes(32, "big"),
        bytes(33),
    ],
    ids=["empty", "short", "long", "0", "4", "x = p", "x = p + 1", "off the curve", "zeros"],
)
def test_bytes_that_are_no_point_are_refused(data: bytes) -> None:
    with pytest.raises(PointError):
        decompress(data)


@pytest.mark.parametrize(
    "point", [(0, 0), (1, 3), (1 + P, 2), (1, 2 + P), (1, P - 2 + P), (-1, 2), (P, 2)]
)
def test_coordinates_off_the_curve_or_not_reduced_are_refused(point: Point) -> None:
    with pytest.raises(PointError):
        check(point)


def test_a_point_on_the_curve_passes() -> None:
    assert check((1, P - 2)) == (1, P - 2)


@pytest.mark.parametrize("scalar", [0, ORDER, ORDER + 1, -1])
def test_scalars_outside_the_order_are_refused(scalar: int) -> None:
    with pytest.raises(PointError, match="scalar"):
        multiply_fixed(scalar, GENERATOR)
    with pytest.raises(PointError, match="scalar"):
        multiplier(scalar)


def test_a_multiplier_refuses_points_off_the_curve() -> None:
    with pytest.raises(PointError, match="not on the curve"):
        multiplier(5)((1, 3))


def test_a_fixed_base_off_the_curve_is_refused() -> None:
    with pytest.raises(PointError, match="not on the curve"):
        multiply_fixed(5, (3, 3))


def test_the_group_interface_gives_the_same_points() -> None:
    group: Group = BN254()
    point = group.fixed_base(group.generator)(7)
    assert group.check(point) == reference(7)
    assert group.multiplier(6)(point) == reference(42)
    assert group.order == ORDER


def test_infinity_is_never_handed_out() -> None:
    with pytest.raises(PointError, match="infinity"):
        _to_affine([(0, 1, 0)])
