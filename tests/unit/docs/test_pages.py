"""What holds for every page: links lead somewhere, commands exist, no figure is stale."""

import json
import re
import shlex

import click
import pytest

from hanpyo.cli import main
from hanpyo.elections.definition import read_definition
from hanpyo.elections.members import read_members
from tests.unit.docs.pages import (
    ORGANISER,
    PAGES,
    README,
    ROOT,
    anchors,
    blocks,
    prose,
    rows,
    shell_lines,
)

LINKS = sorted(
    {
        (name, target)
        for name, page in PAGES.items()
        for target in re.findall(r"\]\(([^)\s]+)\)", prose(page))
        if not target.startswith("https://")
    }
)
HANPYO_LINES = sorted(
    {line for _, line in shell_lines() if line.removeprefix(".venv/bin/").startswith("hanpyo ")}
    | {
        command
        for page in PAGES.values()
        for command in re.findall(r"`(hanpyo [^`]+)`", prose(page))
    }
)
MAKE_TARGETS = sorted(
    {
        target
        for page in PAGES.values()
        for target in re.findall(r"(?:^|`)make ([a-z-]+)", page, re.MULTILINE)
    }
)
APE_SCRIPTS = sorted(
    {name for page in PAGES.values() for name in re.findall(r"ape run (\w+)", page)}
)
PROMISED_GAS = {name: int(value.replace(",", "")) for name, value in rows(README, "gas:start")}
MEASURED_GAS = {
    row["name"]: row["value"]
    for row in json.loads((ROOT / "bench" / "results" / "gas.json").read_text())
}


def command_of(line: str) -> tuple[click.Command, list[str]]:
    """The command that a line names, and the words behind it."""
    words = shlex.split(line.removeprefix(".venv/bin/"))[1:]
    command: click.Command = main
    context = click.Context(main)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(context, words[0])
        assert found is not None, f"there is no command {words[0]!r} in {line!r}"
        command = found
        words.pop(0)
    return command, words


@pytest.mark.parametrize(("page", "target"), LINKS)
def test_a_link_leads_to_a_file_and_a_heading(page: str, target: str) -> None:
    path, _, anchor = target.partition("#")
    file = (ROOT / page).parent / path if path else ROOT / page
    assert file.exists()
    if anchor:
        assert anchor in anchors(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("line", HANPYO_LINES)
def test_a_command_has_the_options_that_a_page_gives_it(line: str) -> None:
    command, words = command_of(line)
    known = {name for each in command.params for name in each.opts} | {"--help", "--version"}
    given = {word for word in words if word.startswith("-")}
    assert given <= known


@pytest.mark.parametrize("line", [each for each in HANPYO_LINES if len(each.split()) > 3])
def test_a_command_line_on_a_page_is_complete(line: str) -> None:
    command, words = command_of(line)
    given = set(words)
    needed = [each for each in command.params if each.required and isinstance(each, click.Option)]
    assert [each.name for each in needed if not given & set(each.opts)] == []


@pytest.mark.parametrize("name", sorted(main.list_commands(click.Context(main))))
def test_every_command_is_on_the_front_page(name: str) -> None:
    assert f"hanpyo {name}" in README


@pytest.mark.parametrize("target", MAKE_TARGETS)
def test_a_make_target_exists(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:.*##", makefile, re.MULTILINE)


@pytest.mark.parametrize("name", APE_SCRIPTS)
def test_an_ape_script_exists(name: str) -> None:
    assert (ROOT / "scripts" / f"{name}.py").is_file()


def test_the_two_commands_stand_on_the_front_page() -> None:
    assert {"make run", "make test"} <= {
        line for page, line in shell_lines() if page == "README.md"
    }


def test_the_definition_on_the_page_is_one_that_is_read() -> None:
    (text,) = blocks(ORGANISER, "yaml")
    definition = read_definition(text.encode())
    assert len(definition.agenda()) == len(definition.items)
    assert len(definition.class_rows()) == len(definition.classes)
    assert definition.times.timetable().opens_at > 0


def test_the_members_on_the_page_are_ones_that_are_read() -> None:
    (text,) = blocks(ORGANISER, "csv")
    assert len(read_members(text.encode())) == len(text.splitlines()) - 1


@pytest.mark.parametrize("name", PROMISED_GAS)
def test_no_less_gas_is_promised_than_was_measured(name: str) -> None:
    assert MEASURED_GAS[name] <= PROMISED_GAS[name]


def test_the_changelog_has_an_unreleased_part() -> None:
    assert "## [Unreleased]" in PAGES["CHANGELOG.md"]


def test_the_picture_shows_the_audit_of_the_demonstration() -> None:
    picture = (ROOT / "docs" / "images" / "demo.svg").read_text(encoding="utf-8")
    assert "PASS" in picture
    assert "FAIL" not in picture
