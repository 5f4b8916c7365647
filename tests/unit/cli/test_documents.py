"""What the documents say of the commands is true: they exist, with these options and values."""

import re
import shlex
from pathlib import Path

import click
import pytest

from hanpyo.cli import main
from hanpyo.elections.definition import read_definition
from scripts.toolchain.project import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMAND = re.compile(r"^\s*(?:\.venv/bin/)?hanpyo ([a-z].*)$", re.MULTILINE)
YAML = re.compile(r"```ya?ml\n(.*?)```", re.DOTALL)
LINES = [
    pytest.param(line.split("   ")[0].strip(), id=f"{page.name}: {line[:60]}")
    for page in PAGES
    for line in COMMAND.findall(page.read_text(encoding="utf-8"))
]
DEFINITIONS = [
    pytest.param(block, id=page.name)
    for page in PAGES
    for block in YAML.findall(page.read_text(encoding="utf-8"))
    if "items:" in block
]


def command_of(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that the words name, and the words after its name."""
    command: click.Command = main
    while isinstance(command, click.Group):
        found = command.get_command(click.Context(command), words[0])
        assert found is not None, words
        command, words = found, words[1:]
    return command, words


@pytest.mark.parametrize("line", LINES)
def test_a_documented_command_takes_its_options(line: str) -> None:
    words = shlex.split(line.replace("[", "").replace("]", ""))
    command, rest = command_of(words)
    known = {option for each in command.params for option in each.opts}
    assert {word for word in rest if word.startswith("--")} <= known


@pytest.mark.parametrize("text", DEFINITIONS)
def test_a_documented_definition_is_read(text: str) -> None:
    definition = read_definition(text.encode())
    assert definition.agenda()
    assert definition.class_rows()
    assert definition.times.timetable().opens_at > 0


def test_the_documents_show_a_definition() -> None:
    assert DEFINITIONS
    assert Path(ROOT / "docs").is_dir()
