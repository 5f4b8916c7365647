"""Commands that last: a node in the foreground, a replay over it in real time, a kept chain."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hanpyo.chain.rpc import Rpc
from tests.commands import run
from tests.strategies.pabulib import VECTORS

HANPYO = str(Path(sys.executable).with_name("hanpyo"))


@contextmanager
def running(*arguments: object) -> Iterator[subprocess.Popen[str]]:
    """A command that goes on until it is interrupted; it must then end well."""
    command = [HANPYO, *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            status = process.wait(60)
        assert status == 0


def read_object(process: subprocess.Popen[str]) -> dict[str, str]:
    """The indented JSON object that the command prints first."""
    assert process.stdout is not None
    lines = iter(process.stdout.readline, "")
    text = ""
    for line in lines:
        text += line
        if line == "}\n":
            break
    found: dict[str, str] = json.loads(text)
    return found


def test_a_replay_over_a_node_in_real_time(tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("a password of the tests\n")
    password.chmod(0o600)
    keystore, journal = tmp_path / "operator.json", tmp_path / "journal"
    with_key = ("--keystore", keystore, "--password-file", password)
    with running("node", *with_key, "--json") as process:
        node = read_object(process)
        ran = run(
            "replay",
            VECTORS / "approval_greedy.pb",
            *("--rpc", node["url"], *with_key, "--journal", journal),
            *("--lead", 12, "--voting", 8, "--gap", 1, "--release", 12, "--json"),
        )
        assert ran.status == 0, ran.errors
        assert ran.report["ok"]
        assert ran.report["chainId"] == node["chainId"]
        assert journal.stat().st_size
        url = node["url"]
        with Rpc(url) as rpc:
            assert rpc.balance(node["account"]) > 0
    shown = run("election", "show", "--rpc", url, "--election", ran.report["election"])
    assert shown.status == 2


def test_a_chain_is_kept_between_runs_of_a_node(tmp_path: Path) -> None:
    state = tmp_path / "chain.json"
    ids = []
    for _ in range(2):
        with running("node", "--state", state, "--json") as process:
            ids.append(read_object(process)["chainId"])
    assert ids[0] == ids[1]


def test_a_demonstration_stays_open_to_be_audited() -> None:
    with running("demo", "--keep") as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip().startswith("hanpyo audit --rpc"):
                break
        arguments = line.split()[1:]
        audited = run(*arguments, "--json")
    assert (audited.status, audited.report["ok"]) == (0, True)


def test_a_demonstration_speaks_json() -> None:
    ran = run("demo", "--json")
    assert (ran.status, ran.report["ok"]) == (0, True)
    outcomes = [item["outcome"] for item in ran.report["items"]]
    assert outcomes == ["passed", "passed", "failed", "passed", "counted"]
    assert ran.report["items"][3]["votes"] == [77, 16, 5]


def test_a_demonstration_is_told_in_korean_then_english() -> None:
    ran = run("demo")
    assert ran.status == 0
    for shown in (
        "정기총회",
        "가결 / passed",
        "부결 / failed",
        "102/120",
        "hanpyo replay",
        "make test",
    ):
        assert shown in ran.output
