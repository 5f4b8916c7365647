"""What every part of a running service shares, opened once from the settings."""

import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from sqlalchemy import inspect

from hanpyo.chain.pool import NodePool
from hanpyo.chain.pooled_node import ChainIdentity
from hanpyo.chain.rpc import Rpc
from hanpyo.closable import Closable
from hanpyo.config import Settings
from hanpyo.db.database import Database
from hanpyo.db.leases import Leases
from hanpyo.db.models import Installation
from hanpyo.db.vault import Vault, parse_keys, read_key_file
from hanpyo.errors import Unavailable

DRAIN: Final = 25
"""Seconds from SIGTERM to the end, with a reserve below the 30 that supervisors grant."""
_HOLDER_BYTES: Final = 4


def new_holder() -> str:
    """A name for this process that no other has."""
    return f"{socket.gethostname()[:32]}-{os.getpid()}-{os.urandom(_HOLDER_BYTES).hex()}"


@dataclass
class Runtime(Closable):
    """Settings, database, keys of personal data, the chain, and the wall clock."""

    settings: Settings
    database: Database
    vault: Vault
    node: Rpc | None = None
    clock: Callable[[], float] = time.time
    holder: str = field(default_factory=new_holder)

    def close(self) -> None:
        """Close connections; harmless when closed."""
        self.database.close()
        if self.node is not None:
            self.node.close()

    @property
    def rpc(self) -> Rpc:
        """The chain; raises `Unavailable` where the embedded one is not running yet."""
        if self.node is None:
            raise Unavailable("the chain is not running: start it with `hanpyo serve`")
        return self.node

    @cached_property
    def leases(self) -> Leases:
        """Leases of this process."""
        seconds = self.settings.worker.lease
        return Leases(self.database, self.holder, seconds=seconds, clock=self.clock)

    def now(self) -> int:
        """The wall clock in whole seconds since 1970."""
        return int(self.clock())


def open_runtime(settings: Settings) -> Runtime:
    """Open database and keys; the chain where the settings name nodes.

    Raises `VaultError`, `InvalidNodeUrl`.
    """
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.database)
    return Runtime(settings, database, open_vault(settings), open_nodes(settings, database))


def open_nodes(settings: Settings, database: Database) -> NodePool | None:
    """The nodes that the settings name, held to the chain of the installation once it has one."""
    urls = settings.chain.rpc_urls
    if not urls:
        return None
    return NodePool(
        urls,
        expected=lambda: installed_chain(database),
        stale_after=settings.chain.stale_after,
    )


def installed_chain(database: Database) -> ChainIdentity | None:
    """The chain this installation belongs to; None before there is one."""
    with database.read() as session:
        if not inspect(session.connection()).has_table(Installation.__tablename__):
            return None
        row = session.get(Installation, 1)
        return None if row is None else ChainIdentity(row.chain_id, row.genesis)


def open_vault(settings: Settings) -> Vault:
    """The vault of the settings' keys; makes `keys` in the data folder where none are named."""
    if settings.master_keys is not None:
        return Vault(parse_keys(settings.master_keys.get_secret_value()))
    named = settings.master_key_file
    path: Path = named or settings.data / "keys"
    return Vault(read_key_file(path, create=named is None))
