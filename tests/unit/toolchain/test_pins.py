"""Every pin is exact, carries its hash, and names no host."""

import json
import re
from pathlib import Path

import pytest
import yaml

from scripts.toolchain.project import NODE_MODULES, ROOT, SOLC_VERSION
from scripts.toolchain.solidity import EVM_VERSION, OPTIMIZER_RUNS

PYTHON_LOCKS = sorted((ROOT / "requirements").rglob("*.lock"))
NPM_LOCK = ROOT / "package-lock.json"
REQUIREMENT = re.compile(r"^[a-z0-9].*?(?:\\\n.*?)*$", re.MULTILINE)


def test_the_python_locks_are_there() -> None:
    assert {"dev.lock", "build.lock", "installer.lock", "node.lock"} <= {
        lock.name for lock in PYTHON_LOCKS
    }


@pytest.mark.parametrize("lock", PYTHON_LOCKS, ids=lambda lock: lock.name)
def test_each_python_pin_is_exact_and_hashed(lock: Path) -> None:
    pins = REQUIREMENT.findall(lock.read_text())
    assert pins
    assert [pin for pin in pins if "==" not in pin or "--hash=sha256:" not in pin] == []


@pytest.mark.parametrize("lock", PYTHON_LOCKS, ids=lambda lock: lock.name)
def test_no_python_lock_names_a_host(lock: Path) -> None:
    assert "://" not in lock.read_text()


def test_each_npm_package_has_an_integrity_hash() -> None:
    packages = json.loads(NPM_LOCK.read_text())["packages"]
    unhashed = [
        name
        for name, entry in packages.items()
        if name
        and not entry.get("inBundle")
        and not entry.get("integrity", "").startswith("sha512-")
    ]
    assert unhashed == []


def test_the_npm_lock_names_no_registry() -> None:
    packages = json.loads(NPM_LOCK.read_text())["packages"]
    assert [name for name, entry in packages.items() if "resolved" in entry] == []


def test_npm_pins_are_exact() -> None:
    package = json.loads((ROOT / "package.json").read_text())
    pins = package["devDependencies"] | package["optionalDependencies"]
    assert [pin for pin in pins.values() if not re.fullmatch(r"\d+\.\d+\.\d+", pin)] == []


def test_the_compiler_is_the_same_everywhere() -> None:
    package = json.loads((ROOT / "package.json").read_text())
    installed = json.loads((NODE_MODULES / "solc" / "package.json").read_text())
    ape = yaml.safe_load((ROOT / "ape-config.yaml").read_text())["solidity"]
    assert package["devDependencies"]["solc"] == SOLC_VERSION
    assert installed["version"] == SOLC_VERSION
    assert ape["version"] == SOLC_VERSION


def test_ape_compiles_with_the_settings_of_the_artifacts() -> None:
    ape = yaml.safe_load((ROOT / "ape-config.yaml").read_text())["solidity"]
    assert ape["evm_version"] == EVM_VERSION
    assert ape["optimization_runs"] == OPTIMIZER_RUNS
    assert ape["optimize"] is True
    assert ape["via_ir"] is True
