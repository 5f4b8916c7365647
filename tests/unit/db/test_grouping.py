"""Jobs of threads join while one leads: each is done once, gets its own result, and waits no more
than it must.
"""

from collections.abc import Hashable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier, Event
from time import sleep

import pytest

from hanpyo.db.grouping import Grouping


class Held:
    """Work that notes each group and stops in the first until it is let go."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.is_in = Event()
        self.may_go = Event()

    def __call__(self, jobs: Sequence[int]) -> list[int]:
        self.groups.append(list(jobs))
        if len(self.groups) == 1:
            self.is_in.set()
            assert self.may_go.wait(10)
        if -1 in jobs:
            raise ValueError("minus one")
        return [job * 10 for job in jobs]


def run(held: Held, jobs: Sequence[int], apart: Sequence[Hashable] = ()) -> list[Future[int]]:
    """Do the first job; the others come, in order, while it is under way."""
    keys = dict(zip(jobs, apart or jobs, strict=True))
    grouping = Grouping(held, keys.__getitem__)
    with ThreadPoolExecutor(len(jobs)) as pool:
        done = [pool.submit(grouping.do, jobs[0])]
        assert held.is_in.wait(10)
        for place, job in enumerate(jobs[1:], 1):
            done.append(pool.submit(grouping.do, job))
            while len(grouping._waiting) < place:
                pass
        held.may_go.set()
    assert not grouping._waiting
    assert grouping.do(jobs[0]) == jobs[0] * 10  # and it goes on
    return done


def test_who_comes_alone_is_served_at_once() -> None:
    grouping = Grouping[int, int](lambda jobs: [job + 1 for job in jobs], lambda job: job)
    assert [grouping.do(number) for number in range(3)] == [1, 2, 3]


def test_who_comes_meanwhile_shares_the_next_group() -> None:
    held = Held()
    done = run(held, [1, 2, 3, 4])
    assert [each.result() for each in done] == [10, 20, 30, 40]
    assert held.groups[:2] == [[1], [2, 3, 4]]


def test_what_must_be_apart_is_done_in_turn() -> None:
    held = Held()
    done = run(held, [1, 2, 3, 4, 5], "abbcb")
    assert [each.result() for each in done] == [10, 20, 30, 40, 50]
    assert held.groups[:4] == [[1], [2, 4], [3], [5]]


def test_as_many_groups_are_under_way_as_may_be() -> None:
    both = Barrier(2, timeout=10)

    def work(jobs: Sequence[int]) -> Sequence[int]:
        both.wait()
        return jobs

    grouping = Grouping(work, lambda job: job, at_once=2)
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(grouping.do, range(2))) == [0, 1]


@pytest.mark.parametrize("at_once", [1, 4])
def test_what_must_be_apart_is_never_under_way_together(at_once: int) -> None:
    under_way: set[int] = set()

    def work(jobs: Sequence[int]) -> Sequence[int]:
        kinds = {job % 5 for job in jobs}
        assert not kinds & under_way
        under_way.update(kinds)
        sleep(0.0005)
        under_way.difference_update(kinds)
        return jobs

    grouping = Grouping(work, lambda job: job % 5, at_once=at_once)
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(grouping.do, range(500))) == list(range(500))
    assert not grouping._under_way


def test_an_error_reaches_the_whole_group_and_nobody_else() -> None:
    held = Held()
    done = run(held, [1, 2, -1, 3], "abcd")
    assert done[0].result() == 10
    for each in done[1:]:
        with pytest.raises(ValueError, match="minus one"):
            each.result()


@pytest.mark.parametrize("at_once", [1, 3])
@pytest.mark.parametrize("kinds", [1, 3, 1_000])
def test_each_of_many_jobs_is_done_once(kinds: int, at_once: int) -> None:
    seen: list[int] = []

    def work(jobs: Sequence[int]) -> list[int]:
        assert len({job % kinds for job in jobs}) == len(jobs)
        seen.extend(jobs)
        return [-job for job in jobs]

    grouping = Grouping(work, lambda job: job % kinds, at_once=at_once)
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(grouping.do, range(2_000))) == [-job for job in range(2_000)]
    assert sorted(seen) == list(range(2_000))
