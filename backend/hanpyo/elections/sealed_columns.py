"""What of rolls and their people is sealed, for the rotation of keys.

Registrars that share this database seal with the same ring; one that runs apart has its own.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.orm import Session

from hanpyo.db.models import Member, RegistrarCode, RegistrarContact, RollPreview
from hanpyo.db.rotation import SealedColumn
from hanpyo.db.vault import Vault
from hanpyo.elections import roll_previews
from hanpyo.elections.members_store import save_lookups
from hanpyo.elections.people import Person, blind_context_of, context_of


def _renew_lookups(session: Session, vault: Vault, values: Sequence[tuple[Member, bytes]]) -> None:
    save_lookups(session, vault, [(member, Person.load(data)) for member, data in values])


def _registrars_context(row: RegistrarContact | RegistrarCode) -> str:
    """As `registrar.contacts` and `registrar.verifiers` bind what they seal."""
    return f"{row.__tablename__}:{row.registrar.hex()}:{row.election.hex()}:{row.voter}"


SEALED_COLUMNS: Final = (
    SealedColumn(Member, Member.sealed, lambda row: context_of(row.id), _renew_lookups),
    SealedColumn(Member, Member.sealed_blind, lambda row: blind_context_of(row.id)),
    SealedColumn(RollPreview, RollPreview.sealed, lambda row: roll_previews.context_of(row.id)),
    SealedColumn(RegistrarContact, RegistrarContact.sealed, _registrars_context),
    SealedColumn(RegistrarCode, RegistrarCode.sealed, _registrars_context),
)
