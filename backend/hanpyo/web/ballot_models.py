"""What requests and answers about ballots look like."""

from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

LONGEST_SIGNATURE: Final = 2_048
LONGEST_PAYLOAD: Final = 16_384

Hex = Annotated[str, Field(pattern=r"^0x([0-9a-fA-F]{2})*$")]


class _Body(BaseModel):
    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True
    )


class RegistrarSignature(_Body):
    """One registrar's signature of the voter's credential, in compact form (EIP-2098)."""

    index: Annotated[int, Field(ge=0, le=254)]
    signature: Annotated[Hex, Field(min_length=130, max_length=130)]


class BallotBody(_Body):
    """A signed ballot (docs/protocol.md sections 4 and 7).

    `key` is the signing address, or x ‖ y of a point for key types 2 (P-256) and 3 (WebAuthn).
    `signature` has 64 bytes (EIP-2098) or 65 (v 27 or 28, low s); a contract wallet (`wallet`) and
    WebAuthn have their own. `chainId` and `verifyingContract` are compared where given.
    """

    voter: Annotated[int, Field(ge=0, lt=1 << 32)]
    epoch: Annotated[int, Field(ge=0, lt=1 << 16)] = 0
    revision: Annotated[int, Field(ge=0, lt=1 << 16)] = 0
    kind: Annotated[int, Field(ge=1, le=2)] = 1
    key_type: Annotated[int, Field(ge=1, le=3)] = 1
    key: Annotated[Hex, Field(min_length=42, max_length=130)]
    wallet: bool = False
    signature: Annotated[Hex, Field(max_length=2 + 2 * LONGEST_SIGNATURE)]
    payload: Annotated[Hex, Field(max_length=2 + 2 * LONGEST_PAYLOAD)]
    attestations: Annotated[tuple[RegistrarSignature, ...], Field(max_length=255)] = ()
    chain_id: Annotated[str, Field(pattern=r"^(0|[1-9][0-9]{0,77})$")] | None = None
    verifying_contract: Annotated[str, Field(pattern=r"^0x[0-9a-fA-F]{40}$")] | None = None


class PromiseAnswer(_Body):
    """The relay's promise: EIP-712 `Promise(ballot, includeBy)` in the election's domain."""

    ballot: str
    include_by: int
    relay: str
    signature: str


class AcceptedAnswer(_Body):
    """The ballot is kept and will be recorded; `receipt` is its short code.

    `warnings` names items, from 1, whose choices will count as invalid.
    """

    digest: str
    receipt: str
    promise: PromiseAnswer
    warnings: tuple[int, ...]


class BallotAnswer(_Body):
    """Where a ballot stands, without its choice.

    `evidence` is what the relay signs when a promise ended without a record.
    """

    digest: str
    receipt: str
    election: str
    state: str
    cause: str | None
    received_at: int
    promise: PromiseAnswer
    settled_at: int | None
    block: int | None
    block_time: int | None
    transaction: str | None
    evidence: dict[str, Any] | None


class RelayAnswer(_Body):
    """The relay's work for one election; ages and times in seconds."""

    relay: str
    margin: int
    include_within: int
    waiting: int
    oldest_age: int | None
    next_include_by: int | None
