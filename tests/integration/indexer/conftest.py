"""A service on a chain that remembers enough to be reorganised."""

from collections.abc import Iterator

import pytest

from hanpyo.protocol.types import Secrecy
from tests.integration.indexer.following import Following
from tests.service.databases import KINDS
from tests.service.scene import Scene, scene


@pytest.fixture(params=KINDS, scope="module")
def shared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    """A chain and a database for a module's tests, each of which has an election of its own."""
    folder = tmp_path_factory.mktemp("indexer")
    with scene(request.param, folder, history=200) as running:
        yield running


MARGIN = 15
"""Blocks behind the publication, so that no test's reorganisation takes it back."""


@pytest.fixture
def following(shared: Scene) -> Iterator[Following]:
    """An open election with 20 voters, followed up to now."""
    found = Following(shared, shared.publish(20, Secrecy.OPEN))
    node = shared.runtime.node
    shared.controls.mine(MARGIN)
    found.follow()
    yield found
    shared.runtime.node = node
