from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanpyo.protocol.agenda import (
    AgendaError,
    Decision,
    Item,
    Method,
    Rule,
    Share,
    decode_item,
    encode_item,
)
from hanpyo.protocol.reading import Reader
from tests.strategies import items

GROUPS = 9


@given(items(GROUPS))
def test_an_item_survives_encoding(item: Item) -> None:
    reader = Reader(encode_item(item, GROUPS), AgendaError)
    assert decode_item(reader, GROUPS) == item
    reader.finish()


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("options", {"method": Method.APPROVAL, "options": 1}),
        ("options", {"method": Method.APPROVAL, "options": 1025}),
        ("minimum", {"method": Method.APPROVAL, "options": 3, "minimum": 0}),
        ("maximum", {"method": Method.APPROVAL, "options": 3, "minimum": 3, "maximum": 2}),
        ("maximum", {"method": Method.APPROVAL, "options": 3, "maximum": 4}),
        ("maximum", {"method": Method.CHOOSE_ONE, "options": 3, "maximum": 2}),
        ("points", {"method": Method.SCORE, "options": 3, "points": 0}),
        ("points", {"method": Method.SCORE, "options": 3, "points": 65536}),
        ("points", {"method": Method.RANKING, "options": 3, "points": 2}),
        ("sum", {"method": Method.SCORE, "options": 3, "sum_limit": 1}),
        ("sum", {"method": Method.CUMULATIVE, "options": 3, "sum_limit": 0}),
        ("sum", {"method": Method.CUMULATIVE, "options": 3, "sum_limit": 1 << 32}),
        ("cost cap", {"method": Method.APPROVAL, "options": 2, "cost_cap": 1}),
        ("cost cap", {"method": Method.APPROVAL, "options": 2, "cost_cap": -1}),
        ("costs", {"method": Method.APPROVAL, "options": 2, "costs": (1,)}),
        ("costs", {"method": Method.APPROVAL, "options": 2, "costs": (1, 1 << 64)}),
        ("option groups", {"method": Method.APPROVAL, "options": 2, "option_groups": (1, 2, 3)}),
        ("option groups", {"method": Method.APPROVAL, "options": 2, "option_groups": (1, 65536)}),
        ("eligible groups", {"method": Method.APPROVAL, "options": 2, "eligible": frozenset()}),
        (
            "decision",
            {
                "method": Method.RANKING,
                "options": 2,
                "rule": Rule(Decision.THRESHOLD, approval=Share(1, 2, strict=True)),
            },
        ),
    ],
)
def test_limits_that_make_no_sense_are_refused(field: str, fields: dict[str, Any]) -> None:
    with pytest.raises(AgendaError) as caught:
        Item(**fields)
    assert caught.value.field == field


@pytest.mark.parametrize(("numerator", "denominator"), [(1, 0), (3, 2), (-1, 2), (1, 65536)])
def test_a_share_lies_between_0_and_1(numerator: int, denominator: int) -> None:
    with pytest.raises(AgendaError, match="share"):
        Share(numerator, denominator, strict=False)


def test_a_threshold_needs_its_fraction() -> None:
    with pytest.raises(AgendaError, match="the fraction to reach"):
        Rule(Decision.THRESHOLD)


def test_an_eligible_group_must_exist() -> None:
    item = Item(Method.CHOOSE_ONE, 2, eligible=frozenset({GROUPS}))
    with pytest.raises(AgendaError, match="there is no group 9"):
        encode_item(item, GROUPS)


PLAIN = encode_item(Item(Method.CHOOSE_ONE, 2), GROUPS)
WITH_GROUPS = encode_item(Item(Method.CHOOSE_ONE, 2, eligible=frozenset({8})), GROUPS)


@pytest.mark.parametrize(
    ("data", "offset", "value", "message"),
    [
        (PLAIN, 0, 0, "method"),
        (PLAIN, 0, 7, "method"),
        (PLAIN, 1, 8, "item flags"),
        (PLAIN, 22, 2, "decision"),
        (PLAIN, 23, 0, "unit"),
        (PLAIN, 24, 3, "base"),
        (PLAIN, 25, 8, "strict"),
        (PLAIN, 25, 1, "quorum: set although its denominator is 0"),
        (PLAIN, 31, 1, "direct presence: set although its denominator is 0"),
        (WITH_GROUPS, 39, 2, "a bit beyond the last group"),
        (WITH_GROUPS, 39, 0, "at least one group"),
    ],
)
def test_unknown_bytes_are_refused(data: bytes, offset: int, value: int, message: str) -> None:
    changed = data[:offset] + bytes((value,)) + data[offset + 1 :]
    with pytest.raises(AgendaError, match=message):
        decode_item(Reader(changed, AgendaError), GROUPS)


def test_too_many_options_are_refused_before_their_lists_are_read() -> None:
    data = PLAIN[:1] + b"\x04\xff\xff" + PLAIN[4:]
    with pytest.raises(AgendaError, match="65535 is not 2 … 1024"):
        decode_item(Reader(data, AgendaError), GROUPS)


@given(items(GROUPS), st.data())
def test_a_cut_item_is_refused(item: Item, data: st.DataObject) -> None:
    whole = encode_item(item, GROUPS)
    cut = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(AgendaError, match="truncated"):
        decode_item(Reader(whole[:cut], AgendaError), GROUPS)
