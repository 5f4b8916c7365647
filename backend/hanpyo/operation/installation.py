"""The one chain of a database: bound at the first start, held to at every other.

A node of another chain, a chain that was reset, another factory, or other master keys are refused
before anything runs: each would mix two installations in one database.
"""

from typing import ClassVar

import structlog
from eth_utils.address import to_checksum_address
from sqlalchemy.orm import Session

from hanpyo.chain.deploy import check_factory
from hanpyo.db.models import Installation
from hanpyo.db.vault import VaultError
from hanpyo.errors import HanpyoError
from hanpyo.runtime import Runtime

_CONTEXT = "installation"
_CANARY = b"hanpyo"
_log = structlog.get_logger(__name__)


class InstallationMismatch(HanpyoError):
    """The database belongs to another chain, factory or key ring than the settings name."""

    code: ClassVar[str] = "installation_mismatch"


class NotInstalled(HanpyoError):
    """The database is bound to no chain yet, and the settings do not say to which."""

    code: ClassVar[str] = "not_installed"


def require_installation(runtime: Runtime, *, embedded: bool | None = None) -> Installation:
    """The installation of this database, bound now where it was not.

    Raises `InstallationMismatch`, `NotInstalled`, `DeploymentMismatch` and what the chain raises.
    """
    rpc = runtime.rpc
    chain_id, genesis = rpc.chain_id(), rpc.block_hash(0)
    with runtime.database.read() as session:
        known = session.get(Installation, 1)
    if known is None:
        known = _bind(runtime, chain_id, genesis, embedded=embedded)
    _require_chain(known, chain_id, genesis)
    _require_factory(runtime, known)
    _require_keys(runtime, known)
    check_factory(rpc, to_checksum_address(known.factory))
    return known


def _bind(
    runtime: Runtime, chain_id: int, genesis: bytes, *, embedded: bool | None
) -> Installation:
    factory = runtime.settings.chain.factory
    if factory is None:
        raise NotInstalled(
            "chain.factory: name the election factory of this chain; docs/operate.md says how one "
            "is deployed"
        )
    check_factory(runtime.rpc, factory)
    sealed = runtime.vault.seal(_CANARY, _CONTEXT)

    def work(session: Session) -> Installation:
        row = session.get(Installation, 1)
        if row is None:
            row = Installation(
                id=1,
                chain_id=chain_id,
                genesis=genesis,
                factory=bytes.fromhex(factory.removeprefix("0x")),
                embedded=runtime.settings.embedded_chain if embedded is None else embedded,
                created_at=runtime.now(),
                canary=sealed,
            )
            session.add(row)
        return row

    bound = runtime.database.transact(work)
    _log.info("installation_bound", chain_id=chain_id, factory=factory)
    return bound


def _require_chain(known: Installation, chain_id: int, genesis: bytes) -> None:
    if known.chain_id != chain_id:
        raise InstallationMismatch(
            f"this database belongs to chain id {known.chain_id}, the node serves {chain_id}: "
            "check chain.rpc_urls and the database"
        )
    if known.genesis != genesis:
        raise InstallationMismatch(
            "the chain's first block is not that of this installation: the chain was reset or is "
            "another with the same id. Nothing was changed; bring the chain back from its state "
            "file or backup, or start a new installation with an empty database"
        )


def _require_factory(runtime: Runtime, known: Installation) -> None:
    named = runtime.settings.chain.factory
    if named is not None and bytes.fromhex(named.removeprefix("0x")) != known.factory:
        raise InstallationMismatch(
            "chain.factory names another factory than this database was installed with, "
            f"{to_checksum_address(known.factory)}"
        )


def _require_keys(runtime: Runtime, known: Installation) -> None:
    if known.canary is None:
        return
    try:
        runtime.vault.open(known.canary, _CONTEXT)
    except VaultError:
        raise InstallationMismatch(
            "the master keys are not those of this database: bring the key ring back "
            "(master_keys, master_key_file or `keys` in the data folder)"
        ) from None


def seal_canary(runtime: Runtime) -> None:
    """Seal the mark of the key ring with the key in use; part of a rotation."""
    sealed = runtime.vault.seal(_CANARY, _CONTEXT)

    def work(session: Session) -> None:
        row = session.get(Installation, 1)
        if row is not None and row.canary is not None:
            row.canary = sealed

    runtime.database.transact(work)
