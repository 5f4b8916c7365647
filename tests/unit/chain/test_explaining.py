"""Calls and events by their ABIs: exactly what they say, cut where it is long, or nothing."""

from typing import Any

import pytest
from eth_abi.abi import encode
from eth_hash.auto import keccak
from eth_utils.address import to_checksum_address
from hypothesis import given
from hypothesis import strategies as st

from hanpyo.chain.abi import Interface
from hanpyo.chain.explaining import (
    ELECTION,
    LONGEST,
    LONGEST_TEXT,
    MOST_VALUES,
    Value,
    explain_call,
    explain_log,
)
from hanpyo.chain.receipts import Log
from hanpyo.chain.sources import compiler_input, sources_of

OWN = to_checksum_address("0x" + "22" * 20)
SEALED = (5, b"\1" * 32, b"\2" * 40, b"\3" * 32, b"\4")


def call(name: str, *arguments: Any) -> bytes:
    return Interface.of(ELECTION).functions[name].call_data(*arguments)


def log(topics: list[bytes], data: bytes) -> Log:
    return Log(OWN, tuple(topics), data, 1, bytes(32), bytes(32), 0, 0)


def named(values: tuple[Value, ...]) -> dict[str, str]:
    return {each.name: each.text for each in values}


def test_structs_and_lists_are_spelled_out() -> None:
    told = explain_call(
        ELECTION, call("voidFirst", 7, b"\5" * 32, [b"\6" * 32, b"\7" * 32], 1, SEALED)
    )
    assert told is not None
    assert told.name == "voidFirst"
    assert named(told.values) == {
        "batch": "7",
        "root": "0x" + "05" * 32,
        "seals[0]": "0x" + "06" * 32,
        "seals[1]": "0x" + "07" * 32,
        "index": "1",
        "ballot.terms": "5",
        "ballot.envelope": "0x" + "01" * 32,
        "ballot.escrow": "0x" + "02" * 40,
        "ballot.salt": "0x" + "03" * 32,
        "ballot.choices": "0x04",
    }


def test_long_values_and_lists_are_cut_and_say_so() -> None:
    (batch,) = _told("cast", bytes(LONGEST + 1))
    assert (len(batch.text), batch.size) == (2 + 2 * LONGEST, LONGEST + 1)
    (text,) = _told("publishText", "한" * (LONGEST_TEXT + 1))
    assert (len(text.text), text.size) == (LONGEST_TEXT, LONGEST_TEXT + 1)
    many = call("voidFirst", 7, bytes(32), [bytes(32)] * 5_000, 1, SEALED)
    told = explain_call(ELECTION, many)
    assert told is not None
    assert (len(told.values), told.more) == (MOST_VALUES, True)


def _told(name: str, *arguments: Any) -> tuple[Value, ...]:
    told = explain_call(ELECTION, call(name, *arguments))
    assert told is not None
    return told.values


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\1\2\3",
        b"\xff" * 4,
        call("freeze") + b"\0",
        call("publishText", "가")[:-1],
        call("publishText", "가") + bytes(32),
        call("publishText", "")[:4] + encode(["bytes"], [b"\xff\xfe"]),
    ],
)
def test_bytes_that_are_no_call_are_not_explained(data: bytes) -> None:
    assert explain_call(ELECTION, data) is None


@given(data=st.binary(max_size=200), name=st.sampled_from(sorted(Interface.of(ELECTION).functions)))
def test_no_bytes_break_it(data: bytes, name: str) -> None:
    selector = Interface.of(ELECTION).functions[name].selector
    explain_call(ELECTION, selector + data)
    topic = keccak(b"BallotCast(uint32,uint256,bytes32,bytes32)")
    explain_log(ELECTION, log([topic, data[:32]], data))
    explain_log("ElectionFactory", log([data[:32]], data))


def test_an_event_has_its_indexed_values_in_their_places() -> None:
    topic = keccak(b"BallotSkipped(uint32,bytes32,uint8)")
    told = explain_log(
        ELECTION, log([topic, (9).to_bytes(32, "big")], b"\1" * 32 + (3).to_bytes(32, "big"))
    )
    assert told is not None
    assert [(each.name, each.text) for each in told.values] == [
        ("voter", "9"),
        ("digest", "0x" + "01" * 32),
        ("reason", "3"),
    ]
    assert explain_log(ELECTION, log([topic], bytes(64))) is None
    assert explain_log(ELECTION, log([], bytes(64))) is None
    assert explain_log("ElectionFactory", log([topic, bytes(32)], bytes(64))) is None


def test_sources_are_the_ones_in_the_tree() -> None:
    own = sources_of(ELECTION)
    assert own[0].name == "contracts/Election.sol"
    assert all(each.exact for each in own)
    assert set(compiler_input(ELECTION)["sources"]) == {each.name for each in own}
