"""The commands as a whole: help that fits, and failures in one line with a code and a status."""

import json
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from hanpyo import __version__
from hanpyo.cli import main
from tests.commands import run


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


ALL = list(commands(main))


def test_the_version_is_told() -> None:
    assert __version__ in run("--version").output


def test_the_commands_that_the_documents_name_are_there() -> None:
    named = "audit ballot demo election node replay roll operator registrar trustee index vote"
    service = "serve web worker migrate backup restore keys"
    assert {path[0] for path in ALL} == {*named.split(), *service.split()}
    inner = {path[1:] for path in ALL if path[0] == "election"} - {()}
    assert {("create",), ("show",), ("close",), ("certify",)} <= inner
    assert {("ballot", "cast"), ("ballot", "open"), ("ballot", "check"), ("roll", "build")} <= set(
        ALL
    )


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_helps(path: tuple[str, ...]) -> None:
    ran = run(*path, "--help")
    assert ran.status == 0
    assert len(ran.output.splitlines()) > 4


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_that_ends_can_speak_json(path: tuple[str, ...]) -> None:
    is_group = any(other[:-1] == path for other in ALL)
    assert is_group or "--json" in run(*path, "--help").output


@pytest.mark.parametrize(
    "arguments",
    [
        ["nothing"],
        ["replay"],
        ["replay", "nowhere.pb"],
        ["audit"],
        ["election", "create"],
        ["node", "--keystore", "x"],
        ["ballot", "check"],
    ],
)
def test_wrong_usage_ends_with_status_2(arguments: list[str]) -> None:
    ran = run(*arguments)
    assert ran.status == 2
    assert "Error:" in ran.errors
    assert "Traceback" not in ran.errors + ran.output


def test_a_failure_is_one_line_with_its_code(tmp_path: Path) -> None:
    file = tmp_path / "empty.pb"
    file.write_text("META\nkey;value\n")
    ran = run("replay", file)
    assert ran.status == 2
    assert ran.errors.startswith("hanpyo: ")
    assert ran.errors.count("\n") == 1
    assert ran.errors.rstrip().endswith("[pabulib_file]")
    assert ran.output == ""


def test_under_json_a_failure_is_an_object_too(tmp_path: Path) -> None:
    file = tmp_path / "empty.pb"
    file.write_text("META\nkey;value\n")
    error = json.loads(run("replay", file, "--json").output)["error"]
    assert error["code"] == "pabulib_file"
    assert error["retryable"] is False
    assert error["message"]


def test_what_the_system_refuses_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise PermissionError(13, "Permission denied", "a file")

    monkeypatch.setattr("hanpyo.cli.demo.general_assembly", refuse)
    ran = run("demo", "--json")
    assert ran.status == 2
    assert ran.errors == "hanpyo: a file: Permission denied [system_refused]\n"
    assert ran.report["error"]["code"] == "system_refused"


def test_a_node_that_is_not_there_is_named(tmp_path: Path) -> None:
    ran = run("election", "show", "--rpc", "http://127.0.0.1:9", "--election", "0x" + "11" * 20)
    assert ran.status == 2
    assert ran.errors.count("\n") == 1
    assert "127.0.0.1:9" in ran.errors


@pytest.mark.parametrize("option", ["--factory", "--journal", "--keystore"])
def test_options_of_a_foreign_chain_need_its_node(tmp_path: Path, option: str) -> None:
    file = Path(__file__).parents[2] / "vectors" / "pabulib" / "approval_greedy.pb"
    value = tmp_path / "file"
    value.write_text("")
    ran = run("replay", file, option, "0x" + "11" * 20 if option == "--factory" else value)
    assert ran.status == 2
    assert "go with --rpc" in ran.errors


@pytest.mark.parametrize(
    "address",
    ["0x12", "nothing", "", "0x" + "11" * 21, "0xDEF1478cd0E8ba6713Daa301aF66F59F1c487283"],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    ran = run("election", "show", "--rpc", "http://127.0.0.1:9", "--election", address)
    assert ran.status == 2
    assert "Error:" in ran.errors
