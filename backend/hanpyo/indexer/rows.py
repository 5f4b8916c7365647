"""An election's events as rows: recorded acts, skipped acts, and the rest of the log."""

from functools import lru_cache
from struct import Struct
from typing import Any, Final

import orjson

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
from hanpyo.db.bulk import Row
from hanpyo.indexer.standing import VoterEvent
from hanpyo.protocol.domain import Domain
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.messages import Ballot
from hanpyo.protocol.roll import ENTRY_BYTES
from hanpyo.protocol.types import ZERO_WORD

_BALLOT_TYPE: Final = keccak(Ballot.TYPE.encode())
_BALLOT_NUMBERS: Final = Struct(">28xI28xI28xI28xI")  # voter, epoch, revision, kind: a word each
_KINDS: Final[dict[type[Event], str]] = {
    TextPublished: "TextPublished",
    RollPublished: "RollPublished",
    Frozen: "ElectionFrozen",
    Cancelled: "ElectionCancelled",
    BatchRecorded: "BatchRecorded",
    Rebound: "VoterRebound",
    CheckedIn: "VoterCheckedIn",
    Settled: "VoterSettled",
    KeyReleased: "KeyReleased",
    Opened: "BallotOpened",
    Voided: "BallotVoided",
    Certified: "ElectionCertified",
}


class ActRows:
    """Makes rows of `Act` for one election."""

    def __init__(self, election: str, domain: Domain) -> None:
        self._election = election
        self._head = b"\x19\x01" + domain.separator
        # Open ballots are alike: few different choices, each hashed once.
        self._hashed = lru_cache(maxsize=4_096)(keccak)

    def row(self, log: Log, timestamp: int, event: Recorded) -> Row:
        """The row of a recorded act."""
        _, _, _, number, block, transaction, _, index = log
        terms, key, _, payload, choices = event
        voter, weight, class_, epoch, revision, kind, channel = terms
        if choices is None:
            content, escrow = event.content, event.escrow_hash
        else:
            content, escrow, payload = self._hashed(choices), ZERO_WORD, choices
        # As `protocol.messages.digest`, whose checks a decoded event does not need again.
        numbers = _BALLOT_NUMBERS.pack(voter, epoch, revision, kind)
        struct = keccak(_BALLOT_TYPE + numbers + content + escrow)
        return (
            self._election,
            number,
            index,
            block,
            transaction,
            timestamp,
            voter,
            epoch,
            revision,
            kind,
            channel,
            class_,
            weight,
            key,
            content,
            payload,
            keccak(self._head + struct),
        )


def place_row(election: str, log: Log, timestamp: int) -> Row:
    """What the rows of every table begin with."""
    return (
        election,
        log.block_number,
        log.log_index,
        log.block_hash,
        log.transaction_hash,
        timestamp,
    )


def skip_row(place: Row, event: Skipped) -> Row:
    """A row of `Skip`."""
    return (*place, event.voter, event.digest, event.reason)


def entry_row(place: Row, event: Event, kind: str, told: dict[str, Any]) -> Row:
    """A row of `LogEntry`."""
    voter = event.voter if isinstance(event, VoterEvent) else None
    return (*place, kind, voter, orjson.dumps(told).decode())


def kind_of(event: Event) -> str:
    """The event's name on chain, the short form's where there are two."""
    return _KINDS[type(event)]


def payload(event: Event) -> dict[str, Any]:
    """What the log tells of an event that is neither recorded nor skipped act.

    Text and roll are told by their place alone: both are published with the election.
    """
    match event:
        case TextPublished(text):
            return {"bytes": len(text), "hash": _hex(keccak(text))}
        case RollPublished(first, entries):
            return {"first": first, "entries": len(entries) // ENTRY_BYTES}
        case Frozen(manifest_hash):
            return {"manifestHash": _hex(manifest_hash)}
        case BatchRecorded(number, root, seals, firsts):
            seal = None if seals == ZERO_WORD else _hex(seals)
            return {"batch": number, "root": _hex(root), "seals": seal, "firsts": firsts}
        case KeyReleased(secret, lost):
            return {"secret": f"0x{secret:064x}", "secrecyLost": lost}
        case _:
            return _rest(event)


def _rest(event: Event) -> dict[str, Any]:
    match event:
        case Certified(ballots, weight, voided):
            return {"ballots": ballots, "weight": str(weight), "voided": voided}
        case Rebound(voter, epoch):
            return {"voter": voter, "epoch": epoch}
        case Settled(voter, slot):
            return {"voter": voter, "slot": f"0x{slot:064x}"}
        case Opened(voter, choices):
            return {"voter": voter, "choices": _hex(choices)}
        case CheckedIn(voter) | Voided(voter):
            return {"voter": voter}
        case _:
            return {}


def entry_event(kind: str, content: str) -> VoterEvent | None:
    """The voter's event that a row of `LogEntry` keeps; None for other kinds."""
    told = orjson.loads(content)
    match kind:
        case "VoterRebound":
            return Rebound(told["voter"], told["epoch"])
        case "VoterCheckedIn":
            return CheckedIn(told["voter"])
        case "VoterSettled":
            return Settled(told["voter"], int(told["slot"], 16))
        case "BallotOpened":
            return Opened(told["voter"], bytes.fromhex(told["choices"][2:]))
        case "BallotVoided":
            return Voided(told["voter"])
        case _:
            return None


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
