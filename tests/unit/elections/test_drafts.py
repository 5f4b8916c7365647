"""What a draft's content and terms may be; every refusal is one that Hanpyo understands."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanpyo.db.models import Election
from hanpyo.elections.checklist import checklist
from hanpyo.elections.definition import DefinitionError
from hanpyo.elections.drafts import (
    TEST_PREFIX,
    _read,
    definition_in,
    shown_title,
    terms_of,
)
from hanpyo.elections.templates import Law
from hanpyo.elections.terms import Terms
from hanpyo.errors import HanpyoError, Invalid
from tests.unit.elections.test_checklist import content, situation

JUNK: list[Any] = [
    *(None, True, 0, -1, 2**31, 2**64, 10**400, 1.5, "", "0x", "> 1/0", ">= 70000/70001"),
    *("x" * 1_001, [], {}, [[]], {"a": 1}, "9999-12-31T23:59:59-12:00", "2026-01-01", 65_536),
]


def whole() -> dict[str, Any]:
    rule = {"decision": "threshold", "quorum": "> 1/2", "approval": ">= 2/3"}
    spending = {"method": "greedy-skip threshold=0", "budget": 3, "costs": [1, 2]}
    options = [{"title": "가", "cost": 1, "group": 1}, {"title": "나", "cost": 2, "group": 2}]
    return content(
        groups=["a", "b"],
        classes=[{"name": "x", "group": "a", "barred": [[1, 1]]}, {"name": "y"}],
        items=[
            {"title": "결의", "options": ["찬성", "반대"], "rule": rule, "eligible": ["a"]},
            {"title": "예산", "options": options, "method": "approval", "counting": spending},
        ],
    )


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    pairs = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [path, *(found for name, each in pairs for found in places(each, (*path, name)))]


PLACES = [place for place in places(whole()) if place]


@given(st.sampled_from(PLACES), st.sampled_from(JUNK))
def test_anything_anywhere_is_read_or_refused(place: tuple[Any, ...], junk: object) -> None:
    altered = whole()
    inner: Any = altered
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = deepcopy(junk)
    try:
        _, definition = _read(altered)
    except HanpyoError:
        return
    checklist(situation(definition=definition, classes={0: 2, 1: 1}))


def test_texts_are_kept_in_their_normal_form() -> None:
    decomposed = whole() | {"title": " 정기  총회 "}
    kept, definition = _read(decomposed)
    assert definition.title == "정기 총회"
    election = Election(
        definition=kept, identity="L3", methods="oidc:kakao link", law="condominium"
    )
    assert definition_in(election) == definition
    assert terms_of(election) == Terms("L3", ("oidc:kakao", "link"), Law.CONDOMINIUM)


def test_what_is_nested_without_end_is_refused() -> None:
    deep: Any = []
    for _ in range(30):
        deep = [deep]
    with pytest.raises(DefinitionError, match="nested too deeply"):
        _read(whole() | {"items": deep})


def test_only_a_tests_title_says_that_it_is_one() -> None:
    assert shown_title("총회", test=True) == TEST_PREFIX + "총회"
    assert shown_title("총회", test=False) == "총회"
    for title in (
        TEST_PREFIX + "총회",
        "[시험 투표]총회",
        "[시험  투표] 총회",
        "［시험 투표］ 총회",
    ):
        with pytest.raises(DefinitionError, match="marks test elections"):
            _read(whole() | {"title": title})


@pytest.mark.parametrize(
    ("identity", "methods"),
    [
        ("L9", ("link",)),
        ("", ()),
        ("L2", ("link", "link")),
        ("L2", ("telepathy",)),
        ("L2", ("link mail",)),
        ("L3", ("oidc:" + "x" * 60,)),
        ("L3", ("oidc:a b",)),
    ],
)
def test_terms_that_cannot_be_are_refused(identity: str, methods: tuple[str, ...]) -> None:
    with pytest.raises(Invalid):
        Terms(identity, methods)
