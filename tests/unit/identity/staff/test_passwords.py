"""Passwords: what is accepted, and equal work whoever asks."""

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from hanpyo.errors import Invalid
from hanpyo.identity.staff.passwords import Passwords, require_good

GOOD = "correct horse battery"


class CountingHasher:
    """Compares in the clear, and counts."""

    def __init__(self) -> None:
        self.verified = 0

    def hash(self, password: str) -> str:
        return f"hash of {password}"

    def verify(self, hash: str, password: str) -> bool:  # noqa: A002
        self.verified += 1
        if hash != f"hash of {password}":
            raise VerifyMismatchError
        return True

    def check_needs_rehash(self, hash: str) -> bool:  # noqa: A002
        return False


def test_the_right_password_holds_and_no_other() -> None:
    passwords = Passwords.with_cost(8, 1)
    kept = passwords.hash(GOOD)
    assert kept.startswith("$argon2id$")
    assert passwords.holds(kept, GOOD)
    assert not passwords.holds(kept, GOOD + " ")
    assert not passwords.holds("not a hash", GOOD)


def test_hangul_typed_in_either_form_is_the_same_password() -> None:
    passwords = Passwords.with_cost(8, 1)
    assert passwords.holds(passwords.hash("한표 한표 참여예산"), "한표 한표 참여예산")


def test_an_account_that_is_not_there_costs_one_verification_too() -> None:
    hasher = CountingHasher()
    passwords = Passwords(hasher)
    assert not passwords.holds(None, GOOD)
    assert not passwords.holds(None, "no account has this hash")
    assert not passwords.holds("hash of another", GOOD)
    assert hasher.verified == 3


def test_a_hash_of_other_parameters_is_outdated() -> None:
    passwords = Passwords.with_cost(8, 1)
    assert not passwords.is_outdated(passwords.hash(GOOD))
    assert passwords.is_outdated(PasswordHasher(2, 16, 1).hash(GOOD))


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short",
        "elevenchars",
        "x" * 201,
        "aaaaaaaaaaaaaaaa",
        "ababababcdcdab",
        "hong-gildong-2026",
        "HONG-GILDONG-2026",
        "홍길동전 홍길동전 홍길동전",
    ],
)
def test_a_weak_password_is_refused_without_being_repeated(password: str) -> None:
    with pytest.raises(Invalid) as refusal:
        require_good(password, "gildong", "홍길동전")
    assert refusal.value.field == "password"
    assert not password or password not in str(refusal.value)


@pytest.mark.parametrize("password", [GOOD, "한표 한표 참여예산 투표", "kim" + GOOD])
def test_a_long_varied_password_is_good(password: str) -> None:
    require_good(password, "kim", "gildong")
