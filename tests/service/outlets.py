"""A mail server and an SMS gateway on loopback, which fail as a test tells them."""

import asyncio
import json
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from tests.service.serving import handled


@dataclass
class Mailbox:
    """What an SMTP server took; `refusal` is what it answers to recipients, `delay` before data."""

    taken: list[EmailMessage] = field(default_factory=list)
    connections: int = 0
    refusal: str = ""
    delay: float = 0.0
    port: int = 0

    async def handle_EHLO(  # noqa: N802  aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, lines: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return lines

    async def handle_RCPT(  # noqa: N802  aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        await asyncio.sleep(self.delay)
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.taken.append(message)
        return "250 OK"


def _let_in(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    right = (data.login, data.password) == (b"hanpyo", b"a-mail-password")
    return AuthResult(success=right, handled=False)


class _AnyPort(Controller):
    """Finds itself at the port that the system gave it."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # aiosmtpd's own


@contextmanager
def mail_server(
    *, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None
) -> Iterator[Mailbox]:
    """A running mail server: plain, TLS from the first byte, or STARTTLS with a password."""
    mailbox = Mailbox()
    more: dict[str, Any] = {}
    if starttls is not None:
        more = {"tls_context": starttls, "require_starttls": True, "authenticator": _let_in}
        more["auth_required"] = True
    controller = _AnyPort(mailbox, hostname="127.0.0.1", port=0, ssl_context=tls, **more)
    controller.start()
    mailbox.port = controller.port
    try:
        yield mailbox
    finally:
        controller.stop()


@dataclass
class Gateway:
    """What an SMS gateway was sent; it answers `status` after `delay` seconds."""

    taken: list[dict[str, str]] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)
    status: int = 200
    body: bytes = b"{}"
    delay: float = 0.0
    url: str = ""
    redirected: int = 0


@contextmanager
def sms_gateway() -> Iterator[Gateway]:
    """A running gateway."""
    gateway = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path != "/send":
                gateway.redirected += 1
            gateway.taken.append(json.loads(sent))
            gateway.tokens.append(self.headers["Authorization"])
            time.sleep(gateway.delay)
            self.send_response(gateway.status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", str(len(gateway.body)))
            self.end_headers()
            with suppress(BrokenPipeError):  # whoever asked did not wait
                self.wfile.write(gateway.body)

        def log_message(self, *_: Any) -> None:
            pass

    with handled(Handler) as url:
        gateway.url = f"{url}/send"
        yield gateway
