"""What holds for every test: nothing is skipped, properties are reproducible, tools are found."""

import gc
import os
import socket
from collections.abc import Generator
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

from tests.fault_table import table
from tests.shared_urls import share_compiled_urls

ROOT = Path(__file__).resolve().parents[1]
INTEGRATION = ROOT / "tests" / "integration"
_LONG, _SHARING, _APART = range(3)

share_compiled_urls()

# Unconfigured, structlog prints on the output, where commands under test print their JSON.
structlog.configure(logger_factory=structlog.stdlib.LoggerFactory())

settings.register_profile("default", deadline=None, derandomize=True, max_examples=50)
settings.register_profile(
    "deep",
    deadline=None,
    derandomize=True,
    max_examples=2_000,
    stateful_step_count=100,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

os.environ.setdefault("SOLCX_BINARY_PATH", str(ROOT / ".toolchain" / "solcx"))
os.environ["PATH"] = os.pathsep.join(
    [str(ROOT / ".venv" / "bin"), str(ROOT / ".toolchain" / "bin"), os.environ["PATH"]]
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker runs the tests that share what a module sets up; the longest groups begin first.

    Groups that a module names itself are the longest. Unit tests set nothing up: they go one by one
    to whichever worker is free, last, so that all workers end together.
    """
    ranks = {id(each): _rank(each) for each in items}
    for item in items:
        if ranks[id(item)] == _SHARING:
            item.add_marker(pytest.mark.xdist_group(item.location[0]))
    items.sort(key=lambda each: ranks[id(each)])


def _rank(item: pytest.Item) -> int:
    if item.get_closest_marker("xdist_group") is not None:
        return _LONG
    return _SHARING if INTEGRATION in item.path.parents else _APART


def pytest_collection_finish() -> None:
    """Leave thousands of collected tests, which stay, out of each search for garbage."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table of faults and counts, where faults were made."""
    reports = [each for found in terminalreporter.stats.values() for each in found]
    called = (each for each in reports if getattr(each, "when", None) == "call")
    lines = table(each.user_properties for each in called)
    if lines:
        terminalreporter.section("faults survived, in ballots")
        terminalreporter.write_line("\n".join(lines))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


# Ape would have all workers try the same port first.
os.environ["APE_FOUNDRY_HOST"] = f"http://127.0.0.1:{_free_port()}"


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped:
        report.outcome = "failed"
        report.longrepr = (
            f"skipped or expected to fail, which counts as a failure: {report.longrepr}"
        )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that was skipped has not held."""
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A module that was skipped has not held."""
    report = yield
    _refuse_skip(report)
    return report
