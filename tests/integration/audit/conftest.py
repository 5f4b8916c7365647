"""Elections that all tests of the auditor share: held once, never changed afterwards."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hanpyo.audit import Evidence, LiveSource
from hanpyo.elections.hosting import Host, embedded_host
from hanpyo.elections.progress import Stages
from hanpyo.protocol.types import Secrecy
from tests.integration.audit.scene import Scene, announce, finish, vote


@pytest.fixture(scope="session")
def sealed_host() -> Iterator[Host]:
    with embedded_host(Stages()) as host:
        yield host


@pytest.fixture(scope="session")
def open_host() -> Iterator[Host]:
    with embedded_host(Stages()) as host:
        yield host


@pytest.fixture(scope="session")
def sealed(sealed_host: Host) -> Scene:
    """A sealed election, certified."""
    scene = announce(sealed_host, Secrecy.SEALED)
    vote(scene)
    finish(scene)
    return scene


@pytest.fixture(scope="session")
def opened(open_host: Host) -> Scene:
    """An open election, certified, with its roll in a file."""
    scene = announce(open_host, Secrecy.OPEN, roll_in_file=True)
    vote(scene)
    finish(scene)
    return scene


@pytest.fixture(scope="session")
def sealed_evidence(sealed: Scene) -> Evidence:
    return LiveSource([sealed.host.venue.rpc]).collect(sealed.address)


@pytest.fixture(scope="session")
def open_evidence(opened: Scene) -> Evidence:
    return LiveSource([opened.host.venue.rpc]).collect(opened.address)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return tmp_path / "evidence.json.gz"
