"""What an election costs besides its ballots: all of it is counted, and closing has no cap."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from hanpyo.chain.keys import LocalKey
from hanpyo.chain.sender import Pace, Sender
from hanpyo.chain.tickets import TransactionRequest
from hanpyo.db.models import Election, ElectionState, Outlay, Spend
from hanpyo.elections import trusteeship
from hanpyo.operation.numbers import Numbers
from hanpyo.relay.accounts import SendingAccount
from hanpyo.relay.outlays import Bookkeeping
from hanpyo.relay.signed import note_signed
from tests.service.databases import KINDS
from tests.service.life import Life
from tests.service.scene import NO, YES, Scene, scene

FINALITY = 80
"""Blocks after which anvil calls one finalized, and some more."""


@pytest.fixture(scope="module", params=KINDS)
def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    with scene(request.param, tmp_path_factory.mktemp("spending")) as running:
        yield running


@pytest.fixture
def life(stage: Scene) -> Life:
    return Life(stage)


@pytest.fixture
def account(stage: Scene) -> SendingAccount:
    """One that does nothing but what these tests let it do."""
    key = LocalKey(stage.node.accounts[2])
    return SendingAccount(stage.runtime, key, note_signed, pace=Pace(poll=0.01))


def balance(life: Life, account: SendingAccount) -> int:
    return life.scene.node.rpc.balance(account.address)


def keep_books(life: Life) -> None:
    """One step of the books, after a look at the head."""
    life.scene.see_head()
    books = Bookkeeping(life.scene.runtime)
    books.step(life.held(books.name))


def spent(life: Life, election_id: str) -> int:
    rows = select(Spend.wei).where(Spend.election_id == election_id)
    with life.scene.runtime.database.read() as session:
        return sum(session.scalars(rows))


def cap(life: Life, election_id: str, wei: int | None) -> None:
    def work(session: Session) -> None:
        session.get_one(Election, election_id).spend_cap = wei

    life.scene.runtime.database.transact(work)


def number(life: Life, name: str) -> float:
    """One of the service's metrics."""
    (found,) = [each for each in Numbers(life.scene.runtime).collect() if each.name == name]
    return float(found.samples[0].value)


def test_publishing_and_closing_count_to_the_last_wei_and_no_cap_stops_the_result(
    life: Life, account: SendingAccount
) -> None:
    election_id, before = life.draft(), balance(life, account)
    total = number(life, "hanpyo_spent_wei")
    life.request(election_id)
    life.run(life.publisher(account))
    keep_books(life)
    keep_books(life)
    published = before - balance(life, account)
    assert spent(life, election_id) == published > 0
    assert number(life, "hanpyo_spent_today_wei") >= published
    cap(life, election_id, published)
    assert number(life, "hanpyo_elections_at_cap") == 1
    election = life.scene.catalogue.get(election_id)
    life.advance_to(election.manifest.timetable.opens_at)
    life.cast(election, (0, YES, 0), (1, NO, 0), (0, NO, 1))
    life.advance_to(election.manifest.timetable.opening_at)
    life.scene.runtime.database.transact(
        lambda session: trusteeship.hand_in_key(session, election_id, life.trustee.secret)
    )
    with capture_logs() as logs:
        life.run(closer := life.closer(account))
        life.advance_to(election.manifest.timetable.certify_at)
        life.run(closer)
    assert life.row(election_id).state == ElectionState.CERTIFIED
    keep_books(life)
    assert spent(life, election_id) == before - balance(life, account) > published
    assert number(life, "hanpyo_spent_wei") - total == spent(life, election_id)
    told = [each for each in logs if each["event"] == "closing_beyond_cap"]
    assert [each["election"] for each in told] == [election_id]


def test_a_publication_waits_at_its_cap_and_may_be_called_off_there(
    life: Life, account: SendingAccount
) -> None:
    election_id, before = life.draft(), balance(life, account)
    life.request(election_id)
    cap(life, election_id, 0)
    publisher = life.publisher(account)
    life.run(publisher)
    assert balance(life, account) == before
    cap(life, election_id, None)
    while balance(life, account) == before:
        publisher.step(life.held(publisher.name))
    keep_books(life)
    cap(life, election_id, spent(life, election_id))
    life.run(publisher)
    assert spent(life, election_id) == before - balance(life, account)
    assert life.row(election_id).state == ElectionState.PUBLISHING

    def call_off(session: Session) -> None:
        session.get_one(Election, election_id).cancelling = True

    life.scene.runtime.database.transact(call_off)
    life.run(publisher)
    keep_books(life)
    assert life.row(election_id).state == ElectionState.CANCELLED
    assert spent(life, election_id) == before - balance(life, account)


def test_what_another_transaction_took_the_place_of_cost_nothing(
    life: Life, account: SendingAccount
) -> None:
    election_id, controls = life.draft(), life.scene.controls
    life.request(election_id)
    controls.set_automine(False)
    publisher = life.publisher(account)
    while _under_way(life, election_id) == 0:
        publisher.step(life.held(publisher.name))
    controls.drop_all()
    node = life.scene.node
    stranger = Sender(node.rpc, node.accounts[2], node.chain_id, pace=Pace(poll=0.01))
    stranger.send(TransactionRequest(node.accounts[0].address, value=1, gas=21_000))
    controls.set_automine(True)
    controls.mine()
    keep_books(life)
    assert _under_way(life, election_id) == 1
    controls.mine(FINALITY)
    keep_books(life)
    assert (_under_way(life, election_id), spent(life, election_id)) == (0, 0)


def _under_way(life: Life, election_id: str) -> int:
    """How many outlays of an election are not known to be mined."""
    rows = select(Outlay).where(Outlay.election_id == election_id, Outlay.fee_paid.is_(None))
    with life.scene.runtime.database.read() as session:
        return len(session.scalars(rows).all())
