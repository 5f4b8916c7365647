"""The outbox: a message is a row of the same transaction as what it tells about.

Recipient and parameters are sealed to the row. `about` makes a message about one thing unique for
its channel, so that a task which is repeated tells nothing twice.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson
from sqlalchemy.orm import Session

from hanpyo.db.models import Notice
from hanpyo.db.types import new_id
from hanpyo.db.vault import Vault
from hanpyo.identity.members import Known


@dataclass(frozen=True, slots=True)
class Letter:
    """What a notice holds once opened."""

    recipient: str = field(repr=False)
    parameters: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to be queued at `now`; after `expires_at` telling it makes no sense any more."""

    election_id: str
    template: str
    parameters: Mapping[str, str] = field(repr=False)
    now: int
    expires_at: int
    member_id: str | None = None
    about: bytes | None = None


def queue(
    session: Session,
    vault: Vault,
    outgoing: Outgoing,
    contact: tuple[str, str],
    *,
    void: bool = False,
) -> None:
    """Queue one message to `contact`, (channel, recipient).

    A void one does the same work, keeps nothing of the recipient and is never sent.
    """
    notice_id = new_id()
    channel, recipient = contact
    sealed = vault.seal(
        orjson.dumps({"to": recipient, "with": dict(outgoing.parameters)}), _context(notice_id)
    )
    session.add(
        Notice(
            id=notice_id,
            election_id=outgoing.election_id,
            member_id=outgoing.member_id,
            channel=channel,
            template=outgoing.template,
            sealed=None if void else sealed,
            about=outgoing.about,
            state="void" if void else "waiting",
            created_at=outgoing.now,
            next_at=outgoing.now,
            expires_at=outgoing.expires_at,
        )
    )


def tell(session: Session, vault: Vault, member: Known, outgoing: Outgoing) -> None:
    """Queue a message to every contact of a member on file."""
    for contact in member.contacts:
        queue(session, vault, outgoing, contact)


def open_letter(vault: Vault, notice: Notice) -> Letter:
    """What a waiting notice holds; raises `VaultError`."""
    if notice.sealed is None:
        return Letter("", {})
    held = orjson.loads(vault.open(notice.sealed, _context(notice.id)))
    return Letter(held["to"], held["with"])


def about(kind: str, *parts: bytes) -> bytes:
    """What makes a message about one thing unique."""
    return hashlib.sha256(b"\0".join((kind.encode(), *parts))).digest()


def _context(notice_id: str) -> str:
    return f"notice:{notice_id}"
