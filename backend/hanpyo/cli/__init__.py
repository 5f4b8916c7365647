"""The `hanpyo` command: one module per command group, gathered here and loaded when used."""

from hanpyo.cli.root import main

__all__ = ["main"]
