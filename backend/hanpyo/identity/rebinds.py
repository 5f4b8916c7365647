"""Moving a voter to a new key: a second, independent proof, m registrars, one transaction.

The new key and the order are durable before a registrar is asked; asking again goes on where it
stopped. A signed order is handed to the relay through its row (`relay.rebinding`), which says by
`note_sent`, `note_done` and `note_failed` what became of it. Until the chain has the order the old
key's ballot counts on; afterwards the member asks for the new key's credential as for a first.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from hanpyo.db.database import Database
from hanpyo.db.models import KeyBinding, MemberSession, Passkey, Rebind
from hanpyo.db.vault import Vault
from hanpyo.elections.catalogue import Catalogue, PublishedElection
from hanpyo.identity.appearances import use_appearance
from hanpyo.identity.attesting import APPEARANCE, Attesters, chain_time, minimum_epoch, request_for
from hanpyo.identity.binding import add_binding, at_epoch, oldest, tell_of_key
from hanpyo.identity.errors import (
    AnotherKeyBound,
    KeyListed,
    NothingBound,
    RebindTooLate,
    RebindUnderWay,
    SecondFactorMissing,
)
from hanpyo.identity.factors import Factor, load_factors, may_rebind
from hanpyo.identity.keys import VoterKey
from hanpyo.identity.sessions import SignedIn
from hanpyo.protocol.batch_parts import encode_attestations
from hanpyo.protocol.types import FINAL_EPOCH, Address

COLLECTING: Final = "collecting"
SIGNED: Final = "signed"
SENT: Final = "sent"
DONE: Final = "done"
FAILED: Final = "failed"
MARGIN: Final = 120
"""Seconds before the cut-off within which an order may not reach the chain in time."""


@dataclass(frozen=True)
class Rebinds:
    """Moves members that are signed in to new keys."""

    database: Database
    vault: Vault
    catalogue: Catalogue
    registrars: Attesters
    clock: Callable[[], float]

    def rebind(
        self, signed_in: SignedIn, key: VoterKey, proofs: Mapping[Address, bytes] | None = None
    ) -> Rebind:
        """Order the move to this key; the same again goes on with it.

        Raises `LevelTooLow`, `KeyListed`, `NothingBound`, `SecondFactorMissing`, `RebindTooLate`,
        `RebindUnderWay`, `AnotherKeyBound`, `RegistrarRefused`, `RegistrarsUnavailable`.
        """
        signed_in.require_level()
        if signed_in.member.wallet is not None:
            raise KeyListed
        election = self.catalogue.get(signed_in.rules.election_id)
        now = int(self.clock())

        order, binding = self.database.transact_racing(
            lambda session: self._order(session, signed_in, election, key, now)
        )
        if order.state == COLLECTING:
            self._sign(election, signed_in, order, binding, proofs or {})
        return order

    def _order(
        self,
        session: Session,
        signed_in: SignedIn,
        election: PublishedElection,
        key: VoterKey,
        now: int,
    ) -> tuple[Rebind, KeyBinding]:
        member = signed_in.member
        first = oldest(session, member.election_id, member.voter)
        if first is None:
            raise NothingBound
        epoch = minimum_epoch(session, member.election_id, member.voter) + 1
        known = _order_of(session, member.election_id, member.voter, epoch)
        binding = at_epoch(session, member.election_id, member.voter, epoch)
        if known is not None and binding is not None:
            return self._resumed(known, binding, key, now)
        until = election.manifest.timetable.rebind_until
        if chain_time(session, now) + MARGIN >= until or epoch >= FINAL_EPOCH:
            raise RebindTooLate
        factors = self._authorised(session, signed_in, load_factors(first.factors), now)
        binding = add_binding(session, signed_in.with_factors(factors), key, epoch, now)
        order = Rebind(
            election_id=member.election_id,
            voter=member.voter,
            epoch=epoch,
            state=COLLECTING,
            created_at=now,
            changed_at=now,
            until=until,
        )
        session.add(order)
        session.flush()
        _revoke_passkeys(session, member.id, now)
        _end_other_sessions(session, signed_in)
        tell_of_key(session, self.vault, member, binding)
        return order, binding

    def _resumed(
        self, order: Rebind, binding: KeyBinding, key: VoterKey, now: int
    ) -> tuple[Rebind, KeyBinding]:
        if binding.key != key.key_id:
            raise AnotherKeyBound if order.state == FAILED else RebindUnderWay
        if order.state == FAILED:
            order.state, order.changed_at, order.fault = COLLECTING, now, None
        return order, binding

    def _authorised(
        self, session: Session, signed_in: SignedIn, first: tuple[Factor, ...], now: int
    ) -> tuple[Factor, ...]:
        if may_rebind(first, signed_in.factors):
            return signed_in.factors
        if use_appearance(session, signed_in.member.id, now):
            return (*signed_in.factors, Factor(APPEARANCE, APPEARANCE, now))
        raise SecondFactorMissing

    def _sign(
        self,
        election: PublishedElection,
        signed_in: SignedIn,
        order: Rebind,
        binding: KeyBinding,
        proofs: Mapping[Address, bytes],
    ) -> None:
        request = request_for(election, signed_in.member, binding, proofs)
        attestations = self.registrars.attest_rebind(election, request)
        manifest = election.manifest
        order.signatures = encode_attestations(
            attestations, manifest.threshold, len(manifest.registrars)
        )
        order.state = SIGNED
        signatures, now = order.signatures, int(self.clock())

        def work(session: Session) -> None:
            row = session.get_one(Rebind, order.id, with_for_update=True)
            if row.state == COLLECTING:
                row.state, row.signatures, row.changed_at = SIGNED, signatures, now

        self.database.transact(work)


def note_sent(session: Session, order_id: str, transaction_hash: bytes, now: int) -> None:
    """The order is in this transaction."""
    row = session.get_one(Rebind, order_id, with_for_update=True)
    row.state, row.transaction_hash, row.changed_at = SENT, transaction_hash, now


def note_done(session: Session, order_id: str, now: int) -> None:
    """The chain has the order."""
    row = session.get_one(Rebind, order_id, with_for_update=True)
    row.state, row.changed_at, row.fault = DONE, now, None


def note_failed(session: Session, order_id: str, fault: str, now: int) -> None:
    """The order cannot be recorded; `fault` is a stable name. The member may order it again."""
    row = session.get_one(Rebind, order_id, with_for_update=True)
    row.state, row.changed_at, row.fault = FAILED, now, fault[:60]


def _order_of(session: Session, election_id: str, voter: int, epoch: int) -> Rebind | None:
    wanted = select(Rebind).where(
        Rebind.election_id == election_id, Rebind.voter == voter, Rebind.epoch == epoch
    )
    return session.scalar(wanted)


def _end_other_sessions(session: Session, signed_in: SignedIn) -> None:
    session.execute(
        delete(MemberSession).where(
            MemberSession.member_id == signed_in.member.id,
            MemberSession.id != signed_in.session_id,
        )
    )


def _revoke_passkeys(session: Session, member_id: str, now: int) -> None:
    session.execute(
        update(Passkey)
        .where(Passkey.member_id == member_id, Passkey.revoked_at.is_(None))
        .values(revoked_at=now)
    )
