"""The read model against the reference model: undone exactly, rebuilt to the same rows."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from hanpyo.chain.decoding import BadEvent
from hanpyo.chain.errors import LogsInconsistent
from hanpyo.chain.receipts import Log
from hanpyo.db.database import Database
from hanpyo.db.models import Act, Election, Organisation, Progress, TallyCell, TurnoutCell
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.indexer.index import TABLES, ElectionIndex
from hanpyo.indexer.queries import live_act
from hanpyo.indexer.told import Told
from hanpyo.protocol.agenda import Item, Method
from hanpyo.protocol.choices import decode, increments
from hanpyo.protocol.manifest import ClassRow, Manifest
from hanpyo.protocol.messages import Ballot, digest
from hanpyo.protocol.record import RecordRefusal
from hanpyo.protocol.types import FINAL_EPOCH, Channel, DeskKind, Secrecy
from tests.service.databases import KINDS, ready_database
from tests.strategies import example_manifest
from tests.unit.indexer.ledger import DOMAIN, Ledger

ITEMS = (Item(Method.CHOOSE_ONE, 3), Item(Method.SCORE, 2, 1, 2, points=4))
CLASSES = (ClassRow(0), ClassRow(1, ((0, 2),)))
MANIFESTS = {
    "open": example_manifest(secrecy=Secrecy.OPEN, items=ITEMS, classes=CLASSES),
    "sealed": example_manifest(items=ITEMS, classes=CLASSES),
}
BARRIER, OPENING = 3_000, 4_000
VOTERS = st.integers(0, 6)
CHOICES = st.sampled_from([b"\1\0\0", b"\2\0\0", b"\3\1\4", b"\0\0\0", b"\4\0\0", b"\1\5\0"])
ACTS = st.fixed_dictionaries(
    {
        "voter": VOTERS,
        "choices": CHOICES,
        "ahead": st.sampled_from([0, 0, 0, 1]),
        "revision": st.integers(0, 3),
        "kind": st.sampled_from([1, 1, 1, 2]),
        "weight": st.integers(1, 5),
        "class_": st.integers(0, 1),
    }
)
DESK = st.sampled_from(
    [
        (DeskKind.NAMED, Channel.PAPER),
        (DeskKind.NAMED, Channel.PROXY),
        (DeskKind.IN_PERSON, Channel.IN_PERSON),
    ]
)
VOTING_STEPS = st.one_of(
    st.tuples(st.just("cast"), st.lists(ACTS, min_size=1, max_size=5)),
    st.tuples(st.just("cast"), st.lists(ACTS, min_size=1, max_size=5)),
    st.tuples(st.just("desk"), VOTERS, DESK, CHOICES),
    st.tuples(st.just("check in"), VOTERS),
    st.tuples(st.just("rebind"), VOTERS),
    st.tuples(st.just("reorganise"), st.integers(1, 12)),
)
COUNTING_STEPS = st.one_of(
    st.tuples(st.just("settle"), VOTERS),
    st.tuples(st.just("release")),
    st.tuples(st.just("open"), VOTERS, CHOICES),
    st.tuples(st.just("open"), VOTERS, CHOICES),
    st.tuples(st.just("void"), VOTERS),
    st.tuples(st.just("reorganise"), st.integers(1, 12)),
)


@pytest.fixture(params=KINDS, scope="module")
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    with ready_database(request.param, tmp_path_factory.mktemp("index")) as url:
        found = Database(url)
        yield found
        found.close()


def publish(database: Database, manifest: Manifest) -> ElectionIndex:
    def work(session: Session) -> str:
        organisation = Organisation(name="한표", created_at=0)
        session.add(organisation)
        session.flush()
        election = Election(
            organisation_id=organisation.id,
            title="시험",
            definition="{}",
            identity="L2",
            methods="mail",
            created_at=0,
            changed_at=0,
        )
        session.add(election)
        session.flush()
        session.add(Progress(election_id=election.id))
        return election.id

    identifier = database.transact(work)
    return ElectionIndex(PublishedElection(identifier, "", "시험", "", manifest, DOMAIN, b""))


def told(index: ElectionIndex, ledger: Ledger, logs: Sequence[Log]) -> Told:
    """These logs of the ledger, as the chain's reader hands them on."""
    return Told.of(index.election, logs, ledger.times)


def rows(database: Database, index: ElectionIndex) -> dict[str, list[Any]]:
    """Every row of the election, whole."""
    with database.read() as session:
        found: dict[str, list[Any]] = {}
        for model in TABLES:
            table = cast("Table", model.__table__)
            query = select(*table.columns).where(table.c.election_id == index.election.id)
            found[table.name] = sorted(tuple(map(repr, row)) for row in session.execute(query))
        return found


def rebuild(database: Database, index: ElectionIndex, ledger: Ledger) -> None:
    def work(session: Session) -> None:
        index.clear(session)
        session.add(Progress(election_id=index.election.id))
        session.flush()
        index.apply(session, told(index, ledger, ledger.logs))

    database.transact(work)


def take(ledger: Ledger, step: tuple[Any, ...]) -> None:
    """One step of the model; what the contract would revert changes nothing."""
    name, *given_ = step
    steps: dict[str, Callable[..., None]] = {
        "cast": lambda acts: ledger.cast([_offer(ledger, **act) for act in acts]),
        "desk": lambda voter, desk, choices: ledger.cast([_desk(ledger, voter, desk, choices)]),
        "check in": lambda voter: ledger.cast([ledger.act(voter, b"", desk=DeskKind.CHECK_IN)]),
        "rebind": ledger.rebind,
        "settle": ledger.settle,
        "release": ledger.release,
        "open": ledger.open,
        "void": ledger.void,
    }
    try:
        steps[name](*given_)
    except RecordRefusal:
        return


def _offer(ledger: Ledger, *, voter: int, choices: bytes, ahead: int, **terms: int) -> Any:
    epoch = ledger.record.slot(voter).minimum_epoch + ahead
    return ledger.act(voter, choices, epoch=epoch, **terms)


def _desk(ledger: Ledger, voter: int, desk: tuple[int, int], choices: bytes) -> Any:
    kind, channel = desk
    ahead = ledger.record.slot(voter).minimum_epoch + 1
    epoch = FINAL_EPOCH if kind == DeskKind.IN_PERSON else ahead
    return ledger.act(voter, choices, desk=kind, epoch=epoch, channel=channel)


def run(database: Database, index: ElectionIndex, ledger: Ledger, steps: list[Any]) -> None:
    """Take the steps, a block each, and let the index follow."""
    for step in steps:
        if step[0] == "reorganise":
            database.transact(partial(index.undo, block=ledger.reorganise(step[1])))
            continue
        take(ledger, step)
        ledger.mine()
        newest = partial(index.apply, told=told(index, ledger, ledger.blocks[-1]))
        database.transact(newest)


def expected(ledger: Ledger) -> tuple[Counter[Any], Counter[Any]]:
    """Turnout and tally as the reference model has them: weight by key."""
    manifest, record = ledger.manifest, ledger.record
    turnout: Counter[Any] = Counter()
    cells: Counter[Any] = Counter()
    for voter in {*record.firsts, *record.acts}:
        act = record.live_act(voter)
        if act is None:
            continue
        terms = act.terms
        group = manifest.classes[terms.class_].group
        turnout[terms.channel, group] += terms.weight
        choices = act.choices if act.choices is not None else record.opened.get(voter)
        marks: list[tuple[int, int]] = []
        if voter in record.voided:
            bases = zip(manifest.cell_bases, manifest.items, strict=False)
            marks = [(base + item.options + 1, 1) for base, item in bases]
        elif choices is not None:
            marks = increments(manifest, decode(manifest, choices, terms.class_))
        for cell, amount in marks:
            cells[cell, manifest.stratum(terms.channel, terms.class_)] += amount * terms.weight
    return turnout, cells


def shown(database: Database, index: ElectionIndex) -> tuple[Counter[Any], Counter[Any]]:
    bases = index.election.manifest.cell_bases
    with database.read() as session:
        turnout = {
            (row.channel, row.group): row.weight
            for row in session.scalars(
                select(TurnoutCell).where(TurnoutCell.election_id == index.election.id)
            )
        }
        cells = {
            (bases[row.item] + row.option, row.stratum): row.weight
            for row in session.scalars(
                select(TallyCell).where(TallyCell.election_id == index.election.id)
            )
        }
    return Counter(turnout), Counter(cells)


def live(database: Database, index: ElectionIndex) -> dict[int, tuple[int, int]]:
    """Epoch and revision of the act that counts, for each voter who has one."""
    with database.read() as session:
        election = index.election.id
        places = {voter: live_act(session, election, voter) for voter in range(7)}
        acts = {
            voter: session.get_one(Act, (election, *place))
            for voter, place in places.items()
            if place
        }
    return {voter: (act.epoch, act.revision) for voter, act in acts.items()}


def expected_live(ledger: Ledger) -> dict[int, tuple[int, int]]:
    acts = {voter: ledger.record.live_act(voter) for voter in range(7)}
    return {voter: (act.terms.epoch, act.terms.revision) for voter, act in acts.items() if act}


@pytest.mark.parametrize("secrecy", MANIFESTS)
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    voting=st.lists(VOTING_STEPS, min_size=3, max_size=14),
    counting=st.lists(COUNTING_STEPS, max_size=8),
)
def test_followed_rebuilt_and_reference_agree(
    database: Database, secrecy: str, voting: list[Any], counting: list[Any]
) -> None:
    index, ledger = publish(database, MANIFESTS[secrecy]), Ledger(MANIFESTS[secrecy])
    run(database, index, ledger, voting)
    assert shown(database, index) == expected(ledger)
    assert live(database, index) == expected_live(ledger)
    ledger.now = max(ledger.now, OPENING)
    run(database, index, ledger, counting)
    assert shown(database, index) == expected(ledger)
    followed = rows(database, index)
    rebuild(database, index, ledger)
    assert rows(database, index) == followed


def test_counts_follow_standings(database: Database) -> None:
    index, ledger = publish(database, MANIFESTS["sealed"]), Ledger(MANIFESTS["sealed"])
    one = {"voter": 1, "choices": b"\1\0\0", "ahead": 0, "weight": 2, "class_": 0, "kind": 1}
    run(
        database,
        index,
        ledger,
        [
            ("cast", [one | {"revision": 0}, one | {"voter": 2, "revision": 0}]),
            ("cast", [one | {"revision": 1}]),
            ("check in", 3),
        ],
    )
    ledger.now = OPENING
    run(
        database,
        index,
        ledger,
        [("settle", 1), ("release",), ("open", 1, b"\1\0\0"), ("open", 2, b"\1\0\0"), ("void", 2)],
    )
    with database.read() as session:
        found = session.get_one(Progress, index.election.id)
        assert (found.live, found.live_weight, found.touched, found.settled) == (2, 4, 1, 1)
        assert (found.opened, found.voided, found.checked_in, found.batches) == (1, 1, 1, 1)
        assert (found.secret, found.secrecy_lost) == ((7).to_bytes(32, "big"), False)


def test_an_acts_digest_is_what_the_voter_signed(database: Database) -> None:
    index, ledger = publish(database, MANIFESTS["sealed"]), Ledger(MANIFESTS["sealed"])
    one = {"voter": 1, "choices": b"\1\0\0", "ahead": 0, "weight": 2, "class_": 0, "kind": 1}
    run(database, index, ledger, [("cast", [one | {"revision": 0}])])
    act = ledger.record.firsts[1]
    with database.read() as session:
        row = session.scalars(select(Act).where(Act.election_id == index.election.id)).one()
    assert row.digest == digest(DOMAIN, Ballot(1, 0, 0, 1, act.content, act.escrow))


def test_a_voter_of_one_first_ballot_takes_no_row(database: Database) -> None:
    index, ledger = publish(database, MANIFESTS["open"]), Ledger(MANIFESTS["open"])
    one = {"voter": 1, "choices": b"\1\0\0", "ahead": 0, "weight": 2, "class_": 0, "kind": 1}
    first = ("cast", [one | {"revision": 0}, one | {"voter": 2, "revision": 0}])
    run(database, index, ledger, [first])
    assert rows(database, index)["voter_state"] == []
    assert live(database, index) == {1: (0, 0), 2: (0, 0)}
    run(database, index, ledger, [("cast", [one | {"revision": 1}])])
    assert len(rows(database, index)["voter_state"]) == 1
    run(database, index, ledger, [("reorganise", 1)])
    assert rows(database, index)["voter_state"] == []


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_a_batch_with_a_log_left_out_is_refused_whole(database: Database, missing: int) -> None:
    index, ledger = publish(database, MANIFESTS["open"]), Ledger(MANIFESTS["open"])
    ledger.cast([ledger.act(voter, b"\1\0\0") for voter in (1, 2)])
    ledger.mine()
    logs = [each for at, each in enumerate(ledger.logs) if at != missing]
    with pytest.raises(LogsInconsistent):
        database.transact(lambda session: index.apply(session, told(index, ledger, logs)))
    assert not rows(database, index)["act"]


def test_a_log_that_the_contract_never_emits_is_refused_whole(database: Database) -> None:
    index, ledger = publish(database, MANIFESTS["open"]), Ledger(MANIFESTS["open"])
    ledger.cast([ledger.act(1, b"\1\0\0")])
    ledger.mine()
    first, *rest = ledger.logs
    altered = first._replace(data=first.data[:-1] + b"\1")
    with pytest.raises(BadEvent):
        database.transact(
            lambda session: index.apply(session, told(index, ledger, [altered, *rest]))
        )
    assert not rows(database, index)["act"]


def test_undoing_nothing_changes_nothing(database: Database) -> None:
    index, ledger = publish(database, MANIFESTS["open"]), Ledger(MANIFESTS["open"])
    run(database, index, ledger, [("check in", 1)])
    before = rows(database, index)
    assert not database.transact(lambda session: index.undo(session, 1))
    assert rows(database, index) == before
