"""The life of an election on a chain, step by step: create, freeze, settle, open, certify.

Each step waits until it is confirmed. Who may take it is decided by the contract, not here.
"""

import secrets
from collections.abc import Callable, Sequence
from typing import ClassVar
from urllib.parse import urlsplit

from eth_account.signers.local import LocalAccount

from hanpyo.chain.contracts import ElectionContract, FactoryContract, revert_reasons
from hanpyo.chain.decoding import decode_log
from hanpyo.chain.election_events import Skipped
from hanpyo.chain.receipts import Receipt
from hanpyo.chain.rpc import Rpc
from hanpyo.chain.sender import Pace, Sender
from hanpyo.chain.tickets import TransactionRequest
from hanpyo.chain.transactor import Transactor
from hanpyo.elections.plan import Plan
from hanpyo.elections.progress import Advance
from hanpyo.elections.record import ElectionRecord, RecordedAct, RecordedFirsts
from hanpyo.elections.venue import Outbox, fitting, send_in_parts
from hanpyo.errors import HanpyoError
from hanpyo.protocol.calls import opening_records, opening_stream, settle_stream
from hanpyo.protocol.envelopes import Position
from hanpyo.protocol.manifest import Manifest
from hanpyo.protocol.offers import Act
from hanpyo.protocol.roll import ENTRY_BYTES, encode_roll
from hanpyo.protocol.types import ZERO_WORD, Secrecy, SkipReason
from hanpyo.secrecy.escrow import BadEscrow, Opening
from hanpyo.secrecy.trustee import TrusteeKey

ROLL_PART = 1_500
"""Roll entries in one transaction."""
CALL_PART = 200
"""Voters settled or opened in one transaction where size and gas allow it."""
_RECORD_HEAD = 64
_OWN_POLL, _PUBLIC_POLL = 0.05, 1.0  # seconds
_WORD = 32


class KeyNotReleased(HanpyoError):
    """Sealed ballots cannot be opened before the trustees' key is on chain."""

    code: ClassVar[str] = "key_not_released"
    retryable: ClassVar[bool] = True


class EscrowUnreadable(HanpyoError):
    """A sealed ballot whose escrow is bad: it counts as present, without choices."""

    code: ClassVar[str] = "escrow_unreadable"


def sender_for(rpc: Rpc, account: LocalAccount) -> Sender:
    """A sender for an account that is used for a moment, with errors in the contracts' words."""
    return Sender(rpc, account, rpc.chain_id(), pace=pace_for(rpc), reasons=revert_reasons())


def pace_for(rpc: Rpc) -> Pace:
    """How often to look for a transaction: seldom on a public node, often on one's own."""
    own = urlsplit(rpc.url).hostname in ("127.0.0.1", "localhost", "::1")
    return Pace(poll=_OWN_POLL if own else _PUBLIC_POLL)


def create(sender: Transactor, factory: FactoryContract, manifest: Manifest) -> ElectionContract:
    """Create the election as a draft; the sender must be the manifest's organiser."""
    nonce = secrets.randbits(64)
    sender.transact(factory.create(manifest, nonce))
    return ElectionContract(factory.rpc, factory.address_of(manifest, nonce))


def publish_and_freeze(
    sender: Transactor, contract: ElectionContract, plan: Plan, advance: Advance = lambda _: None
) -> None:
    """Publish text and roll (unless a file holds the roll), then freeze for ever."""
    sender.transact(contract.publish_text(plan.text_json))
    data = encode_roll(plan.roll)
    for first in range(0, 0 if plan.roll_in_file else len(plan.roll), ROLL_PART):
        entries = data[first * ENTRY_BYTES : (first + ROLL_PART) * ENTRY_BYTES]
        sender.transact(contract.publish_roll(first, entries))
        advance(len(entries) // ENTRY_BYTES)
    sender.transact(contract.freeze())


def settle_all(
    sender: Outbox,
    contract: ElectionContract,
    record: ElectionRecord,
    advance: Advance = lambda _: None,
    *,
    most: int | None = None,
) -> int:
    """Settle every voter with several acts who is not settled; how many there were.

    `most` voters at the most, where it is given: then others may be left.
    """
    waiting = {voter for voter in record.later if voter not in record.settled}
    waiting = set(sorted(waiting)[:most])
    size = 2 * (_RECORD_HEAD + contract.manifest.choices_length + 2 * _WORD)
    size += _WORD * CALL_PART.bit_length()
    for batch in record.batches.values():
        positions = [at for at, first in enumerate(batch.firsts) if first.voter in waiting]
        send_in_parts(
            sender,
            positions,
            _settling(contract, record, batch),
            most=fitting(size, CALL_PART),
            advance=advance,
        )
    outside = [voter for voter in sorted(waiting) if voter not in record.firsts]
    send_in_parts(
        sender,
        outside,
        lambda part: contract.settle(
            0, ZERO_WORD, settle_stream((), {}, [(v, _live_act(record, v)) for v in part])
        ),
        most=fitting(size, CALL_PART),
        advance=advance,
    )
    return len(waiting)


def open_all(
    sender: Outbox,
    contract: ElectionContract,
    record: ElectionRecord,
    advance: Advance = lambda _: None,
    *,
    most: int | None = None,
) -> int:
    """Open every live sealed ballot that is not, and void those whose escrow is bad.

    The secret is the one on chain. `most` ballots at the most, where it is given: then others may
    be left. Returns how many were voided; raises `KeyNotReleased`.
    """
    if contract.manifest.secrecy is not Secrecy.SEALED:
        return 0
    secret = contract.secret()
    if secret == 0:
        raise KeyNotReleased("the trustees' key is not on chain yet: release it, then open")
    opener = _Opener(contract, TrusteeKey(secret))
    waiting = unopened(record)[:most]
    voters = {act.voter for act in waiting}
    voided = 0
    for batch in record.batches.values():
        live = {
            at: first
            for at, first in enumerate(batch.firsts)
            if first.voter not in record.later and first.voter in voters
        }
        voided += opener.open_firsts(sender, batch, live, advance)
    later = [act for act in waiting if act.voter in record.later]
    return voided + opener.open_later(sender, later, advance)


def unopened(record: ElectionRecord) -> list[RecordedAct]:
    """The live ballots of a sealed election that are neither opened nor voided."""
    done = record.opened.keys() | record.voided
    return [act for act in record.live() if act.voter not in done]


def read_choices_of(contract: ElectionContract, ballot: RecordedAct) -> bytes:
    """The padded choices of a recorded ballot, decrypted with the released key where sealed.

    Raises `KeyNotReleased`, `EscrowUnreadable`.
    """
    if ballot.act.choices is not None:
        return ballot.act.choices
    secret = contract.secret()
    if secret == 0:
        raise KeyNotReleased("the trustees' key is not on chain yet: nobody can read this ballot")
    found = _Opener(contract, TrusteeKey(secret)).read(ballot)
    if isinstance(found, BadEscrow):
        raise EscrowUnreadable(f"the ballot of voter {ballot.voter} is void: {found.fault}")
    return found.choices


def skip_reason(contract: ElectionContract, voter: int, receipt: Receipt) -> SkipReason | None:
    """Why a transaction did not record an act of this voter; None where it skipped none."""
    own = [log for log in receipt.logs if log.address == contract.address]
    for log in own:
        event = decode_log(log, contract.manifest.choices_length)
        if isinstance(event, Skipped) and event.voter == voter:
            return SkipReason(event.reason)
    return None


class _Opener:
    """Opens with the released key."""

    def __init__(self, contract: ElectionContract, trustee: TrusteeKey) -> None:
        self._contract = contract
        self._length = contract.manifest.choices_length
        self._opener = trustee.opener()
        bytes_each = _RECORD_HEAD + 2 * _WORD + self._length + _WORD * CALL_PART.bit_length()
        self._most = fitting(bytes_each, CALL_PART)

    def open_firsts(
        self,
        sender: Outbox,
        batch: RecordedFirsts,
        live: dict[int, RecordedAct],
        advance: Advance,
    ) -> int:
        found = {at: self.read(first) for at, first in live.items()}
        good = {at: each for at, each in found.items() if isinstance(each, Opening)}
        acts = [first.act for first in batch.firsts]
        send_in_parts(
            sender,
            sorted(good),
            lambda part: self._contract.open(
                batch.number,
                batch.seals,
                opening_stream(acts, {at: (good[at].choices, good[at].salt) for at in part}),
            ),
            most=self._most,
            advance=advance,
        )
        seals = [act.hash for act in acts]
        bad = [at for at, each in found.items() if isinstance(each, BadEscrow)]
        for at in bad:
            evidence = _evidence(batch.firsts[at])
            request = self._contract.void_first(batch.number, batch.root, seals, at, evidence)
            sender.transact(request)
            advance(1)
        return len(bad)

    def open_later(self, sender: Outbox, acts: Sequence[RecordedAct], advance: Advance) -> int:
        found = [(act, self.read(act)) for act in acts]
        good = [
            (act.act, (each.choices, bytes(each.salt)))
            for act, each in found
            if isinstance(each, Opening)
        ]
        send_in_parts(
            sender,
            good,
            lambda part: self._contract.open_acts(opening_records(part)),
            most=self._most,
            advance=advance,
        )
        bad = [act for act, each in found if isinstance(each, BadEscrow)]
        for act in bad:
            sender.transact(self._contract.void_act(_evidence(act)))
            advance(1)
        return len(bad)

    def read(self, recorded: RecordedAct) -> Opening | BadEscrow:
        terms = recorded.act.terms
        context = self._contract.domain.context
        position = Position(context, recorded.voter, terms.epoch, terms.revision)
        return self._opener.open(recorded.escrow, recorded.act.content, self._length, position)


def _settling(
    contract: ElectionContract, record: ElectionRecord, batch: RecordedFirsts
) -> Callable[[Sequence[int]], TransactionRequest]:
    acts = [first.act for first in batch.firsts]

    def build(part: Sequence[int]) -> TransactionRequest:
        live = {at: _live_act(record, batch.firsts[at].voter) for at in part}
        return contract.settle(batch.number, batch.seals, settle_stream(acts, live))

    return build


def _live_act(record: ElectionRecord, voter: int) -> Act | None:
    later = record.later[voter].act
    return later if later.is_ballot else None


def _evidence(recorded: RecordedAct) -> tuple[int, bytes, bytes, bytes, bytes]:
    """The contract's SealedBallot of a ballot that is not opened."""
    terms = int.from_bytes(recorded.act.terms.pack(), "big")
    return terms, recorded.act.content, recorded.escrow, ZERO_WORD, b""
