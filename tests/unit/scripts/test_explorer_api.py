"""Handing sources to an explorer: what is sent, and what is said when it is refused."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from hanpyo.chain.artifact import load_artifact
from scripts.explorer_api import Explorer, ExplorerRefused

ADDRESS = "0x" + "11" * 20


class Desk(HTTPServer):
    """An explorer that keeps what it was sent."""

    answer: bytes = b'{"status": "1", "result": "receipt"}'
    form: dict[str, list[str]]
    query: dict[str, list[str]]


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        desk: Any = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        desk.form = parse_qs(body.decode(), keep_blank_values=True)
        desk.query = parse_qs(urlsplit(self.path).query)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(desk.answer)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk(("127.0.0.1", 0), Handler) as desk:
        thread = threading.Thread(target=desk.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield desk
        desk.shutdown()
        thread.join()


def explorer(desk: Desk) -> Explorer:
    return Explorer(f"http://127.0.0.1:{desk.server_port}/v2/api", 1001, "secret")


def test_a_contract_is_sent_whole(desk: Desk) -> None:
    artifact = load_artifact("ElectionFactory")
    receipt = explorer(desk).publish(ADDRESS, artifact, b"\x01\x02")
    sent = {name: values[0] for name, values in desk.form.items()}
    assert receipt == "receipt"
    assert desk.query["chainid"] == ["1001"]
    assert sent["contractaddress"] == ADDRESS
    assert sent["contractname"] == "contracts/ElectionFactory.sol:ElectionFactory"
    assert sent["compilerversion"].startswith("v0.8.30+commit.")
    assert sent["constructorArguements"] == "0102"
    assert "contracts/ElectionFactory.sol" in json.loads(sent["sourceCode"])["sources"]


@pytest.mark.parametrize("answer", [b'{"status": "0", "result": "no"}', b"not json"])
def test_a_refusal_is_told(desk: Desk, answer: bytes) -> None:
    desk.answer = answer
    with pytest.raises(ExplorerRefused):
        explorer(desk).publish(ADDRESS, load_artifact("ElectionFactory"), b"")


@pytest.mark.parametrize("url", ["file:///etc/hosts", "http://127.0.0.1:9"])
def test_an_explorer_out_of_reach_is_told(url: str) -> None:
    with pytest.raises(ExplorerRefused):
        Explorer(url, 1, "secret").publish(ADDRESS, load_artifact("ElectionFactory"), b"")
