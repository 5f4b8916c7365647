"""What a channel of messages is, and how sending fails."""

from typing import ClassVar, Protocol

from hanpyo.errors import HanpyoError
from hanpyo.identity.notices.templates import Text


class SendFailed(HanpyoError):
    """A message that was not taken; `reason` is a stable name without personal data.

    `final` says that repeating does not help.
    """

    code: ClassVar[str] = "send_failed"

    def __init__(self, reason: str, *, final: bool = False) -> None:
        self.reason = reason[:60]
        self.final = final
        super().__init__(f"the message was not taken: {reason}")


class Channel(Protocol):
    """Carries messages to recipients."""

    @property
    def name(self) -> str:
        """`mail` or `sms`."""

    def send(self, recipient: str, text: Text, reference: str) -> None:
        """Hand one message over; raises `SendFailed`. `reference` is the same when repeated."""

    def rest(self) -> None:
        """Close what was kept open between messages."""
