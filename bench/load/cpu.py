"""CPU seconds of a span of time: of the node, of this process, and of all else on the machine."""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

_TICK: Final = os.sysconf("SC_CLK_TCK")
_USER, _SYSTEM = 11, 12  # after the name, of proc(5)'s /proc/PID/stat
_IDLE, _WAITING = 3, 4  # of the line `cpu` of /proc/stat
_GUEST: Final = 8  # what follows is in the others already


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU seconds and, to hold them against, the seconds of all cores together."""

    node: float
    own: float
    others: float
    """Other processes: the database server, and whatever else the machine is doing."""
    all: float

    @classmethod
    def now(cls, node: int) -> Self:
        """What was used until now; `node` is a process id."""
        own, of_node = time.process_time(), _of_process(node)
        busy, every = _of_machine()
        return cls(of_node, own, busy - own - of_node, every)

    def since(self, before: Self) -> "Usage":
        """What was used since `before`."""
        return Usage(
            self.node - before.node,
            self.own - before.own,
            self.others - before.others,
            self.all - before.all,
        )


def _of_process(number: int) -> float:
    fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[_USER]) + int(fields[_SYSTEM])) / _TICK


def _of_machine() -> tuple[float, float]:
    """Busy and all seconds of every core since the machine started."""
    line = Path("/proc/stat").read_text().splitlines()[0]
    ticks = [int(field) for field in line.split()[1 : 1 + _GUEST]]
    return (sum(ticks) - ticks[_IDLE] - ticks[_WAITING]) / _TICK, sum(ticks) / _TICK
