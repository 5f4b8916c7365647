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

        Jobs for which `apart` gives the same never share a group, and leave the queue in the order
        in which they came. At most `at_once` groups are under way.
        """
        self._work = work
        self._apart = apart
        self._places = at_once
        self._lock = Lock()
        self._waiting: list[_Caller[_J, _R]] = []

    def do(self, job: _J) -> _R:
        """What `work` gave for this job; raises what it raised."""
        mine = _Caller[_J, _R](job)
        with self._lock:
            if self._places:
                self._places -= 1
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
        self._hand_on()
        for each in group[1:]:
            each.call.release()

    def _hand_on(self) -> None:
        with self._lock:
            group = self._gather()
            self._places += not group
        if group:
            group[0].group = group
            group[0].call.release()

    def _gather(self) -> "_Group[_J, _R]":
        group: dict[Hashable, _Caller[_J, _R]] = {}
        for each in self._waiting:
            group.setdefault(self._apart(each.job), each)
        taken = {id(each) for each in group.values()}
        self._waiting = [each for each in self._waiting if id(each) not in taken]
        return list(group.values())


class _Caller(Generic[_J, _R]):
    """A thread with its job; `call` is released when it is served, or has a `group` to lead."""

    __slots__ = ("call", "error", "group", "job", "results")

    def __init__(self, job: _J) -> None:
        self.job = job
        self.call = Lock()
        self.call.acquire()
        self.group: _Group[_J, _R] = []
        self.error: BaseException | None = None
        self.results: list[_R] = []


_Group = list[_Caller[_J, _R]]
