"""A published election, and registrars of it that look through a node by themselves."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hanpyo.elections.catalogue import PublishedElection
from tests.service.databases import KINDS
from tests.service.scene import Scene, scene


@pytest.fixture(scope="module", params=KINDS)
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    with scene(request.param, tmp_path_factory.mktemp("scene")) as found:
        yield found


@pytest.fixture(scope="module")
def lone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A scene on SQLite, for what the service's database has no part in."""
    with scene("sqlite", tmp_path_factory.mktemp("lone")) as found:
        yield found


@pytest.fixture(scope="module")
def election(place: Scene) -> PublishedElection:
    return place.publish(voters=12)


@pytest.fixture(scope="module")
def other(place: Scene) -> PublishedElection:
    """A second election of the same installation."""
    return place.publish(voters=3)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path
