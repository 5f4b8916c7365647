"""Installations of real processes whose parts are broken on purpose."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import fault_table
from tests.service.crowd import Crowd
from tests.service.deployment import CONFIRMATIONS, Deployment, deployment
from tests.service.kept import Account, check


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("faults")


@pytest.fixture(scope="module")
def installation(request: pytest.FixtureRequest, folder: Path) -> Iterator[Deployment]:
    """One on PostgreSQL for all tests of a module, each with an election of its own.

    A module may say after how many `CONFIRMATIONS` a block is final.
    """
    final = getattr(request.module, "CONFIRMATIONS", CONFIRMATIONS)
    more: dict[str, Any] = {"HANPYO_CHAIN__CONFIRMATIONS": str(final)}
    with deployment("postgresql", folder, webs=1, workers=0, **more) as running:
        yield running


@pytest.fixture
def running(installation: Deployment) -> Deployment:
    """The installation with one process of each kind at work and nothing broken."""
    installation.make_whole()
    return installation


@pytest.fixture
def kept(
    request: pytest.FixtureRequest, running: Deployment, folder: Path
) -> Callable[..., Account]:
    """Settle, check, and note a row for the table; the fault must be over."""

    def settled(fault: str, crowd: Crowd, **more: int | bool) -> Account:
        running.settle(crowd.election)
        account = check(running, crowd, folder, **more).require()  # type: ignore[arg-type]
        fault_table.note(request.node, fault, account)
        return account

    return settled
