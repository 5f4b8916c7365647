"""A code sent to the mail address on file."""

from hanpyo.db.vault import Vault
from hanpyo.elections.normal_forms import mail_address
from hanpyo.identity.members import Members
from hanpyo.identity.methods import Method
from hanpyo.identity.methods.sent_code import SentCode

_DIGITS = 8


def mail_code(members: Members, vault: Vault) -> Method:
    """The method `mail`: eight digits, which a person copies from one window to another."""
    return SentCode("mail", "mail", "mail", mail_address, _DIGITS, members, vault.lookup)
