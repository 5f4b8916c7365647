"""Mail by SMTP: one connection for messages that follow each other, TLS as the settings say."""

import smtplib
import ssl
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, parseaddr
from typing import Final

from hanpyo.config import MailSection
from hanpyo.identity.notices.channels import SendFailed
from hanpyo.identity.notices.templates import Text, one_line

_SECONDS: Final = 10.0
_PERMANENT: Final = range(500, 600)


class Mail:
    """The channel `mail`. For one thread."""

    name = "mail"

    def __init__(
        self,
        settings: MailSection,
        *,
        tls: ssl.SSLContext | None = None,
        seconds: float = _SECONDS,
    ) -> None:
        """`seconds` bounds each step of the conversation; certificates are verified by `tls`."""
        self._settings = settings
        self._tls = tls or ssl.create_default_context()
        self._seconds = seconds
        self._connection: smtplib.SMTP | None = None

    def send(self, recipient: str, text: Text, reference: str) -> None:
        """Hand one mail over; raises `SendFailed`."""
        message = compose(self._settings.sender, recipient, text, reference)
        try:
            connection = self._connected()
            connection.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            raise SendFailed(f"smtp_{code}", final=code in _PERMANENT) from None
        except smtplib.SMTPResponseException as error:
            self.rest()
            raise SendFailed(f"smtp_{error.smtp_code}") from None
        except smtplib.SMTPNotSupportedError:
            self.rest()
            raise SendFailed("smtp_not_supported") from None
        except ssl.SSLError:
            self.rest()
            raise SendFailed("smtp_tls") from None
        except (smtplib.SMTPException, OSError) as error:
            self.rest()
            late = isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)
            raise SendFailed("smtp_timeout" if late else "smtp_unreachable") from None

    def rest(self) -> None:
        """Close the connection; harmless when there is none."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.quit()
            except (smtplib.SMTPException, OSError):
                connection.close()

    def _connected(self) -> smtplib.SMTP:
        if self._connection is None:
            self._connection = self._connect()
        return self._connection

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        if settings.host is None:
            raise SendFailed("not_configured")
        connection: smtplib.SMTP
        if settings.security == "tls":
            connection = smtplib.SMTP_SSL(
                settings.host, settings.port, timeout=self._seconds, context=self._tls
            )
        else:
            connection = smtplib.SMTP(settings.host, settings.port, timeout=self._seconds)
        try:
            if settings.security == "starttls":
                connection.starttls(context=self._tls)
            if settings.username is not None and settings.password is not None:
                connection.login(settings.username, settings.password.get_secret_value())
        except BaseException:
            connection.close()
            raise
        return connection


def compose(sender: str, recipient: str, text: Text, reference: str) -> EmailMessage:
    """The mail; a recipient or sender that is no address raises `SendFailed`."""
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = _sender(sender)
        message["To"] = Address(addr_spec=_plain(recipient))
    except (ValueError, HeaderParseError):
        raise SendFailed("bad_address", final=True) from None
    message["Subject"] = one_line(text.subject)
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{reference}@{parseaddr(sender)[1].rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text.body, charset="utf-8", cte="base64")
    return message


def _sender(text: str) -> Address:
    shown, address = parseaddr(text)
    return Address(display_name=shown, addr_spec=_plain(address))


def _plain(recipient: str) -> str:
    if not recipient.isprintable() or "@" not in recipient:
        raise ValueError
    return recipient
