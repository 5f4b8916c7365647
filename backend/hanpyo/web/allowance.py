"""How much one client may ask in a minute, counted in this process and gone with it.

It is for reads that cost no more than the counting would in the database; what must hold across
processes is counted there.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from math import ceil
from threading import Lock
from typing import Final

_MINUTE: Final = 60.0
_MOST_CLIENTS: Final = 10_000


class Allowance:
    """A bucket of units for each client, refilled evenly. Safe to share between threads."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._clients: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, client: str, units: int, a_minute: int) -> int:
        """Take `units` of the client's `a_minute`; 0 when granted, else the seconds to wait."""
        with self._lock:
            now = self._monotonic()
            left, at = self._clients.pop(client, (float(a_minute), now))
            left = min(left + (now - at) * a_minute / _MINUTE, a_minute)
            granted = left >= units
            self._clients[client] = (left - units if granted else left, now)
            while len(self._clients) > _MOST_CLIENTS:
                self._clients.popitem(last=False)
        return 0 if granted else max(1, ceil((units - left) * _MINUTE / a_minute))
