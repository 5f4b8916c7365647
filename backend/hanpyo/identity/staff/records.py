"""Accounts as rows: how their personal data is sealed, found and locked."""

import re
import unicodedata
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hanpyo.db.models import Staff, StaffPasskey
from hanpyo.db.vault import Vault
from hanpyo.errors import Invalid

_MAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
_LONGEST_NAME: Final = 100
_LOOKUP: Final = "staff-mail"


def normal_mail(mail: str) -> str:
    """A mail address as it is looked up; raises `Invalid`."""
    normal = unicodedata.normalize("NFKC", mail).strip().casefold()
    if not _MAIL.fullmatch(normal) or not normal.isprintable():
        raise Invalid("mail", "is no mail address")
    return normal


def normal_name(name: str) -> str:
    """A person's name in one line; raises `Invalid`."""
    normal = unicodedata.normalize("NFC", name).strip()
    if not 0 < len(normal) <= _LONGEST_NAME or not normal.isprintable():
        raise Invalid("name", f"needs 1 to {_LONGEST_NAME} printable characters")
    return normal


def lookup_of(vault: Vault, mail: str) -> bytes:
    """By what a mail address, already normal, is kept from now on."""
    return vault.lookup(_LOOKUP, mail)


def found_by_mail(session: Session, vault: Vault, mail: str) -> Staff | None:
    """The account of a mail address, already normal, whichever key of the ring it was kept by."""
    kept = vault.lookups(_LOOKUP, mail)
    return session.scalars(select(Staff).where(Staff.mail_lookup.in_(kept)).limit(1)).first()


def is_mail_of(vault: Vault, lookup: bytes | None, mail: str) -> bool:
    """Whether a kept lookup is this mail address's, by whichever key of the ring."""
    return lookup in vault.lookups(_LOOKUP, mail)


def seal(vault: Vault, owner: str, field: str, text: str) -> bytes:
    """A field of `owner`, such as `staff:<id>`, sealed to its place."""
    return vault.seal(text.encode(), f"{owner}:{field}")


def unseal(vault: Vault, owner: str, field: str, sealed: bytes) -> str:
    """The field in the clear."""
    return vault.open(sealed, f"{owner}:{field}").decode()


def named(staff_id: str) -> str:
    """How the log and the seals name an account."""
    return f"staff:{staff_id}"


def lock(session: Session, staff_id: str) -> Staff:
    """The account's row, locked until the commit."""
    return session.get_one(Staff, staff_id, with_for_update=True, populate_existing=True)


def passkeys_of(session: Session, staff_id: str) -> tuple[StaffPasskey, ...]:
    """The passkeys of an account, oldest first."""
    rows = session.scalars(
        select(StaffPasskey)
        .where(StaffPasskey.staff_id == staff_id)
        .order_by(StaffPasskey.created_at, StaffPasskey.id)
    )
    return tuple(rows)


def has_factor(session: Session, staff: Staff) -> bool:
    """Whether the account has a second factor."""
    passkeys = select(func.count()).where(StaffPasskey.staff_id == staff.id)
    return staff.totp is not None or bool(session.scalar(passkeys))
