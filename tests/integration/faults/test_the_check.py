"""The check itself finds what is lost, forged, doubled or told wrongly.

One election for all: the first test sees it sound, each other does it one more wrong.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, update

from hanpyo.chain.contracts import ElectionContract
from hanpyo.chain.tickets import TransactionRequest
from hanpyo.db.models import Act, Attempt, Ballot, BallotState
from hanpyo.elections.casting import Booth, SignedAct, cast_all
from tests.service.crowd import Crowd
from tests.service.deployment import Deployment, deployment
from tests.service.kept import check
from tests.service.scene import YES, voter

pytestmark = pytest.mark.xdist_group("rpc")
VOTERS = 5


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("check")


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[Deployment]:
    with deployment("sqlite", folder) as found:
        yield found


@pytest.fixture(scope="module")
def crowd(running: Deployment) -> Crowd:
    """An election in which everything is well: three have voted, one of them twice."""
    election = running.publish(VOTERS)
    running.wait_open(election)
    found = running.crowd(election)
    assert found.vote(range(3)) == 3
    assert found.vote([0]) == 1
    running.settle(election)
    return found


def problems(running: Deployment, crowd: Crowd, folder: Path) -> str:
    return "\n".join(check(running, crowd, folder, audited=False).problems)


def change(running: Deployment, statement: object) -> None:
    running.database.transact(lambda session: session.execute(statement))  # type: ignore[call-overload]


def test_where_all_is_well_nothing_is_found(
    running: Deployment, crowd: Crowd, folder: Path
) -> None:
    account = check(running, crowd, folder).require()
    assert (account.sent, account.acknowledged) == (4, 4)
    assert account.recorded + account.superseded == 4


def test_a_ballot_that_was_dropped(running: Deployment, crowd: Crowd, folder: Path) -> None:
    digest = next(iter(crowd.acknowledged))
    change(running, delete(Ballot).where(Ballot.digest == digest))
    assert "its voter is told 404" in problems(running, crowd, folder)


def test_a_promise_whose_ballot_never_came(running: Deployment, crowd: Crowd, folder: Path) -> None:
    with running.pending(crowd, [3]):
        running.node.controls.drop_all()
        lost = Ballot.digest.in_(crowd.last_acknowledged())
        open_now = Ballot.state.in_((BallotState.QUEUED, BallotState.SENT))
        gone = update(Ballot).where(lost, open_now).values(state=BallotState.REFUSED)
        change(running, gone)
    assert "is lost: refused" in problems(running, crowd, folder)
    change(running, update(Ballot).where(lost).values(state=BallotState.FINAL))
    running.wait_recorded(crowd)


def test_an_act_that_nobody_sent(running: Deployment, crowd: Crowd, folder: Path) -> None:
    election, forger = crowd.election, voter(4)
    record = Booth(election.manifest, election.domain).ballot(forger, YES)
    scene = running.scene
    contract = ElectionContract(running.node.rpc, election.address)
    registrars = scene.officials.registrars
    cast_all(scene.organiser, contract, [SignedAct(forger, record)], registrars)
    assert "nobody sent the act" in problems(running, crowd, folder)


def test_a_row_that_the_chain_does_not_hold(
    running: Deployment, crowd: Crowd, folder: Path
) -> None:
    own = Act.election_id == crowd.election.id
    with running.database.read() as session:
        act = session.execute(select(Act.__table__).where(own)).mappings().first()
    assert act is not None
    change(running, insert(Act).values({**act, "log_index": 99}))
    assert "act differs from a rebuild" in problems(running, crowd, folder)
    change(running, delete(Act).where(own, Act.log_index == 99))
    change(running, update(Act).where(own).values(weight=7))
    assert "act differs from a rebuild" in problems(running, crowd, folder)


def test_a_promise_that_nobody_made(running: Deployment, crowd: Crowd, folder: Path) -> None:
    digest, promised = list(crowd.acknowledged.items())[-1]
    crowd.acknowledged[digest] = replace(promised, include_by=promised.include_by + 1)
    assert "was promised by nobody" in problems(running, crowd, folder)


def test_a_nonce_that_something_else_used(running: Deployment, crowd: Crowd, folder: Path) -> None:
    payee = running.node.accounts[0].address
    running.take_nonce(TransactionRequest(payee, value=1, gas=21_000))
    running.foreign_nonces -= 1
    assert "mined by something else" in problems(running, crowd, folder)
    running.foreign_nonces += 1


def test_an_attempt_that_was_forgotten(running: Deployment, crowd: Crowd, folder: Path) -> None:
    with running.database.read() as session:
        newest = session.scalar(select(Attempt.id).order_by(Attempt.id.desc()))
    change(running, delete(Attempt).where(Attempt.id == newest))
    assert "never signed here" in problems(running, crowd, folder)
