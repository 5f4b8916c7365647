"""An election that stands in a database and on no chain: what intake and index need to know of it.

The code behind its address is made up, but every hash that binds it is the real one.
"""

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson
from eth_account import Account
from sqlalchemy.orm import Session

from hanpyo.db.database import Database
from hanpyo.db.models import ChainHead, Election, ElectionState, Installation, Organisation
from hanpyo.db.schema import migrate
from hanpyo.elections.casting import Booth
from hanpyo.elections.officials import Officials, Signers
from hanpyo.elections.plan import Periods, Plan, manifest_for
from hanpyo.protocol.agenda import Item, Method
from hanpyo.protocol.domain import Domain, manifest_hash, system_hash
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.manifest import Manifest
from hanpyo.protocol.roll import RollEntry, encode_roll, member_commitment
from hanpyo.protocol.types import Address, EntryKind, Secrecy
from hanpyo.secrecy.trustee import TrusteeKey

CHAIN_ID: Final = 31_337
PERIODS: Final = Periods(lead=60, voting=86_400, desk=3_600, gap=600, release=3_600, challenge=600)
ITEMS: Final = (Item(Method.CHOOSE_ONE, 3), Item(Method.CHOOSE_ONE, 3), Item(Method.CHOOSE_ONE, 3))
MODULES: Final = tuple(Address(bytes([number + 1]) * 20) for number in range(6))
"""The implementation and what it delegates to."""
_DAY: Final = 86_400
_ITERATIONS: Final = 1_000


def module_code(address: Address) -> bytes:
    """The code that stands at one of `MODULES`."""
    return b"\xfe" + address


def roll_of(voters: int) -> tuple[RollEntry, ...]:
    """A roll of voters that registrars attest, one vote each."""
    return tuple(
        RollEntry(EntryKind.ATTESTED, member_commitment(b"member %d" % number, bytes(32)), 1, 0)
        for number in range(voters)
    )


@dataclass(frozen=True)
class Paper:
    """The election, with the keys of its officials; two of three registrars attest."""

    officials: Officials
    plan: Plan
    manifest: Manifest
    domain: Domain

    @classmethod
    def of(cls, voters: int, secrecy: Secrecy) -> "Paper":
        """An election with this many voters that opened a moment ago."""
        trustee = TrusteeKey.generate() if secrecy is Secrecy.SEALED else None
        officials = Officials(Signers.generate(3, 2), trustee=trustee)
        plan = Plan(secrecy, {"title": "bench", "items": []}, ITEMS, roll_of(voters))
        timetable = PERIODS.starting(int(time.time()) - 2 * PERIODS.lead)
        manifest = manifest_for(plan, Address(b"\x01" * 20), timetable, officials)
        system = system_hash([keccak(module_code(each)) for each in MODULES])
        domain = Domain(
            CHAIN_ID,
            Address(secrets.token_bytes(20)),
            manifest_hash(system, manifest.encode()),
        )
        return cls(officials, plan, manifest, domain)

    @property
    def booth(self) -> Booth:
        """Where its ballots are made."""
        return Booth(self.manifest, self.domain)

    def publish(self, database: Database, *, genesis: bytes = bytes(32)) -> str:
        """Migrate the database and let it know the election; its id."""
        migrate(database)
        now = int(time.time())

        def work(session: Session) -> str:
            session.add(
                Installation(
                    id=1,
                    chain_id=CHAIN_ID,
                    genesis=genesis,
                    factory=bytes(20),
                    embedded=False,
                    created_at=now,
                )
            )
            organisation = Organisation(name="bench", created_at=now)
            session.add(organisation)
            session.flush()
            election = self._row(organisation.id, now)
            session.add(election)
            session.flush()
            return election.id

        return database.transact(work)

    def _row(self, organisation_id: str, now: int) -> Election:
        times = self.manifest.timetable
        return Election(
            organisation_id=organisation_id,
            state=ElectionState.PUBLISHED,
            title="bench",
            definition="{}",
            identity="L2",
            methods="mail",
            created_at=now,
            changed_at=now,
            text=self.plan.text_json,
            roll=encode_roll(self.plan.roll),
            manifest=self.manifest.encode(),
            manifest_hash=self.domain.manifest_hash,
            address=self.domain.election,
            created_block=0,
            opens_at=times.opens_at,
            closes_at=times.closes_at,
        )


def see_head(database: Database) -> None:
    """Note a newest block that stays fresh for a day, as a follower would."""
    now = int(time.time())
    head = ChainHead(
        id=1, number=1, hash=bytes(32), timestamp=now, final_number=0, seen_at=now + _DAY
    )
    database.transact(lambda session: session.merge(head))


def write_keystores(folder: Path, keys: Sequence[bytes]) -> tuple[Path, tuple[Path, ...]]:
    """Keystores of these keys as settings name them: the password's file, and theirs."""
    password = secrets.token_urlsafe()
    password_file = folder / "password"
    password_file.write_text(password)
    password_file.chmod(0o600)
    files = []
    for number, key in enumerate(keys):
        path = folder / f"key-{number}.json"
        path.write_bytes(
            orjson.dumps(Account.encrypt(key, password, kdf="pbkdf2", iterations=_ITERATIONS))
        )
        path.chmod(0o600)
        files.append(path)
    return password_file, tuple(files)
