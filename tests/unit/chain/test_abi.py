"""Calls and answers by ABI, and what a foreign contract's bytes are called."""

import pytest
from eth_abi.abi import encode
from eth_hash.auto import keccak

from hanpyo.chain.abi import AnswerUnreadable, Interface, constructor_data
from hanpyo.chain.artifact import ArtifactMissing, load_artifact
from hanpyo.chain.contracts import MODULES, revert_reasons

ELECTION = Interface.of("Election")


def test_a_call_is_selector_and_arguments() -> None:
    data = ELECTION.functions["hasBallot"].call_data(7)
    assert data == keccak(b"hasBallot(uint32)")[:4] + (7).to_bytes(32, "big")


def test_a_struct_is_spelled_out_in_its_selector() -> None:
    function = ELECTION.functions["voidAct"]
    signature = b"voidAct((uint256,bytes32,bytes,bytes32,bytes))"
    assert function.selector == keccak(signature)[:4]


def test_an_answer_is_read_by_its_types() -> None:
    values = encode(["uint256", "uint256", "uint256", "uint256"], [1, 2, 3, 4])
    assert ELECTION.functions["turnout"].read(values) == (1, 2, 3, 4)


@pytest.mark.parametrize("answer", [b"", b"\x01", bytes(32)])
def test_a_foreign_answer_is_unreadable(answer: bytes) -> None:
    with pytest.raises(AnswerUnreadable, match="turnout"):
        ELECTION.functions["turnout"].read(answer)


def test_constructor_arguments_follow_the_code() -> None:
    code = load_artifact("ElectionFactory").creation
    address = "0x" + "11" * 20
    data = constructor_data("ElectionFactory", address)
    assert data == code + bytes(12) + b"\x11" * 20
    assert constructor_data("CastModule") == load_artifact("CastModule").creation


def test_code_is_compared_without_its_immutable_values() -> None:
    factory = load_artifact("ElectionFactory")
    code = bytearray(factory.deployed)
    start, length = factory.immutables[0]
    code[start : start + length] = b"\x77" * length
    assert factory.is_code(bytes(code))
    code[start - 1] ^= 1
    assert not factory.is_code(bytes(code))
    assert not factory.is_code(factory.deployed + b"\x00")
    assert not factory.is_code(b"")


def test_a_contract_that_is_not_packaged_is_named() -> None:
    with pytest.raises(ArtifactMissing, match="Nonsense"):
        load_artifact("Nonsense")


@pytest.mark.parametrize("name", MODULES)
def test_every_error_of_the_contracts_is_told_in_words(name: str) -> None:
    reasons = revert_reasons()
    for entry in load_artifact(name).abi:
        if entry["type"] == "error":
            kinds = [part["type"] for part in entry["inputs"]]
            selector = keccak(f"{entry['name']}({','.join(kinds)})".encode())[:4]
            assert selector in reasons.errors
