"""`hanpyo serve` as a real process: it starts on nothing, stops in order, comes back, alone."""

import signal
import threading
import time
from pathlib import Path

import httpx
import pytest

from tests.commands import run
from tests.service.processes import running

SETTINGS = {"HANPYO_CHAIN__STATE_INTERVAL": "1"}


def test_it_starts_on_nothing_stops_under_load_and_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "data"
    with running("serve", folder, "--port", "0", settings=SETTINGS) as first:
        assert first.wait_until("/healthz").json()["ok"] is True
        genesis = _block(first.url, "0x0")
        monkeypatch.setenv("HANPYO_DATA", str(folder))
        second = run("serve", "--port", "0")
        assert second.status == 2
        assert "data_folder_in_use" in second.errors
        answers, stop = _load(first.url)
        time.sleep(1)
        began = time.monotonic()
        assert first.end() == 0
        assert time.monotonic() - began < 30
        stop.set()
        assert set(answers) == {200}
        assert "tasks_stopped" in first.logged()
    with running("serve", folder, "--port", "0", settings=SETTINGS) as killed:
        killed.wait_until("/healthz")
        assert _block(killed.url, "0x0") == genesis
        killed.end(signal.SIGKILL)
    with running("serve", folder, "--port", "0", settings=SETTINGS) as again:
        again.wait_until("/healthz")
        assert _block(again.url, "0x0") == genesis
        assert again.end(signal.SIGINT) == 0
        assert "Traceback" not in again.logged()


def _load(url: str) -> tuple[list[int], threading.Event]:
    """Requests on and on; their statuses, until the service takes no more connections."""
    answers: list[int] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            try:
                answers.append(httpx.get(url + "/healthz", timeout=10).status_code)
            except httpx.ConnectError:
                return
            except (httpx.ReadError, httpx.RemoteProtocolError):
                return

    for _ in range(4):
        threading.Thread(target=ask, daemon=True).start()
    return answers, stop


def _block(url: str, number: str) -> str:
    request = {"jsonrpc": "2.0", "id": 1, "method": "eth_getBlockByNumber"}
    answer = httpx.post(url + "/rpc", json=request | {"params": [number, False]}, timeout=20)
    return str(answer.json()["result"]["hash"])
