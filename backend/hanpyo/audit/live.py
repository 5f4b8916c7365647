"""Evidence from one or several nodes, read at one block.

State comes with proofs against that block's header. The first node is the one whose header is
trusted; the others are asked for the same block and the same logs, and every difference is kept.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from eth_utils.address import to_checksum_address

from hanpyo.audit.artifacts import MODULES, followed, packaged
from hanpyo.audit.errors import AuditError, UnknownElection
from hanpyo.audit.evidence import Evidence
from hanpyo.audit.storage import FIXED_SLOTS, derived_slots
from hanpyo.audit.traces import Traces
from hanpyo.chain.errors import ChainMoved
from hanpyo.chain.events import Ranges, read_logs
from hanpyo.chain.headers import Header, fetch_header, fetch_headers
from hanpyo.chain.node_errors import BlockUnknown, NodeError
from hanpyo.chain.proofs import StateProof, fetch_state
from hanpyo.chain.quantities import read_object, to_data, to_quantity
from hanpyo.chain.receipts import Log, Receipt, fetch_receipts
from hanpyo.chain.rpc import Call, Rpc
from hanpyo.chain.transactions import (
    Transaction,
    UnknownTransactionType,
    encode_transaction,
)
from hanpyo.protocol.clone import CloneError, parse_clone
from hanpyo.protocol.hashing import keccak, word
from hanpyo.protocol.manifest import Manifest, decode
from hanpyo.protocol.reading import EncodingError
from hanpyo.protocol.types import Address

LINKED_BLOCKS: Final = 5_000
"""The longest run of headers that is read whole, so that every block time is proven."""
_SLOTS_AT_ONCE: Final = 200
_TRIES: Final = 3
_MOST_SUSPECTS: Final = 200
_RANGES: Final = Ranges(first=100_000, most=1_000_000)
_RESULT: Final = keccak(b"result(uint256)")[:4]


@dataclass(frozen=True)
class LiveSource:
    """Nodes to read from; `from_block` is a block not later than the election's creation."""

    rpcs: Sequence[Rpc]
    from_block: int = 0

    def collect(self, election: Address | None) -> Evidence:
        """All evidence on the election at the newest block that all nodes know.

        Raises `UnknownElection`, and what the nodes' failures raise.
        """
        if election is None or not self.rpcs:
            raise AuditError("name the election's address and at least one node")
        for _ in range(_TRIES - 1):
            try:
                return self._collect(election)
            except (BlockUnknown, ChainMoved):
                continue
        return self._collect(election)

    def _collect(self, election: Address) -> Evidence:
        rpc = self.rpcs[0]
        height = min(each.block_number() for each in self.rpcs)
        header = fetch_header(rpc, height)
        reader = Reader(rpc, election, header, self.from_block)
        evidence = reader.read()
        return _with_disagreements(evidence, self.rpcs, reader)


@dataclass(frozen=True)
class Reader:
    """Reads one election from one node at one block."""

    rpc: Rpc
    election: Address
    header: Header
    from_block: int

    @property
    def block(self) -> str:
        """The block that everything is read at, as nodes are asked for it."""
        return to_quantity(self.header.number)

    def read(self) -> Evidence:
        """The evidence as this node tells it."""
        manifest = self.manifest()
        logs = self.logs()
        traces = Traces(manifest.choices_length)
        traces.note(logs)
        headers = self.headers(traces.blocks)
        code, names = self.code()
        return Evidence(
            chain_id=self.rpc.chain_id(),
            election=self.election,
            header=self.header,
            source=f"block {self.header.number} (0x{self.header.hash.hex()}) of {self.rpc.name}",
            client=str(self.rpc.call("web3_clientVersion")),
            proofs=self.proofs(manifest, traces, names),
            code=code,
            logs=logs,
            transactions=self.transactions(traces.transactions),
            headers=headers,
            disagreements=self._withheld(headers, logs),
            views=self._views(len(manifest.items)),
        )

    def logs(self) -> tuple[Log, ...]:
        """The election's logs up to the block."""
        return tuple(self.each_log(_RANGES))

    def each_log(self, ranges: Ranges) -> Iterator[Log]:
        """The same logs one by one, read so many blocks at once."""
        address = to_checksum_address(self.election)
        return read_logs(self.rpc, address, self.from_block, self.header.number, ranges=ranges)

    def _code_at(self, address: Address) -> bytes:
        return self.rpc.code(to_checksum_address(address), self.block)

    def manifest(self) -> Manifest:
        """What the election's code holds. Raises `UnknownElection`."""
        try:
            return decode(parse_clone(self._code_at(self.election))[1])
        except CloneError as error:
            shown = to_checksum_address(self.election)
            raise UnknownElection(
                f"there is no Hanpyo election at {shown} on {self.rpc.name}: check address and "
                "chain"
            ) from error
        except EncodingError as error:
            raise UnknownElection(
                f"what stands at {to_checksum_address(self.election)} is no election that this "
                f"version reads: {error}"
            ) from error

    def code(self) -> tuple[dict[Address, bytes], list[Address]]:
        """The code of the election, its implementation, its modules and their verifiers."""
        clone = self._code_at(self.election)
        implementation = parse_clone(clone)[0]
        code = {self.election: clone, implementation: self._code_at(implementation)}
        addresses = followed(implementation, code[implementation])
        for address in addresses.values():
            code.setdefault(address, self._code_at(address))
        wide = addresses.get(MODULES[3])
        verifiers = () if wide is None else packaged(MODULES[3]).fixed_addresses(code[wide])
        for address in verifiers:
            code.setdefault(address, self._code_at(address))
        return code, [address for address in code if address != self.election]

    def _account(self, address: Address) -> StateProof:
        return fetch_state(self.rpc, self.header, to_checksum_address(address))

    def proofs(
        self, manifest: Manifest, traces: Traces, names: Sequence[Address]
    ) -> tuple[StateProof, ...]:
        """The storage that the events lead to, and the accounts of these names."""
        first = self._slots(FIXED_SLOTS)
        fixed = first.verify(self.header.state_root)[1]
        wanted = derived_slots(manifest, fixed, traces.batches, traces.later)
        groups = [wanted[at : at + _SLOTS_AT_ONCE] for at in range(0, len(wanted), _SLOTS_AT_ONCE)]
        return (first, *map(self._slots, groups), *map(self._account, names))

    def _slots(self, slots: Sequence[int]) -> StateProof:
        return fetch_state(self.rpc, self.header, to_checksum_address(self.election), slots)

    def transactions(self, hashes: Iterable[bytes]) -> dict[bytes, Transaction]:
        """The transactions under the hashes asked for, not hashed here; unknown types left out."""
        names = list(hashes)
        calls = [Call("eth_getTransactionByHash", (to_data(each),)) for each in names]
        found: dict[bytes, Transaction] = {}
        for name, outcome in zip(names, self.rpc.results(calls), strict=True):
            if outcome is None:
                continue
            fields = read_object(outcome, "transaction")
            try:
                found[name] = Transaction.decode(encode_transaction(fields))
            except UnknownTransactionType:
                continue
        return found

    def headers(self, blocks: Collection[int]) -> dict[int, Header]:
        """The trusted header, those of these blocks, and where they are few all between."""
        used = sorted(blocks)
        if not used:
            return {self.header.number: self.header}
        if self.header.number - used[0] < LINKED_BLOCKS:
            headers = fetch_headers(self.rpc, used[0], self.header.number)
        else:
            headers = [fetch_header(self.rpc, number) for number in used]
        return {each.number: each for each in headers} | {self.header.number: self.header}

    def _withheld(self, headers: Mapping[int, Header], logs: Sequence[Log]) -> tuple[str, ...]:
        """Blocks whose receipts hold events of the election although the node told none of them.

        A bloom that allows the election's address is settled by the block's receipts, unless too
        many blocks are so crowded that their blooms allow everything.
        """
        told = {log.block_number for log in logs}
        suspects = [
            header
            for number, header in sorted(headers.items())
            if number not in told and header.may_hold(self.election)
        ]
        if len(suspects) > _MOST_SUSPECTS:
            return ()
        own = to_checksum_address(self.election)
        return tuple(
            f"block {header.number} holds events of the election that {self.rpc.name} withheld"
            for header in suspects
            if any(log.address == own for each in self._receipts(header) for log in each.logs)
        )

    def _receipts(self, header: Header) -> list[Receipt]:
        """A block's receipts; none where the node does not serve them."""
        try:
            return fetch_receipts(self.rpc, header)
        except NodeError:
            return []

    def _views(self, items: int) -> dict[int, bytes]:
        """The contract's own answer to `result(item)` for each item that it answers."""
        target = to_checksum_address(self.election)
        calls = [
            Call("eth_call", ({"to": target, "data": to_data(_RESULT + word(item))}, self.block))
            for item in range(items)
        ]
        outcomes = self.rpc.batch(calls)
        return {
            item: bytes.fromhex(outcome[2:])
            for item, outcome in enumerate(outcomes)
            if isinstance(outcome, str)
        }


def _with_disagreements(evidence: Evidence, rpcs: Sequence[Rpc], first: Reader) -> Evidence:
    others: list[str] = []
    for rpc in rpcs[1:]:
        others += _compare(evidence, rpc, first)
    if len(rpcs) == 1:
        return evidence
    names = ", ".join(rpc.name for rpc in rpcs)
    number, digest = evidence.header.number, evidence.header.hash.hex()
    return replace(
        evidence,
        source=f"block {number} (0x{digest}), as told by {names}",
        disagreements=(*evidence.disagreements, *others),
    )


def _compare(evidence: Evidence, rpc: Rpc, first: Reader) -> list[str]:
    """What the other node says differently; empty when it agrees."""
    chain_id = rpc.chain_id()
    if chain_id != evidence.chain_id:
        return [f"{rpc.name} serves chain id {chain_id}, {first.rpc.name} {evidence.chain_id}"]
    try:
        header = fetch_header(rpc, evidence.header.number)
    except NodeError as error:
        return [f"{rpc.name} does not know block {evidence.header.number}: {error}"]
    if header.hash != evidence.header.hash:
        told, trusted = header.hash.hex(), evidence.header.hash.hex()
        return [f"block {header.number} is 0x{told} at {rpc.name}, 0x{trusted} at {first.rpc.name}"]
    own = {log.position: log for log in evidence.logs}
    theirs = {
        log.position: log for log in Reader(rpc, evidence.election, header, first.from_block).logs()
    }
    return [
        f"{rpc.name} and {first.rpc.name} tell different events at block {block}, log {index}"
        for block, index in sorted(set(own) | set(theirs))
        if own.get((block, index)) != theirs.get((block, index))
    ]
