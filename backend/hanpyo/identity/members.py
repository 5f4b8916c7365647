"""Elections and members as the identity methods see them."""

from dataclasses import dataclass, field
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from hanpyo.db.database import Database
from hanpyo.db.models import Election, ElectionState, Member, MemberLookup
from hanpyo.db.vault import Vault
from hanpyo.elections.catalogue import UnknownElection
from hanpyo.elections.people import Person, open_person
from hanpyo.identity.factors import Level


@dataclass(frozen=True, slots=True)
class Rules:
    """How members of one election are known."""

    election_id: str
    title: str
    level: Level
    methods: tuple[str, ...]
    closes_at: int | None

    def takes(self, method: str) -> bool:
        """Whether the election takes this method, or its whole kind as in `oidc`."""
        return method in self.methods or method.partition(":")[0] in self.methods


@dataclass(frozen=True)
class Known:
    """One member of one election; the person is opened when asked for."""

    id: str
    election_id: str
    voter: int
    weight: int
    class_: int
    wallet: bytes | None
    sealed: bytes | None = field(repr=False)
    vault: Vault = field(repr=False)

    @cached_property
    def person(self) -> Person:
        """What the organisation knows; empty once erased."""
        return Person() if self.sealed is None else open_person(self.vault, self.id, self.sealed)

    @property
    def contacts(self) -> tuple[tuple[str, str], ...]:
        """(channel, recipient) of every contact on file: mail before sms."""
        pairs = (("mail", self.person.mail), ("sms", self.person.phone))
        return tuple((channel, to) for channel, to in pairs if to)


def rules_of(session: Session, election_id: str) -> Rules:
    """The rules of a published election; raises `UnknownElection`."""
    row = session.get(Election, election_id)
    if row is None or row.state not in (ElectionState.PUBLISHED, ElectionState.CERTIFIED):
        raise UnknownElection("there is no such election on the chain")
    level = Level.named(row.identity)
    return Rules(row.id, row.title, level, tuple(row.methods.split()), row.closes_at)


class Members:
    """Finds members; what it is asked for and finds nothing costs the same as what it finds."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def rules(self, election_id: str) -> Rules:
        """The rules of a published election; raises `UnknownElection`."""
        with self._database.read() as session:
            return rules_of(session, election_id)

    def get(self, election_id: str, member_id: str) -> Known | None:
        """The member with this id and a voter number."""
        with self._database.read() as session:
            row = session.get(Member, member_id)
            if row is None or row.election_id != election_id:
                return None
            return known_of(row, self._vault)

    def find(self, election_id: str, kind: str, value: str) -> str | None:
        """The id of the one member found by a normalised value; None for nobody or several."""
        wanted = (
            select(MemberLookup.member_id)
            .where(
                MemberLookup.election_id == election_id,
                MemberLookup.kind == kind,
                MemberLookup.digest.in_(self._vault.lookups(kind, value)),
            )
            .distinct()
            .limit(2)
        )
        with self._database.read() as session:
            found = session.scalars(wanted).all()
        return found[0] if len(found) == 1 else None

    def by_wallet(self, election_id: str, wallet: bytes) -> str | None:
        """The id of the member whose roll entry names this wallet."""
        wanted = select(Member.id).where(Member.election_id == election_id, Member.wallet == wallet)
        with self._database.read() as session:
            return session.scalars(wanted.limit(1)).first()

    def all(self, election_id: str) -> list[Known]:
        """Every member with a voter number, in that order."""
        wanted = select(Member).where(Member.election_id == election_id, Member.voter.is_not(None))
        with self._database.read() as session:
            rows = session.scalars(wanted.order_by(Member.voter)).all()
        found = (known_of(row, self._vault) for row in rows)
        return [known for known in found if known is not None]


def known_of(row: Member, vault: Vault) -> Known | None:
    """The member in a row; None while it has no voter number."""
    if row.voter is None:
        return None
    return Known(
        row.id,
        row.election_id,
        row.voter,
        row.weight or 1,
        row.class_,
        row.wallet,
        row.sealed,
        vault,
    )
