"""Codes: three steps around now, each once."""

import pyotp
import pytest

from hanpyo.identity.staff.totp import accepted_step, address_of, new_secret

NOW = 1_800_000_015
STEP = NOW // 30


def code_at(secret: str, step: int) -> str:
    return pyotp.TOTP(secret).at(step * 30)


@pytest.mark.parametrize("drift", [-1, 0, 1])
def test_a_code_of_a_near_step_is_accepted(drift: int) -> None:
    secret = new_secret()
    assert accepted_step(secret, code_at(secret, STEP + drift), NOW, 0) == STEP + drift


@pytest.mark.parametrize("drift", [-3, -2, 2, 3])
def test_a_code_of_a_far_step_is_not(drift: int) -> None:
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    assert accepted_step(secret, code_at(secret, STEP + drift), NOW, 0) is None


def test_a_code_serves_once_and_bars_older_ones() -> None:
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    assert accepted_step(secret, code_at(secret, STEP), NOW, STEP) is None
    assert accepted_step(secret, code_at(secret, STEP - 1), NOW, STEP) is None
    assert accepted_step(secret, code_at(secret, STEP + 1), NOW, STEP) == STEP + 1


@pytest.mark.parametrize("code", ["", "000000", "１２３４５６", "1234567", "한표한표한표"])
def test_what_is_no_code_is_not(code: str) -> None:
    assert accepted_step("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", code, NOW, 0) is None


def test_the_published_test_vector_of_the_standard() -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # RFC 6238, appendix B, SHA-1
    assert accepted_step(secret, "287082", 59, 0) == 1
    assert accepted_step(secret, "081804", 1_111_111_109, 0) == 37_037_036


def test_an_app_reads_secret_and_issuer() -> None:
    assert pyotp.parse_uri(address_of(new_secret(), "kim@example.org")).issuer == "Hanpyo"
