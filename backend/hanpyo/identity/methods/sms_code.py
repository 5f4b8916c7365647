"""A code sent to the telephone on file by text message."""

from hanpyo.db.vault import Vault
from hanpyo.elections.normal_forms import phone_number
from hanpyo.identity.members import Members
from hanpyo.identity.methods import Method
from hanpyo.identity.methods.sent_code import SentCode

_DIGITS = 6


def sms_code(members: Members, vault: Vault) -> Method:
    """The method `sms`: six digits, which phones fill in by themselves."""
    return SentCode("sms", "phone", "phone", phone_number, _DIGITS, members, vault.lookup)
