"""Answers that come late, not at all, garbled, from behind, or that lie."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests import fault_table
from tests.integration.faults.lies import Flickering, Lagging
from tests.service import proxy
from tests.service.crowd import Crowd
from tests.service.deployment import Deployment
from tests.service.kept import Account, check

pytestmark = pytest.mark.xdist_group("rpc")
VOTERS = 8
FAULTS: dict[str, Callable[[], proxy.Fault]] = {
    "times out": lambda: proxy.times_out(0.4),
    "takes it and times out": lambda: proxy.takes_and_times_out(0.4),
    "429": proxy.too_many_requests,
    "an HTML page": lambda: proxy.html,
    "truncated answers": lambda: proxy.truncated,
    "resets": lambda: proxy.cut,
    "other ids": lambda: proxy.wrong_ids,
    "nulls": lambda: proxy.nulls,
    "batches in reverse": lambda: proxy.reversed_batches,
    "logs silently empty": lambda: proxy.no_logs,
    "logs twice": lambda: proxy.doubled_logs,
    "an old head": Lagging,
    "each request otherwise": Flickering,
}
LOOKS = 3
"""Requests that a fault must have met before it ends."""


@dataclass
class Round:
    """The election that is open for all of them, and what had become of it after the last."""

    crowd: Crowd
    account: Account = field(default_factory=Account)


@pytest.fixture(scope="module")
def here(installation: Deployment) -> Round:
    return Round(installation.crowd(installation.publish(VOTERS)))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_node_that_fails_costs_time_and_no_ballot(
    running: Deployment, here: Round, folder: Path, request: pytest.FixtureRequest, fault: str
) -> None:
    crowd = here.crowd
    running.wait_open(crowd.election)
    crowd.vote(range(3))
    hurt = running.proxy.hurt
    with running.proxy.failing(FAULTS[fault]()):
        assert crowd.vote(range(2, 6)) == 4
        running.wait(lambda: running.proxy.hurt - hurt >= LOOKS, f"{fault} was met")
    assert crowd.vote(range(5, VOTERS)) == 3
    running.settle(crowd.election)
    last = fault == list(FAULTS)[-1]
    account = check(running, crowd, folder, audited=last).require()
    fault_table.note(request.node, f"node: {fault}", account.since(here.account))
    assert account.recorded >= here.account.recorded + VOTERS
    here.account = account
