"""What commands show: tables, progress bars on a terminal, or one JSON object."""

import sys
from collections.abc import Sequence
from typing import Any, Self

import click
import orjson
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from hanpyo.elections.progress import Stages

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


def console() -> Console:
    """Where tables and texts go; plain and unwrapped when the output is not a terminal."""
    width = None if sys.stdout.isatty() else 120
    return Console(width=width, highlight=False, soft_wrap=not sys.stdout.isatty())


def print_json(value: Any) -> None:
    """One JSON object on the output, stable in its order."""
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode())


class ShownStages(Stages):
    """Stages with a bar each on the error stream, when that is a terminal."""

    def __init__(self) -> None:
        super().__init__()
        self._bars = Progress(
            TextColumn("{task.description:<22}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            disable=not sys.stderr.isatty(),
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def begin(self, name: str, total: int) -> None:
        """See `Stages.begin`."""
        self._task = self._bars.add_task(name, total=total or 1)

    def advance(self, units: int) -> None:
        """See `Stages.advance`."""
        if self._task is not None:
            self._bars.advance(self._task, units)

    def end(self) -> None:
        """See `Stages.end`."""
        if self._task is not None:
            total = self._bars.tasks[self._task].total
            self._bars.update(self._task, completed=total)
        self._task = None


def stage_table(stages: Stages) -> Table:
    """How long each stage took."""
    table = Table(title="Time", title_justify="left", show_header=False)
    table.add_column("stage")
    table.add_column("seconds", justify="right")
    for stage in stages.finished:
        table.add_row(stage.name, f"{stage.seconds:.2f} s")
    table.add_section()
    table.add_row("together", f"{stages.total_seconds:.2f} s")
    return table


def stage_times(stages: Stages) -> dict[str, float]:
    """The stages' seconds by name, for JSON."""
    return {stage.name: round(stage.seconds, 3) for stage in stages.finished}


def table_of(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """A table whose columns after the first are right-aligned."""
    table = Table(title=title, title_justify="left")
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="left" if place == 0 else "right")
    for row in rows:
        table.add_row(*row)
    return table
