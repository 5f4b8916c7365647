"""`hanpyo` as processes of their own: started, awaited, ended with signals."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

PATIENCE = 60.0
_MAIN = "from hanpyo.cli import main; main()"


@dataclass
class Running:
    """A process that serves at `url`."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def end(self, number: int = signal.SIGTERM, seconds: float = 35.0) -> int:
        """Send a signal to the process alone and wait; the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(seconds)

    def logged(self) -> str:
        """What it wrote on the error stream so far."""
        return self.log.read_text()

    def wait_until(self, path: str, status: int = 200, seconds: float = PATIENCE) -> httpx.Response:
        """The answer at `path` once it has this status."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                answer = httpx.get(self.url + path, timeout=5)
                if answer.status_code == status:
                    return answer
                last = answer.text
            except httpx.HTTPError as error:
                last = repr(error)
            if time.monotonic() > deadline:
                raise AssertionError(f"{path}: {last}\n{self.logged()[-3000:]}")
            time.sleep(0.1)


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """An environment with these settings and no others of ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HANPYO_")}
    return kept | {"HANPYO_DATA": str(folder)} | settings


@contextmanager
def running(
    command: str, folder: Path, *arguments: str, settings: Mapping[str, str] | None = None
) -> Iterator[Running]:
    """`hanpyo <command> --json` as a process; killed at the end unless it has ended."""
    log = folder.parent / f"{command}-{time.monotonic_ns()}.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-c", _MAIN, command, *arguments, "--json"],
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment(folder, **(settings or {})),
        )
    try:
        yield Running(process, _told(process, log), log)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def _told(process: subprocess.Popen[bytes], log: Path) -> str:
    """The URL that the process prints when it is ready."""
    assert process.stdout is not None
    text = b""
    while not text.rstrip().endswith(b"}"):
        line = process.stdout.readline()
        if not line:
            raise AssertionError(f"it ended:\n{log.read_text()[-3000:]}")
        text += line
    return str(json.loads(text).get("url", ""))
