"""A registrar's own mail server and SMS gateway; where they are is configuration alone.

What fails says what kind of failure it was, and nothing of recipient or text.
"""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import ClassVar, Final

import httpx

from hanpyo.config import MailSection, SmsSection
from hanpyo.errors import HanpyoError
from hanpyo.registrar.words import Message

_SECONDS: Final = 15.0
_OK: Final = range(200, 300)


class SendingFailed(HanpyoError):
    """The message was not taken; it may be sent again."""

    code: ClassVar[str] = "sending_failed"
    retryable: ClassVar[bool] = True


class Outlet:
    """Sends to mail addresses and phones, as far as either is configured."""

    def __init__(self, mail: MailSection, sms: SmsSection) -> None:
        self._mail = mail
        self._sms = sms

    @property
    def families(self) -> frozenset[str]:
        """What can be reached: `mail`, `phone`."""
        found = {"mail": self._mail.host, "phone": self._sms.url}
        return frozenset(family for family, place in found.items() if place)

    def send(self, family: str, to: str, message: Message) -> None:
        """Send one message; raises `SendingFailed`."""
        if family == "mail":
            self._send_mail(to, message)
        else:
            self._send_sms(to, message)

    def _send_mail(self, to: str, message: Message) -> None:
        settings = self._mail
        mail = EmailMessage()
        try:
            mail["From"], mail["To"], mail["Subject"] = settings.sender, to, message.subject
            mail["Date"], mail["Message-ID"] = formatdate(localtime=False), make_msgid("registrar")
            mail["Auto-Submitted"] = "auto-generated"
            mail.set_content(message.text)
            with self._connect() as server:
                if settings.username and settings.password:
                    server.login(settings.username, settings.password.get_secret_value())
                server.send_message(mail)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise SendingFailed(f"the mail server took no message: {_kind(error)}") from None

    def _connect(self) -> smtplib.SMTP:
        settings, host = self._mail, self._mail.host or ""
        context = ssl.create_default_context()
        if settings.security == "tls":
            return smtplib.SMTP_SSL(host, settings.port, timeout=_SECONDS, context=context)
        server = smtplib.SMTP(host, settings.port, timeout=_SECONDS)
        if settings.security == "starttls":
            server.starttls(context=context)
        return server

    def _send_sms(self, to: str, message: Message) -> None:
        token = self._sms.token
        headers = {"Authorization": f"Bearer {token.get_secret_value()}"} if token else {}
        try:
            response = httpx.post(
                self._sms.url or "",
                json={"to": to, "text": message.text},
                headers=headers,
                timeout=_SECONDS,
                follow_redirects=False,
                trust_env=False,
            )
        except httpx.HTTPError as error:
            raise SendingFailed(f"the SMS gateway took no message: {_kind(error)}") from None
        if response.status_code not in _OK:
            raise SendingFailed(f"the SMS gateway answered {response.status_code}")


def _kind(error: Exception) -> str:
    return type(error).__name__
