"""What a checklist judges: a draft, the shape of its roll, the chain and the installation."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hanpyo.config import Settings
from hanpyo.db.models import Election, ElectionState, Member
from hanpyo.elections.definition import Definition, RegistrarsPart
from hanpyo.elections.drafts import definition_in

_KEY_AT: Final = 229
"""The trustees' key in a manifest, counted from 1 as SQL does."""
_KEY_BYTES: Final = 64


@dataclass(frozen=True, slots=True)
class Situation:
    """What the checklist judges: the draft, its roll's shape, the chain and the installation.

    `now` is the later of chain time and wall clock. `classes` counts members by class, `listed`
    those with a wallet. `key_used` says that another election has the same trustees' key.
    """

    definition: Definition
    election: Election
    settings: Settings
    now: int
    chain_id: int
    classes: dict[int, int]
    listed: int
    key_used: bool

    @property
    def members(self) -> int:
        """How many members are on the roll."""
        return sum(self.classes.values())

    @property
    def attested(self) -> int:
        """Members whose keys registrars attest."""
        return self.members - self.listed


def situation_of(
    session: Session, election: Election, settings: Settings, now: int, chain_id: int
) -> Situation:
    """What the checklist needs to know of a draft."""
    definition = with_registrars(definition_in(election), settings)
    counted = select(Member.class_, func.count()).where(Member.election_id == election.id)
    classes = {row[0]: row[1] for row in session.execute(counted.group_by(Member.class_))}
    wallets = select(func.count()).where(
        Member.election_id == election.id, Member.wallet.is_not(None)
    )
    return Situation(
        definition,
        election,
        settings,
        now,
        chain_id,
        classes,
        session.scalar(wallets) or 0,
        _key_is_used(session, election.id, definition),
    )


def with_registrars(definition: Definition, settings: Settings) -> Definition:
    """The definition, with the installation's registrars where it names none."""
    places = settings.registrars.members
    if definition.registrars is not None or not places:
        return definition
    addresses = tuple(bytes.fromhex(place.address.removeprefix("0x")) for place in places)
    part = RegistrarsPart.model_construct(
        threshold=settings.registrars.threshold, addresses=addresses
    )
    return definition.model_copy(update={"registrars": part})


def _key_is_used(session: Session, election_id: str, definition: Definition) -> bool:
    key = definition.trustee_point
    if key is None:
        return False
    wanted = b"".join(coordinate.to_bytes(_KEY_BYTES // 2, "big") for coordinate in key)
    others = select(Election.id).where(
        Election.id != election_id,
        Election.state != ElectionState.DRAFT,
        func.substr(Election.manifest, _KEY_AT, _KEY_BYTES) == wanted,
    )
    return session.scalars(others.limit(1)).first() is not None
