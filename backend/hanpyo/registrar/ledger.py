"""What a registrar has signed and refused, append-only; one key for a voter's epoch, for ever.

What `enter` returned is durable, and it returns before anything is signed: whatever a signature
that leaves attests is in the ledger. A list attests nothing new and is not entered. Two keys racing
for one epoch meet at the primary key, and one loses.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hanpyo.db.database import Database
from hanpyo.db.models.registrar import (
    RegistrarElection,
    RegistrarKey,
    RegistrarRefusal,
    RegistrarSignature,
)
from hanpyo.protocol.types import Address
from hanpyo.registrar.errors import KeyTaken, RegistrarError
from hanpyo.registrar.frozen import FrozenElection
from hanpyo.registrar.requests import AttestationRequest

_AT_ONCE: Final = 400
"""Hashes in one query; SQLite takes no more than some thousands of parameters."""

Spend = Callable[[Session], str]
"""Takes the member's proof for used in the transaction that binds the key; how it was proven."""


@dataclass(frozen=True)
class Ledger:
    """The ledger of one registrar. Safe to share between threads and processes."""

    database: Database
    registrar: Address
    now: Callable[[], int]

    def take_up(self, election: FrozenElection) -> None:
        """Remember an election from its first request on; watching starts at its freeze."""
        place = {"registrar": self.registrar, "election": election.domain.election}
        with self.database.read() as session:
            if session.get(RegistrarElection, place) is not None:
                return

        def work(session: Session) -> None:
            if session.get(RegistrarElection, place) is None:
                session.add(
                    RegistrarElection(
                        **place,
                        manifest_hash=election.domain.manifest_hash,
                        title=election.title,
                        first_seen_at=self.now(),
                        cursor=election.frozen_at,
                        ends_at=election.manifest.timetable.barrier_at,
                    )
                )

        self.database.transact_racing(work)

    def key_of(self, election: Address, voter: int, epoch: int) -> bytes | None:
        """The key bound to a voter's epoch."""
        with self.database.read() as session:
            row = session.get(RegistrarKey, self._place(election, voter, epoch))
            return None if row is None else row.key

    def keys_had(self, election: Address, voter: int) -> int:
        """How many keys a voter has had."""
        query = select(func.count()).where(
            RegistrarKey.registrar == self.registrar,
            RegistrarKey.election == election,
            RegistrarKey.voter == voter,
        )
        with self.database.read() as session:
            return session.scalar(query) or 0

    def proofs_had(self, election: Address, voter: int) -> set[str]:
        """How the member's earlier keys were proven to this registrar."""
        query = select(RegistrarKey.proven).where(
            RegistrarKey.registrar == self.registrar,
            RegistrarKey.election == election,
            RegistrarKey.voter == voter,
        )
        with self.database.read() as session:
            return set(session.scalars(query))

    def enter(
        self, request: AttestationRequest, kind: str, struct_hash: bytes, spend: Spend
    ) -> bool:
        """Bind the request's key unless it is bound, and enter what is about to be signed.

        `spend` is called where the key is new. Whether it was. Raises `KeyTaken`, and what `spend`
        raises; then nothing is changed.
        """

        def work(session: Session) -> bool:
            place = self._place(request.election, request.voter, request.epoch)
            bound = session.get(RegistrarKey, place)
            if bound is not None and bound.key != request.key:
                raise KeyTaken("another key was attested for this voter and epoch")
            if bound is None:
                session.add(_key(request, place, spend(session), self.now()))
            self._sign(session, request.election, kind, struct_hash, request)
            session.flush()
            return bound is None

        return self.database.transact_racing(work)

    def unsigned(self, election: Address, struct_hashes: Sequence[bytes]) -> list[bytes]:
        """Which of these were never signed as a message of their own."""
        known: set[bytes] = set()
        with self.database.read() as session:
            for at in range(0, len(struct_hashes), _AT_ONCE):
                query = select(RegistrarSignature.struct_hash).where(
                    RegistrarSignature.registrar == self.registrar,
                    RegistrarSignature.election == election,
                    RegistrarSignature.struct_hash.in_(struct_hashes[at : at + _AT_ONCE]),
                )
                known.update(session.scalars(query))
        return [each for each in struct_hashes if each not in known]

    def refuse(
        self,
        election: Address,
        kind: str,
        error: RegistrarError,
        *,
        voter: int | None = None,
        epoch: int | None = None,
    ) -> None:
        """Enter a refusal."""
        row = RegistrarRefusal(
            registrar=self.registrar,
            election=election,
            kind=kind,
            voter=voter,
            epoch=epoch,
            code=error.code,
            alarm=error.alarm,
            refused_at=self.now(),
        )
        with self.database.write() as session:
            session.add(row)

    def _place(self, election: Address, voter: int, epoch: int) -> dict[str, bytes | int]:
        return {
            "registrar": self.registrar,
            "election": election,
            "voter": voter,
            "epoch": epoch,
        }

    def _sign(
        self,
        session: Session,
        election: Address,
        kind: str,
        struct_hash: bytes,
        request: AttestationRequest,
    ) -> None:
        query = select(RegistrarSignature.id).where(
            RegistrarSignature.registrar == self.registrar,
            RegistrarSignature.election == election,
            RegistrarSignature.struct_hash == struct_hash,
        )
        if session.scalar(query) is None:
            session.add(
                RegistrarSignature(
                    registrar=self.registrar,
                    election=election,
                    struct_hash=struct_hash,
                    kind=kind,
                    voter=request.voter,
                    epoch=request.epoch,
                    signed_at=self.now(),
                )
            )


def _key(
    request: AttestationRequest, place: dict[str, bytes | int], proven: str, now: int
) -> RegistrarKey:
    return RegistrarKey(
        **place,
        key=request.key,
        level=request.evidence.level,
        methods=" ".join(request.evidence.methods),
        proven=proven,
        bound_at=now,
    )
