"""The deployed system on Ape's local chain, put back to its first state after each test."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.harness import compiled
from bench.harness.devchain import DevChain
from bench.harness.plan import Plan
from bench.harness.system import System
from bench.harness.tracing import Tracer, tracing_node
from bench.harness.trial import Trial
from hanpyo.chain.rpc import Rpc
from hanpyo.protocol.types import Secrecy

Open = Callable[..., Trial]


@pytest.fixture(scope="session")
def tracer() -> Iterator[Tracer | None]:
    """Who traces what runs while coverage is measured, over a node that takes code of any size."""
    if compiled.PLAIN_VARIABLE not in os.environ:
        yield None
        return
    with tracing_node() as rpc:
        yield Tracer(rpc)


@pytest.fixture(scope="session")
def devchain(networks: Any, tracer: Tracer | None) -> Iterator[DevChain]:
    """Ape's foundry provider, driven block by block."""
    if tracer is not None:
        yield DevChain(tracer.rpc, tracer)
        return
    with networks.ethereum.local.use_provider("foundry") as provider:
        rpc = Rpc(provider.uri)
        yield DevChain(rpc)
        rpc.close()


@pytest.fixture(scope="session")
def deployed(devchain: DevChain, tracer: Tracer | None) -> Iterator[System]:
    """The system, deployed once."""
    system = System.deploy(devchain)
    yield system
    if tracer is not None:
        tracer.write(system, Path(os.environ[compiled.PLAIN_VARIABLE]))


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
