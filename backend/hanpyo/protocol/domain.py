"""What a signature is bound to: code, manifest, chain and the election's own address."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from hanpyo.protocol.hashing import hash_words, keccak, tag, word
from hanpyo.protocol.types import Address, Digest

NAME = "Hanpyo"
VERSION = "1"

_TYPE = keccak(
    b"EIP712Domain(string name,string version,uint256 chainId,"
    b"address verifyingContract,bytes32 salt)"
)


def system_hash(code_hashes: Sequence[bytes]) -> Digest:
    """The hash of all code that runs an election, given code hashes as `modules()` orders them.

    The implementation comes first.
    """
    return hash_words(tag("system"), *code_hashes)


def manifest_hash(system: Digest, manifest: bytes) -> Digest:
    """The manifest hash, which binds the manifest's bytes to the code that reads them."""
    return hash_words(tag("manifest"), system, keccak(manifest))


@dataclass(frozen=True)
class Domain:
    """The EIP-712 domain of one election."""

    chain_id: int
    election: Address
    manifest_hash: Digest

    @cached_property
    def separator(self) -> Digest:
        """EIP-712's domain separator."""
        return hash_words(
            _TYPE,
            keccak(NAME.encode()),
            keccak(VERSION.encode()),
            word(self.chain_id),
            bytes(12) + self.election,
            self.manifest_hash,
        )

    @cached_property
    def context(self) -> bytes:
        """CTX: the chain id and the election's address, two words."""
        return word(self.chain_id) + bytes(12) + self.election

    @property
    def typed(self) -> dict[str, object]:
        """The domain as `eth_signTypedData_v4` takes it."""
        return {
            "name": NAME,
            "version": VERSION,
            "chainId": self.chain_id,
            "verifyingContract": "0x" + self.election.hex(),
            "salt": "0x" + self.manifest_hash.hex(),
        }
