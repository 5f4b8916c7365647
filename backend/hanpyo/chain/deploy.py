"""Puts verifiers, modules, implementation and factory on a chain, from the packaged artifacts.

The same artifacts give the same code, so that anyone can compare; nothing deployed here has an
owner, and the implementation is locked.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hanpyo.chain.abi import constructor_data
from hanpyo.chain.artifact import load_artifact
from hanpyo.chain.contracts import MODULES, ElectionContract, FactoryContract
from hanpyo.chain.errors import ChainError
from hanpyo.chain.rpc import Rpc
from hanpyo.chain.tickets import TransactionRequest
from hanpyo.chain.transactor import Transactor

VERIFIERS = ("ERC7913P256Verifier", "ERC7913WebAuthnVerifier")


class DeploymentMismatch(ChainError):
    """What stands on the chain is not what this package would deploy."""

    code: ClassVar[str] = "deployment_mismatch"


@dataclass(frozen=True, slots=True)
class Deployment:
    """Addresses of a deployment: the factory, and every contract by name."""

    chain_id: int
    contracts: Mapping[str, ChecksumAddress]

    @property
    def factory(self) -> ChecksumAddress:
        """Where elections are created."""
        return self.contracts["ElectionFactory"]

    def to_json(self) -> dict[str, object]:
        """The deployment as a JSON object."""
        return {"chainId": self.chain_id, "contracts": dict(self.contracts)}


def deploy(sender: Transactor, chain_id: int) -> Deployment:
    """Deploy everything and wait for it; raises as `Sender.wait`."""
    contracts: dict[str, ChecksumAddress] = {}
    for name, arguments in deployment_steps(contracts):
        receipt = sender.transact(
            TransactionRequest(
                to=None, data=constructor_data(name, *arguments), label=f"deploy {name}"
            )
        )
        if receipt.contract is None:
            raise DeploymentMismatch(f"the chain created no contract for {name}")
        contracts[name] = receipt.contract
    return Deployment(chain_id, contracts)


def deployment_steps(
    contracts: Mapping[str, ChecksumAddress],
) -> Iterator[tuple[str, tuple[object, ...]]]:
    """What to deploy in order, with constructor arguments; reads addresses from `contracts`.

    The caller enters each address into `contracts` before asking for the next step.
    """
    for name in VERIFIERS:
        yield name, ()
    for name in MODULES:
        wide = name == "WideModule"
        yield name, tuple(contracts[verifier] for verifier in VERIFIERS) if wide else ()
    yield "Election", ([contracts[name] for name in MODULES],)
    yield "ElectionFactory", (contracts["Election"],)


def check_factory(rpc: Rpc, factory: str) -> FactoryContract:
    """The factory at an address, once its code, implementation and modules are this package's.

    Raises `UnknownContract`, `DeploymentMismatch`.
    """
    contract = FactoryContract(rpc, factory)
    implementation = to_checksum_address(contract.implementation)
    modules = ElectionContract(rpc, implementation).modules()
    named = {"ElectionFactory": contract.address}
    named |= dict(zip(("Election", *MODULES), modules, strict=True))
    for name, address in named.items():
        if not load_artifact(name).is_code(rpc.code(address)):
            raise DeploymentMismatch(f"the code at {address} is not {name} of this version")
    return contract
