"""A tie is settled by a stated order, and the order is a permutation."""

import pytest

from hanpyo.counting.errors import RuleError
from hanpyo.counting.ties import TieBreak, tie_break_over


def test_the_agenda_order_favours_the_lower_number() -> None:
    order = TieBreak.by_number(4)
    assert (order.favoured({3, 1, 2}), order.least_favoured({3, 1, 2})) == (1, 3)


def test_a_stated_order_is_followed() -> None:
    order = TieBreak((2, 0, 3, 1))
    assert (order.favoured({0, 1, 2}), order.least_favoured({0, 1, 2})) == (2, 1)
    assert order.ranks() == (1, 3, 0, 2)


@pytest.mark.parametrize("order", [(0, 0), (1, 2), (0, 1, 3), (-1, 0)])
def test_an_order_that_is_no_permutation_is_refused(order: tuple[int, ...]) -> None:
    with pytest.raises(RuleError, match="exactly once"):
        TieBreak(order)


def test_an_order_over_other_options_is_refused() -> None:
    with pytest.raises(RuleError, match="covers 2 options, not 3"):
        tie_break_over(3, TieBreak((1, 0)))


def test_without_an_order_the_agenda_decides() -> None:
    assert tie_break_over(3, None) == TieBreak((0, 1, 2))
