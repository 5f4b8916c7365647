"""One chain with a published election for the tests of the web layer."""

from collections.abc import Iterator

import pytest

from hanpyo.elections.catalogue import PublishedElection
from tests.service.scene import Scene, scene


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with scene("sqlite", tmp_path_factory.mktemp("web")) as made:
        yield made


@pytest.fixture(scope="module")
def election(place: Scene) -> PublishedElection:
    return place.publish(voters=5)
