"""Hanpyo: one person, one vote, and anyone can check."""

from typing import Final

__version__: Final = "0.1.0"
