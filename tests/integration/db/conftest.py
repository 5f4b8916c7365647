"""Each test of a database runs on both kinds."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hanpyo.db.database import Database
from tests.service.databases import KINDS, ready_database


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with ready_database(request.param, tmp_path) as url:
        database = Database(url)
        yield database
        database.close()
