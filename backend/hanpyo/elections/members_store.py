"""Members of an election's roll in the database: replaced as a whole, listed, found.

Once publishing begins the roll is frozen. Whoever stands on it then votes: a share that is sold
later stays with the seller's entry until the next roll, and of several owners the one on the roll
votes for all. The way for somebody who cannot use their key any more is a rebind, not a change.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, cast

from sqlalchemy import Table, delete, func, insert, select
from sqlalchemy.orm import Session

from hanpyo.db.models import Election, ElectionState, Member, MemberLookup
from hanpyo.db.types import Base, new_id
from hanpyo.db.vault import Vault
from hanpyo.elections.catalogue import UnknownElection
from hanpyo.elections.people import Person, lookup_digests, open_person, seal_person
from hanpyo.elections.roll_import import RollRow
from hanpyo.errors import Conflict, NotFound

_AT_ONCE: Final = 2_000


class RollFrozen(Conflict):
    """The roll can change no more."""

    code: ClassVar[str] = "roll_frozen"


class UnknownMember(NotFound):
    """There is no such member on this election's roll."""

    code: ClassVar[str] = "unknown_member"


def require_open_roll(session: Session, election_id: str) -> Election:
    """The election, locked until the commit; raises `RollFrozen`, `UnknownElection`."""
    election = session.get(Election, election_id, with_for_update=True, populate_existing=True)
    if election is None:
        raise UnknownElection("there is no such election")
    if election.state != ElectionState.DRAFT:
        raise RollFrozen(
            "the roll is frozen: whoever stands on it votes; a transfer of shares counts from the "
            "next roll on, and for a lost key there is a rebind"
        )
    return election


@dataclass(frozen=True, slots=True)
class PreparedRoll:
    """A roll as rows of the database, made before the transaction that holds others up."""

    election_id: str
    members: list[dict[str, Any]] = field(repr=False)
    lookups: list[dict[str, Any]] = field(repr=False)


def prepare_roll(vault: Vault, election_id: str, rows: Sequence[RollRow]) -> PreparedRoll:
    """Seal each person and make the lookups.

    Members are in the order of their random ids and lookups in that of their hashes: quick to
    insert, and nothing on disk leads back to the order of the file.
    """
    members: list[dict[str, Any]] = []
    lookups: list[dict[str, Any]] = []
    for row in rows:
        member_id = new_id()
        members.append(_member(vault, election_id, member_id, row))
        lookups.extend(_lookups(vault, election_id, member_id, row.person))
    members.sort(key=lambda member: member["id"])
    lookups.sort(key=lambda lookup: (lookup["kind"], lookup["digest"]))
    return PreparedRoll(election_id, members, lookups)


def replace_roll(session: Session, roll: PreparedRoll) -> int:
    """Make this the whole roll of a draft; how many members it has. Raises `RollFrozen`."""
    require_open_roll(session, roll.election_id)
    clear_roll(session, roll.election_id)
    _insert(session, Member, roll.members)
    _insert(session, MemberLookup, roll.lookups)
    return len(roll.members)


def clear_roll(session: Session, election_id: str) -> None:
    """Delete every member of an election whose roll is not drawn."""
    session.execute(delete(MemberLookup).where(MemberLookup.election_id == election_id))
    session.execute(delete(Member).where(Member.election_id == election_id))


def count_members(session: Session, election_id: str) -> int:
    """How many members are on the roll."""
    counted = select(func.count()).where(Member.election_id == election_id)
    return session.scalar(counted) or 0


def page_of_members(
    session: Session, election_id: str, *, after: tuple[int, str] | None, limit: int
) -> Sequence[Member]:
    """Members by their row in the file, from behind the (line, id) `after` on."""
    wanted = select(Member).where(Member.election_id == election_id)
    if after is not None:
        line, last = after
        wanted = wanted.where((Member.line > line) | ((Member.line == line) & (Member.id > last)))
    return session.scalars(wanted.order_by(Member.line, Member.id).limit(limit)).all()


def find_members(
    session: Session, vault: Vault, election_id: str, kind: str, value: str
) -> Sequence[Member]:
    """Members found by exactly this value in its normal form, see `people.lookup_values`."""
    ids = (
        select(MemberLookup.member_id)
        .where(
            MemberLookup.election_id == election_id,
            MemberLookup.kind == kind,
            MemberLookup.digest.in_(vault.lookups(kind, value)),
        )
        .distinct()
    )
    return session.scalars(select(Member).where(Member.id.in_(ids)).order_by(Member.line)).all()


def get_member(session: Session, election_id: str, member_id: str) -> Member:
    """One member; raises `UnknownMember`."""
    member = session.get(Member, member_id)
    if member is None or member.election_id != election_id:
        raise UnknownMember("there is no such member on this roll")
    return member


def person_of(vault: Vault, member: Member) -> Person:
    """Who a member is; nobody once erased."""
    return Person() if member.sealed is None else open_person(vault, member.id, member.sealed)


def save_row(session: Session, vault: Vault, member: Member, row: RollRow) -> None:
    """Let a member of a draft be what `row` says, its lookups too."""
    member.sealed = seal_person(vault, member.id, row.person)
    member.weight_numerator, member.weight_denominator = row.weight.as_integer_ratio()
    member.class_, member.wallet = row.class_, row.wallet
    save_lookups(session, vault, [(member, row.person)])


def save_lookups(session: Session, vault: Vault, people: Sequence[tuple[Member, Person]]) -> None:
    """Let each member be found by what the person is, and by nothing else."""
    ids = [member.id for member, _ in people]
    session.execute(delete(MemberLookup).where(MemberLookup.member_id.in_(ids)))
    lookups: list[dict[str, Any]] = []
    for member, person in people:
        lookups.extend(_lookups(vault, member.election_id, member.id, person))
    _insert(session, MemberLookup, lookups)


def _insert(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows by the names of their columns; what the ORM would add costs too much."""
    table = cast("Table", model.__table__)
    for start in range(0, len(rows), _AT_ONCE):
        session.execute(insert(table), rows[start : start + _AT_ONCE])


def _member(vault: Vault, election_id: str, member_id: str, row: RollRow) -> dict[str, Any]:
    numerator, denominator = row.weight.as_integer_ratio()
    return {
        "id": member_id,
        "election_id": election_id,
        "line": row.row,
        "weight_numerator": numerator,
        "weight_denominator": denominator,
        "class": row.class_,
        "wallet": row.wallet,
        "sealed": seal_person(vault, member_id, row.person),
    }


def _lookups(
    vault: Vault, election_id: str, member_id: str, person: Person
) -> list[dict[str, Any]]:
    return [
        {"election_id": election_id, "kind": kind, "digest": digest, "member_id": member_id}
        for kind, digest in lookup_digests(vault, person)
    ]
