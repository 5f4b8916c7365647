"""The contracts on a chain: deployed whole, recognised, and told apart from others."""

from collections.abc import Iterator

import pytest

from hanpyo.chain.contracts import (
    MODULES,
    ElectionContract,
    FactoryContract,
    UnknownContract,
    revert_reasons,
)
from hanpyo.chain.deploy import VERIFIERS, Deployment, DeploymentMismatch, check_factory, deploy
from hanpyo.chain.node import EmbeddedNode
from hanpyo.chain.sender import Pace, Sender
from hanpyo.chain.tickets import TransactionReverted

NOWHERE = "0x" + "22" * 20


@pytest.fixture(scope="module")
def node() -> Iterator[EmbeddedNode]:
    with EmbeddedNode() as node:
        yield node


@pytest.fixture(scope="module")
def sender(node: EmbeddedNode) -> Sender:
    pace = Pace(poll=0.02)
    return Sender(node.rpc, node.accounts[0], node.chain_id, pace=pace, reasons=revert_reasons())


@pytest.fixture(scope="module")
def deployment(node: EmbeddedNode, sender: Sender) -> Deployment:
    return deploy(sender, node.chain_id)


def test_everything_is_deployed_and_recognised(node: EmbeddedNode, deployment: Deployment) -> None:
    expected = {*VERIFIERS, *MODULES, "Election", "ElectionFactory"}
    assert set(deployment.contracts) == expected
    factory = check_factory(node.rpc, deployment.factory)
    implementation = ElectionContract(node.rpc, factory.implementation)
    named = [deployment.contracts[name] for name in ("Election", *MODULES)]
    assert list(implementation.modules()) == named
    assert deployment.to_json()["chainId"] == node.chain_id


def test_the_implementation_is_locked(
    node: EmbeddedNode, sender: Sender, deployment: Deployment
) -> None:
    implementation = ElectionContract(node.rpc, deployment.contracts["Election"])
    with pytest.raises(TransactionReverted):
        sender.transact(implementation.freeze())


def test_another_code_is_not_taken_for_a_factory(
    node: EmbeddedNode, deployment: Deployment
) -> None:
    node.rpc.call("anvil_setCode", NOWHERE, "0x" + node.rpc.code(deployment.factory).hex() + "00")
    with pytest.raises(DeploymentMismatch, match="ElectionFactory"):
        check_factory(node.rpc, NOWHERE)


def test_a_changed_module_is_found(node: EmbeddedNode, deployment: Deployment) -> None:
    address = deployment.contracts["CastModule"]
    code = node.rpc.code(address)
    node.rpc.call("anvil_setCode", address, "0x" + code[:-1].hex() + "00")
    with pytest.raises(DeploymentMismatch, match="CastModule"):
        check_factory(node.rpc, deployment.factory)
    node.rpc.call("anvil_setCode", address, "0x" + code.hex())
    assert check_factory(node.rpc, deployment.factory).address == deployment.factory


def test_an_empty_address_is_no_factory_and_no_election(node: EmbeddedNode) -> None:
    empty = "0x" + "33" * 20
    with pytest.raises(UnknownContract, match=empty):
        str(FactoryContract(node.rpc, empty).implementation)
    with pytest.raises(UnknownContract, match=empty):
        str(ElectionContract(node.rpc, empty).manifest)
