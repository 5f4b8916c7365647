"""A fresh embedded chain and a clock that moves only when told."""

from collections.abc import Callable, Iterator

import pytest
from eth_typing import ChecksumAddress

from hanpyo.chain.node import EmbeddedNode
from hanpyo.chain.sender import Pace, Sender
from hanpyo.chain.tickets import TransactionRequest
from tests.integration.chain.beacon import CREATION


class Steps:
    """A clock for `Pace`: sleeping moves it at once and runs `between`, what happens meanwhile."""

    def __init__(self) -> None:
        self.now = 0.0
        self.between: Callable[[], object] = lambda: None

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.between()

    def pace(self, patience: float = 600.0) -> Pace:
        """A standstill is treated every five looks."""
        return Pace(
            poll=1.0, stuck_after=5.0, patience=patience, clock=self.clock, sleep=self.sleep
        )


@pytest.fixture
def node() -> Iterator[EmbeddedNode]:
    with EmbeddedNode() as running:
        yield running


@pytest.fixture
def remembering_node() -> Iterator[EmbeddedNode]:
    """A node that can go back some blocks."""
    with EmbeddedNode(history=64) as running:
        yield running


@pytest.fixture
def steps() -> Steps:
    return Steps()


@pytest.fixture
def beacon(node: EmbeddedNode) -> ChecksumAddress:
    """The address of a beacon contract, created by the node's last account."""
    creator = Sender(node.rpc, node.accounts[-1], node.chain_id)
    contract = creator.transact(TransactionRequest(None, CREATION)).contract
    assert contract is not None
    return contract
