"""A service with a relay on a chain that can be reorganised; each test has its own election."""

from collections.abc import Iterator

import pytest

from tests.service.databases import KINDS
from tests.service.relaying import Works
from tests.service.scene import Scene, scene

CONFIRMATIONS = 3
MARGIN = 15
"""Blocks behind a publication, so that no test's reorganisation takes it back."""


@pytest.fixture(params=KINDS, scope="module")
def shared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    with scene(
        request.param,
        tmp_path_factory.mktemp("relay"),
        history=200,
        chain={"confirmations": CONFIRMATIONS, "poll": 0.02},
        relay={"batch_age": 0, "acts_a_voter": 4},
    ) as running:
        yield running


@pytest.fixture
def works(shared: Scene) -> Works:
    return Works(shared)
