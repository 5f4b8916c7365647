"""Packaged code: fixed values are masked, followed, and must agree in all their copies."""

import pytest

from hanpyo.audit import AuditError
from hanpyo.audit.artifacts import MODULES, VERIFIERS, Artifact, followed, has_package, packaged
from hanpyo.protocol.types import Address

FIRST, SECOND = b"\1" * 20, b"\2" * 20
CODE = b"\xaa" + bytes(32) + b"\xbb" + bytes(32) + b"\xcc" + bytes(32)
ARTIFACT = Artifact("Example", CODE, ((1, 67), (34,)))


def filled(first: bytes, second: bytes, again: bytes) -> bytes:
    words = [each.rjust(32, b"\0") for each in (first, second, again)]
    return b"\xaa" + words[0] + b"\xbb" + words[1] + b"\xcc" + words[2]


def test_fixed_values_are_followed() -> None:
    assert ARTIFACT.fixed_addresses(filled(FIRST, SECOND, FIRST)) == (FIRST, SECOND)


@pytest.mark.parametrize(
    "code",
    [
        b"",
        CODE[:-1],
        CODE + b"\0",
        b"\xab" + filled(FIRST, SECOND, FIRST)[1:],
        filled(FIRST, SECOND, SECOND),
    ],
)
def test_other_code_does_not_match(code: bytes) -> None:
    assert not ARTIFACT.matches(code)
    assert ARTIFACT.fixed_addresses(code) == ()


@pytest.mark.parametrize("name", [*MODULES, *VERIFIERS])
def test_everything_an_election_runs_is_packaged(name: str) -> None:
    assert has_package(name)
    assert packaged(name).matches(packaged(name).code)


def test_the_implementation_fixes_itself_and_its_modules() -> None:
    assert len(packaged("Election").immutables) == len(MODULES)
    assert len(packaged("WideModule").immutables) == len(VERIFIERS)


def test_what_is_not_packaged_is_an_error() -> None:
    assert not has_package("Nothing")
    with pytest.raises(AuditError, match="lacks the contract Nothing"):
        packaged("Nothing")


def test_unknown_code_leads_nowhere() -> None:
    implementation = Address(FIRST)
    assert followed(implementation, b"\x60\x00") == {"Election": implementation}
