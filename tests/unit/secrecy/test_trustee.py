import pytest

from hanpyo.secrecy.group import GENERATOR, ORDER, multiply_fixed
from hanpyo.secrecy.trustee import TrusteeKey, TrusteeKeyError


def test_a_key_is_a_scalar_and_its_point() -> None:
    key = TrusteeKey(5)
    assert key.public == multiply_fixed(5, GENERATOR)[0]
    assert key.opens(key.public)
    assert not key.opens(GENERATOR)


def test_fresh_keys_differ() -> None:
    assert TrusteeKey.generate().secret != TrusteeKey.generate().secret


@pytest.mark.parametrize(("drawn", "secret"), [(0, 1), (ORDER - 2, ORDER - 1)])
def test_every_scalar_but_zero_can_be_drawn(drawn: int, secret: int) -> None:
    assert TrusteeKey.generate(lambda bound: min(drawn, bound - 1)).secret == secret


@pytest.mark.parametrize("secret", [0, ORDER, -1])
def test_a_secret_outside_the_order_is_refused(secret: int) -> None:
    with pytest.raises(TrusteeKeyError):
        TrusteeKey(secret)


def test_the_secret_is_never_shown() -> None:
    assert "123456789" not in repr(TrusteeKey(123456789))
