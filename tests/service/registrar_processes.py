"""Registrars that really run as processes of their own, and servers that lie in their place."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from eth_account import Account

from hanpyo.protocol.signatures import address_of
from hanpyo.registrar.opening import Desk, open_desk
from hanpyo.registrar.remote import RemoteRegistrar
from hanpyo.registrar.settings import load_registrar_settings
from hanpyo.registrar.signing import Signer
from tests.service.serving import handled

TOKEN = "a-token-of-the-service-in-tests"
_PROGRAM = (sys.executable, "-c", "from hanpyo.cli import main; main()", "registrar")
_LISTENS = re.compile(r"listens on (http://\S+)")
_START = 40.0


@dataclass
class RegistrarProcess:
    """`hanpyo registrar serve` with a key, a folder and a configuration."""

    folder: Path
    key: bytes
    node_url: str
    chain_id: int
    name: str = "감사위원회"
    options: dict[str, Any] = field(default_factory=dict)
    url: str = ""
    process: subprocess.Popen[str] | None = None

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        keystore = Account.encrypt(self.key, "password", kdf="pbkdf2", iterations=1_000)
        self.private_file("key.json", json.dumps(keystore))
        self.private_file("password", "password\n")
        self.private_file("token", TOKEN + "\n")
        self.config.write_text(self._toml(), encoding="utf-8")

    @property
    def config(self) -> Path:
        return self.folder / "registrar.toml"

    def start(self) -> None:
        """Begin to start; `wait` before use."""
        log = (self.folder / "log").open("ab")
        self.process = subprocess.Popen(
            [*_PROGRAM, "serve", "--config", str(self.config)],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
        log.close()

    def wait(self) -> None:
        """Until it listens."""
        assert self.process is not None
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = _LISTENS.search(line)
        assert found, f"{line!r}\n{(self.folder / 'log').read_text()}"
        self.url = found[1]

    def stop(self, kind: signal.Signals = signal.SIGTERM) -> None:
        """End it with all its processes, as a supervisor or a power cut would."""
        if self.process is None:
            return
        if kind is signal.SIGKILL:
            for child in _children(self.process.pid):
                os.kill(child, kind)
        self.process.send_signal(kind)
        self.process.wait(_START)
        if self.process.stdout:
            self.process.stdout.close()
        self.process = None

    def client(self, token: str = TOKEN, seconds: float = 8.0) -> RemoteRegistrar:
        return RemoteRegistrar(
            name=self.name, address=address_of(self.key), url=self.url, token=token, seconds=seconds
        )

    def desk(self) -> Desk:
        """The registrar's books, opened beside its process."""
        return open_desk(load_registrar_settings(self.config), Signer(self.key))

    def private_file(self, name: str, text: str) -> None:
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o600)

    def _toml(self) -> str:
        plain = {
            "name": self.name,
            "policy": "명부와 대조합니다.",
            "data": str(self.folder / "data"),
            "keystore": str(self.folder / "key.json"),
            "password_file": str(self.folder / "password"),
            "token_file": str(self.folder / "token"),
            "rpc_url": self.node_url,
            "chain_id": self.chain_id,
            "confirmations": 1,
            "port": 0,
        } | {name: value for name, value in self.options.items() if not isinstance(value, dict)}
        lines = [
            f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in plain.items()
        ]
        for section, values in self.options.items():
            if isinstance(values, dict):
                lines.append(f"[{section}]")
                lines += [f"{name} = {json.dumps(value)}" for name, value in values.items()]
        return "\n".join(lines) + "\n"


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(each) for each in listed.split()]


@contextmanager
def running(processes: list[RegistrarProcess]) -> Iterator[list[RegistrarProcess]]:
    """The processes, started side by side."""
    try:
        for each in processes:
            each.start()
        for each in processes:
            each.wait()
        yield processes
    finally:
        for each in processes:
            if each.process:
                each.process.terminate()
        for each in processes:
            each.stop()


Reply = Callable[[BaseHTTPRequestHandler, bytes], None]


@contextmanager
def liar(reply: Reply) -> Iterator[str]:
    """The URL of a server that answers every POST by `reply`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            try:
                reply(self, body)
            except OSError:
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            pass

    with handled(Handler) as url:
        yield url


@contextmanager
def silent() -> Iterator[str]:
    """The URL of something that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def answer(status: int, body: bytes, kind: str = "application/json") -> Reply:
    """A reply with this status and body."""

    def reply(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return reply


def dripping(handler: BaseHTTPRequestHandler, _: bytes) -> None:
    """One byte at a time, for ever."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.end_headers()
    while True:
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.05)
