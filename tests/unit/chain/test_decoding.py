from typing import cast

import pytest
from eth_typing import ABIEvent
from eth_utils.abi import event_abi_to_log_topic

from hanpyo.chain.artifact import load_artifact
from hanpyo.chain.decoding import BadEvent, decode_log, decode_logs
from hanpyo.chain.election_events import (
    BatchRecorded,
    Cancelled,
    Certified,
    CheckedIn,
    Event,
    Frozen,
    KeyReleased,
    Opened,
    Rebound,
    Recorded,
    RollPublished,
    Settled,
    Skipped,
    TextPublished,
    Voided,
)
from hanpyo.chain.receipts import Log
from hanpyo.protocol.acts import Terms
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.types import ZERO_WORD, BallotKind
from tests.unit.chain.logs import log

SHORT, LONG = 3, 40
VOTER = 7
TERMS = Terms(VOTER, 2, 1, 0, 0)
PACKED = int.from_bytes(TERMS.pack(), "big")
TAKEN_BACK = Terms(VOTER, 2, 1, 0, 1, BallotKind.WITHDRAWAL)
KEY, ENVELOPE = b"\x01" + bytes(11) + b"\x22" * 20, b"\x33" * 32
ESCROW = b"\x02" + b"\x44" * 35
LONG_ESCROW = b"\x02" + b"\x44" * (32 + LONG)
CHOICES, LONG_CHOICES = b"\1\2\3", b"\5" * LONG

SEALED = log(
    "BallotSealed(uint32,uint256,bytes32,bytes32,bytes32,bytes32)",
    VOTER,
    ["uint256", "bytes32", "bytes32", "bytes32", "bytes32"],
    [PACKED, KEY, ENVELOPE, ESCROW[:32], ESCROW[32:].ljust(32, b"\0")],
)
LONG_SEALED = log(
    "LongBallotSealed(uint32,uint256,bytes32,bytes32,bytes)",
    VOTER,
    ["uint256", "bytes32", "bytes32", "bytes"],
    [PACKED, KEY, ENVELOPE, LONG_ESCROW],
)
CAST = log(
    "BallotCast(uint32,uint256,bytes32,bytes32)",
    VOTER,
    ["uint256", "bytes32", "bytes32"],
    [PACKED, KEY, CHOICES.ljust(32, b"\0")],
)
LONG_CAST = log(
    "LongBallotCast(uint32,uint256,bytes32,bytes)",
    VOTER,
    ["uint256", "bytes32", "bytes"],
    [PACKED, KEY, LONG_CHOICES],
)
WITHDRAWN = log(
    "BallotWithdrawn(uint32,uint256,bytes32)",
    VOTER,
    ["uint256", "bytes32"],
    [int.from_bytes(TAKEN_BACK.pack(), "big"), KEY],
)
OPENED = log("BallotOpened(uint32,bytes32)", VOTER, ["bytes32"], [CHOICES.ljust(32, b"\0")])
LONG_OPENED = log("LongBallotOpened(uint32,bytes)", VOTER, ["bytes"], [LONG_CHOICES])
SKIPPED = log("BallotSkipped(uint32,bytes32,uint8)", VOTER, ["bytes32", "uint8"], [KEY, 8])
RELEASED = log("KeyReleased(uint256,bool)", None, ["uint256", "bool"], [99, True])
VOIDED = log("BallotVoided(uint32)", VOTER, [], [])

EVENTS: list[tuple[Log, int, Event]] = [
    (SEALED, SHORT, Recorded(TERMS, KEY, ENVELOPE, ESCROW)),
    (LONG_SEALED, LONG, Recorded(TERMS, KEY, ENVELOPE, LONG_ESCROW)),
    (CAST, SHORT, Recorded(TERMS, KEY, choices=CHOICES)),
    (LONG_CAST, LONG, Recorded(TERMS, KEY, choices=LONG_CHOICES)),
    (WITHDRAWN, SHORT, Recorded(TAKEN_BACK, KEY)),
    (OPENED, SHORT, Opened(VOTER, CHOICES)),
    (LONG_OPENED, LONG, Opened(VOTER, LONG_CHOICES)),
    (SKIPPED, SHORT, Skipped(VOTER, KEY, 8)),
    (RELEASED, SHORT, KeyReleased(99, lost=True)),
    (VOIDED, SHORT, Voided(VOTER)),
    (
        log("TextPublished(string)", None, ["string"], ["표"]),
        SHORT,
        TextPublished("표".encode()),
    ),
    (log("RollPublished(uint32,bytes)", 5, ["bytes"], [b"x"]), SHORT, RollPublished(5, b"x")),
    (log("ElectionFrozen(bytes32)", 9, [], []), SHORT, Frozen((9).to_bytes(32, "big"))),
    (log("ElectionCancelled()", None, [], []), SHORT, Cancelled()),
    (
        log(
            "BatchRecorded(uint32,bytes32,bytes32,uint32)",
            4,
            ["bytes32", "bytes32", "uint32"],
            [KEY, ENVELOPE, 200],
        ),
        SHORT,
        BatchRecorded(4, KEY, ENVELOPE, 200),
    ),
    (log("VoterRebound(uint32,uint16)", VOTER, ["uint16"], [1]), SHORT, Rebound(VOTER, 1)),
    (log("VoterCheckedIn(uint32)", VOTER, [], []), SHORT, CheckedIn(VOTER)),
    (log("VoterSettled(uint32,uint256)", VOTER, ["uint256"], [17]), SHORT, Settled(VOTER, 17)),
    (
        log("ElectionCertified(uint32,uint256,uint32)", None, ["uint32"] * 3, [1, 2, 3]),
        SHORT,
        Certified(1, 2, 3),
    ),
]


@pytest.mark.parametrize(("told", "length", "event"), EVENTS, ids=lambda v: type(v).__name__)
def test_every_event_is_read(told: Log, length: int, event: Event) -> None:
    assert decode_log(told, length) == event


def test_every_event_of_the_contract_is_known() -> None:
    abi = load_artifact("Election").abi
    events = [cast("ABIEvent", entry) for entry in abi if entry["type"] == "event"]
    topics = {event_abi_to_log_topic(event) for event in events}
    assert {told.topics[0] for told, _, _ in EVENTS} == topics


def test_the_hashes_of_an_act() -> None:
    sealed, cast = decode_log(SEALED, SHORT), decode_log(CAST, SHORT)
    withdrawn = decode_log(WITHDRAWN, SHORT)
    assert isinstance(sealed, Recorded)
    assert isinstance(cast, Recorded)
    assert isinstance(withdrawn, Recorded)
    assert (sealed.content, sealed.escrow_hash) == (ENVELOPE, keccak(ESCROW))
    assert (cast.content, cast.escrow_hash) == (keccak(CHOICES), ZERO_WORD)
    assert (withdrawn.content, withdrawn.escrow_hash) == (ZERO_WORD, ZERO_WORD)


def with_word(told: Log, place: int, word: bytes) -> Log:
    return told._replace(data=told.data[: 32 * place] + word + told.data[32 * place + 32 :])


@pytest.mark.parametrize(
    ("told", "length", "problem"),
    [
        (SEALED._replace(topics=()), SHORT, "no event"),
        (SEALED._replace(topics=(bytes(32),)), SHORT, "no event"),
        (SEALED._replace(topics=SEALED.topics[:1]), SHORT, "1 topics"),
        (SEALED._replace(topics=(SEALED.topics[0], b"\xff" * 32)), SHORT, "32 bits"),
        (SEALED._replace(topics=(SEALED.topics[0], ZERO_WORD)), SHORT, "voter 7, the topic"),
        (SEALED._replace(data=SEALED.data[:-1]), SHORT, "instead of 160"),
        (with_word(SEALED, 4, b"\1" * 32), SHORT, "padding"),
        (with_word(SEALED, 0, b"\1" * 32), SHORT, "above the voter"),
        (SEALED, 70, "padding"),
        (LONG_SEALED, LONG + 1, "escrow of"),
        (with_word(LONG_SEALED, 3, (160).to_bytes(32, "big")), LONG, "not encoded"),
        (with_word(LONG_SEALED, 4, (9_999).to_bytes(32, "big")), LONG, "not encoded"),
        (LONG_SEALED._replace(data=LONG_SEALED.data[:128]), LONG, "not encoded"),
        (LONG_SEALED._replace(data=LONG_SEALED.data[:-1] + b"\1"), LONG, "not encoded"),
        (LONG_CAST, LONG - 1, "choices of"),
        (LONG_OPENED, LONG - 1, "choices of"),
        (with_word(OPENED, 0, b"\1" * 32), SHORT, "padding"),
        (with_word(SKIPPED, 1, (256).to_bytes(32, "big")), SHORT, "8 bits"),
        (with_word(RELEASED, 1, (2).to_bytes(32, "big")), SHORT, "1 bits"),
        (VOIDED._replace(data=b"\0"), SHORT, "1 bytes"),
    ],
)
def test_what_the_contract_never_emits_is_refused(told: Log, length: int, problem: str) -> None:
    with pytest.raises(BadEvent, match=problem):
        decode_log(told, length)


def test_a_bad_log_does_not_hide_the_others() -> None:
    entries, faults = decode_logs([VOIDED, VOIDED._replace(data=b"\0"), OPENED], SHORT)
    assert [entry.event for entry in entries] == [Voided(VOTER), Opened(VOTER, CHOICES)]
    assert len(faults) == 1
