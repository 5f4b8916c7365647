"""Where and when processes are killed: drawn from a seed, the same on every machine."""

import os
import random
from dataclasses import dataclass
from typing import Final

SEED: Final = int(os.environ.get("HANPYO_FAULT_SEED", "20260607"))
KILLS: Final = int(os.environ.get("HANPYO_FAULT_KILLS", "20"))
WEB_POINTS: Final = ("before_commit", "after_commit")
WORKER_POINTS: Final = (
    "after_plan",
    "after_sign",
    "after_broadcast",
    "after_receipt",
    "before_mark",
    "after_mark",
    "before_index",
    "after_index",
    "before_reconcile",
    "after_reconcile",
    "before_end",
)
_OFTEN: Final = ("before_index", "after_index", "before_reconcile", "after_reconcile")
"""Points that are passed several times a second."""
_MOST_PASSAGES: Final = 3
_MOST_OFTEN: Final = 20
_LONGEST_DELAY: Final = 1.5


@dataclass(frozen=True)
class Kill:
    """One kill: at the n-th passage of a point, or so many seconds after voting began."""

    number: int
    part: str
    point: str | None
    passage: int = 1
    delay: float = 0.0

    @property
    def fault(self) -> str:
        """Its row in the table."""
        return f"kill -9 {self.part}, {self.point or 'at any time'}"

    @property
    def failpoint(self) -> str:
        """What the process is told."""
        return f"{self.point}:{self.passage}" if self.point else ""

    def __str__(self) -> str:
        return f"{self.number:03}-{self.part}-{self.failpoint or f'{self.delay:.2f}s'}"


def draw(seed: int = SEED, count: int = KILLS) -> list[Kill]:
    """Every point in turn, at passages and moments of chance, in an order of chance."""
    dice = random.Random(seed)
    places: list[tuple[str, str | None]] = [
        *(("web", point) for point in WEB_POINTS),
        *(("worker", point) for point in WORKER_POINTS),
        ("web", None),
        ("worker", None),
    ]
    drawn: list[tuple[str, str | None]] = []
    while len(drawn) < count:
        dice.shuffle(places)
        drawn += places
    kills = []
    for number, (part, point) in enumerate(drawn[:count]):
        most = _MOST_OFTEN if point in _OFTEN else _MOST_PASSAGES
        kills.append(
            Kill(number, part, point, dice.randint(1, most), dice.random() * _LONGEST_DELAY)
        )
    return kills
