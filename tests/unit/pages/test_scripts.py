"""The pages' TypeScript: its own tests pass, and every text is translated once."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_the_scripts_keep_the_protocol() -> None:
    node = shutil.which("node")
    assert node is not None
    done = subprocess.run(
        [node, "web/test/run.mjs"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-5_000:] + done.stderr[-2_000:]


def test_every_text_is_translated_and_no_translation_is_left_over() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scripts.translations", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "", "")
