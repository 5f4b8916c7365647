"""One database of each kind for a module, an election of its own for each test."""

from collections.abc import Callable, Iterator

import orjson
import pytest

from hanpyo.db.database import Database
from hanpyo.db.models import Election, ElectionState, Organisation
from hanpyo.db.vault import MasterKey, Vault
from tests.service.databases import KINDS, ready_database

NOW = 1_800_000_000
DEFINITION = {
    "title": "총회",
    "times": {"opens": NOW, "closes": NOW + 60, "opening": NOW + 120},
    "classes": [{"name": "조합원"}, {"name": "대의원"}],
    "items": [{"title": "안건", "options": ["찬성", "반대"]}],
}


@pytest.fixture(scope="module", params=KINDS)
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    with ready_database(request.param, tmp_path_factory.mktemp("roll")) as url:
        database = Database(url)
        yield database
        database.close()


@pytest.fixture(scope="module")
def vault() -> Vault:
    return Vault([MasterKey.generate(1)])


@pytest.fixture
def new_election(database: Database) -> Callable[[], str]:
    """Makes drafts of one organisation."""

    def make() -> str:
        with database.write() as session:
            organisation = Organisation(name="한표협동조합", created_at=NOW)
            session.add(organisation)
            session.flush()
            election = Election(
                organisation_id=organisation.id,
                state=ElectionState.DRAFT,
                title="총회",
                definition=orjson.dumps(DEFINITION).decode(),
                identity="L2",
                methods="mail",
                created_at=NOW,
                changed_at=NOW,
            )
            session.add(election)
            session.flush()
            return election.id

    return make


@pytest.fixture
def election(new_election: Callable[[], str]) -> str:
    """The id of a draft."""
    return new_election()
