"""One village for each kind of database; each test finds it as if new, a day later."""

from collections.abc import Iterator

import pytest

from tests.service.databases import KINDS
from tests.service.village import Village, village


@pytest.fixture(scope="session", params=KINDS)
def standing_village(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Village]:
    with village(request.param, tmp_path_factory.mktemp("village")) as made:
        yield made


@pytest.fixture
def place(standing_village: Village) -> Village:
    standing_village.begin_anew()
    return standing_village
