"""What members' requests and answers look like."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

Hex32 = Annotated[str, Field(pattern=r"^0x[0-9a-f]{64}$")]
Hex20 = Annotated[str, Field(pattern=r"^0x[0-9a-fA-F]{40}$")]
Id = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
MethodName = Annotated[str, Field(pattern=r"^[a-z]{2,16}(:[a-z0-9_-]{1,32})?$")]


def _camel(name: str) -> str:
    return to_camel(name.rstrip("_"))


class _Body(BaseModel):
    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        alias_generator=_camel,
        populate_by_name=True,
        hide_input_in_errors=True,
    )


class LinkEntry(_Body):
    """A personal link's token, out of the fragment of its URL."""

    token: str = Field(min_length=1, max_length=100)


class Entry(_Body):
    """A personal code: a link's token, or a letter's code as it was typed."""

    method: Literal["link", "letter"]
    code: str = Field(min_length=1, max_length=100)


class ChallengeIn(_Body):
    """A method to be begun; `contact` is the mail address or phone number of a first factor."""

    method: MethodName
    contact: str = Field(default="", max_length=254)


class ChallengeOut(_Body):
    """What the page has to show; the same for members and for anybody else."""

    challenge: str
    method: str
    expires_at: int
    show: dict[str, Any]


class Answer(_Body):
    """An answer to a challenge; which fields, its method says."""

    code: str | None = Field(default=None, max_length=4_096)
    iss: str | None = Field(default=None, max_length=1_000)
    birth_date: str | None = Field(default=None, max_length=40)
    message: str | None = Field(default=None, max_length=2_000)
    signature: str | None = Field(default=None, max_length=8_192)
    certificates: list[Annotated[str, Field(max_length=8_192)]] | None = Field(
        default=None, max_length=5
    )
    credential: dict[str, Any] | None = None


class Verification(_Body):
    """A challenge with its answer."""

    challenge: Id
    answer: Answer


class SessionOut(_Body):
    """A session: the bearer token of what follows, and what is still missing."""

    token: str
    election: str
    expires_at: int
    level: str
    required: str
    enough: bool
    missing: list[str]


class MethodsOut(_Body):
    """How members of an election prove who they are."""

    required: str
    methods: list[str]


class FactorOut(_Body):
    """One proof that was shown."""

    method: str
    at: int


class KeyOut(_Body):
    """The voter key that is bound."""

    key: str
    epoch: int
    bound_at: int
    attested: bool


class MeOut(_Body):
    """Who is signed in; the roll's part only once the election's level is reached.

    `weight` is decimal text, `name` is masked. `listed` says that the roll names the member's
    wallet.
    """

    election: str
    title: str
    expires_at: int
    level: str
    required: str
    enough: bool
    missing: list[str]
    factors: list[FactorOut]
    name: str | None
    voter: int | None
    weight: str | None
    class_: int | None
    listed: bool | None
    key: KeyOut | None


class RegistrarProof(_Body):
    """A member's own proof for one registrar that checks members itself."""

    registrar: Hex20
    proof: Hex32


class KeyIn(_Body):
    """A voter key: an address, or the point of a P-256 key or a passkey."""

    type: Literal["address", "p256", "webauthn"]
    address: Hex20 | None = None
    x: Hex32 | None = None
    y: Hex32 | None = None
    proofs: list[RegistrarProof] = Field(default_factory=list, max_length=255)

    @model_validator(mode="after")
    def _whole(self) -> "KeyIn":
        point = (self.x, self.y)
        whole = (
            self.address is not None and point == (None, None)
            if self.type == "address"
            else self.address is None and None not in point
        )
        if not whole:
            raise ValueError("give an address, or x and y of a point, as the type says")
        return self


class SignatureOut(_Body):
    """One registrar's compact signature (EIP-2098); `index` is its place in the manifest."""

    index: int
    signature: str


class CredentialOut(_Body):
    """The registrars' one-entry credential of a voter key, as a ballot needs it."""

    voter: int
    key: str
    weight: str
    class_: int
    epoch: int
    attestations: list[SignatureOut]
    bound_at: int


class RebindOut(_Body):
    """A move to another key: `collecting`, `signed`, `sent`, `done`, `failed`."""

    epoch: int
    state: str


class CodesIn(_Body):
    """For what the registrars are to send their own codes."""

    purpose: Literal["bind", "rebind"] = "bind"


class CodesOut(_Body):
    """How many registrars took the request."""

    registrars: int


class PasskeyOptionsOut(_Body):
    """What `navigator.credentials.create` is given."""

    challenge: str
    expires_at: int
    options: dict[str, Any]


class PasskeyIn(_Body):
    """What it answered."""

    challenge: Id
    credential: dict[str, Any]


class PasskeyOut(_Body):
    """The new passkey's point; it may also be the voter key, of type `webauthn`."""

    x: str
    y: str


class AppearanceIn(_Body):
    """A member who stands before a clerk."""

    voter: int = Field(ge=0, lt=1 << 32)


class AppearanceOut(_Body):
    """Whether a second clerk has confirmed it."""

    confirmed: bool


class InvitationsIn(_Body):
    """Whom to invite: letters for nobody, whoever has no contact on file, or all.

    `again` invites those too who were invited before, and ends what the same channel carried then.
    """

    letters: Literal["none", "unreachable", "all"] = "none"
    again: bool = False


class LetterOut(_Body):
    """What stands in one letter."""

    voter: int
    name: str
    address: str
    code: str
    link: str


class InvitedOut(_Body):
    """Messages that were queued, and letters to print; the letters are shown this once."""

    members: int
    messages: int
    letters: list[LetterOut]
