"""The deployed system: verifiers, modules, implementation, factory; at fixed addresses."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from eth_abi.abi import encode

from bench.harness import compiled
from bench.harness.abi import Event, Interface
from bench.harness.devchain import GAS_LIMIT, DevChain, Receipt
from hanpyo.protocol.domain import system_hash
from hanpyo.protocol.hashing import keccak, word
from hanpyo.protocol.types import Address, Digest

DEPLOYER = Address(bytes.fromhex("d00d") + bytes(17) + b"\x01")
MODULES = ("Setup", "Cast", "Wide", "Desk", "Settle", "Opening", "Void")


@dataclass(frozen=True)
class System:
    """A factory on a chain, and what talks to it."""

    chain: DevChain
    factory: Address
    implementation: Address
    modules: tuple[Address, ...]
    interface: Interface

    @classmethod
    def deploy(cls, chain: DevChain) -> "System":
        """Deploy everything in the one order that is always used."""
        contracts = compiled.project().contracts

        def deploy(name: str, arguments: bytes = b"") -> Address:
            return chain.deploy(DEPLOYER, contracts[name].creation + arguments)

        p256, webauthn = deploy("ERC7913P256Verifier"), deploy("ERC7913WebAuthnVerifier")
        wide = encode(["address", "address"], [p256, webauthn])
        modules = tuple(
            deploy(f"{name}Module", wide if name == "Wide" else b"") for name in MODULES
        )
        implementation = deploy("Election", encode(["address[7]"], [modules]))
        factory = deploy("ElectionFactory", encode(["address"], [implementation]))
        modular = [contracts[f"{name}Module"].abi for name in MODULES]
        interface = Interface(contracts["ElectionFactory"].abi, *modular, contracts["Election"].abi)
        return cls(chain, factory, implementation, modules, interface)

    @cached_property
    def hash(self) -> Digest:
        """The hash of all code that runs an election."""
        codes = [keccak(self._code(each)) for each in (self.implementation, *self.modules)]
        return system_hash(codes)

    def events(self, receipt: Receipt) -> list[Event]:
        """The events of a transaction, decoded."""
        return [self.interface.event(log.topics, log.data) for log in receipt.logs]

    def read(self, to: bytes, function: str, *arguments: object) -> Any:
        """The result of a view function."""
        data = self.chain.call(to, self.interface.encode(function, *arguments), self.interface)
        return self.interface.decode(function, data)

    def transact(self, sender: bytes, to: bytes, data: bytes, **options: Any) -> Receipt:
        """Mine a transaction; raises `Reverted` with the contract's own error.

        A failed transaction changed nothing, so that a call at its block fails in the same way.
        """
        receipt = self.chain.send(sender, to, data, **options)
        if not receipt.succeeded:
            gas = options.get("gas", GAS_LIMIT)
            self.chain.call(to, data, self.interface, sender=sender, gas=gas)
            raise AssertionError("a call succeeds where the same transaction failed")
        return receipt

    def storage_slot(self, variable: str, key: int | None = None) -> bytes:
        """Where an election keeps a state variable, or an entry of a mapping by number."""
        rows = compiled.project().contracts["Election"].storage["storage"]
        slot = next(int(row["slot"]) for row in rows if row["label"] == variable)
        return word(slot) if key is None else keccak(word(key) + word(slot))

    def _code(self, address: bytes) -> bytes:
        return self.chain.rpc.code("0x" + address.hex())
