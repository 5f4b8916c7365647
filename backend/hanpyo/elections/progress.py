"""What a long use-case tells whoever watches it: its stages, their progress, their duration."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Advance = Callable[[int], None]
"""Called with how many units of work were done since the last call."""


@dataclass(frozen=True, slots=True)
class StageTime:
    """A finished stage and its duration in seconds."""

    name: str
    seconds: float


@dataclass
class Stages:
    """Measures stages; shows nothing. Subclasses show `begin`, `advance` and `end`."""

    clock: Callable[[], float] = time.monotonic
    finished: list[StageTime] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str, total: int = 0) -> Iterator[Advance]:
        """Run a stage of `total` units of work (0 where there is no number)."""
        started = self.clock()
        self.begin(name, total)
        try:
            yield self.advance
        finally:
            self.end()
        self.finished.append(StageTime(name, self.clock() - started))

    def begin(self, name: str, total: int) -> None:
        """A stage starts."""

    def advance(self, units: int) -> None:
        """Work of the running stage was done."""

    def end(self) -> None:
        """The running stage ended, whether or not it succeeded."""

    @property
    def total_seconds(self) -> float:
        """The time of all finished stages together."""
        return sum(stage.seconds for stage in self.finished)
