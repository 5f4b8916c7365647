"""Running `hanpyo` commands in the test's own process, with output and errors apart."""

import json
from dataclasses import dataclass
from typing import Any

from click.testing import CliRunner

from hanpyo.cli import main


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended."""

    status: int
    output: str
    errors: str

    @property
    def report(self) -> Any:
        """The JSON object on the output."""
        return json.loads(self.output)


def run(*arguments: object, typed: str | None = None) -> Ran:
    """Run one command; `typed` answers its questions. An exception that is no exit is raised."""
    runner = CliRunner(mix_stderr=False)
    result = runner.invoke(main, [str(each) for each in arguments], input=typed)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ran(result.exit_code, result.stdout, result.stderr)
