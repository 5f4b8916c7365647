"""Working ahead: in order, one item further, and nothing left running."""

from collections.abc import Iterator
from contextlib import closing
from threading import Event

import pytest

from hanpyo.ahead import ahead

_SECONDS = 10.0


def test_the_next_item_is_made_while_the_last_is_used() -> None:
    asked = [Event() for _ in range(3)]

    def source() -> Iterator[int]:
        for number, event in enumerate(asked):
            event.set()
            yield number

    used = []
    for number in ahead(source()):
        used.append(number)
        assert all(event.wait(_SECONDS) for event in asked[: number + 2])
    assert used == [0, 1, 2]


def test_what_the_source_raises_comes_in_its_turn() -> None:
    def source() -> Iterator[int]:
        yield 1
        raise ValueError("the second")

    items = ahead(source())
    assert next(items) == 1
    with pytest.raises(ValueError, match="the second"):
        next(items)


def test_closing_waits_for_the_item_that_is_being_made() -> None:
    begun, made = Event(), []

    def source() -> Iterator[int]:
        yield 1
        begun.set()
        Event().wait(0.05)
        made.append(2)
        yield 2

    with closing(ahead(source())) as items:
        assert next(items) == 1
        assert begun.wait(_SECONDS)
    assert made == [2]
