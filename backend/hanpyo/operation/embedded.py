"""An installation of its own on one machine: chain, contracts and keys in the data folder.

Everything is made at the first start and found again at the next: the chain's state, a sending
account with money, three registrars of whom two sign. Whoever has the folder controls the chain.
"""

import fcntl
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Final

import orjson
from eth_account import Account

from hanpyo.chain.accounts import open_keystore, read_password_file
from hanpyo.chain.contracts import revert_reasons
from hanpyo.chain.deploy import deploy
from hanpyo.chain.node import ENDOWMENT, EmbeddedNode
from hanpyo.chain.sender import Pace, Sender
from hanpyo.config import RegistrarPlace, Settings
from hanpyo.db.database import Database
from hanpyo.db.models import Installation
from hanpyo.elections.keyfiles import write_private
from hanpyo.errors import HanpyoError

REGISTRARS: Final = 3
THRESHOLD: Final = 2
_HISTORY: Final = 128
"""Past states that stay readable, for audits at an earlier block and reorganisations."""
_POLL: Final = 0.02
_PASSWORD_BYTES: Final = 32
_ITERATIONS: Final = 1_000
"""Enough for a password of 256 random bits; the slow kind is for passwords of people."""


class DataFolderInUse(HanpyoError):
    """Another process serves from this data folder."""

    code: ClassVar[str] = "data_folder_in_use"


@contextmanager
def exclusive(data: Path) -> Iterator[None]:
    """Hold the data folder against a second `hanpyo serve`; raises `DataFolderInUse`."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (data / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise DataFolderInUse(f"another process serves from {data}") from None
        yield


@contextmanager
def embedded_chain(settings: Settings) -> Iterator[Settings]:
    """The settings completed by a running chain, its factory and keys; the database is migrated.

    The node saves its state when the context ends.
    """
    state = settings.data / "chain.json"
    given = _with_keys(settings)
    factory = given.chain.factory or _factory_in(settings) or _prepare(state, given)
    node = EmbeddedNode(
        state,
        block_time=settings.chain.block_time,
        state_interval=settings.chain.state_interval,
        history=_HISTORY,
    )
    with node:
        chain = given.chain.model_copy(update={"rpc_urls": (node.url,), "factory": factory})
        yield given.model_copy(update={"chain": chain})


def _with_keys(settings: Settings) -> Settings:
    """The settings with local keys for whoever has none."""
    folder = settings.data / "keystores"
    folder.mkdir(exist_ok=True, mode=0o700)
    password = _password(folder / "password")
    changed: dict[str, object] = {}
    if not settings.relay.keystores and settings.relay.signer_url is None:
        _keystore(folder / "relay.json", password)
        changed["relay"] = settings.relay.model_copy(
            update={"keystores": (folder / "relay.json",), "password_file": password}
        )
    if not settings.registrars.members:
        places = tuple(_registrar(folder, number, password) for number in range(1, REGISTRARS + 1))
        changed["registrars"] = settings.registrars.model_copy(
            update={"members": places, "threshold": THRESHOLD}
        )
    return settings.model_copy(update=changed)


def _registrar(folder: Path, number: int, password: Path) -> RegistrarPlace:
    path = folder / f"registrar-{number}.json"
    address = _keystore(path, password)
    return RegistrarPlace(
        name=f"명부 관리자 {number}", address=address, keystore=path, password_file=password
    )


def _password(path: Path) -> Path:
    if not path.exists():
        write_private(path, secrets.token_urlsafe(_PASSWORD_BYTES).encode())
    return path


def _keystore(path: Path, password_file: Path) -> str:
    """The address of a key in a keystore, made where there is none."""
    password = read_password_file(password_file)
    if not path.exists():
        account = Account.create()
        content = Account.encrypt(account.key, password, kdf="pbkdf2", iterations=_ITERATIONS)
        write_private(path, orjson.dumps(content))
    return str(open_keystore(path, password).address)


def _factory_in(settings: Settings) -> str | None:
    """The factory that this database, which is migrated, was installed with."""
    database = Database(settings.database)
    try:
        with database.read() as session:
            known = session.get(Installation, 1)
            return None if known is None else "0x" + known.factory.hex()
    finally:
        database.close()


def _prepare(state: Path, settings: Settings) -> str:
    """Give the senders money and deploy the contracts; the factory's address.

    The chain mines at once here, and its state is saved when this returns: nothing is ever bound to
    a chain that a power cut would take back.
    """
    with EmbeddedNode(state) as node:
        for path in settings.relay.keystores:
            password = read_password_file(settings.relay.password_file or path)
            node.controls.set_balance(open_keystore(path, password).address, ENDOWMENT)
        sender = Sender(
            node.rpc,
            node.accounts[0],
            node.chain_id,
            pace=Pace(poll=_POLL),
            reasons=revert_reasons(),
        )
        return deploy(sender, node.chain_id).factory
