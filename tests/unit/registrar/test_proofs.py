"""Codes of registrars and proofs of knowing them."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from hanpyo.protocol.types import Address, KeyId
from hanpyo.registrar.proofs import (
    LETTER_LETTERS,
    SENT_LETTERS,
    holds,
    new_code,
    prove,
    read_code,
    verifier_of,
)
from hanpyo.registrar.requests import AttestationRequest, Evidence

REGISTRAR, ELECTION = Address(b"\x0a" * 20), Address(b"\x0b" * 20)
REQUEST = AttestationRequest(
    ELECTION, 7, KeyId(b"\x01" * 32), 1, 0, 0, Evidence("L2", ("mail",), 0)
)


def test_the_bytes_are_those_that_node_computes_from_the_documentation() -> None:
    verifier = verifier_of("ABCD-EFGH", REGISTRAR, ELECTION, 7)
    assert verifier.hex() == "01e5ce2ef153c881dc68227928036ca42d509fc3291c658e101112def241fab7"
    assert (
        prove("ABCD-EFGH", REGISTRAR, "bind", REQUEST).hex()
        == "7653b52529411dd0a6bdc045e48f3cb6cf467abefb6d017f79d819154c2ff039"
    )


def test_a_proof_is_for_one_key_epoch_and_purpose() -> None:
    verifier = verifier_of("ABCD-EFGH", REGISTRAR, ELECTION, 7)
    proof = prove("ABCD-EFGH", REGISTRAR, "bind", REQUEST)
    assert holds(proof, verifier, "bind", REQUEST)
    assert not holds(proof, verifier, "rebind", REQUEST)
    assert not holds(proof, verifier, "bind", replace(REQUEST, key=KeyId(b"\x02" * 32)))
    assert not holds(proof, verifier, "bind", replace(REQUEST, epoch=1))
    assert not holds(proof[:-1], verifier, "bind", REQUEST)


def test_a_verifier_is_one_registrars_for_one_voter_of_one_election() -> None:
    places = [
        (REGISTRAR, ELECTION, 7),
        (ELECTION, REGISTRAR, 7),
        (REGISTRAR, REGISTRAR, 7),
        (REGISTRAR, ELECTION, 8),
    ]
    assert len({verifier_of("ABCD-EFGH", *place) for place in places}) == len(places)


@settings(max_examples=50)
@given(st.sampled_from((SENT_LETTERS, LETTER_LETTERS)), st.sampled_from(("", " ", "-", "  ")))
def test_a_code_is_read_however_it_is_typed(letters: int, gap: str) -> None:
    code = new_code(letters)
    plain = code.replace("-", "")
    assert len(plain) == letters
    typed = code.replace("-", gap).lower().replace("0", "o").replace("1", "i")
    assert read_code(typed) == read_code(code) == plain
