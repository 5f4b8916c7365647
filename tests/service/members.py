"""Members of elections that tests publish, straight into the database."""

from sqlalchemy.orm import Session

from hanpyo.db.models import Member, MemberLookup
from hanpyo.db.types import new_id
from hanpyo.db.vault import Vault
from hanpyo.elections.people import Person, lookup_digests, seal_person
from hanpyo.protocol.roll import RollEntry
from hanpyo.protocol.types import EntryKind

_ADDRESS_BYTES = 20


def add_member(
    session: Session,
    vault: Vault,
    election_id: str,
    number: int,
    entry: RollEntry,
    *,
    person: Person | None = None,
) -> None:
    """The member who is this voter of the roll, found by what `person` is known by."""
    member_id = new_id()
    session.add(
        Member(
            id=member_id,
            election_id=election_id,
            line=number + 2,
            voter=number,
            weight_numerator=entry.weight,
            weight=entry.weight,
            class_=entry.class_,
            wallet=entry.who[-_ADDRESS_BYTES:] if entry.kind is EntryKind.LISTED else None,
            sealed=seal_person(vault, member_id, person) if person else None,
        )
    )
    session.flush()
    for kind, digest in lookup_digests(vault, person) if person else ():
        session.add(
            MemberLookup(election_id=election_id, kind=kind, digest=digest, member_id=member_id)
        )
