"""The auditor of the browser, run by node, held against `hanpyo audit` check by check.

Whoever alters evidence here asks both: a bug in one of two programs written apart shows.
"""

import atexit
import json
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import orjson

from hanpyo.audit import LiveSource, Report, audit
from hanpyo.protocol.types import Address
from tests.integration.audit.scene import Scene

ROOT: Final = Path(__file__).resolve().parents[3]
_UNCOUNTED: Final = "is not counted here: "


class SecondAuditor:
    """A node process that answers one audit a line."""

    def __init__(self, folder: Path) -> None:
        program = folder / "second.mjs"
        subprocess.run(
            [
                ROOT / "node_modules" / ".bin" / "esbuild",
                ROOT / "web" / "test" / "audit" / "second.ts",
                "--bundle",
                "--platform=node",
                "--format=esm",
                "--target=node20",
                "--log-level=warning",
                f"--outfile={program}",
            ],
            check=True,
        )
        self._process = subprocess.Popen(
            ["node", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def ask(self, request: Mapping[str, object]) -> dict[str, Any]:
        """The answer to one request: `report` and `milliseconds`, or `error` and `text`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(orjson.dumps(request) + b"\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the auditor of the browser fell over"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)


@cache
def second_auditor() -> SecondAuditor:
    """One process for all tests of this worker."""
    folder = tempfile.TemporaryDirectory(prefix="hanpyo-second-")
    auditor = SecondAuditor(Path(folder.name))
    atexit.register(folder.cleanup)
    atexit.register(auditor.close)
    return auditor


def agree(
    content: object, name: str, report: Report, storage: Mapping[int, int] | None = None
) -> None:
    """Fail unless the other auditor says of an evidence file's content exactly the same.

    `storage` are slots as a wrong contract would have stored them.
    """
    altered = {hex(slot): hex(value) for slot, value in (storage or {}).items()}
    answer = second_auditor().ask({"content": content, "name": name, "storage": altered})
    assert "report" in answer, answer
    same(answer["report"], report)


def audited(scene: Scene, election: Address | None = None) -> Report:
    """The report of both auditors on an election on the scene's node: of its own, or of another."""
    rpc, address = scene.host.venue.rpc, election or scene.address
    report = audit(LiveSource([rpc]), address)
    agree_live([rpc.url], address, report)
    return report


def agree_live(urls: Sequence[str], election: bytes, report: Report) -> None:
    """Fail unless the other auditor says the same of what these nodes tell it."""
    request = {"nodes": list(urls), "election": "0x" + election.hex()}
    answer = second_auditor().ask(request)
    assert "report" in answer, answer
    same(answer["report"], report)


def refused(content: object, name: str) -> str:
    """The code of the error with which the other auditor refuses the content."""
    answer = second_auditor().ask({"content": content, "name": name})
    assert "error" in answer, "the auditor of the browser took it"
    return str(answer["error"])


def same(told: dict[str, Any], report: Report) -> None:
    """Fail unless both reports are the same, words included."""
    ours = report.as_json()
    for mine, theirs in zip(_checks(ours), _checks(told), strict=True):
        assert theirs == mine
    assert told["items"] == ours["items"]
    assert told | {"checks": None} == ours | {"checks": None}


def _checks(report: dict[str, Any]) -> list[dict[str, Any]]:
    """The checks; why a count was not made is said in each program's own words."""
    checks: list[dict[str, Any]] = json.loads(json.dumps(report["checks"]))
    for check in checks:
        if check["name"] == "counting":
            check["reason"] = check["reason"].partition(_UNCOUNTED)[0]
            for finding in check["findings"]:
                finding["text"] = finding["text"].partition(_UNCOUNTED)[0]
    return checks
