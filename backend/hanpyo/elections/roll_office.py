"""What staff do with an election's roll: each act one transaction, with its line in the audit log.

Whether the actor may is the caller's to check. The log tells numbers and ids, never a person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Any, Final

from sqlalchemy.orm import Session

from hanpyo.db.models import Election, Member
from hanpyo.elections import corrections, members_store
from hanpyo.elections.drafts import definition_in, locked
from hanpyo.elections.drawing import private_entries
from hanpyo.elections.erasers import ERASERS
from hanpyo.elections.erasure import erase
from hanpyo.elections.members_store import person_of, require_open_roll
from hanpyo.elections.normal_forms import BadForm
from hanpyo.elections.people import Person, lookup_values
from hanpyo.elections.private_list import write_private_list
from hanpyo.elections.roll_import import Preview, read_roll
from hanpyo.elections.roll_import.columns import TITLES
from hanpyo.elections.roll_import.rows import FieldReader, Terms
from hanpyo.elections.roll_previews import LIFETIME, drop_preview, keep_preview, open_preview
from hanpyo.errors import Invalid
from hanpyo.identity.staff import audit_log
from hanpyo.runtime import Runtime
from hanpyo.spreadsheets import write_csv

_KOREA: Final = timezone(timedelta(hours=9))
_EXAMPLES: Final = (
    ("1", "김한표", "010-1234-5678", "kim@example.com", "1960-01-02", "1"),
    ("2", "이한표", "010-8765-4321", "lee@example.com", "1970-12-31", "1/2"),
)
_FIELDS: Final = ("number", "name", "phone", "mail", "birth_date", "weight")
_Details = Mapping[str, audit_log.Detail]


@dataclass(frozen=True, slots=True)
class Kept:
    """A preview, and the id by which it can be accepted until `expires_at`; None with errors."""

    preview: Preview
    id: str | None
    expires_at: int
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """One member with what is known of the person."""

    member: Member
    person: Person = field(repr=False)


class RollOffice:
    """The use-cases over an installation."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._database, self._vault = runtime.database, runtime.vault

    def preview(self, actor: str, election_id: str, data: bytes) -> Kept:
        """Read an organiser's file for a draft; nothing of the roll changes yet.

        Raises `RollFrozen`, `UnknownElection`.
        """
        terms = self._database.transact(lambda session: self._terms(session, election_id))
        found = read_roll(data, terms.classes, terms.today)
        now = self._runtime.now()

        def work(session: Session) -> str | None:
            election = require_open_roll(session, election_id)
            kept = keep_preview(session, self._vault, election_id, found, now)
            details: _Details = {"rows": len(found.rows), "errors": len(found.errors)}
            self._note(session, actor, "roll.previewed", election, details)
            return kept

        kept = self._database.transact(work)
        return Kept(found, kept, now + LIFETIME, terms.classes)

    def accept(self, actor: str, election_id: str, preview_id: str) -> int:
        """Make a preview the whole roll of its draft; how many members it has.

        Raises `RollFrozen`, `UnknownPreview`.
        """
        now = self._runtime.now()
        with self._database.read() as session:
            rows = open_preview(session, self._vault, election_id, preview_id, now)
        # What takes long is done before the database is held up.
        prepared = members_store.prepare_roll(self._vault, election_id, rows)

        def work(session: Session) -> int:
            election = require_open_roll(session, election_id)
            drop_preview(session, election_id, preview_id)
            count = members_store.replace_roll(session, prepared)
            self._note(session, actor, "roll.imported", election, {"members": count})
            return count

        return self._database.transact(work)

    def page(self, election_id: str, after: tuple[int, str] | None, limit: int) -> Sequence[Listed]:
        """Members in the order of the file, from behind the (line, id) `after` on."""
        with self._database.read() as session:
            members = members_store.page_of_members(session, election_id, after=after, limit=limit)
        return [self._listed(member) for member in members]

    def search(self, actor: str, election_id: str, given: Mapping[str, str]) -> Sequence[Listed]:
        """Members who are exactly this: fields as in `roll_import.columns`, enough for one lookup.

        Raises `Invalid`.
        """
        kind, value = self._lookup(given)

        def work(session: Session) -> Sequence[Member]:
            found = members_store.find_members(session, self._vault, election_id, kind, value)
            election = session.get_one(Election, election_id)
            details: _Details = {"kind": kind, "found": len(found)}
            self._note(session, actor, "member.looked_up", election, details)
            return found

        return [self._listed(member) for member in self._database.transact(work)]

    def correct(
        self, actor: str, election_id: str, member_id: str, changes: Mapping[str, str | None]
    ) -> Listed:
        """See `corrections.correct_member`."""

        def work(session: Session) -> Member:
            terms = self._terms(session, election_id)
            member = corrections.correct_member(
                session, self._vault, election_id, member_id, changes=changes, terms=terms
            )
            election = session.get_one(Election, election_id)
            details: _Details = {"member": member_id}
            self._note(session, actor, "member.corrected", election, details)
            return member

        return self._listed(self._database.transact(work))

    def private_list(self, actor: str, election_id: str, passphrase: str) -> bytes:
        """The sealed private list of a drawn roll; raises `RollUnfit`, `BadPrivateList`."""
        with self._database.read() as session:
            entries = private_entries(session, self._vault, election_id)
        sealed = write_private_list(election_id, entries, passphrase)

        def work(session: Session) -> None:
            election = locked(session, election_id)
            self._note(session, actor, "roll.private_list", election, {"entries": len(entries)})

        self._database.transact(work)
        return sealed

    def erase(self, actor: str, election_id: str, *, force: bool = False) -> bool:
        """See `erasure.erase`."""

        def work(session: Session) -> bool:
            now = self._runtime.now()
            done = erase(session, election_id, now, erasers=ERASERS, force=force)
            if done:
                election = session.get_one(Election, election_id)
                self._note(session, actor, "roll.erased", election, {"forced": force})
            return done

        return self._database.transact(work)

    def export(self, actor: str, election_id: str) -> bytes:
        """The roll of a draft as CSV that can be imported again; raises `RollFrozen`."""

        def work(session: Session) -> Sequence[Member]:
            election = require_open_roll(session, election_id)
            count = members_store.count_members(session, election_id)
            members = members_store.page_of_members(session, election_id, after=None, limit=count)
            self._note(session, actor, "roll.exported", election, {"members": len(members)})
            return members

        members = self._database.transact(work)
        names = list(TITLES)
        rows = (_texts(self._listed(member), names) for member in members)
        return write_csv([TITLES[name] for name in names], rows)

    def _terms(self, session: Session, election_id: str) -> Terms:
        election = require_open_roll(session, election_id)
        classes = tuple(part.name for part in definition_in(election).classes)
        return Terms(classes, self._today())

    def _today(self) -> date:
        return datetime.fromtimestamp(self._runtime.now(), _KOREA).date()

    def _lookup(self, given: Mapping[str, str]) -> tuple[str, str]:
        reader = FieldReader(Terms(("",), self._today()))
        values: dict[str, Any] = {}
        for name, text in given.items():
            try:
                values[name] = reader.read(name, text)
            except BadForm as fault:
                raise Invalid(name, reader.note(fault.problem).english) from None
        lookups = list(lookup_values(Person(**values)))
        if len(lookups) != 1:
            raise Invalid("", "give one of phone, mail, number, subject, or name and birth date")
        return lookups[0]

    def _listed(self, member: Member) -> Listed:
        return Listed(member, person_of(self._vault, member))

    def _note(
        self,
        session: Session,
        actor: str,
        action: str,
        election: Election,
        details: _Details,
    ) -> None:
        subject = f"election:{election.id}"
        audit_log.record(
            session,
            election.organisation_id,
            actor,
            action,
            subject,
            details,
            at=self._runtime.now(),
        )


def template() -> bytes:
    """An example file with the usual columns."""
    return write_csv([TITLES[name] for name in _FIELDS], _EXAMPLES)


def _texts(listed: Listed, names: Sequence[str]) -> list[str]:
    member = listed.member
    weight = f"{member.weight_numerator}/{member.weight_denominator}".removesuffix("/1")
    texts = listed.person.fields() | {"weight": weight, "class": str(member.class_)}
    if member.wallet is not None:
        texts["wallet"] = "0x" + member.wallet.hex()
    return [texts.get(name, "") for name in names]
