"""One database, one chain, one factory, one key ring; anything else is refused at the start."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import delete

from hanpyo.config import load_settings
from hanpyo.db.models import Installation
from hanpyo.db.vault import MasterKey, Vault
from hanpyo.operation.installation import (
    InstallationMismatch,
    NotInstalled,
    require_installation,
    seal_canary,
)
from hanpyo.runtime import Runtime
from tests.service.databases import KINDS
from tests.service.scene import Scene, scene


@pytest.fixture(scope="module", params=KINDS)
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    with scene(request.param, tmp_path_factory.mktemp("installation")) as made:
        yield made


@pytest.fixture(autouse=True)
def unbound(place: Scene) -> None:
    """No test sees what another bound."""
    with place.runtime.database.write() as session:
        session.execute(delete(Installation))


def with_chain(place: Scene, **chain: Any) -> Runtime:
    runtime = place.runtime
    given = {"rpc_urls": (place.node.url,), "factory": place.factory.address} | chain
    settings = load_settings(data=runtime.settings.data, chain=given)
    return Runtime(settings, runtime.database, runtime.vault, runtime.node)


def change(place: Scene, **fields: Any) -> None:
    with place.runtime.database.write() as session:
        row = session.get_one(Installation, 1)
        for name, value in fields.items():
            setattr(row, name, value)


def test_the_first_start_binds_and_the_next_ones_find_it(place: Scene) -> None:
    bound = require_installation(with_chain(place), embedded=True)
    assert bound.chain_id == place.node.chain_id
    assert bound.embedded is True
    assert require_installation(with_chain(place, factory=None)).factory == bound.factory


def test_without_a_factory_nothing_is_bound(place: Scene) -> None:
    with pytest.raises(NotInstalled, match=r"chain\.factory"):
        require_installation(with_chain(place, factory=None))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"chain_id": 7}, "belongs to chain id 7"),
        ({"genesis": b"\1" * 32}, "the chain was reset"),
        ({"factory": b"\2" * 20}, "another factory"),
    ],
)
def test_another_chain_or_factory_is_refused(
    place: Scene, fields: dict[str, Any], said: str
) -> None:
    require_installation(with_chain(place))
    change(place, **fields)
    with pytest.raises(InstallationMismatch, match=said):
        require_installation(with_chain(place))


def test_a_factory_that_is_no_contract_is_refused(place: Scene) -> None:
    with pytest.raises(Exception, match="0x"):
        require_installation(with_chain(place, factory="0x" + "11" * 20))


def test_another_key_ring_is_refused_until_it_is_back(place: Scene) -> None:
    runtime = with_chain(place)
    first, second = MasterKey.generate(1), MasterKey.generate(2)
    runtime.vault = Vault([first])
    require_installation(runtime)
    runtime.vault = Vault([second])
    with pytest.raises(InstallationMismatch, match="master keys"):
        require_installation(runtime)
    runtime.vault = Vault([second, first])
    require_installation(runtime)
    seal_canary(runtime)
    runtime.vault = Vault([second])
    require_installation(runtime)
