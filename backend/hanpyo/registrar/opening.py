"""Putting registrars together: those of a service, and the one of a process of its own."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from hanpyo.chain.contracts import ElectionContract
from hanpyo.chain.rpc import Rpc
from hanpyo.closable import Closable
from hanpyo.config import ConfigError, RegistrarPlace
from hanpyo.db.database import Database
from hanpyo.db.leases import Leases
from hanpyo.db.models import Base, Election, Lease, RateCounter
from hanpyo.db.vault import Vault, read_key_file
from hanpyo.identity.limits import Limits
from hanpyo.protocol.types import Address
from hanpyo.registrar.client import Registrar, Registrars
from hanpyo.registrar.contacts import Contacts
from hanpyo.registrar.frozen import Elections
from hanpyo.registrar.ledger import Ledger
from hanpyo.registrar.member_check import CodeCheck, LetterCheck, MemberCheck, NoCheck
from hanpyo.registrar.notices import Notices, NoticeSender
from hanpyo.registrar.office import Budget, Office
from hanpyo.registrar.remote import RemoteRegistrar
from hanpyo.registrar.rolls import RollFile, RollSource, folder_of_rolls
from hanpyo.registrar.sending import Outlet
from hanpyo.registrar.settings import RegistrarSettings
from hanpyo.registrar.signing import Signer
from hanpyo.registrar.verifiers import Verifiers
from hanpyo.registrar.watch import ActWatch
from hanpyo.runtime import Runtime, new_holder
from hanpyo.tasks import TaskRunner

_INSIDE: Final = (
    "서비스 안에 있는 열쇠입니다. 서비스와 따로 확인하지 않습니다. "
    "A key inside the service: no body apart, no check of its own."
)


@dataclass(frozen=True)
class Parts:
    """What a registrar works with."""

    database: Database
    vault: Vault
    rpc: Rpc
    clock: Callable[[], float]

    def now(self) -> int:
        """The wall clock in whole seconds."""
        return int(self.clock())


def open_registrars(runtime: Runtime) -> Registrars:
    """The registrars that the settings name; nothing is asked of chain or registrars yet.

    Raises `ConfigError`, `KeystoreError`, and `Unavailable` where keys here have no chain at all.
    """
    rolls = rolls_of(runtime)
    members = [_member(runtime, place, rolls) for place in runtime.settings.registrars.members]
    return Registrars(members)


def rolls_of(runtime: Runtime) -> RollSource:
    """The rolls that the service drew itself; a registrar checks them against the manifest."""

    def roll_of(contract: ElectionContract) -> bytes | None:
        address = bytes.fromhex(contract.address[2:])
        with runtime.database.read() as session:
            return session.scalar(select(Election.roll).where(Election.address == address))

    return RollSource(roll_of)


def _member(runtime: Runtime, place: RegistrarPlace, rolls: RollSource) -> Registrar:
    address = _address(place.address)
    if place.url is not None:
        if place.token is None:
            raise ConfigError(f"registrars: {place.name} needs a token")
        return RemoteRegistrar(
            name=place.name,
            address=address,
            url=place.url,
            token=place.token.get_secret_value(),
        )
    if place.keystore is None or place.password_file is None:
        raise ConfigError(f"registrars: {place.name} needs keystore and password_file")
    signer = Signer.open(place.keystore, place.password_file)
    if signer.address != address:
        raise ConfigError(f"registrars: the keystore of {place.name} holds another key")
    return local_registrar(runtime, place.name, signer, rolls)


def local_registrar(runtime: Runtime, name: str, signer: Signer, rolls: RollSource) -> Office:
    """A registrar inside the service: its database, its node, its word for who a member is."""
    parts = Parts(runtime.database, runtime.vault, runtime.rpc, runtime.clock)
    elections = Elections(
        parts.rpc,
        signer.address,
        rolls,
        chain_id=None,
        stale_after=runtime.settings.chain.stale_after,
        clock=parts.clock,
    )
    ledger, contacts = _books(parts, signer)
    limits = Limits(parts.database, parts.clock)
    notices = Notices(ledger, contacts)
    return Office(name, _INSIDE, signer, elections, ledger, NoCheck(), notices, limits, Budget())


@dataclass
class Desk(Closable):
    """A registrar's own process: its office and what runs beside it."""

    settings: RegistrarSettings
    parts: Parts
    office: Office
    verifiers: Verifiers
    runner: TaskRunner

    @property
    def contacts(self) -> Contacts:
        """Its own copy of the contacts."""
        return self.office.notices.contacts

    def close(self) -> None:
        """Close database and node."""
        self.parts.database.close()
        self.parts.rpc.close()


def open_desk(
    settings: RegistrarSettings, signer: Signer, clock: Callable[[], float] = time.time
) -> Desk:
    """The registrar of a process of its own; starts nothing. Raises as `open_registrars`."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.database)
    create_tables(database)
    vault = Vault(read_key_file(settings.data / "keys", create=True))
    parts = Parts(database, vault, Rpc(settings.rpc_url, timeout=5.0), clock)
    office, verifiers = _office(settings, parts, signer, folder_of_rolls(settings.data / "rolls"))
    outlet = Outlet(settings.mail, settings.sms)
    tasks = (
        ActWatch(office.elections, office.notices, settings.confirmations),
        NoticeSender(office.notices, outlet, settings.name),
    )
    runner = TaskRunner(Leases(database, new_holder(), clock=clock), tasks)
    return Desk(settings, parts, office, verifiers, runner)


def create_tables(database: Database) -> None:
    """Make the tables of a registrar where they are missing; it has no others."""
    tables = [
        table
        for table in Base.metadata.sorted_tables
        if table.name.startswith("registrar_")
        or table.name in (Lease.__tablename__, RateCounter.__tablename__)
    ]
    Base.metadata.create_all(database.engine, tables=tables)


def _office(
    settings: RegistrarSettings, parts: Parts, signer: Signer, rolls: RollFile
) -> tuple[Office, Verifiers]:
    elections = Elections(
        parts.rpc,
        signer.address,
        RollSource(rolls),
        chain_id=settings.chain_id,
        stale_after=settings.stale_after,
        clock=parts.clock,
    )
    ledger, contacts = _books(parts, signer)
    limits = Limits(parts.database, parts.clock)
    verifiers = Verifiers(
        parts.database,
        parts.vault,
        limits,
        signer.address,
        parts.now,
        settings.proofs,
        settings.code_minutes * 60,
    )
    office = Office(
        settings.name,
        settings.policy,
        signer,
        elections,
        ledger,
        _check(settings, verifiers, contacts, ledger, limits),
        Notices(ledger, contacts),
        limits,
        Budget(settings.keys_a_voter, settings.requests_a_voter),
    )
    return office, verifiers


def _check(
    settings: RegistrarSettings,
    verifiers: Verifiers,
    contacts: Contacts,
    ledger: Ledger,
    limits: Limits,
) -> MemberCheck:
    if settings.check == "none":
        return NoCheck()
    if settings.check == "secret":
        return LetterCheck(verifiers, ledger.registrar)
    outlet = Outlet(settings.mail, settings.sms)
    if not outlet.families:
        raise ConfigError("check: a registrar that sends codes needs mail or sms")
    return CodeCheck(
        verifiers, contacts, ledger, outlet, limits, settings.name, settings.code_minutes
    )


def _books(parts: Parts, signer: Signer) -> tuple[Ledger, Contacts]:
    ledger = Ledger(parts.database, signer.address, parts.now)
    return ledger, Contacts(parts.database, parts.vault, signer.address)


def _address(text: str) -> Address:
    try:
        address = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        address = b""
    if len(address) != 20:  # noqa: PLR2004  an address
        raise ConfigError(f"registrars: {text} is not an address")
    return Address(address)
