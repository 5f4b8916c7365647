"""What of the registrars this package needs, and how it asks them for one voter's key."""

from collections.abc import Mapping
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from hanpyo.db.models import ChainHead, KeyBinding, VoterState
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.identity.factors import Level, level_of, load_factors
from hanpyo.identity.members import Known
from hanpyo.protocol.batch import Attestation
from hanpyo.protocol.types import Address, KeyId
from hanpyo.registrar.requests import AttestationRequest, Evidence

APPEARANCE = "appearance"
"""The method that two clerks' record of a member before them counts as."""


class Attesters(Protocol):
    """The registrars of an election together; see `registrar.client.Registrars`."""

    def attest(
        self, election: PublishedElection, request: AttestationRequest
    ) -> tuple[Attestation, ...]:
        """Exactly m signatures of the one-entry credential; the same key gives the same again."""

    def attest_rebind(
        self, election: PublishedElection, request: AttestationRequest
    ) -> tuple[Attestation, ...]:
        """Exactly m signatures of the rebind to the request's epoch."""


def request_for(
    election: PublishedElection,
    member: Known,
    binding: KeyBinding,
    proofs: Mapping[Address, bytes],
) -> AttestationRequest:
    """What the registrars are asked about the key that a member bound."""
    factors = load_factors(binding.factors)
    methods = dict.fromkeys(factor.method for factor in factors)  # two providers are two methods
    verified_at = max((factor.at for factor in factors), default=0)
    return AttestationRequest(
        Address(election.domain.election),
        binding.voter,
        KeyId(binding.key),
        member.weight,
        member.class_,
        binding.epoch,
        Evidence(max(level_of(factors), Level.LINK).label, tuple(methods), verified_at),
        proofs,
    )


def minimum_epoch(session: Session, election_id: str, voter: int) -> int:
    """The epoch that a key of this voter must have, as far as the index has read the chain."""
    wanted = select(VoterState.minimum_epoch).where(
        VoterState.election_id == election_id, VoterState.voter == voter
    )
    return session.scalar(wanted) or 0


def chain_time(session: Session, otherwise: int) -> int:
    """The time of the newest block; `otherwise` where none is known."""
    head = session.get(ChainHead, 1)
    return head.timestamp if head is not None else otherwise
