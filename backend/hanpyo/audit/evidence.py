"""What one audit reads, all of it bound to one block: state by proof, code by its hash.

Logs and transactions are as the source tells them; the checks hold them against the state.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Protocol

from eth_utils.address import to_checksum_address

from hanpyo.audit.errors import AuditError
from hanpyo.chain.decoding import decode_logs
from hanpyo.chain.election_events import Entry
from hanpyo.chain.headers import Header
from hanpyo.chain.proofs import AccountState, StateProof
from hanpyo.chain.receipts import Log
from hanpyo.chain.transactions import Transaction
from hanpyo.protocol.clone import parse_clone
from hanpyo.protocol.manifest import Manifest, decode
from hanpyo.protocol.types import Address

_DRAWN_CHAIN_IDS: Final = range(2**49, 2**49 + 2**50)
"""The chain ids that an embedded chain draws from."""


@dataclass(frozen=True)
class Evidence:
    """One election at one block.

    `source` says in words whom the block hash was taken from. `disagreements` are differences
    between several nodes. `views` are the contract's own answers to `result(item)`, where it could
    be asked. `headers` are those of the blocks that hold the logs, and of all blocks between them
    and the trusted one where there are few enough.
    """

    chain_id: int
    election: Address
    header: Header
    source: str
    client: str
    proofs: tuple[StateProof, ...]
    code: Mapping[Address, bytes]
    logs: tuple[Log, ...]
    transactions: Mapping[bytes, Transaction]
    headers: Mapping[int, Header]
    disagreements: tuple[str, ...] = ()
    views: Mapping[int, bytes] = field(default_factory=dict)

    @cached_property
    def _state(self) -> tuple[dict[Address, AccountState], dict[int, int]]:
        accounts: dict[Address, AccountState] = {}
        storage: dict[int, int] = {}
        for proof in self.proofs:
            account, values = proof.verify(self.header.state_root)
            address = Address(bytes.fromhex(proof.address[2:]))
            accounts[address] = account
            if address == self.election:
                storage |= values
        return accounts, storage

    @property
    def accounts(self) -> Mapping[Address, AccountState]:
        """The proven accounts; raises `InvalidProof` when a proof does not hold."""
        return self._state[0]

    @property
    def storage(self) -> Mapping[int, int]:
        """The election's proven storage slots."""
        return self._state[1]

    def slot(self, number: int) -> int:
        """The value of a storage slot; raises `AuditError` when the evidence lacks it."""
        try:
            return self.storage[number]
        except KeyError:
            raise AuditError(
                f"the evidence lacks the election's storage slot 0x{number:064x}: it is incomplete"
            ) from None

    def code_of(self, address: Address) -> bytes:
        """The code at an address as the source tells it, empty where it tells none."""
        return self.code.get(address, b"")

    def code_hash(self, address: Address) -> bytes:
        """The proven hash of the code at an address."""
        account = self.accounts.get(address)
        if account is None:
            shown = to_checksum_address(address)
            raise AuditError(f"the evidence lacks the proof of the account {shown}")
        return account.code_hash

    @cached_property
    def implementation(self) -> Address:
        """The contract that the election delegates to; raises `CloneError` when it is no clone."""
        return parse_clone(self.code_of(self.election))[0]

    @cached_property
    def manifest_bytes(self) -> bytes:
        """The manifest, byte for byte."""
        return parse_clone(self.code_of(self.election))[1]

    @cached_property
    def manifest(self) -> Manifest:
        """The manifest, validated anew; raises what `decode` raises."""
        return decode(self.manifest_bytes)

    @cached_property
    def _decoded(self) -> tuple[tuple[Entry, ...], tuple[tuple[Log, str], ...]]:
        return decode_logs(self.logs, self.manifest.choices_length)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The events in chain order."""
        return self._decoded[0]

    @property
    def strange_logs(self) -> tuple[tuple[Log, str], ...]:
        """Logs of the election's address that are no event of an election."""
        return self._decoded[1]

    def time_of(self, block: int) -> int | None:
        """The timestamp of a block, None where the evidence has no header of it."""
        header = self.headers.get(block)
        return None if header is None else header.timestamp

    @cached_property
    def linked(self) -> bool:
        """Whether the headers lead without a gap from the first log's block to the trusted one."""
        if not self.logs:
            return True
        number, expected = self.header.number, self.header.hash
        first = min(log.block_number for log in self.logs)
        while number >= first:
            header = self.headers.get(number)
            if header is None or header.hash != expected or header.number != number:
                return False
            number, expected = number - 1, header.parent_hash
        return True

    @property
    def embedded(self) -> bool:
        """Whether the chain is an embedded one, which its operator controls."""
        return self.client.lower().startswith("anvil") or self.chain_id in _DRAWN_CHAIN_IDS


class Source(Protocol):
    """Where evidence comes from: nodes, or a file."""

    def collect(self, election: Address | None) -> Evidence:
        """All evidence on the election; None takes the one election that the source holds."""
