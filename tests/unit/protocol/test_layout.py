import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanpyo.protocol.agenda import Item, Method
from hanpyo.protocol.layout import (
    LANE_WIDTHS,
    TallyLayout,
    cell_bases,
    choices_length,
    field_length,
    tally_layout,
    uses_bitmap,
    worst_opening_gas,
)


@pytest.mark.parametrize(
    ("item", "length"),
    [
        (Item(Method.CHOOSE_ONE, 255), 1),
        (Item(Method.CHOOSE_ONE, 256), 2),
        (Item(Method.APPROVAL, 8, 1, 8), 1),
        (Item(Method.APPROVAL, 9, 1, 9), 2),
        (Item(Method.CHOOSE_UP_TO, 24, 1, 3), 3),
        (Item(Method.CHOOSE_UP_TO, 25, 1, 3), 3),
        (Item(Method.CHOOSE_UP_TO, 300, 1, 3), 6),
        (Item(Method.SCORE, 7, 1, 7, points=255), 7),
        (Item(Method.SCORE, 7, 1, 7, points=256), 14),
        (Item(Method.CUMULATIVE, 7, 1, 7, points=9, sum_limit=20), 7),
        (Item(Method.RANKING, 255, 1, 3), 3),
        (Item(Method.RANKING, 256, 1, 3), 6),
    ],
)
def test_a_field_has_the_length_of_its_method(item: Item, length: int) -> None:
    assert field_length(item) == length


@pytest.mark.parametrize(("options", "bitmap"), [(23, True), (24, True), (25, False)])
def test_the_bitmap_wins_when_it_is_as_short_as_the_list(options: int, bitmap: bool) -> None:
    assert uses_bitmap(Item(Method.APPROVAL, options, 1, 3)) is bitmap


def test_fields_add_up() -> None:
    assert choices_length([Item(Method.CHOOSE_ONE, 3)] * 3 + [Item(Method.CHOOSE_ONE, 300)]) == 5


def test_an_item_has_a_blank_and_an_invalid_cell() -> None:
    assert cell_bases([Item(Method.CHOOSE_ONE, 3), Item(Method.CHOOSE_ONE, 2)]) == (0, 5, 9)


@pytest.mark.parametrize(
    ("largest", "points", "lane"),
    [
        (255, 1, 8),
        (256, 1, 16),
        (255, 2, 16),
        (65_535, 1, 16),
        (1 << 16, 1, 32),
        (1 << 32, 1, 64),
        ((1 << 64) - 1, 1, 64),
        ((1 << 64) - 1, 2, 128),
        ((1 << 64) - 1, 65_535, 128),
    ],
)
def test_a_lane_holds_everybody_at_the_largest_weight(largest: int, points: int, lane: int) -> None:
    items = [Item(Method.CHOOSE_ONE, 3), Item(Method.SCORE, 2, 1, 2, points=points)]
    assert tally_layout(items, 1, largest).lane == lane
    assert tally_layout(items, largest, 1).lane == lane


@pytest.mark.parametrize(("largest", "planes"), [(1, 1), (2, 2)])
def test_weights_have_a_plane_of_their_own(largest: int, planes: int) -> None:
    assert tally_layout([Item(Method.CHOOSE_ONE, 3)], 10, largest).planes == planes


@given(st.sampled_from(LANE_WIDTHS), st.integers(1, 100), st.data())
def test_cells_survive_packing(lane: int, count: int, data: st.DataObject) -> None:
    cells = data.draw(
        st.lists(st.integers(0, (1 << lane) - 1), min_size=count, max_size=count).map(tuple)
    )
    shape = TallyLayout(count, lane, 1)
    words = shape.pack(cells)
    assert len(words) == shape.words == -(-count // (256 // lane))
    assert all(word < 1 << 256 for word in words)
    assert shape.unpack(words) == cells


def test_cell_0_is_the_lowest() -> None:
    assert TallyLayout(3, 128, 1).pack([1, 2, 3]) == (2 << 128 | 1, 3)


@pytest.mark.parametrize("value", [-1, 256])
def test_a_cell_beyond_its_lane_is_refused(value: int) -> None:
    with pytest.raises(OverflowError, match="cell 1"):
        TallyLayout(2, 8, 1).pack([0, value])


def test_the_wrong_number_of_cells_or_words_is_refused() -> None:
    shape = TallyLayout(2, 8, 1)
    with pytest.raises(ValueError, match="3 cells instead of 2"):
        shape.pack([0, 0, 0])
    with pytest.raises(ValueError, match="0 words instead of 1"):
        shape.unpack([])


def test_the_worst_opening_follows_the_stated_formula() -> None:
    items = [Item(Method.CHOOSE_ONE, 3), Item(Method.APPROVAL, 40, 1, 5)]
    shape = tally_layout(items, 1000, 7)
    assert (shape.words, shape.planes) == (3, 2)
    expected = 60_000 + 250 * 6 + 400 * 2 + 120 * 43 + 22_200 * 2 * 3
    assert worst_opening_gas(items, shape) == expected
