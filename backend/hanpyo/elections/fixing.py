"""The moment after which nothing of an election changes: roll drawn, text and manifest made.

Everything that its contract is made from is kept in one transaction, before anything is sent.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from hanpyo.built import Assets
from hanpyo.chain.contracts import FactoryContract
from hanpyo.config import Settings
from hanpyo.db.models import Election, Organisation
from hanpyo.db.vault import Vault
from hanpyo.elections.definition import Definition
from hanpyo.elections.drafting import manifest_of
from hanpyo.elections.drafts import definition_in
from hanpyo.elections.drawing import draw_roll_of
from hanpyo.elections.plan import Plan
from hanpyo.elections.situation import with_registrars
from hanpyo.identity.staff import audit_log
from hanpyo.protocol.roll import encode_roll
from hanpyo.protocol.types import Address, Timestamp

_NONCE_BITS: Final = 64


@dataclass(frozen=True, slots=True)
class Ground:
    """Where an election is fixed: by which factory and organiser, on which chain, when.

    `now` is the chain's time, `start` a block before the contract's creation.
    """

    factory: FactoryContract
    organiser: Address
    chain_id: int
    now: int
    start: int


def text_of(
    election: Election,
    definition: Definition,
    organisation: str,
    log: bytes,
    code: Mapping[str, str],
) -> dict[str, Any]:
    """The text of an election: the definition's, and what ties it to the service.

    `log` is the head of the organisation's audit log, `code` the integrity of the scripts that
    voters' browsers run. A test election says that it is one.
    """
    text: dict[str, Any] = {"organisation": organisation} | definition.text()
    text |= {"title": election.title, "log": "0x" + log.hex(), "votingCode": dict(code)}
    return text | ({"test": True} if election.test else {})


def fix(session: Session, row: Election, ground: Ground, settings: Settings, vault: Vault) -> None:
    """Draw the roll and keep text, manifest, nonce and address; raises `HanpyoError`.

    The text names the voting code of this very installation, as it is built now.
    """
    definition = with_registrars(definition_in(row), settings)
    classes = definition.class_rows()
    roll = draw_roll_of(session, vault, row.id)
    organisation = session.get_one(Organisation, row.organisation_id)
    log = audit_log.head(session, row.organisation_id)
    plan = Plan(
        secrecy=definition.secrecy_kind,
        text=text_of(row, definition, organisation.name, log, Assets().voting_code()),
        items=definition.agenda(),
        roll=roll,
        classes=classes,
    )
    now = Timestamp(ground.now)
    manifest = manifest_of(definition, plan, ground.organiser, now, ground.chain_id)
    nonce = secrets.randbits(_NONCE_BITS)
    row.text, row.roll, row.manifest = plan.text_json, encode_roll(roll), manifest.encode()
    row.nonce = str(nonce)
    row.address = bytes.fromhex(ground.factory.address_of(manifest, nonce)[2:])
    row.created_block = ground.start
    row.opens_at, row.closes_at = manifest.timetable.opens_at, manifest.timetable.closes_at
