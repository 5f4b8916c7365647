"""A process dies at a place only when its environment named it."""

import os
import signal
import subprocess
import sys

SCRIPT = """
from hanpyo.failpoints import failpoint
for _ in range(3):
    failpoint("here")
    failpoint("there")
    print("passed", flush=True)
"""


def run(named: str | None) -> subprocess.CompletedProcess[bytes]:
    environment = {name: value for name, value in os.environ.items() if name != "HANPYO_FAILPOINT"}
    if named is not None:
        environment["HANPYO_FAILPOINT"] = named
    return subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, check=False
    )


def test_nothing_happens_unless_a_place_is_named() -> None:
    for named in (None, "", "elsewhere"):
        done = run(named)
        assert (done.returncode, done.stdout.count(b"passed")) == (0, 3)


def test_the_named_place_kills_at_the_named_passage() -> None:
    for named, passed in (("here", 0), ("there:2", 1), ("here:3", 2)):
        done = run(named)
        assert done.returncode == -signal.SIGKILL
        assert done.stdout.count(b"passed") == passed
