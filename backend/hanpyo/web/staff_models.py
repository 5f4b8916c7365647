"""What the staff's API reads and answers."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Text = Annotated[str, Field(min_length=1, max_length=200)]
Secret = Annotated[str, Field(min_length=1, max_length=200, repr=False)]
Mail = Annotated[str, Field(min_length=3, max_length=256, repr=False)]


class Model(BaseModel):
    """Strict, closed, in camelCase on the wire."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        alias_generator=to_camel,
        populate_by_name=True,
        hide_input_in_errors=True,
    )


class SignIn(Model):
    """The first step of signing in."""

    mail: Mail
    password: Secret


class SetUp(Model):
    """A set-up link and the password that its holder chooses."""

    token: Secret
    password: Secret


class LinkToken(Model):
    """The token of a link."""

    token: Secret


class PasswordChange(Model):
    """The password in use and the next one."""

    current: Secret
    new: Secret


class Code(Model):
    """A code of an authenticator app."""

    code: Annotated[str, Field(pattern=r"^[0-9]{6}$", repr=False)]


class PasskeyAnswer(Model):
    """What `navigator.credentials.get` gave, by `toJSON`."""

    credential: dict[str, Any] = Field(repr=False)


class NewPasskey(Model):
    """What `navigator.credentials.create` gave, and what its owner calls the passkey."""

    name: Text
    credential: dict[str, Any] = Field(repr=False)


class PasskeyOptions(Model):
    """What to pass to `navigator.credentials` as `publicKey`, by `parse…OptionsFromJSON`."""

    public_key: dict[str, Any]


class SessionState(Model):
    """How far a session is; `csrfToken` goes into the header X-CSRF-Token of every change."""

    second_factor: bool
    csrf_token: str = Field(repr=False)
    expires_at: int


class TotpSecret(Model):
    """What an authenticator app takes in; shown once."""

    secret: str = Field(repr=False)
    address: str = Field(repr=False)


class Passkey(Model):
    """A passkey of one's own."""

    id: str
    name: str = Field(repr=False)
    created_at: int


class HeldRole(Model):
    """A role; an operator's has no organisation."""

    organisation_id: str | None
    role: str


class Me(Model):
    """One's own account and session."""

    id: str
    name: str = Field(repr=False)
    mail: str = Field(repr=False)
    totp: bool
    passkeys: list[Passkey]
    roles: list[HeldRole]
    session: SessionState


class OrganisationIn(Model):
    """A new organisation."""

    name: Text


class Organisation(Model):
    """An organisation."""

    id: str
    name: str
    created_at: int


class Organisations(Model):
    """A page of organisations."""

    organisations: list[Organisation]
    next: str | None


class Person(Model):
    """Somebody with roles in the organisation."""

    id: str
    name: str = Field(repr=False)
    mail: str = Field(repr=False)
    roles: list[str]
    disabled: bool


class People(Model):
    """A page of people."""

    people: list[Person]
    next: str | None


class InvitationIn(Model):
    """Who is invited, and to what."""

    name: Text
    mail: Mail
    role: Literal["organiser", "clerk", "registrar", "observer"]


class OperatorIn(Model):
    """Who is invited to run the installation."""

    name: Text
    mail: Mail


class Invitation(Model):
    """An invitation that waits."""

    id: str
    name: str = Field(repr=False)
    mail: str = Field(repr=False)
    role: str
    expires_at: int


class Invitations(Model):
    """A page of invitations."""

    invitations: list[Invitation]
    next: str | None


class Link(Model):
    """A link that serves once; it is shown here and never again."""

    id: str
    url: str = Field(repr=False)
    expires_at: int


class LogEntry(Model):
    """One entry of the audit log."""

    chain: str
    seq: int
    at: int
    actor: str
    action: str
    subject: str
    details: dict[str, str | int | bool | None]
    previous: str
    hash: str


class Log(Model):
    """A page of the audit log, oldest first."""

    entries: list[LogEntry]
    next: str | None
