import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanpyo.protocol.agenda import POINT_METHODS, Item, Method
from hanpyo.protocol.choices import (
    Blank,
    ChoicesError,
    Fault,
    Invalid,
    Selection,
    Valid,
    decode,
    encode,
    encode_unchecked,
    increments,
)
from hanpyo.protocol.manifest import ClassRow, Manifest
from hanpyo.protocol.manifest import decode as decode_manifest
from tests.strategies import example_manifest, heavy, manifests, selections, wild_choices

VECTORS = json.loads(
    (Path(__file__).parents[2] / "vectors" / "choices.json").read_text(encoding="utf-8")
)
EXAMPLE = example_manifest()


def agenda(*items: Item, barred: tuple[tuple[int, int], ...] = ()) -> Manifest:
    return example_manifest(items=items, classes=(ClassRow(0), ClassRow(1, barred)))


@pytest.mark.parametrize("vector", VECTORS["agendas"], ids=lambda vector: vector["name"])
def test_verdicts_and_cells_are_those_of_the_vectors(vector: dict[str, Any]) -> None:
    manifest = decode_manifest(bytes.fromhex(vector["manifest"][2:]))
    for case in vector["cases"]:
        verdicts = decode(manifest, bytes.fromhex(case["choices"][2:]), case["class"])
        names = [type(verdict).__name__.lower() for verdict in verdicts]
        assert names == [each["verdict"] for each in case["verdicts"]]
        assert [list(pair) for pair in increments(manifest, verdicts)] == case["cells"]


@heavy
@given(st.data())
def test_what_a_voter_means_is_what_is_read(data: st.DataObject) -> None:
    manifest = data.draw(manifests())
    meant = [data.draw(selections(item)) for item in manifest.items]
    verdicts = decode(manifest, encode_unchecked(manifest.items, meant), 0)
    for item, selection, verdict in zip(manifest.items, meant, verdicts, strict=True):
        if isinstance(verdict, Valid):
            assert verdict.marks == marks_of(item, selection)
        elif isinstance(verdict, Blank):
            assert not selection


def marks_of(item: Item, selection: Selection) -> tuple[tuple[int, int], ...]:
    if isinstance(selection, dict):
        return tuple(sorted(selection.items()))
    options = list(selection) if item.method is Method.RANKING else sorted(selection)
    return tuple((option, 1) for option in options)


@heavy
@given(st.data())
def test_any_bytes_give_one_verdict_an_item_and_stay_inside_its_cells(data: st.DataObject) -> None:
    manifest = data.draw(manifests())
    padded = data.draw(wild_choices(manifest))
    verdicts = decode(manifest, padded, data.draw(st.integers(0, len(manifest.classes) - 1)))
    assert len(verdicts) == len(manifest.items)
    cells = increments(manifest, verdicts)
    assert len({cell for cell, _ in cells}) == len(cells)
    for number, (item, verdict) in enumerate(zip(manifest.items, verdicts, strict=True)):
        inside = range(manifest.cell_bases[number], manifest.cell_bases[number + 1])
        own = [(cell - inside.start, amount) for cell, amount in cells if cell in inside]
        match verdict:
            case Blank():
                assert own == [(0, 1)]
            case Invalid():
                assert own == [(item.options + 1, 1)]
            case Valid(marks):
                assert own == list(marks)
                assert item.minimum <= len(marks) <= item.maximum
                assert all(1 <= points <= item.points for _, points in marks)


@heavy
@given(st.data())
def test_only_canonical_bytes_are_valid(data: st.DataObject) -> None:
    manifest = data.draw(manifests())
    padded = data.draw(wild_choices(manifest))
    verdicts = decode(manifest, padded, 0)
    if any(isinstance(verdict, Invalid) for verdict in verdicts):
        return
    again: list[Selection] = []
    for item, verdict in zip(manifest.items, verdicts, strict=True):
        marks = verdict.marks if isinstance(verdict, Valid) else ()
        again.append(dict(marks) if item.method in POINT_METHODS else [o for o, _ in marks])
    assert encode(manifest, again, 0) == padded


@pytest.mark.parametrize(
    ("item", "field", "fault"),
    [
        (Item(Method.CHOOSE_ONE, 3), "04", Fault.UNKNOWN_OPTION),
        (Item(Method.CHOOSE_ONE, 256), "0101", Fault.UNKNOWN_OPTION),
        (Item(Method.APPROVAL, 3, 1, 3), "08", Fault.UNKNOWN_OPTION),
        (Item(Method.APPROVAL, 3, 1, 2), "07", Fault.TOO_MANY),
        (Item(Method.APPROVAL, 3, 2, 3), "04", Fault.TOO_FEW),
        (Item(Method.CHOOSE_UP_TO, 40, 1, 3), "010029", Fault.GAP),
        (Item(Method.CHOOSE_UP_TO, 40, 1, 3), "000102", Fault.GAP),
        (Item(Method.CHOOSE_UP_TO, 40, 1, 3), "012900", Fault.UNKNOWN_OPTION),
        (Item(Method.CHOOSE_UP_TO, 40, 1, 3), "020100", Fault.ORDER),
        (Item(Method.CHOOSE_UP_TO, 40, 1, 3), "020200", Fault.REPEATED),
        (Item(Method.CHOOSE_UP_TO, 40, 2, 3), "020000", Fault.TOO_FEW),
        (Item(Method.SCORE, 3, 1, 3, points=5), "000600", Fault.POINTS),
        (Item(Method.SCORE, 3, 1, 1, points=5), "010001", Fault.TOO_MANY),
        (Item(Method.SCORE, 2, 1, 1, points=256), "00000101", Fault.POINTS),
        (Item(Method.CUMULATIVE, 3, 1, 3, points=5, sum_limit=7), "050003", Fault.SUM),
        (Item(Method.RANKING, 3, 1, 3), "010100", Fault.REPEATED),
        (Item(Method.RANKING, 3, 1, 3), "010002", Fault.GAP),
        (Item(Method.RANKING, 3, 2, 3), "010000", Fault.TOO_FEW),
        (
            Item(Method.APPROVAL, 3, 1, 3, cost_cap=9, costs=(5, 5, 4)),
            "03",
            Fault.COST,
        ),
        (Item(Method.APPROVAL, 3, 1, 3, option_groups=(1, 1, 2)), "05", Fault.MIXED_GROUPS),
        (Item(Method.CHOOSE_ONE, 3, eligible=frozenset({1})), "01", Fault.NOT_ELIGIBLE),
    ],
)
def test_a_field_that_breaks_a_rule_is_invalid(item: Item, field: str, fault: Fault) -> None:
    assert decode(agenda(item), bytes.fromhex(field), 0) == (Invalid(fault),)


@pytest.mark.parametrize(
    ("item", "field", "marks"),
    [
        (Item(Method.CHOOSE_ONE, 3), "03", ((3, 1),)),
        (Item(Method.CHOOSE_ONE, 256), "0100", ((256, 1),)),
        (Item(Method.APPROVAL, 9, 1, 9), "0101", ((1, 1), (9, 1))),
        (Item(Method.CHOOSE_UP_TO, 40, 1, 3), "012800", ((1, 1), (40, 1))),
        (Item(Method.SCORE, 3, 1, 3, points=5), "000500", ((2, 5),)),
        (Item(Method.SCORE, 2, 1, 1, points=256), "00000100", ((2, 256),)),
        (Item(Method.CUMULATIVE, 3, 1, 3, points=5, sum_limit=8), "050003", ((1, 5), (3, 3))),
        (Item(Method.RANKING, 3, 1, 3), "030100", ((3, 1), (1, 1))),
        (Item(Method.APPROVAL, 3, 1, 3, cost_cap=10, costs=(5, 5, 4)), "03", ((1, 1), (2, 1))),
        (Item(Method.APPROVAL, 3, 1, 3, costs=(5, 5, 4)), "07", ((1, 1), (2, 1), (3, 1))),
        (Item(Method.APPROVAL, 3, 1, 3, option_groups=(1, 1, 2)), "03", ((1, 1), (2, 1))),
    ],
)
def test_a_field_within_the_rules_is_valid(
    item: Item, field: str, marks: tuple[tuple[int, int], ...]
) -> None:
    assert decode(agenda(item), bytes.fromhex(field), 0) == (Valid(marks),)


def test_a_class_may_not_choose_what_is_barred_to_it() -> None:
    manifest = agenda(Item(Method.CHOOSE_ONE, 3), Item(Method.CHOOSE_ONE, 3), barred=((1, 2),))
    assert decode(manifest, b"\x02\x02", 0) == (Valid(((2, 1),)), Valid(((2, 1),)))
    assert decode(manifest, b"\x02\x02", 1) == (Valid(((2, 1),)), Invalid(Fault.BARRED))


def test_a_group_that_is_not_eligible_stays_blank() -> None:
    manifest = agenda(Item(Method.CHOOSE_ONE, 3, eligible=frozenset({1})))
    assert decode(manifest, b"\x00", 0) == (Blank(),)
    assert decode(manifest, b"\x01", 1) == (Valid(((1, 1),)),)


@pytest.mark.parametrize(
    ("item", "selection", "message"),
    [
        (Item(Method.CHOOSE_ONE, 3), [4], "item 0: there is no option 4"),
        (Item(Method.CHOOSE_ONE, 3), [1, 2], "2 options chosen, 1 allowed"),
        (Item(Method.CHOOSE_ONE, 3), {1: 1}, "without points"),
        (Item(Method.RANKING, 3, 1, 3), [1, 1], "an option is named twice"),
        (Item(Method.APPROVAL, 3, 2, 3), [1], "fewer options than the minimum"),
        (Item(Method.SCORE, 3, 1, 3, points=5), [1], "points by option number are needed"),
        (Item(Method.SCORE, 3, 1, 3, points=5), {4: 1}, "there is no option 4"),
        (Item(Method.SCORE, 3, 1, 3, points=5), {1: 6}, "6 points for option 1, 5 allowed"),
        (Item(Method.SCORE, 3, 1, 3, points=5), {1: -1}, "-1 points for option 1"),
    ],
)
def test_choices_that_break_a_rule_are_not_encoded(
    item: Item, selection: Selection, message: str
) -> None:
    with pytest.raises(ChoicesError, match=message):
        encode(agenda(item), [selection], 0)


def test_every_item_needs_a_selection() -> None:
    with pytest.raises(ChoicesError, match="1 selections for 6 items"):
        encode(EXAMPLE, [[1]], 0)


def test_choices_of_the_wrong_length_are_refused() -> None:
    with pytest.raises(ChoicesError, match="1 bytes instead of 23"):
        decode(EXAMPLE, b"\x00", 0)


@pytest.mark.parametrize("class_", [-1, 3])
def test_an_unknown_class_is_refused(class_: int) -> None:
    with pytest.raises(ChoicesError, match="there is no class"):
        decode(EXAMPLE, bytes(EXAMPLE.choices_length), class_)
