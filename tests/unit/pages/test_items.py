"""What each option got: rows, their order, their shares, and the same by channel."""

from typing import Any

import orjson
import pytest
from flask import Flask
from flask_babel import Babel

from hanpyo.db.models import Progress
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.indexer.queries import Cell, Part
from hanpyo.indexer.selections import Selected, _is_quick
from hanpyo.indexer.situation import Situation
from hanpyo.protocol.agenda import Decision, Item, Method, Rule, Share, Unit
from hanpyo.protocol.domain import Domain
from hanpyo.protocol.manifest import ClassRow, Group, Manifest, RollSummary
from hanpyo.protocol.phases import Phase
from hanpyo.protocol.types import Address, Channel, Digest
from hanpyo.web.pages.observer.items import Shown, items_of
from hanpyo.web.pages.texts import PublishedText
from tests.strategies.examples import example_manifest

HALF = Share(1, 2, strict=True)
ITEMS = (
    Item(
        Method.CHOOSE_ONE,
        2,
        rule=Rule(Decision.THRESHOLD, Unit.BOTH, quorum=HALF, presence=HALF, approval=HALF),
        eligible=frozenset({0}),
    ),
    Item(Method.SCORE, 4, maximum=4, points=9),
    Item(Method.APPROVAL, 20, maximum=20),
)
MANIFEST: Manifest = example_manifest(
    items=ITEMS,
    groups=(Group(6, 12), Group(4, 4)),
    classes=(ClassRow(0), ClassRow(1)),
    roll=RollSummary(10, 16, 3, Digest(b"\1" * 32), Digest(b"\2" * 32)),
)
ONLINE, PERSON = int(Channel.ONLINE), int(Channel.IN_PERSON)
PARTS = [Part(ONLINE, 0, 3, 6), Part(PERSON, 0, 2, 4), Part(ONLINE, 1, 4, 4)]
CELLS = [
    Cell(0, 1, ONLINE, 0, 2, 4),
    Cell(0, 1, PERSON, 0, 1, 2),
    Cell(0, 2, ONLINE, 0, 1, 2),
    Cell(0, 0, PERSON, 0, 1, 2),
    Cell(0, 3, ONLINE, 1, 4, 4),
    Cell(1, 3, ONLINE, 0, 20, 40),
    Cell(1, 1, ONLINE, 0, 10, 20),
    *(Cell(2, option, ONLINE, 0, option % 4, option % 4) for option in range(1, 21)),
]


@pytest.fixture(scope="module")
def text() -> PublishedText:
    told: dict[str, Any] = {
        "items": [{"options": [f"{n}" for n in range(1, item.options + 1)]} for item in ITEMS]
    }
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context():
        return PublishedText.of(told, MANIFEST, "총회")


def shown(text: PublishedText, selections: dict[int, Selected] | None = None) -> list[Shown]:
    election = PublishedElection(
        "e",
        "o",
        "총회",
        orjson.dumps({}).decode(),
        MANIFEST,
        Domain(1, Address(bytes(20)), Digest(bytes(32))),
        b"",
    )
    found = Situation(
        election, Phase.VOTING, 1, bytes(32), 1, 0, stale=False, halted=False, progress=Progress()
    )
    return list(
        items_of(found, text, parts=PARTS, cells=CELLS, results=None, selections=selections or {})
    )


def test_only_groups_that_vote_on_an_item_count_for_it(text: PublishedText) -> None:
    first = shown(text)[0]
    assert (first.figures.eligible, first.figures.present) == ((6, 12), (5, 10))
    assert first.figures.direct == (2, 4)
    assert first.rows is not None
    assert [(row.title, row.aside, row.heads) for row in first.rows] == [
        ("1", "", 3),
        ("2", "", 1),
        ("", "blank", 1),
    ]
    assert [(each.asked, each.plane, each.part, each.whole) for each in first.conditions] == [
        ("quorum", 0, 5, 6),
        ("quorum", 1, 10, 12),
        ("presence", 0, 2, 6),
        ("presence", 1, 4, 12),
        ("approval", 0, 3, 5),
        ("approval", 1, 6, 10),
    ]
    assert first.channels == {ONLINE: [0, 2, 1, 0], PERSON: [1, 1, 0, 0]}


def test_points_have_no_share_of_the_voters_and_fill_by_the_best(text: PublishedText) -> None:
    second = shown(text)[1]
    assert second.rows is not None
    assert [(row.title, row.width, row.of) for row in second.rows] == [
        ("3", 100.0, 0),
        ("1", 50.0, 0),
        ("2", 0.0, 0),
        ("4", 0.0, 0),
    ]


def test_a_long_list_is_cut_and_the_selected_stand_first(text: PublishedText) -> None:
    chosen = Selected("greedy-skip threshold=0", (20, 7), 100, tuple(range(1, 21)))
    third = shown(text, {2: chosen})[2]
    assert third.rows is not None
    assert [row.rank for row in third.rows[:3]] == [1, 2, None]
    assert [row.title for row in third.rows[:3]] == ["20", "7", "3"]
    assert len(third.rows) == 12
    assert {row.place for row in (*third.rows, *third.more)} == set(range(1, 21))
    assert chosen.spent == 27


@pytest.mark.parametrize(
    ("method", "item", "ballots", "quick"),
    [
        ("greedy-skip threshold=0", Item(Method.APPROVAL, 100, maximum=9), 20_000, True),
        ("greedy-skip threshold=0", Item(Method.APPROVAL, 100, maximum=9), 20_001, False),
        ("equal-shares completion=add1", Item(Method.APPROVAL, 100, maximum=9), 2_000, True),
        ("equal-shares completion=add1", Item(Method.APPROVAL, 100, maximum=9), 2_001, False),
        ("borda seats=1", Item(Method.RANKING, 150, maximum=9), 100, True),
        ("borda seats=1", Item(Method.RANKING, 151, maximum=9), 100, False),
        ("<script>", Item(Method.RANKING, 3, maximum=3), 10**6, False),
    ],
)
def test_what_takes_long_is_left_to_the_auditor(
    method: str, item: Item, ballots: int, quick: bool
) -> None:
    assert _is_quick(item, method, ballots) is quick
