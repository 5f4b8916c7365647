"""A registrar's own mail server and SMS gateway; where they are is configuration alone."""

from hanpyo.config import MailSection, SmsSection
from hanpyo.identity.notices.channels import Channel
from hanpyo.identity.notices.mail import Mail
from hanpyo.identity.notices.sms import Sms
from hanpyo.identity.notices.templates import Text


class Outlet:
    """Sends to mail addresses and phones, as far as either is configured. For any thread."""

    def __init__(self, mail: MailSection, sms: SmsSection) -> None:
        self._mail = mail
        self._sms = sms

    @property
    def families(self) -> frozenset[str]:
        """What can be reached: `mail`, `phone`."""
        found = {"mail": self._mail.host, "phone": self._sms.url}
        return frozenset(family for family, place in found.items() if place)

    def send(self, family: str, to: str, text: Text, reference: str) -> None:
        """Send one message; raises `SendFailed`. `reference` is the same when repeated."""
        channel: Channel = Mail(self._mail) if family == "mail" else Sms(self._sms)
        try:
            channel.send(to, text, reference)
        finally:
            channel.rest()
