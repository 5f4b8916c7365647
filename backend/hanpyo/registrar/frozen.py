"""Elections as a registrar's own node shows them: code, manifest, roll, epochs, times.

Nothing here comes from the service but an address. An election that was taken up once is frozen
and never looked at again, except for its time and its voters' epochs.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from eth_utils.address import to_checksum_address

from hanpyo.chain.artifact import load_artifact
from hanpyo.chain.contracts import MODULES, ElectionContract, UnknownContract
from hanpyo.chain.headers import fetch_header
from hanpyo.chain.rpc import Rpc
from hanpyo.elections.published import published_text
from hanpyo.protocol.acts import Slot
from hanpyo.protocol.domain import Domain, manifest_hash, system_hash
from hanpyo.protocol.hashing import keccak, word
from hanpyo.protocol.manifest import Manifest
from hanpyo.protocol.phases import Phase
from hanpyo.protocol.reading import EncodingError
from hanpyo.protocol.roll import RollEntry
from hanpyo.protocol.types import Address
from hanpyo.registrar.errors import (
    ElectionForeign,
    ElectionOver,
    ElectionUnknown,
    NodeStale,
    NotARegistrar,
)
from hanpyo.registrar.rolls import RollSource
from hanpyo.registrar.words import title_line

_BEFORE_CLOSE: Final = (Phase.FROZEN, Phase.VOTING)
_LIST_FRESH: Final = 3.0
"""Seconds for which the last look at an election's time serves a list."""


@dataclass(frozen=True)
class FrozenElection:
    """One election that this registrar serves; `index` is its place in the manifest.

    `title` is what the organiser published.
    """

    contract: ElectionContract
    domain: Domain
    index: int
    roll: tuple[RollEntry, ...]
    frozen_at: int
    title: str = ""

    @property
    def manifest(self) -> Manifest:
        """Everything that is frozen."""
        return self.contract.manifest


class Elections:
    """Elections by address over the registrar's own node. Safe to share between threads."""

    def __init__(
        self,
        rpc: Rpc,
        registrar: Address,
        rolls: RollSource,
        *,
        chain_id: int | None,
        stale_after: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`stale_after` is the age in seconds of the newest block above which nothing is signed.

        `chain_id` None believes the node, which the service's pool holds to its chain.
        """
        self.rpc = rpc
        self._registrar = registrar
        self._rolls = rolls
        self._chain_id = chain_id
        self._stale_after = stale_after
        self._clock = clock
        self._known: dict[Address, FrozenElection] = {}
        self._looked: dict[Address, float] = {}
        self._lock = threading.Lock()

    def get(self, address: Address) -> FrozenElection:
        """The election at this address.

        Raises `ElectionUnknown`, `ElectionForeign`, `NotARegistrar`, `RollUnknown`, `WrongChain`.
        """
        with self._lock:
            known = self._known.get(address)
        if known is None:
            known = self._load(address)
            with self._lock:
                self._known[address] = known
        return known

    def time_before_close(self, election: FrozenElection) -> int:
        """The newest block's time, before the close; raises `ElectionOver`, `NodeStale`."""
        header = fetch_header(self.rpc, "latest")
        if self._clock() - header.timestamp > self._stale_after:
            raise NodeStale("the registrar's node does not follow the chain")
        if election.contract.phase() not in _BEFORE_CLOSE:
            raise ElectionOver("voting has closed or was called off")
        if header.timestamp >= election.manifest.timetable.closes_at:
            raise ElectionOver("voting has closed")
        with self._lock:
            self._looked[election.domain.election] = time.monotonic()
        return header.timestamp

    def require_lately_open(self, election: FrozenElection) -> None:
        """As `time_before_close`, where a look of a few seconds ago is enough."""
        with self._lock:
            looked = self._looked.get(election.domain.election)
        if looked is None or time.monotonic() - looked > _LIST_FRESH:
            self.time_before_close(election)

    def minimum_epoch(self, election: FrozenElection, voter: int) -> int:
        """The epoch that the voter's next ballot must carry, by the newest block."""
        return Slot.unpack(word(election.contract.slot(voter))).minimum_epoch

    def _load(self, address: Address) -> FrozenElection:
        chain_id = self._chain_id or self.rpc.chain_id()
        self.rpc.require_chain(chain_id)
        contract = ElectionContract(self.rpc, to_checksum_address(address))
        frozen_at = _require_frozen(contract)
        _require_code(contract)
        registrars = contract.manifest.registrars
        if self._registrar not in registrars:
            raise NotARegistrar("the election's manifest does not name this registrar")
        domain = Domain(chain_id, address, contract.manifest_hash)
        roll = self._rolls.read(contract, frozen_at)
        title = title_line(str(published_text(contract).get("title", "")))
        index = registrars.index(self._registrar)
        return FrozenElection(contract, domain, index, roll, frozen_at, title)


def _require_frozen(contract: ElectionContract) -> int:
    """The block of the freeze; raises `ElectionUnknown`."""
    try:
        _ = contract.manifest
    except (UnknownContract, EncodingError):
        raise ElectionUnknown("the registrar's node shows no election at this address") from None
    progress, _ = contract.progress()
    if progress.frozen_at_block == 0:
        raise ElectionUnknown("the election is not frozen")
    return progress.frozen_at_block


def _require_code(contract: ElectionContract) -> None:
    """Refuse code of another version, and a manifest hash that code and manifest do not make."""
    names = ("Election", *MODULES)
    addresses = contract.modules()
    implementation = to_checksum_address(contract.implementation)
    if len(addresses) != len(names) or addresses[0] != implementation:
        raise ElectionForeign("the election names other modules than this version's")
    codes = [contract.rpc.code(address) for address in addresses]
    if not all(load_artifact(n).is_code(code) for n, code in zip(names, codes, strict=True)):
        raise ElectionForeign("the election runs other code than this version's")
    system = system_hash([keccak(code) for code in codes])
    if manifest_hash(system, contract.manifest.encode()) != contract.manifest_hash:
        raise ElectionForeign("the manifest hash is not that of code and manifest")
