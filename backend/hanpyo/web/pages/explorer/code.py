"""The code at an address, held against the contracts that this program carries.

Of an election everything that runs it is compared: the proxy, the implementation, each module, and
the manifest hash in storage, which is made again from all of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hanpyo.audit.artifacts import MODULES, VERIFIERS, followed, packaged
from hanpyo.audit.storage import MANIFEST_HASH
from hanpyo.chain.artifact import Artifact, load_artifact
from hanpyo.chain.quantities import read_data, to_quantity
from hanpyo.chain.rpc import Call
from hanpyo.chain.sources import Source, sources_of
from hanpyo.protocol.clone import CloneError, parse_clone
from hanpyo.protocol.domain import manifest_hash, system_hash
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.manifest import decode
from hanpyo.protocol.reading import EncodingError
from hanpyo.protocol.types import Address
from hanpyo.web.pages.explorer.directory import FACTORY
from hanpyo.web.pages.explorer.making import ask, node

CONTRACTS: Final = (*MODULES, FACTORY, *VERIFIERS)
LATEST: Final = "latest"
_IMPLEMENTATION, _WIDE = MODULES[0], MODULES[3]
_WORD: Final = 32


class Kind(StrEnum):
    """What stands at an address."""

    PERSON = "person"
    """No code: an account that somebody has the key of."""
    ELECTION = "election"
    """A proxy that ends with a manifest."""
    CONTRACT = "contract"
    """Code of this program, as it is."""
    FOREIGN = "foreign"
    """Code that is none of this program's."""


@dataclass(frozen=True, slots=True)
class Code:
    """What was found. `contract` is the carried one that the code, or the code behind it, equals.

    `behind` are the contracts that it names, by name.
    """

    kind: Kind
    size: int
    hash: str
    contract: str | None = None
    behind: Mapping[str, ChecksumAddress] = field(default_factory=dict)
    election: "ElectionCode | None" = None

    @property
    def artifact(self) -> Artifact | None:
        """The carried contract."""
        return load_artifact(self.contract) if self.contract else None

    @property
    def sources(self) -> tuple[Source, ...]:
        """The files that it was compiled from."""
        return sources_of(self.contract) if self.contract else ()

    @property
    def exact(self) -> bool:
        """Whether every source is the one that the compiler noted."""
        return all(each.exact for each in self.sources)


@dataclass(frozen=True, slots=True)
class ElectionCode:
    """An election's own checks. `strange` are modules whose code is another than the carried."""

    implementation: ChecksumAddress
    manifest_valid: bool
    manifest_hash: str
    bound: bool
    strange: tuple[str, ...]


def read_code(address: ChecksumAddress, code: bytes) -> Code:
    """What the code at an address is; asks for what an election's code names."""
    size, digest = len(code), f"0x{keccak(code).hex()}"
    if not code:
        return Code(Kind.PERSON, size, digest)
    try:
        implementation, manifest = parse_clone(code)
    except CloneError:
        contract = next((name for name in CONTRACTS if packaged(name).matches(code)), None)
        kind = Kind.CONTRACT if contract else Kind.FOREIGN
        return Code(kind, size, digest, contract, _named(contract, code))
    place = to_checksum_address(implementation)
    (behind,) = _codes([place])
    contract = _IMPLEMENTATION if packaged(_IMPLEMENTATION).matches(behind) else None
    named = _named(contract, behind)
    election = _election(address, place, manifest, {_IMPLEMENTATION: behind}, named)
    return Code(Kind.ELECTION, size, digest, contract, named, election)


def _election(
    address: ChecksumAddress,
    implementation: ChecksumAddress,
    manifest: bytes,
    codes: dict[str, bytes],
    named: Mapping[str, ChecksumAddress],
) -> ElectionCode:
    slot = Call("eth_getStorageAt", (address, to_quantity(MANIFEST_HASH), LATEST))
    (told,) = ask(slot)
    with node():
        stored = read_data(told, "eth_getStorageAt").rjust(_WORD, b"\0")
    codes |= dict(zip(named, _codes(list(named.values())), strict=True))
    strange = tuple(name for name in named if not packaged(name).matches(codes[name]))
    system = system_hash([keccak(codes.get(name, b"")) for name in MODULES])
    return ElectionCode(
        implementation=implementation,
        manifest_valid=_is_manifest(manifest),
        manifest_hash=f"0x{stored.hex()}",
        bound=manifest_hash(system, manifest) == stored,
        strange=strange,
    )


def _is_manifest(manifest: bytes) -> bool:
    try:
        decode(manifest)
    except EncodingError:
        return False
    return True


def _codes(addresses: Sequence[ChecksumAddress]) -> list[bytes]:
    if not addresses:
        return []
    told = ask(*(Call("eth_getCode", (each, LATEST)) for each in addresses))
    with node():
        return [read_data(each, "eth_getCode") for each in told]


def _named(contract: str | None, code: bytes) -> Mapping[str, ChecksumAddress]:
    """The contracts that this code has fixed addresses of."""
    if contract is None:
        return {}
    fixed = packaged(contract).fixed_addresses(code)
    if contract == _IMPLEMENTATION:
        found = followed(Address(bytes(20)), code)
        del found[_IMPLEMENTATION]
    elif contract == _WIDE:
        found = dict(zip(VERIFIERS, fixed, strict=False))
    else:
        found = dict(zip(MODULES, fixed, strict=False)) if contract == FACTORY else {}
    return {name: to_checksum_address(each) for name, each in found.items()}
