"""Inviting members: personal links by every contact on file, letters for the others, reminders.

A link sent by mail and one sent by text message are different codes, so that each is known by the
channel that carried it. Codes exist in the clear only in the messages and in the list of letters
that is returned; the database has their hashes.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass, field
from itertools import islice
from typing import Final, Literal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hanpyo.db.database import Database
from hanpyo.db.models import AccessCode, Act
from hanpyo.db.vault import Vault
from hanpyo.errors import Conflict
from hanpyo.identity.codes import code_digest, new_letter_code, new_link_token
from hanpyo.identity.members import Known, Members, Rules
from hanpyo.identity.methods.personal_link import link_url
from hanpyo.identity.notices.outbox import Outgoing, queue
from hanpyo.spreadsheets import write_csv

Letters = Literal["none", "unreachable", "all"]
"""Who gets a letter: nobody, whoever has no contact on file, everybody."""

_FAMILIES: Final = {"mail": "mail", "sms": "phone"}
_AT_ONCE: Final = 500
_LETTER: Final = ("voter", "name", "address", "code", "link")


class NoClosing(Conflict):
    """The election has no close until which codes could hold."""

    code = "no_closing"

    def __init__(self) -> None:
        super().__init__("the election has no close yet")


@dataclass(frozen=True, slots=True)
class PaperLetter:
    """What stands in one letter; `link` is for its QR code, empty where links are not taken."""

    voter: int
    name: str = field(repr=False)
    address: str = field(repr=False)
    code: str = field(repr=False)
    link: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Invited:
    """How many messages were queued, to how many members, and the letters to print."""

    members: int
    messages: int
    letters: tuple[PaperLetter, ...] = field(repr=False)


class Invitations:
    """Invites and reminds the members of an election."""

    def __init__(
        self, database: Database, vault: Vault, public_url: str, clock: Callable[[], float]
    ) -> None:
        self._database = database
        self._vault = vault
        self._public_url = public_url
        self._clock = clock
        self._members = Members(database, vault)

    def invite(
        self, election_id: str, letters: Letters = "none", *, again: bool = False
    ) -> Invited:
        """Queue links to every contact and make the letters.

        Members who have a code already are left out unless `again`: then what they were sent before
        over the same channel ends, as after letters that went astray. Raises `UnknownElection`,
        `NoClosing`.
        """
        members = self._invited(election_id, again=again)
        rules = self._members.rules(election_id)
        return self._send(rules, members, "invitation", letters, replaces=again)

    def addressees(
        self, election_id: str, letters: Letters, *, again: bool = False
    ) -> Iterator[Known]:
        """Whom `invite` would make letters for now."""
        members = self._invited(election_id, again=again)
        return (each for each in members if _by_post(each, letters))

    def remind(self, election_id: str) -> Invited:
        """Queue a fresh link to every contact of members without an act on the record."""
        with self._database.read() as session:
            voters = select(Act.voter).where(Act.election_id == election_id).distinct()
            acted = frozenset(session.scalars(voters))
        members = [each for each in self._members.all(election_id) if each.voter not in acted]
        return self._send(self._members.rules(election_id), members, "reminder", "none")

    def _invited(self, election_id: str, *, again: bool) -> list[Known]:
        with self._database.read() as session:
            codes = select(AccessCode.member_id).where(AccessCode.election_id == election_id)
            had = frozenset() if again else frozenset(session.scalars(codes))
        return [each for each in self._members.all(election_id) if each.id not in had]

    def _send(
        self,
        rules: Rules,
        members: Sequence[Known],
        template: str,
        letters: Letters,
        *,
        replaces: bool = False,
    ) -> Invited:
        if rules.closes_at is None:
            raise NoClosing
        now = int(self._clock())
        maker = _Maker(self._vault, rules, self._public_url, template, now, replaces)
        messages = 0
        printed: list[PaperLetter] = []
        for part in _parts(members):

            def work(
                session: Session, part: Sequence[Known] = part
            ) -> tuple[int, list[PaperLetter]]:
                sent = sum(maker.message(session, member) for member in part)
                wanted = (each for each in part if _by_post(each, letters))
                return sent, [maker.letter(session, member) for member in wanted]

            sent, more = self._database.transact(work)
            messages += sent
            printed += more
        return Invited(len(members), messages, tuple(printed))


@dataclass(frozen=True, slots=True)
class _Maker:
    vault: Vault
    rules: Rules
    public_url: str
    template: str
    now: int
    replaces: bool

    def message(self, session: Session, member: Known) -> int:
        """Queue one message a contact; how many."""
        for channel, recipient in member.contacts:
            parameters = {
                "title": self.rules.title,
                "voter": str(member.voter),
                "link": self._link(session, member, _FAMILIES[channel]),
            }
            outgoing = Outgoing(
                election_id=member.election_id,
                template=self.template,
                parameters=parameters,
                now=self.now,
                expires_at=self.rules.closes_at or 0,
                member_id=member.id,
            )
            queue(session, self.vault, outgoing, (channel, recipient))
        return len(member.contacts)

    def letter(self, session: Session, member: Known) -> PaperLetter:
        """The letter of one member, its code stored as a hash."""
        code = ""
        if self.rules.takes("letter"):
            code = new_letter_code()
            self._store(session, member, "letter", "post", code)
        link = self._link(session, member, "post") if self.rules.takes("link") else ""
        person = member.person
        return PaperLetter(member.voter, person.name or "", person.address or "", code, link)

    def _link(self, session: Session, member: Known, family: str) -> str:
        if not self.rules.takes("link"):
            return f"{self.public_url.rstrip('/')}/v#e={member.election_id}"
        token = new_link_token()
        self._store(session, member, "link", family, token)
        return link_url(self.public_url, token)

    def _store(self, session: Session, member: Known, kind: str, family: str, code: str) -> None:
        if self.replaces:
            before = update(AccessCode).where(
                AccessCode.member_id == member.id,
                AccessCode.kind == kind,
                AccessCode.family == family,
                AccessCode.revoked_at.is_(None),
            )
            session.execute(before.values(revoked_at=self.now))
        session.add(
            AccessCode(
                digest=code_digest(kind, code),
                election_id=member.election_id,
                member_id=member.id,
                kind=kind,
                family=family,
                created_at=self.now,
                expires_at=self.rules.closes_at,
            )
        )


def letters_csv(letters: Sequence[PaperLetter]) -> bytes:
    """The letters as CSV for a printer; no cell is a formula."""
    return write_csv(_LETTER, map(astuple, letters))


def _by_post(member: Known, letters: Letters) -> bool:
    return letters == "all" or (letters == "unreachable" and not member.contacts)


def _parts(members: Sequence[Known]) -> Iterator[list[Known]]:
    rest = iter(members)
    while part := list(islice(rest, _AT_ONCE)):
        yield part
