"""Drawing the roll: members become voter numbers in an order that nobody chose.

Weights become whole numbers in the smallest unit. Each attested entry gets a blind from the
operating system, sealed beside the member; what it commits to is the member's id. Whoever is listed
by a wallet needs no commitment.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Final

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from hanpyo.db.models import Member
from hanpyo.db.vault import Vault
from hanpyo.elections.drafts import definition_in, locked
from hanpyo.elections.people import blind_context_of, open_person
from hanpyo.elections.private_list import PrivateEntry
from hanpyo.elections.units import TooFine, common_unit
from hanpyo.errors import Conflict
from hanpyo.protocol.roll import MAX_ENTRIES, RollEntry, member_commitment
from hanpyo.protocol.signatures import address_key_id
from hanpyo.protocol.types import Address, EntryKind

_BLIND_BYTES: Final = 32
_AT_ONCE: Final = 5_000


_Drawn = Row[str, int, int, int, int, bytes | None]
"""Id, line, numerator and denominator of the weight, class, wallet."""


class RollUnfit(Conflict):
    """A roll that cannot be drawn; the message names rows of the organiser's file."""

    code: ClassVar[str] = "roll_unfit"


class AlreadyDrawn(Conflict):
    """The roll of this election is drawn; its voter numbers are for good."""

    code: ClassVar[str] = "already_drawn"


@dataclass(frozen=True, slots=True)
class _Ticket:
    """One member in the urn."""

    member_id: str
    entry: RollEntry
    blind: bytes | None


def draw_roll_of(session: Session, vault: Vault, election_id: str) -> tuple[RollEntry, ...]:
    """Draw the election's roll: its entries by voter number, and each member's number kept.

    The election stays locked until the commit. Raises `AlreadyDrawn`, `RollUnfit`,
    `UnknownElection`.
    """
    election = locked(session, election_id)
    if election.roll is not None:
        raise AlreadyDrawn("the roll is drawn already")
    members = _members(session, election.id)
    unit = _unit(members, len(definition_in(election).classes))
    tickets = [_ticket(member, unit) for member in members]
    drawn = secrets.SystemRandom().sample(tickets, len(tickets))
    session.execute(update(Member).where(Member.election_id == election.id).values(voter=None))
    for start in range(0, len(drawn), _AT_ONCE):
        session.execute(
            update(Member),
            [
                {
                    "id": ticket.member_id,
                    "voter": start + place,
                    "weight": ticket.entry.weight,
                    "sealed_blind": _sealed(vault, ticket),
                }
                for place, ticket in enumerate(drawn[start : start + _AT_ONCE])
            ],
        )
    return tuple(ticket.entry for ticket in drawn)


def private_entries(session: Session, vault: Vault, election_id: str) -> tuple[PrivateEntry, ...]:
    """Who is behind each voter number, for `private_list.write_private_list`.

    Raises `RollUnfit` before the draw and after the erasure.
    """
    wanted = select(Member).where(Member.election_id == election_id).order_by(Member.voter)
    entries = tuple(_private(vault, member) for member in session.scalars(wanted))
    if not entries:
        raise RollUnfit("the roll is empty")
    return entries


def _members(session: Session, election_id: str) -> Sequence[_Drawn]:
    wanted = select(
        Member.id,
        Member.line,
        Member.weight_numerator,
        Member.weight_denominator,
        Member.class_,
        Member.wallet,
    ).where(Member.election_id == election_id)
    return session.execute(wanted).all()


def _unit(members: Sequence[_Drawn], classes: int) -> int:
    if not 1 <= len(members) <= MAX_ENTRIES:
        raise RollUnfit("the roll is empty: nobody could vote")
    strange = sorted(member.line for member in members if member.class_ >= classes)
    if strange:
        raise RollUnfit(f"the election has {classes} classes; others stand in {_rows(strange)}")
    unit = common_unit(
        {m.line: Fraction(m.weight_numerator, m.weight_denominator) for m in members}
    )
    if isinstance(unit, TooFine):
        raise RollUnfit(
            f"as whole numbers the weights exceed 63 bits in sum; simplify {_rows(unit.rows)}"
        )
    return unit


def _rows(rows: Sequence[int]) -> str:
    shown = ", ".join(map(str, rows[:10]))
    return f"row {shown}" if len(rows) == 1 else f"rows {shown}"


def _ticket(member: _Drawn, unit: int) -> _Ticket:
    weight = member.weight_numerator * unit // member.weight_denominator
    if member.wallet is not None:
        key = address_key_id(Address(member.wallet))
        return _Ticket(member.id, RollEntry(EntryKind.LISTED, key, weight, member.class_), None)
    blind = secrets.token_bytes(_BLIND_BYTES)
    who = member_commitment(member.id.encode(), blind)
    return _Ticket(member.id, RollEntry(EntryKind.ATTESTED, who, weight, member.class_), blind)


def _sealed(vault: Vault, ticket: _Ticket) -> bytes | None:
    if ticket.blind is None:
        return None
    return vault.seal(ticket.blind, blind_context_of(ticket.member_id))


def _private(vault: Vault, member: Member) -> PrivateEntry:
    if member.voter is None or member.weight is None:
        raise RollUnfit("the roll is not drawn yet")
    if member.sealed is None:
        raise RollUnfit("the roll's personal data is erased")
    sealed = member.sealed_blind
    blind = None if sealed is None else vault.open(sealed, blind_context_of(member.id))
    person = open_person(vault, member.id, member.sealed)
    return PrivateEntry(member.voter, member.id, member.weight, member.class_, blind, person)
