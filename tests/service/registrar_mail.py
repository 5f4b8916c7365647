"""A mail server on loopback that keeps what it is sent."""

import email
import email.policy
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from threading import Condition
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class Mailbox:
    """The mails that came, each with its recipient."""

    port: int = 0
    came: list[tuple[str, EmailMessage]] = field(default_factory=list)
    refusing: bool = False
    _changed: Condition = field(default_factory=Condition)

    async def handle_DATA(  # noqa: N802  aiosmtpd looks for this name
        self, _: Any, __: Any, envelope: Any
    ) -> str:
        if self.refusing:
            return "451 try again later"
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        with self._changed:
            self.came += [(to, message) for to in envelope.rcpt_tos]
            self._changed.notify_all()
        return "250 OK"

    def wait(self, count: int, seconds: float = 20.0) -> list[tuple[str, str]]:
        """Recipients and texts, once so many came."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.came) >= count, seconds), self.texts
        return self.texts

    @property
    def texts(self) -> list[tuple[str, str]]:
        return [(to, message.get_content()) for to, message in self.came]

    @property
    def settings(self) -> dict[str, Any]:
        """The mail section of a configuration."""
        return {"host": "127.0.0.1", "port": self.port, "security": "none", "sender": "r@x.test"}


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        box = Mailbox(port=probe.getsockname()[1])
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
