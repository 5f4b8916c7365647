"""The deployed system on Ape's local chain, put back to its first state after each test."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bench.harness.devchain import DevChain
from bench.harness.plan import Plan
from bench.harness.system import System
from bench.harness.trial import Trial
from hanpyo.chain.rpc import Rpc
from hanpyo.protocol.types import Secrecy

Open = Callable[..., Trial]


@pytest.fixture(scope="session")
def devchain(networks: Any) -> Iterator[DevChain]:
    """Ape's foundry provider, driven block by block."""
    with networks.ethereum.local.use_provider("foundry") as provider:
        rpc = Rpc(provider.uri)
        yield DevChain(rpc)
        rpc.close()


@pytest.fixture(scope="session")
def deployed(devchain: DevChain) -> System:
    """The system, deployed once."""
    return System.deploy(devchain)


@pytest.fixture
def system(deployed: System, devchain: DevChain) -> Iterator[System]:
    """The system as it was deployed, whatever other tests did."""
    with devchain.undone():
        yield deployed


@pytest.fixture
def begin(system: System) -> Open:
    """Opens a trial election of the given plan; open by default."""

    def begin(**plan: Any) -> Trial:
        return Trial.open(system, Plan(**plan))

    return begin


@pytest.fixture
def begin_sealed(begin: Open) -> Open:
    """Opens a sealed trial election."""
    return lambda **plan: begin(secrecy=Secrecy.SEALED, **plan)
