"""kill -9 of each process at every step between receipt and finality."""

import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests import fault_table
from tests.integration.faults.kills import SEED, Kill, draw
from tests.service.crowd import Crowd
from tests.service.deployment import Deployment
from tests.service.kept import Account, check

pytestmark = pytest.mark.xdist_group("kills")
VOTERS = 8
ROUNDS = 10
"""Kills in one election, after the last of which the independent audit runs as well."""


@dataclass
class Round:
    """An election that is open for some kills, and what became of it so far."""

    crowd: Crowd
    account: Account = field(default_factory=Account)


@pytest.fixture(scope="module")
def round_of(installation: Deployment) -> Callable[[Kill], Round]:
    """The election that is open at a kill."""
    known: dict[int, Round] = {}

    def found(kill: Kill) -> Round:
        at = kill.number // ROUNDS
        if at not in known:
            known[at] = Round(installation.crowd(installation.publish(VOTERS)))
        return known[at]

    return found


@pytest.mark.parametrize("kill", draw(), ids=str)
def test_killed_anywhere_no_acknowledged_ballot_is_lost(
    kill: Kill,
    running: Deployment,
    round_of: Callable[[Kill], Round],
    folder: Path,
    request: pytest.FixtureRequest,
) -> None:
    dice = random.Random(f"{SEED}-{kill}")
    here = round_of(kill)
    crowd = here.crowd
    running.wait_open(crowd.election)
    posting = crowd.keep_voting(dice, range(VOTERS))
    try:
        {"web": _kill_web, "worker": _kill_worker}[kill.part](running, kill, dice)
        running.make_whole()
    finally:
        posting.stop()
    assert crowd.vote(dice.sample(range(VOTERS), 2)) == 2
    running.settle(crowd.election)
    last = kill.number % ROUNDS == ROUNDS - 1
    account = check(running, crowd, folder, audited=last).require()
    fault_table.note(request.node, kill.fault, account.since(here.account))
    here.account = account
    assert not crowd.refused


def _kill_web(running: Deployment, kill: Kill, dice: random.Random) -> None:
    """A power cut for the whole of it, or the death of the fork that answers."""
    (sound,) = running.webs
    if kill.failpoint:
        doomed = running.start_web(kill.failpoint)
        running.kill(sound)
        running.wait(lambda: "SIGKILL" in doomed.logged(), f"{kill} is reached")
        running.kill(doomed)
        return
    time.sleep(kill.delay)
    if dice.random() < 0.5:
        running.kill(sound)
    else:
        os.kill(sound.forks[0], signal.SIGKILL)


def _kill_worker(running: Deployment, kill: Kill, dice: random.Random) -> None:
    (sound,) = running.workers
    if not kill.failpoint:
        time.sleep(kill.delay)
        running.kill(sound)
        return
    doomed = running.start_worker(kill.failpoint)
    running.kill(sound)
    running.wait(lambda: doomed.ended() is not None, f"{kill} is reached")
    assert doomed.ended() == -signal.SIGKILL
    running.bury(doomed)
