"""Binding a member's key: one key a voter and epoch, for ever; then the registrars' credential.

The binding is durable before any registrar is asked, so a retry asks for the same key and gets the
same credential, and two devices that race cannot both win. The member is told by every contact on
file in the same transaction.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import orjson
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from hanpyo.db.database import Database
from hanpyo.db.models import Election, KeyBinding
from hanpyo.db.vault import Vault
from hanpyo.elections.catalogue import Catalogue, PublishedElection
from hanpyo.identity.attesting import Attesters, chain_time, minimum_epoch, request_for
from hanpyo.identity.errors import AnotherKeyBound, KeyListed, SecondFactorMissing, VotingOver
from hanpyo.identity.factors import dump_factors, load_factors, may_rebind
from hanpyo.identity.keys import VoterKey
from hanpyo.identity.members import Known
from hanpyo.identity.notices.outbox import Outgoing, about, tell
from hanpyo.identity.sessions import SignedIn
from hanpyo.protocol.batch import Attestation
from hanpyo.protocol.messages import Credential
from hanpyo.protocol.types import Address

_TOLD_WITHIN: Final = 86_400


@dataclass(frozen=True, slots=True)
class Bound:
    """A voter's key with the registrars' signatures of its credential."""

    credential: Credential
    attestations: tuple[Attestation, ...]
    bound_at: int


@dataclass(frozen=True)
class Bindings:
    """Binds keys of members that are signed in."""

    database: Database
    vault: Vault
    catalogue: Catalogue
    registrars: Attesters
    clock: Callable[[], float]

    def bind(
        self, signed_in: SignedIn, key: VoterKey, proofs: Mapping[Address, bytes] | None = None
    ) -> Bound:
        """Bind the key at the voter's current epoch and get its credential; the same again is fine.

        `proofs` are the member's own for registrars that check for themselves. Raises
        `LevelTooLow`, `KeyListed`, `VotingOver`, `AnotherKeyBound`, `SecondFactorMissing`,
        `RegistrarRefused`, `RegistrarsUnavailable`.
        """
        signed_in.require_level()
        member = signed_in.member
        if member.wallet is not None:
            raise KeyListed
        election = self.catalogue.get(signed_in.rules.election_id)
        now = int(self.clock())
        binding = self._kept(signed_in, election, key, now)
        if binding.attestations is None:
            binding.attestations = self._attested(election, member, binding, proofs or {})
        return _bound(binding, member)

    def current(self, signed_in: SignedIn) -> KeyBinding | None:
        """The newest binding of the session's member."""
        member = signed_in.member
        with self.database.read() as session:
            return newest(session, member.election_id, member.voter)

    def _kept(
        self, signed_in: SignedIn, election: PublishedElection, key: VoterKey, now: int
    ) -> KeyBinding:
        return self.database.transact_racing(
            lambda session: self._keep(session, signed_in, election, key, now)
        )

    def _keep(
        self,
        session: Session,
        signed_in: SignedIn,
        election: PublishedElection,
        key: VoterKey,
        now: int,
    ) -> KeyBinding:
        member = signed_in.member
        if chain_time(session, now) >= election.manifest.timetable.closes_at:
            raise VotingOver
        epoch = minimum_epoch(session, member.election_id, member.voter)
        known = at_epoch(session, member.election_id, member.voter, epoch)
        if known is None:
            first = oldest(session, member.election_id, member.voter)
            if first and not may_rebind(load_factors(first.factors), signed_in.factors):
                raise SecondFactorMissing
            known = add_binding(session, signed_in, key, epoch, now)
            tell_of_key(session, self.vault, member, known)
        if known.key != key.key_id:
            raise AnotherKeyBound
        return known

    def _attested(
        self,
        election: PublishedElection,
        member: Known,
        binding: KeyBinding,
        proofs: Mapping[Address, bytes],
    ) -> bytes:
        request = request_for(election, member, binding, proofs)
        attestations = dump_attestations(self.registrars.attest(election, request))

        def work(session: Session) -> None:
            session.get_one(KeyBinding, binding.id).attestations = attestations

        self.database.transact(work)
        return attestations


def add_binding(
    session: Session, signed_in: SignedIn, key: VoterKey, epoch: int, now: int
) -> KeyBinding:
    """A new row; `IntegrityError` when the voter has one at this epoch."""
    binding = KeyBinding(
        election_id=signed_in.member.election_id,
        member_id=signed_in.member.id,
        voter=signed_in.member.voter,
        epoch=epoch,
        key=key.key_id,
        material=key.material,
        factors=dump_factors(signed_in.factors),
        bound_at=now,
    )
    session.add(binding)
    session.flush()
    return binding


def tell_of_key(session: Session, vault: Vault, member: Known, binding: KeyBinding) -> None:
    """Tell the member by every contact on file, with the voter number of the invitation."""
    election = session.get_one(Election, member.election_id)
    template = "key_rebound" if binding.epoch else "key_bound"
    outgoing = Outgoing(
        election_id=member.election_id,
        template=template,
        parameters={"title": election.title, "voter": str(member.voter)},
        now=binding.bound_at,
        expires_at=max(election.closes_at or 0, binding.bound_at + _TOLD_WITHIN),
        member_id=member.id,
        about=about(template, binding.id.encode()),
    )
    tell(session, vault, member, outgoing)


def at_epoch(session: Session, election_id: str, voter: int, epoch: int) -> KeyBinding | None:
    """The voter's binding of one epoch."""
    wanted = select(KeyBinding).where(
        KeyBinding.election_id == election_id,
        KeyBinding.voter == voter,
        KeyBinding.epoch == epoch,
    )
    return session.scalar(wanted)


def oldest(session: Session, election_id: str, voter: int) -> KeyBinding | None:
    """The voter's first binding."""
    return session.scalar(_of_voter(election_id, voter).order_by(KeyBinding.epoch).limit(1))


def newest(session: Session, election_id: str, voter: int) -> KeyBinding | None:
    """The voter's last binding."""
    return session.scalar(_of_voter(election_id, voter).order_by(KeyBinding.epoch.desc()).limit(1))


def dump_attestations(attestations: tuple[Attestation, ...]) -> bytes:
    """As `KeyBinding.attestations` keeps them."""
    return orjson.dumps([[each.index, each.signature.hex()] for each in attestations])


def load_attestations(data: bytes) -> tuple[Attestation, ...]:
    """The attestations in `dump_attestations`' bytes."""
    return tuple(Attestation(index, bytes.fromhex(text)) for index, text in orjson.loads(data))


def _of_voter(election_id: str, voter: int) -> Select[KeyBinding]:
    return select(KeyBinding).where(
        KeyBinding.election_id == election_id, KeyBinding.voter == voter
    )


def _bound(binding: KeyBinding, member: Known) -> Bound:
    credential = Credential(binding.voter, binding.key, member.weight, member.class_, binding.epoch)
    return Bound(credential, load_attestations(binding.attestations or b"[]"), binding.bound_at)
