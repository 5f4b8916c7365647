"""What registrars are asked, as values and as strict JSON. Nothing here is personal data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from hanpyo.protocol.messages import Credential, Rebind
from hanpyo.protocol.types import Address, KeyId

MOST_CREDENTIALS: Final = 1_000
"""Credentials in one list; a batch holds at most 250 acts."""
CheckLevel = Literal["none", "code", "secret"]
"""How a registrar checks the member itself: not at all, by a code it sends, by a letter's code."""
Purpose = Literal["bind", "rebind"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the service says it verified: identity level, methods, time in seconds since 1970."""

    level: str
    methods: tuple[str, ...]
    verified_at: int


@dataclass(frozen=True, slots=True)
class AttestationRequest:
    """One voter's key to be attested, or, for a rebind, the key that is to come.

    `proofs` are the member's own, by registrar: each registrar is shown its own alone.
    """

    election: Address
    voter: int
    key: KeyId
    weight: int
    class_: int
    epoch: int
    evidence: Evidence
    proofs: Mapping[Address, bytes] = field(default_factory=dict, repr=False)

    @property
    def credential(self) -> Credential:
        """The credential that is signed."""
        return Credential(self.voter, self.key, self.weight, self.class_, self.epoch)

    @property
    def rebind(self) -> Rebind:
        """The order to move the voter to this epoch."""
        return Rebind(self.voter, self.epoch)


@dataclass(frozen=True, slots=True)
class About:
    """What a registrar says of itself."""

    name: str
    address: Address
    check: CheckLevel
    policy: str


Hex20 = Annotated[str, Field(pattern=r"^0x[0-9a-f]{40}$")]
Hex32 = Annotated[str, Field(pattern=r"^0x[0-9a-f]{64}$")]
Hex64 = Annotated[str, Field(pattern=r"^0x[0-9a-f]{128}$")]
Weight64 = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,19}$")]
Voter32 = Annotated[int, Field(ge=0, lt=1 << 32)]
Number16 = Annotated[int, Field(ge=0, lt=1 << 16)]


class Wire(BaseModel):
    """JSON with names in camelCase, nothing missing, nothing added, nothing converted."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        alias_generator=to_camel,
        populate_by_name=True,
        hide_input_in_errors=True,
    )


class EvidenceBody(Wire):
    """`Evidence` in JSON."""

    level: str = Field(pattern=r"^L[0-4]$")
    methods: list[Annotated[str, Field(pattern=r"^[a-z0-9_:.-]{1,48}$")]] = Field(max_length=16)
    verified_at: int = Field(ge=0)


class CredentialBody(Wire):
    """A credential in JSON; the weight is decimal text."""

    voter: Voter32
    key: Hex32
    weight: Weight64
    class_: Number16 = Field(alias="class")
    epoch: Number16

    @classmethod
    def of(cls, credential: Credential) -> "CredentialBody":
        """The credential's JSON."""
        return cls.model_validate(
            {
                "voter": credential.voter,
                "key": "0x" + credential.key.hex(),
                "weight": str(credential.weight),
                "class": credential.class_,
                "epoch": credential.epoch,
            }
        )

    @property
    def value(self) -> Credential:
        """The credential."""
        return Credential(
            self.voter, bytes.fromhex(self.key[2:]), int(self.weight), self.class_, self.epoch
        )


class AttestationBody(Wire):
    """One registrar's part of an `AttestationRequest` in JSON."""

    election: Hex20
    credential: CredentialBody
    evidence: EvidenceBody
    proof: Hex32 | None = None

    @classmethod
    def of(cls, request: AttestationRequest, registrar: Address) -> "AttestationBody":
        """What this registrar is sent."""
        proof, evidence = request.proofs.get(registrar), request.evidence
        return cls(
            election="0x" + request.election.hex(),
            credential=CredentialBody.of(request.credential),
            evidence=EvidenceBody(
                level=evidence.level,
                methods=list(evidence.methods),
                verified_at=evidence.verified_at,
            ),
            proof=None if proof is None else "0x" + proof.hex(),
        )

    def value(self, registrar: Address) -> AttestationRequest:
        """The request, as this registrar sees it."""
        credential, evidence = self.credential.value, self.evidence
        return AttestationRequest(
            Address(bytes.fromhex(self.election[2:])),
            credential.voter,
            KeyId(credential.key),
            credential.weight,
            credential.class_,
            credential.epoch,
            Evidence(evidence.level, tuple(evidence.methods), evidence.verified_at),
            {} if self.proof is None else {registrar: bytes.fromhex(self.proof[2:])},
        )


class ListBody(Wire):
    """A list of credentials to be signed at once."""

    election: Hex20
    credentials: list[CredentialBody] = Field(min_length=1, max_length=MOST_CREDENTIALS)

    @classmethod
    def of(cls, election: Address, credentials: Sequence[Credential]) -> "ListBody":
        """The list's JSON."""
        bodies = [CredentialBody.of(each) for each in credentials]
        return cls(election="0x" + election.hex(), credentials=bodies)


class CodeBody(Wire):
    """A member asks this registrar for its code."""

    election: Hex20
    voter: Voter32
    purpose: Purpose = "bind"


class SignatureBody(Wire):
    """A registrar's compact signature."""

    signature: Hex64


class AboutBody(Wire):
    """`About` in JSON."""

    name: str = Field(max_length=200)
    address: Hex20
    check: CheckLevel
    policy: str = Field(max_length=4_000)

    @property
    def value(self) -> About:
        """What the registrar says of itself."""
        address = Address(bytes.fromhex(self.address[2:]))
        return About(self.name, address, self.check, self.policy)

    @classmethod
    def of(cls, about: About) -> "AboutBody":
        """The JSON of it."""
        address = "0x" + about.address.hex()
        return cls(name=about.name, address=address, check=about.check, policy=about.policy)


def plain(body: Wire) -> dict[str, Any]:
    """The body as JSON values."""
    return body.model_dump(by_alias=True)
