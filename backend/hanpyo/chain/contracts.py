"""An election and its factory on a chain, as objects: what they answer, and requests to send.

Reading raises `AnswerUnreadable` or `UnknownContract` where there is no election; nothing here
signs or sends.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, cached_property
from typing import Any, ClassVar

from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hanpyo.chain.abi import Interface
from hanpyo.chain.errors import ChainError
from hanpyo.chain.reverts import RevertReasons
from hanpyo.chain.rpc import Rpc
from hanpyo.chain.tickets import TransactionRequest
from hanpyo.protocol.clone import CloneError, election_address, parse_clone
from hanpyo.protocol.domain import Domain
from hanpyo.protocol.manifest import Manifest
from hanpyo.protocol.manifest import decode as decode_manifest
from hanpyo.protocol.phases import Phase
from hanpyo.protocol.types import Address, Digest

MODULES = (
    "SetupModule",
    "CastModule",
    "WideModule",
    "DeskModule",
    "SettleModule",
    "OpeningModule",
    "VoidModule",
)
"""The modules of an election in the order of its constructor and of `Election.modules()`."""


class UnknownContract(ChainError):
    """There is no Hanpyo election, or no factory, at the address."""

    code: ClassVar[str] = "unknown_contract"


class Outcome(IntEnum):
    """What an item's rule makes of its tally, numbered as the contract returns it."""

    PENDING = 0
    COUNTED = 1
    PASSED = 2
    FAILED = 3
    UNDETERMINED = 4
    CANCELLED = 5


@dataclass(frozen=True, slots=True)
class Turnout:
    """Voters with a live ballot and their weight, of how many there are."""

    heads: int
    weight: int
    roll_size: int
    roll_weight: int


@dataclass(frozen=True, slots=True)
class ItemResult:
    """An item's tally (cell 0 blank, 1 … n the options, n + 1 invalid) and its decision."""

    outcome: Outcome
    quorum_met: bool
    direct_met: bool
    approval_met: bool
    eligible_heads: int
    eligible_weight: int
    present_heads: int
    present_weight: int
    direct_heads: int
    direct_weight: int
    heads: tuple[int, ...]
    weights: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """What has happened to an election so far."""

    initialised: bool
    text_published: bool
    secrecy_lost: bool
    roll_published: int
    frozen_at_block: int
    key_block: int


@dataclass(frozen=True, slots=True)
class Counters:
    """The contract's own counts of batches and voters."""

    flags: int
    batches: int
    live: int
    live_weight: int
    touched: int
    settled: int
    opened: int
    voided: int


@cache
def election_interface() -> Interface:
    """The functions of an election."""
    return Interface.of("Election")


@cache
def revert_reasons() -> RevertReasons:
    """Reasons that know every error of the contracts."""
    names = (*MODULES, "Election", "ElectionFactory")
    return RevertReasons.from_abis([Interface.of(name).abi for name in names])


class _Contract:
    """A contract at an address, over one node."""

    interface: Interface

    def __init__(self, rpc: Rpc, address: str | bytes) -> None:
        self.rpc = rpc
        self.address: ChecksumAddress = to_checksum_address(address)

    def _read(self, name: str, *arguments: object, block: str = "latest") -> tuple[Any, ...]:
        function = self.interface.functions[name]
        answer = self.rpc.call_contract(self.address, function.call_data(*arguments), block)
        return function.read(answer)

    def _request(self, label: str, name: str, *arguments: object) -> TransactionRequest:
        data = self.interface.functions[name].call_data(*arguments)
        return TransactionRequest(to=self.address, data=data, label=label)


class ElectionContract(_Contract):
    """One election. What is frozen is read once and kept."""

    interface = election_interface()

    @cached_property
    def manifest(self) -> Manifest:
        """The manifest in the election's code; raises `UnknownContract`."""
        return decode_manifest(self._clone[1])

    @cached_property
    def implementation(self) -> Address:
        """The contract that this election delegates to."""
        return self._clone[0]

    @cached_property
    def manifest_hash(self) -> Digest:
        """The hash that every signature is bound to."""
        return Digest(self._read("manifestHash")[0])

    @cached_property
    def domain(self) -> Domain:
        """The EIP-712 domain of the election on this chain."""
        return Domain(
            self.rpc.chain_id(), Address(bytes.fromhex(self.address[2:])), self.manifest_hash
        )

    @cached_property
    def _clone(self) -> tuple[Address, bytes]:
        try:
            return parse_clone(self.rpc.code(self.address))
        except CloneError as error:
            raise UnknownContract(f"there is no Hanpyo election at {self.address}") from error

    def phase(self) -> Phase:
        """Where the election stands at the newest block."""
        return Phase(self._read("phase")[0])

    def turnout(self) -> Turnout:
        """Voters with a live ballot, of how many there are."""
        return Turnout(*self._read("turnout"))

    def has_ballot(self, voter: int) -> bool:
        """Whether this voter number has a live ballot."""
        return bool(self._read("hasBallot", voter)[0])

    def slot(self, voter: int) -> int:
        """The slot of a voter with acts beyond the first, else 0."""
        return int(self._read("slot", voter)[0])

    def result(self, item: int) -> ItemResult:
        """The tally of an item, from 0, and what its rule makes of it."""
        values = self._read("result", item)[0]
        outcome, *figures, heads, weights = values
        return ItemResult(Outcome(outcome), *(*figures, tuple(heads), tuple(weights)))

    def progress(self) -> tuple[Progress, Counters]:
        """What has happened so far, in flags and counters."""
        flags, counters = self._read("progress")
        return Progress(*flags), Counters(*counters)

    def secret(self) -> int:
        """The trustees' secret once released, else 0."""
        return int(self._read("secret")[0])

    def stratum(self, number: int) -> tuple[int, tuple[int, ...]]:
        """A stratum's turnout word and tally words."""
        turnout, lanes = self._read("stratum", number)
        return int(turnout), tuple(lanes)

    def modules(self) -> tuple[ChecksumAddress, ...]:
        """The implementation and its modules."""
        return tuple(map(to_checksum_address, self._read("modules")[0]))

    def publish_text(self, text: str) -> TransactionRequest:
        """Publish the text behind the numbers."""
        return self._request("publish the text", "publishText", text)

    def publish_roll(self, first: int, entries: bytes) -> TransactionRequest:
        """Publish the roll entries from number `first` on."""
        return self._request(f"publish the roll from {first}", "publishRoll", first, entries)

    def freeze(self) -> TransactionRequest:
        """Freeze the election for ever."""
        return self._request("freeze the election", "freeze")

    def cancel(self) -> TransactionRequest:
        """Call the election off."""
        return self._request("cancel the election", "cancel")

    def cast(self, batch: bytes) -> TransactionRequest:
        """Record a compact batch."""
        return self._request("cast a batch", "cast", batch)

    def cast_wide(self, batch: bytes) -> TransactionRequest:
        """Record a wide batch."""
        return self._request("cast a wide batch", "castWide", batch)

    def cast_desk(self, batch: bytes) -> TransactionRequest:
        """Record a desk batch."""
        return self._request("cast a desk batch", "castDesk", batch)

    def rebind(self, voter: int, epoch: int, signatures: bytes) -> TransactionRequest:
        """Raise a voter's minimum epoch."""
        return self._request(f"rebind voter {voter}", "rebind", voter, epoch, signatures)

    def settle(self, batch: int, seals: bytes, stream: bytes) -> TransactionRequest:
        """Put the live ballots of voters with several acts into the count."""
        return self._request(f"settle batch {batch}", "settle", batch, seals, stream)

    def release_key(self, secret: int) -> TransactionRequest:
        """Publish the trustees' secret."""
        return self._request("release the key", "releaseKey", secret)

    def open(self, batch: int, seals: bytes, stream: bytes) -> TransactionRequest:
        """Open sealed firsts of a batch."""
        return self._request(f"open batch {batch}", "open", batch, seals, stream)

    def open_acts(self, records: bytes) -> TransactionRequest:
        """Open sealed ballots that voters' slots hold."""
        return self._request("open later ballots", "openActs", records)

    def void_first(
        self,
        batch: int,
        root: bytes,
        seals: Sequence[bytes],
        index: int,
        ballot: tuple[int, bytes, bytes, bytes, bytes],
    ) -> TransactionRequest:
        """Void a first; `ballot` is terms, envelope, escrow, and salt and choices if opened."""
        return self._request(
            f"void a ballot of batch {batch}", "voidFirst", batch, root, list(seals), index, ballot
        )

    def void_act(self, ballot: tuple[int, bytes, bytes, bytes, bytes]) -> TransactionRequest:
        """Void the ballot in a voter's slot; `ballot` as in `void_first`."""
        return self._request("void a later ballot", "voidAct", ballot)

    def certify(self) -> TransactionRequest:
        """Declare the count complete."""
        return self._request("certify the result", "certify")


class FactoryContract(_Contract):
    """Where elections come from."""

    interface = Interface.of("ElectionFactory")

    @cached_property
    def implementation(self) -> Address:
        """The contract that every election delegates to; raises `UnknownContract`."""
        if not self.rpc.code(self.address):
            raise UnknownContract(f"there is no election factory at {self.address}")
        return Address(bytes.fromhex(self._read("implementation")[0][2:]))

    def create(self, manifest: Manifest, nonce: int) -> TransactionRequest:
        """Create an election as a draft; sent by the manifest's organiser."""
        encoded = manifest.encode()
        return self._request("create the election", "createElection", encoded, nonce)

    def address_of(self, manifest: Manifest, nonce: int) -> ChecksumAddress:
        """The address the election will have, computed here."""
        factory = Address(bytes.fromhex(self.address[2:]))
        encoded, organiser = manifest.encode(), manifest.organiser
        return to_checksum_address(
            election_address(factory, self.implementation, encoded, organiser, nonce)
        )
