"""An opened envelope: a sealed ballot that a voter looked into instead of casting it.

The page writes it; this code shares nothing with the page, so that the two check each other.
"""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from hanpyo.errors import HanpyoError
from hanpyo.protocol.domain import Domain
from hanpyo.protocol.envelopes import Position, envelope
from hanpyo.protocol.receipts import short_code
from hanpyo.protocol.types import Digest


class EnvelopeRefused(HanpyoError):
    """A file that is no opened envelope, or not of this election."""

    code: ClassVar[str] = "envelope_refused"


class _File(BaseModel):
    model_config = ConfigDict(
        strict=True, extra="ignore", frozen=True, alias_generator=to_camel, populate_by_name=True
    )

    election: str = Field(pattern=r"^0x[0-9a-f]{40}$")
    chain_id: str = Field(pattern=r"^[0-9]{1,78}$")
    voter: int = Field(ge=0, lt=1 << 32)
    epoch: int = Field(ge=0, lt=1 << 16)
    revision: int = Field(ge=0, lt=1 << 16)
    choices: str = Field(pattern=r"^0x([0-9a-f]{2})+$")
    salt: str = Field(pattern=r"^0x[0-9a-f]{64}$")
    envelope: str = Field(pattern=r"^0x[0-9a-f]{64}$")


@dataclass(frozen=True, slots=True)
class OpenedEnvelope:
    """The padded choices that an envelope was said to hold, and whether it does."""

    choices: bytes
    number: str
    """What the voter noted before the envelope was opened."""
    holds: bool


def read_opened(data: bytes, domain: Domain) -> OpenedEnvelope:
    """The opened envelope in a file's bytes; raises `EnvelopeRefused`."""
    try:
        told = _File.model_validate_json(data)
    except ValidationError as error:
        raise EnvelopeRefused("the file is no opened envelope") from error
    place = (int(told.chain_id), told.election)
    if place != (domain.chain_id, "0x" + domain.election.hex()):
        raise EnvelopeRefused("the envelope is of another election")
    choices = bytes.fromhex(told.choices[2:])
    position = Position(domain.context, told.voter, told.epoch, told.revision)
    found = envelope(position, choices, bytes.fromhex(told.salt[2:]))
    claimed = Digest(bytes.fromhex(told.envelope[2:]))
    return OpenedEnvelope(choices, short_code(claimed), found == claimed)
