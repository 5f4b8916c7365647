"""How an installation is set up: one TOML file, and over it the environment; checked at the start.

Every setting is `HANPYO_<SECTION>__<NAME>` in the environment and `[section] name` in the file
that `HANPYO_CONFIG` names. Secrets may stand in the environment or in private files, never in the
database. Durations are seconds, money is wei.
"""

import os
from pathlib import Path
from typing import Any, ClassVar, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from hanpyo.errors import HanpyoError

CONFIG_VARIABLE: Final = "HANPYO_CONFIG"
GWEI: Final = 10**9
ETHER: Final = 10**18


class ConfigError(HanpyoError):
    """A setting that is unknown, missing or out of its range."""

    code: ClassVar[str] = "bad_configuration"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class ChainSection(_Section):
    """The chain of the installation; without `rpc_urls` an embedded one is started."""

    rpc_urls: tuple[str, ...] = Field(default=(), repr=False)
    """Nodes of one chain, in the order they are tried."""
    block_time: int = Field(default=1, ge=1)
    """Seconds a block of the embedded chain."""
    state_interval: int = Field(default=5, ge=1)
    """Seconds between saves of the embedded chain: what a power cut takes back at most."""
    factory: str | None = None
    """The election factory; an embedded chain deploys one where none is named."""
    confirmations: int | None = Field(default=None, ge=1)
    """Blocks after which a block is final; None follows the chain's `finalized` tag."""
    stale_after: int = Field(default=60, ge=5)
    """Age of the newest block above which ballots are not taken."""
    poll: float = Field(default=0.5, gt=0)
    """Seconds between looks at the chain."""


class IndexSection(_Section):
    """How the chain is read into the database."""

    backfill_check: Literal["end", "bloom", "receipts"] = "bloom"
    """What logs of final blocks are held against (see `chain.events.Check`)."""
    live_check: Literal["bloom", "receipts"] = "bloom"
    """The same for blocks that are not final."""
    first_range: int = Field(default=2_000, ge=1)
    """Blocks asked for at once in a backfill, at first."""
    most_range: int = Field(default=20_000, ge=1)
    """Blocks asked for at once in a backfill, at first and at most."""
    stream_seconds: float = Field(default=20.0, gt=0, le=20)
    """How long one stream to a browser lasts; it comes back by itself. Below the time to drain."""


class WebhooksSection(_Section):
    """How organisations are told of their elections."""

    allow_loopback: bool = False
    """Let addresses on this machine be told, over http too: for development and tests."""
    timeout: float = Field(default=5.0, gt=0, le=10)
    """Seconds for one delivery."""
    turnout_every: int = Field(default=60, ge=1)
    """Seconds between two messages about one election's turnout."""
    most: int = Field(default=10, ge=0)
    """Addresses that one organisation may have."""


class RelaySection(_Section):
    """How ballots are sent, and what that may cost."""

    keystores: tuple[Path, ...] = ()
    """Sending accounts; the first also organises elections and signs promises."""
    password_file: Path | None = None
    """Private file with the password of the keystores."""
    signer_url: str | None = Field(default=None, repr=False)
    """An external signer (EIP-3030-like JSON over HTTP) instead of keystores."""
    batch_ballots: int = Field(default=200, ge=1, le=250)
    """Ballots in one transaction at most."""
    batch_age: float = Field(default=2.0, ge=0)
    """A batch goes out when it is full or its oldest ballot has waited so long."""
    window: int = Field(default=3_200, ge=1)
    """Pending ballots sorted by voter number at once."""
    margin: int = Field(default=120, ge=0)
    """The intake stops so long before the close."""
    include_within: int = Field(default=90, ge=1)
    """What a promise grants itself until the ballot is on chain, in chain time."""
    fee_ceiling: int = Field(default=500 * GWEI, ge=1)
    """The most that is offered for a unit of gas."""
    tip_ceiling: int = Field(default=50 * GWEI, ge=0)
    """The most of it that is offered to the block's builder."""
    spend_a_day: int = Field(default=10 * ETHER, ge=0)
    """What all transactions of a day may cost together."""
    spend_an_election: int = Field(default=50 * ETHER, ge=0)
    """What an election may cost unless it has a cap of its own."""
    reserve: int = Field(default=ETHER // 10, ge=0)
    """Balance below which an account pauses and readiness says so."""
    acts_a_voter: int = Field(default=20, ge=1, le=1024)
    """Ballots and withdrawals that one voter may have relayed in one election."""


class RegistrarPlace(_Section):
    """One registrar: a process elsewhere (`url`), or a key in this process (`keystore`)."""

    name: str
    address: str
    url: str | None = None
    token: SecretStr | None = None
    keystore: Path | None = None
    password_file: Path | None = None

    @model_validator(mode="after")
    def _one_place(self) -> "RegistrarPlace":
        if (self.url is None) == (self.keystore is None):
            raise ValueError("give either url or keystore")
        return self


class RegistrarsSection(_Section):
    """Who attests voters' keys: m of n."""

    threshold: int = Field(default=0, ge=0)
    """How many of them must sign, where an election does not say it itself."""
    members: tuple[RegistrarPlace, ...] = ()
    """Each with name, address and either url and token, or keystore and password_file."""


class MailSection(_Section):
    """Outgoing mail by SMTP."""

    host: str | None = None
    """The SMTP server; without one no mail is sent."""
    port: int = 587
    """Its port."""
    security: Literal["none", "starttls", "tls"] = "starttls"
    """none, starttls or tls."""
    username: str | None = None
    """The account there, if it wants one."""
    password: SecretStr | None = None
    """Its password."""
    sender: str = "vote@localhost"
    """The address that mail comes from."""


class SmsSection(_Section):
    """Outgoing text messages: a JSON POST to a gateway."""

    url: str | None = None
    """The gateway; without one no text message is sent."""
    token: SecretStr | None = None
    """Its bearer token."""


class OidcProvider(_Section):
    """One OpenID Connect provider."""

    name: str
    issuer: str
    client_id: str
    client_secret: SecretStr | None = None


class IdentitySection(_Section):
    """How members prove who they are."""

    providers: tuple[OidcProvider, ...] = ()
    """OpenID Connect: each with name, issuer, client_id and client_secret."""
    code_minutes: int = Field(default=10, ge=1)
    """How long a code may be used."""
    session_minutes: int = Field(default=60, ge=1)
    """How long a member stays signed in."""
    tries: int = Field(default=5, ge=1)
    """Wrong codes before a challenge is void."""
    signature_roots: tuple[Path, ...] = ()
    """PEM files of the authorities whose certificates electronic signatures are taken by."""


class StaffSection(_Section):
    """How people who run elections sign in."""

    session_hours: int = Field(default=12, ge=1, le=168)
    """A session ends so long after the sign-in, whatever happens in it."""
    idle_minutes: int = Field(default=30, ge=1, le=1440)
    """A session ends after so long without a request."""
    link_hours: int = Field(default=72, ge=1, le=720)
    """How long an invitation or a reset may be used."""
    password_memory: int = Field(default=65_536, ge=8)
    """KiB of memory that one argon2id hash takes."""
    password_passes: int = Field(default=3, ge=1)
    """How many passes it makes."""


class WebSection(_Section):
    """The HTTP service."""

    host: str = "127.0.0.1"
    """Address to listen on; a proxy stands in front."""
    port: int = Field(default=8080, ge=0, le=65535)
    """Port to listen on; 0 takes a free one."""
    public_url: str = "http://localhost:8080"
    """Where people reach the service, by a name: the base of every link; passkeys are bound to it.
    Else this machine and its port."""
    workers: int = Field(default=2, ge=1)
    """Processes of `hanpyo web`."""
    trusted_proxies: int = Field(default=0, ge=0)
    """Reverse proxies in front whose X-Forwarded-For is believed."""
    max_body: int = Field(default=64 * 1024, ge=1024)
    """Bytes that a request may have."""
    max_upload: int = Field(default=8 * 1024 * 1024, ge=1024)
    """Bytes that a roll or a definition may have."""
    allowed_origins: tuple[str, ...] = ("*",)
    """Origins that may read public data from a browser."""
    rpc_calls_a_minute: int = Field(default=6_000, ge=1)
    """What one address may ask of the chain through `/rpc`, in each process."""
    metrics_token: SecretStr | None = None
    """Bearer token of `/metrics`; without one it answers this machine only."""
    threads: int = Field(default=32, ge=2)
    """Requests that each worker answers at once; a live stream takes one of them."""
    timeout: int = Field(default=30, ge=1)
    """Seconds after which a worker that is stuck in a request is replaced."""

    @model_validator(mode="before")
    @classmethod
    def _where_the_port_is(cls, given: dict[str, Any]) -> dict[str, Any]:
        if "port" in given and "public_url" not in given:
            return given | {"public_url": f"http://localhost:{given['port']}"}
        return given


class WorkerSection(_Section):
    """Work in the background."""

    lease: int = Field(default=30, ge=2, le=600)
    """How long a process may give no sign of life until another takes its work over."""


class LogSection(_Section):
    """Structured logs on the error stream."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """debug, info, warning or error."""
    style: Literal["json", "console"] = "json"
    """json, or console for people."""


class Settings(BaseSettings):
    """All settings of one installation."""

    model_config = SettingsConfigDict(
        env_prefix="HANPYO_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
    )

    data: Path = Path("hanpyo-data")
    """Folder of the embedded database, chain, keys."""
    database_url: str | None = Field(default=None, repr=False)
    """SQLAlchemy URL; None is SQLite in `data`."""
    master_keys: SecretStr | None = None
    """Keys of personal data, `id:base64` separated by commas, the one in use first."""
    master_key_file: Path | None = None
    """The same, one a line; None is `keys` in `data`, made on first use."""
    chain: ChainSection = ChainSection()
    index: IndexSection = IndexSection()
    webhooks: WebhooksSection = WebhooksSection()
    relay: RelaySection = RelaySection()
    registrars: RegistrarsSection = RegistrarsSection()
    mail: MailSection = MailSection()
    sms: SmsSection = SmsSection()
    identity: IdentitySection = IdentitySection()
    staff: StaffSection = StaffSection()
    web: WebSection = WebSection()
    worker: WorkerSection = WorkerSection()
    log: LogSection = LogSection()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  pydantic-settings passes it
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given in code goes before the environment, that before the file."""
        path = os.environ.get(CONFIG_VARIABLE)
        sources = (init_settings, env_settings)
        if path is None:
            return sources
        return (*sources, TomlConfigSettingsSource(settings_cls, Path(path)))

    @property
    def database(self) -> str:
        """The SQLAlchemy URL of the database."""
        return self.database_url or f"sqlite:///{self.data / 'hanpyo.db'}"

    @property
    def embedded_chain(self) -> bool:
        """Whether the chain is one of our own, which the operator controls."""
        return not self.chain.rpc_urls


def load_settings(**given: Any) -> Settings:
    """The settings of file and environment; raises `ConfigError` naming each setting at fault."""
    path = os.environ.get(CONFIG_VARIABLE)
    if path is not None and not Path(path).is_file():
        raise ConfigError(f"{CONFIG_VARIABLE}: there is no file {path}")
    try:
        return Settings(**given)
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors(include_url=False, include_input=False)
        ]
        raise ConfigError("; ".join(faults)) from error
    except ValueError as error:
        raise ConfigError(f"{path}: {error}") from error
