"""Work of many threads done together: who comes while enough groups are under way joins the next.

The first of a group leads it: it works for all of them, tells them, and hands its place on to those
that came meanwhile. Who finds a place free works at once and waits for nobody.
"""

from collections.abc import Callable, Hashable, Sequence
from threading import Lock
from typing import Generic, TypeVar

_J = TypeVar("_J")
_R = TypeVar("_R")


class Grouping(Generic[_J, _R]):
    """Gathers the jobs of threads. Safe to share between them, which is what it is for."""

    def __init__(
        self,
        work: Callable[[list[_J]], Sequence[_R]],
        apart: Callable[[_J], Hashable],
        *,
        at_once: int = 1,
    ) -> None:
        """`work` gives a result for each job, in order, or raises for all.

        Jobs for which `apart` gives the same are never under way at the same time, and leave the
        queue in the order in which they came. At most `at_once` groups are under way.
        """
        self._work = work
        self._apart = apart
        self._places = at_once
        self._lock = Lock()
        self._waiting: list[_Caller[_J, _R]] = []
        self._under_way: set[Hashable] = set()

    def do(self, job: _J) -> _R:
        """What `work` gave for this job; raises what it raised."""
        mine = _Caller[_J, _R](job, self._apart(job))
        with self._lock:
            if self._places and mine.key not in self._under_way:
                self._places -= 1
                self._under_way.add(mine.key)
                mine.group = [mine]
            else:
                self._waiting.append(mine)
        if not mine.group:
            mine.call.acquire()
        if mine.group:
            self._lead(mine.group)
        if mine.error is not None:
            raise mine.error
        return mine.results[0]

    def _lead(self, group: "_Group[_J, _R]") -> None:
        try:
            results = self._work([each.job for each in group])
            for each, result in zip(group, results, strict=True):
                each.results.append(result)
        except BaseException as error:  # noqa: BLE001  whoever waits must hear of it
            for each in group:
                each.error = error
        self._hand_on(group)
        for each in group[1:]:
            each.call.release()

    def _hand_on(self, done: "_Group[_J, _R]") -> None:
        with self._lock:
            self._under_way.difference_update([each.key for each in done])
            group = self._gather()
            self._places += not group  # what waits then is called when its like is done
        if group:
            group[0].group = group
            group[0].call.release()

    def _gather(self) -> "_Group[_J, _R]":
        group: _Group[_J, _R] = []
        later: _Group[_J, _R] = []
        for each in self._waiting:
            is_free = each.key not in self._under_way
            self._under_way.add(each.key)
            (group if is_free else later).append(each)
        self._waiting = later
        return group


class _Caller(Generic[_J, _R]):
    """A thread with its job; `call` is released when it is served, or has a `group` to lead."""

    __slots__ = ("call", "error", "group", "job", "key", "results")

    def __init__(self, job: _J, key: Hashable) -> None:
        self.job = job
        self.key = key
        self.call = Lock()
        self.call.acquire()
        self.group: _Group[_J, _R] = []
        self.error: BaseException | None = None
        self.results: list[_R] = []


_Group = list[_Caller[_J, _R]]
