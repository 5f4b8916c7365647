"""BN254 G1 (EIP-196) behind a small group interface.

About 100 bits of security against discrete logarithms. Points that leave `decompress` or pass
`check` are on the curve and reduced; the group has prime order, so they lie in it. Not constant
time: a voter's machine seals one ballot, and the trustees' secret opens only when it is published.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Protocol

from hanpyo.errors import HanpyoError

P = 0x30644E72E131A029B85045B68181585D97816A916871CA8D3C208C16D87CFD47
"""The prime of the field."""
ORDER = 0x30644E72E131A029B85045B68181585D2833E84879B9709143E1F593F0000001
"""The prime order of the group."""

Point = tuple[int, int]
"""An affine point other than infinity."""
_Jacobian = tuple[int, int, int]
"""(X, Y, Z) for x = X/Z², y = Y/Z³; infinity is Z = 0."""

GENERATOR: Point = (1, 2)
COMPRESSED = 33
"""Bytes of a compressed point."""
_PARITIES = (2, 3)

_B = 3
_SQRT_EXPONENT = (P + 1) // 4
_BETA = 2203960485148121921418603742825762020974279258880205651966
"""A cube root of 1: (x, y) ↦ (βx, y) multiplies by λ (Gallant, Lambert, Vanstone 2001)."""
_LAMBDA = 4407920970296243842393367215006156084916469457145843978461
_WINDOW = 8
_TABLE = 8
"""Odd multiples 1, 3 … 15 kept for a variable base: width-5 non-adjacent form."""
_INFINITY: _Jacobian = (0, 1, 0)


class PointError(HanpyoError):
    """Coordinates or bytes that are no point of the group."""

    code: ClassVar[str] = "bad_point"


class Group(Protocol):
    """What a secrecy method needs of a prime-order group."""

    @property
    def order(self) -> int:
        """The prime number of elements."""

    @property
    def generator(self) -> Point:
        """The element that public keys are multiples of."""

    def check(self, point: Point) -> Point:
        """The point itself; `PointError` when it is not in the group."""

    def fixed_base(self, base: Point) -> Callable[[int], Point]:
        """Multiplication of one base by many scalars."""

    def multiplier(self, scalar: int) -> Callable[[Point], Point]:
        """Multiplication of many points by one scalar."""


@dataclass(frozen=True, slots=True)
class BN254:
    """The group of the precompiles 0x06 and 0x07."""

    order: int = ORDER
    generator: Point = GENERATOR

    def check(self, point: Point) -> Point:
        """The point itself; `PointError` when it is not in the group."""
        return check(point)

    def fixed_base(self, base: Point) -> Callable[[int], Point]:
        """Multiplication of one base by many scalars."""
        return lambda scalar: multiply_fixed(scalar, base)[0]

    def multiplier(self, scalar: int) -> Callable[[Point], Point]:
        """Multiplication of many points by one scalar."""
        return multiplier(scalar)


def check(point: Point) -> Point:
    """The point itself; `PointError` unless its coordinates are reduced and on the curve."""
    x, y = point
    if not (0 <= x < P and 0 <= y < P):
        raise PointError("a coordinate of the point is not below the field's prime")
    if (y * y - x * x * x - _B) % P:
        raise PointError("the point is not on the curve")
    return point


def compress(point: Point) -> bytes:
    """33 bytes: 2 or 3 for an even or odd y, then x."""
    return bytes((2 + (point[1] & 1),)) + point[0].to_bytes(32, "big")


def is_compressed_point(data: bytes) -> bool:
    """Whether `decompress` finds a point, at half its cost."""
    if len(data) != COMPRESSED or data[0] not in _PARITIES:
        return False
    x = int.from_bytes(data[1:], "big")
    return x < P and _is_square((x * x * x + _B) % P)


def decompress(data: bytes) -> Point:
    """The point of 33 bytes; `PointError` when there is none."""
    if len(data) != COMPRESSED or data[0] not in _PARITIES:
        raise PointError("the first byte of the point is neither 2 nor 3")
    x = int.from_bytes(data[1:], "big")
    if x >= P:
        raise PointError("x is not below the field's prime")
    square = (x * x * x + _B) % P
    y = pow(square, _SQRT_EXPONENT, P)
    if y * y % P != square:
        raise PointError("x is not on the curve")
    return x, y if y & 1 == data[0] & 1 else P - y


def multiply_fixed(scalar: int, *bases: Point) -> tuple[Point, ...]:
    """`scalar` (1 … order-1) times each base, through cached tables of each base."""
    if not 0 < scalar < ORDER:
        raise PointError("the scalar is not in 1 … order-1")
    digits = scalar.to_bytes(32, "little")
    sums = []
    for base in bases:
        total = _INFINITY
        for digit, row in zip(digits, _windows(base), strict=True):
            if digit:
                total = _add_affine(total, row[digit - 1])
        sums.append(total)
    return tuple(_to_affine(sums))


def multiplier(scalar: int) -> Callable[[Point], Point]:
    """Multiplication by one scalar (1 … order-1), its digits worked out once."""
    if not 0 < scalar < ORDER:
        raise PointError("the scalar is not in 1 … order-1")
    low, high = _split(scalar)
    digits = _joint_digits(low, high)

    def multiply(point: Point) -> Point:
        odd = _odd_multiples(check(point))
        turned = [(x * _BETA % P, y) for x, y in odd]
        total = _INFINITY
        for first, second in digits:
            total = _double(total)
            if first:
                total = _add_affine(total, _signed(odd, first))
            if second:
                total = _add_affine(total, _signed(turned, second))
        return _to_affine([total])[0]

    return multiply


def _signed(odd: Sequence[Point], digit: int) -> Point:
    x, y = odd[abs(digit) >> 1]
    return (x, y) if digit > 0 else (x, P - y)


def _double(point: _Jacobian) -> _Jacobian:
    x, y, z = point
    a = x * x % P
    b = y * y % P
    c = b * b
    d = 4 * x * b
    e = 3 * a
    new_x = (e * e - 2 * d) % P
    return new_x, (e * (d - new_x) - 8 * c) % P, 2 * y * z % P


def _add_affine(point: _Jacobian, other: Point) -> _Jacobian:
    x1, y1, z1 = point
    x2, y2 = other
    if not z1:
        return x2, y2, 1
    square = z1 * z1 % P
    h = (x2 * square - x1) % P
    r = (y2 * square % P * z1 - y1) % P
    if not h:
        return _double(point) if not r else _INFINITY
    hh = h * h % P
    hhh = h * hh % P
    v = x1 * hh % P
    x3 = (r * r - hhh - 2 * v) % P
    return x3, (r * (v - x3) - y1 * hhh) % P, z1 * h % P


def _to_affine(points: Sequence[_Jacobian]) -> list[Point]:
    """Affine forms with one inversion for all (Montgomery's trick)."""
    products = [1]
    for point in points:
        products.append(products[-1] * point[2] % P)
    if not products[-1]:
        raise PointError("a result is the point at infinity")
    inverse = pow(products[-1], -1, P)
    affine: list[Point] = []
    for at in range(len(points) - 1, -1, -1):
        x, y, z = points[at]
        own = inverse * products[at] % P
        inverse = inverse * z % P
        square = own * own % P
        affine.append((x * square % P, y * square % P * own % P))
    affine.reverse()
    return affine


@lru_cache(maxsize=16)
def _windows(base: Point) -> tuple[tuple[Point, ...], ...]:
    """For each byte of a scalar, the 255 multiples of base that it may add."""
    count = (1 << _WINDOW) - 1
    rows: list[_Jacobian] = []
    step = check(base)
    for _ in range(256 // _WINDOW):
        total: _Jacobian = (*step, 1)
        row = [total]
        for _ in range(count):
            total = _add_affine(total, step)
            row.append(total)
        rows += row[:count]
        step = _to_affine([row[count]])[0]
    affine = _to_affine(rows)
    return tuple(tuple(affine[at : at + count]) for at in range(0, len(affine), count))


def _odd_multiples(point: Point) -> list[Point]:
    twice = _to_affine([_double((*point, 1))])[0]
    multiples: list[_Jacobian] = [(*point, 1)]
    for _ in range(_TABLE - 1):
        multiples.append(_add_affine(multiples[-1], twice))
    return _to_affine(multiples)


def _short_basis() -> tuple[int, int, int, int]:
    """Two short vectors (a, b) with a + bλ ≡ 0, from Euclid's algorithm on (order, λ)."""
    before, last = (ORDER, 0), (_LAMBDA, 1)
    while last[0] * last[0] > ORDER:
        quotient = before[0] // last[0]
        rest = (before[0] - quotient * last[0], before[1] - quotient * last[1])
        before, last = last, rest
    return last[0], -last[1], before[0], -before[1]


_A1, _B1, _A2, _B2 = _short_basis()


def _split(scalar: int) -> tuple[int, int]:
    """k₁ and k₂, about half as long, with k₁ + k₂λ ≡ scalar."""
    determinant = _A1 * _B2 - _A2 * _B1
    c1 = (_B2 * scalar + determinant // 2) // determinant
    c2 = (-_B1 * scalar + determinant // 2) // determinant
    return scalar - c1 * _A1 - c2 * _A2, -c1 * _B1 - c2 * _B2


def _joint_digits(first: int, second: int) -> list[tuple[int, int]]:
    """The width-5 non-adjacent forms of two integers side by side, highest digit first."""
    left, right = _naf(first), _naf(second)
    length = max(len(left), len(right))
    left += [0] * (length - len(left))
    right += [0] * (length - len(right))
    return list(zip(left, right, strict=True))[::-1]


def _naf(value: int) -> list[int]:
    sign, value = (-1, -value) if value < 0 else (1, value)
    digits = []
    while value:
        digit = 0
        if value & 1:
            digit = value % (4 * _TABLE)
            if digit >= 2 * _TABLE:
                digit -= 4 * _TABLE
            value -= digit
        digits.append(sign * digit)
        value >>= 1
    return digits


def _is_square(value: int) -> bool:
    """Whether `value` is a square modulo P: its Jacobi symbol, by Euclid's steps."""
    modulus, symbol = P, 1
    while value:
        twos = (value & -value).bit_length() - 1
        value >>= twos
        if twos & 1 and modulus & 7 in (3, 5):
            symbol = -symbol
        if value & modulus & 3 == 3:  # noqa: PLR2004  both are 3 modulo 4: reciprocity turns the sign
            symbol = -symbol
        value, modulus = modulus % value, value
    return symbol == 1 or modulus != 1
