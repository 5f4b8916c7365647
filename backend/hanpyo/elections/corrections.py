"""One member of a draft corrected by hand, under the same rules as a row of a file."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any, ClassVar, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from hanpyo.db.models import Member
from hanpyo.db.vault import Vault
from hanpyo.elections.members_store import (
    find_members,
    get_member,
    person_of,
    require_open_roll,
    save_row,
)
from hanpyo.elections.normal_forms import BadForm, name_key
from hanpyo.elections.people import Person, lookup_values
from hanpyo.elections.roll_import.notes import note
from hanpyo.elections.roll_import.rows import FieldReader, RollRow, Terms
from hanpyo.errors import Conflict, Invalid
from hanpyo.protocol.types import Address

_BESIDE: Final = {"weight": Fraction(1), "class": 0, "wallet": None}
_ALONE: Final = ("number", "name_birth", "subject")
"""Kinds of lookup that two members never share."""


class AlreadyOnRoll(Conflict):
    """Another row of the roll is the same person, or has the same wallet."""

    code: ClassVar[str] = "already_on_roll"


def correct_member(
    session: Session,
    vault: Vault,
    election_id: str,
    member_id: str,
    *,
    changes: Mapping[str, str | None],
    terms: Terms,
) -> Member:
    """Change fields of one member, named as in `roll_import.columns`; None takes one away.

    Raises `RollFrozen`, `UnknownMember`, `Invalid` naming the field, `AlreadyOnRoll`.
    """
    require_open_roll(session, election_id)
    member = get_member(session, election_id, member_id)
    row = _changed(_row(vault, member), changes, FieldReader(terms))
    _refuse_twice(session, vault, member, row)
    save_row(session, vault, member, row)
    return member


def _row(vault: Vault, member: Member) -> RollRow:
    weight = Fraction(member.weight_numerator, member.weight_denominator)
    wallet = None if member.wallet is None else Address(member.wallet)
    return RollRow(member.line, person_of(vault, member), weight, member.class_, wallet)


def _changed(row: RollRow, changes: Mapping[str, str | None], reader: FieldReader) -> RollRow:
    values = {field: _value(reader, field, text) for field, text in changes.items()}
    beside = {name: values.pop(name) for name in _BESIDE if name in values}
    given: dict[str, Any] = {
        name: _BESIDE[name] if value is None else value for name, value in beside.items()
    }
    if "class" in given:
        given["class_"] = given.pop("class")
    changed = replace(row, person=replace(row.person, **values), **given)
    if changed.person == Person() and changed.wallet is None:
        raise Invalid("", note("nobody").english)
    return changed


def _value(reader: FieldReader, field: str, text: str | None) -> Any:
    try:
        return None if text is None else reader.read(field, text)
    except BadForm as fault:
        raise Invalid(field, reader.note(fault.problem).english) from None


def _refuse_twice(session: Session, vault: Vault, member: Member, row: RollRow) -> None:
    for kind, value in lookup_values(row.person):
        for other in find_members(session, vault, member.election_id, kind, value):
            if other.id != member.id and _is_same(vault, kind, other, row.person):
                raise AlreadyOnRoll(f"row {other.line} of the roll is this person already")
    if row.wallet is not None:
        wanted = select(Member.line).where(
            Member.election_id == member.election_id,
            Member.wallet == row.wallet,
            Member.id != member.id,
        )
        taken = session.scalars(wanted.limit(1)).first()
        if taken is not None:
            raise AlreadyOnRoll(f"row {taken} of the roll has this wallet already")


def _is_same(vault: Vault, kind: str, other: Member, person: Person) -> bool:
    if kind in _ALONE:
        return True
    return name_key(person_of(vault, other).name or "") == name_key(person.name or "")
