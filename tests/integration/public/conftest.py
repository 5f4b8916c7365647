"""A service over a followed chain, asked over HTTP by somebody who is not signed in."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from hanpyo.protocol.types import Secrecy
from hanpyo.web.app import create_app
from tests.integration.indexer.following import Following
from tests.service.databases import KINDS
from tests.service.scene import NO, YES, Scene, scene


@pytest.fixture(params=KINDS, scope="module")
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    with scene(request.param, tmp_path_factory.mktemp("public"), history=200) as running:
        yield running


@pytest.fixture(scope="module")
def open_election(place: Scene) -> Following:
    """Three for, one against, one of them after thinking again, and a withdrawal."""
    found = Following(place, place.publish(10, Secrecy.OPEN, weights=range(1, 11)))
    found.cast(YES, range(5))
    found.cast(NO, [1], revision=1)
    found.withdraw(4, revision=1)
    found.follow()
    return found


@pytest.fixture(scope="module")
def sealed_election(place: Scene) -> Following:
    found = Following(place, place.publish(10, Secrecy.SEALED))
    found.cast(YES, range(3))
    found.follow()
    return found


@pytest.fixture(scope="module")
def client(place: Scene) -> FlaskClient:
    return create_app(place.runtime).test_client()
