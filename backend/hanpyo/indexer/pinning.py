"""Which code stands behind an election's address: pinned when it is first followed.

The manifest hash that every signature is bound to covers the code of the implementation and its
modules, so code that gives this hash is the code the election was frozen with. A contract that
emits the same events from elsewhere, or other code at the address, is never read.
"""

from dataclasses import dataclass
from typing import ClassVar

from eth_utils.address import to_checksum_address

from hanpyo.chain.contracts import ElectionContract
from hanpyo.chain.errors import ChainError
from hanpyo.chain.rpc import Rpc
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.protocol.clone import CloneError, parse_clone
from hanpyo.protocol.domain import manifest_hash, system_hash
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.types import Address, Digest


class ImpostorContract(ChainError):
    """What stands at an election's address is not the election that this service published."""

    code: ClassVar[str] = "impostor_contract"


@dataclass(frozen=True, slots=True)
class Pin:
    """The code of an election: the hash of its own, and the implementation it delegates to."""

    code_hash: Digest
    implementation: Address


def pin(rpc: Rpc, election: PublishedElection) -> Pin:
    """The election's code at the newest block; raises `ImpostorContract`."""
    code = rpc.code(election.address)
    try:
        implementation, manifest = parse_clone(code)
    except CloneError as error:
        raise _impostor(election, "there is no election there") from error
    if manifest != election.manifest.encode():
        raise _impostor(election, "its manifest is another")
    modules = ElectionContract(rpc, to_checksum_address(implementation)).modules()
    hashes = [keccak(rpc.code(address)) for address in modules]
    if manifest_hash(system_hash(hashes), manifest) != election.domain.manifest_hash:
        raise _impostor(election, "its code or that of its modules is another")
    return Pin(keccak(code), implementation)


def check_pin(rpc: Rpc, election: PublishedElection, pinned: Pin) -> None:
    """Raise `ImpostorContract` unless the election's code is still the pinned one."""
    if pin(rpc, election) != pinned:
        raise _impostor(election, "its code changed since it was first followed")


def _impostor(election: PublishedElection, problem: str) -> ImpostorContract:
    return ImpostorContract(f"{election.address}: {problem}; its events are not read")
