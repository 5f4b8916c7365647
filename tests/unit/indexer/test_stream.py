"""Streams: whole states with block numbers, signs of life, an end, and a bound on how many."""

from collections.abc import Iterator

import pytest

from hanpyo.indexer.stream import Message, Rhythm, Seats, TooManyStreams, messages

RHYTHM = Rhythm(poll=1, heartbeat=4, longest=10)


def state(block: int, tag: str = "") -> Message:
    return Message(block, tag or str(block), (("turnout", b'{"a":1}'), ("tally", b"{}")))


def stream(states: dict[int, Message], seen: int | None = None) -> list[bytes]:
    """What a client hears; `states` are by the second in which they begin."""
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    def look(tag: str | None) -> Message | None:
        newest = states[max(at for at in states if at <= now[0])]
        return None if newest.tag == tag else newest

    found = messages(look, seen, RHYTHM, monotonic=lambda: now[0], sleep=sleep)
    return list(found)


def ids(heard: list[bytes]) -> Iterator[bytes]:
    return (part for each in heard for part in each.splitlines() if part.startswith(b"id: "))


def test_a_state_is_whole_and_carries_its_block() -> None:
    assert state(5).encode() == (
        b'id: 5\nevent: turnout\ndata: {"a":1}\n\nid: 5\nevent: tally\ndata: {}\n\n'
    )


def test_each_state_is_sent_once() -> None:
    assert list(ids(stream({0: state(5), 3: state(6)}))) == [b"id: 5"] * 2 + [b"id: 6"] * 2


def test_whoever_saw_the_newest_hears_the_next_one() -> None:
    assert list(ids(stream({0: state(5), 3: state(6)}, seen=5))) == [b"id: 6"] * 2


@pytest.mark.parametrize("seen", [None, 4, 9])
def test_whoever_saw_another_hears_the_newest(seen: int | None) -> None:
    assert list(ids(stream({0: state(5)}, seen=seen))) == [b"id: 5"] * 2


def test_another_block_of_the_same_number_is_news() -> None:
    assert len(list(ids(stream({0: state(5), 3: state(5, "other")})))) == 4


def test_silence_is_broken_by_signs_of_life_until_the_end() -> None:
    heard = stream({0: state(5)})
    assert heard[0] == b"retry: 500\n\n"
    assert heard.count(b": alive\n\n") == 2


def test_seats_are_bounded_and_given_back_once() -> None:
    seats = Seats(1)
    with seats.take("one") as seat:
        with pytest.raises(TooManyStreams) as refused:
            seats.take("other")
        assert refused.value.retry_after > 0
        seat.leave()
    seat.leave()
    with seats.take("other"), pytest.raises(TooManyStreams):
        seats.take("one")


def test_one_client_leaves_half_of_the_seats_to_others() -> None:
    seats = Seats(4)
    with seats.take("one"), seats.take("one"):
        with pytest.raises(TooManyStreams):
            seats.take("one")
        with seats.take("other"), seats.take("other"), pytest.raises(TooManyStreams):
            seats.take("third")
    with seats.take("one"):
        pass
