"""The bridge answers as the native compiler does, and reads under the base path only."""

import json
import shutil
import subprocess
from pathlib import Path

from scripts.toolchain.compiler import BRIDGE
from scripts.toolchain.project import SOLC_COMMIT, SOLC_VERSION


def bridge(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    node = shutil.which("node")
    assert node is not None
    command = [node, str(BRIDGE), *arguments]
    return subprocess.run(command, input=given, capture_output=True, text=True, check=False)


def standard_json(**sources: str) -> str:
    return json.dumps(
        {
            "language": "Solidity",
            "sources": {name: {"content": text} for name, text in sources.items()},
            "settings": {"outputSelection": {"*": {"*": ["abi"]}}},
        }
    )


def test_it_tells_the_pinned_version() -> None:
    assert f"Version: {SOLC_VERSION}+commit.{SOLC_COMMIT}" in bridge("--version").stdout


def test_it_reads_imports_under_the_base_path(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "B.sol").write_text("pragma solidity ^0.8.30; contract B {}")
    given = standard_json(A='pragma solidity ^0.8.30; import "lib/B.sol"; contract A is B {}')
    done = bridge("--standard-json", "--base-path", str(tmp_path), given=given)
    assert set(json.loads(done.stdout)["contracts"]) == {"A", "lib/B.sol"}


def test_it_reads_nothing_outside_the_base_path(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "B.sol").write_text("pragma solidity ^0.8.30; contract B {}")
    (inside / "link.sol").symlink_to(tmp_path / "B.sol")
    given = standard_json(A='pragma solidity ^0.8.30; import "link.sol"; contract A is B {}')
    done = bridge("--standard-json", "--base-path", str(inside), given=given)
    messages = [error["message"] for error in json.loads(done.stdout)["errors"]]
    assert any("Outside the base path" in message for message in messages)


def test_an_unknown_option_is_refused() -> None:
    done = bridge("--optimize")
    assert done.returncode == 1
    assert "--optimize" in done.stderr
