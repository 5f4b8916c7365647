"""Every part of the service that keeps something about members: one line each.

A test fails for a table that refers to members and keeps a row after an erasure.
"""

from typing import Final

from hanpyo.elections.erasure import Eraser

ERASERS: Final[tuple[Eraser, ...]] = ()
