"""The configuration of a registrar's own process: one TOML file; secrets in private files."""

import tomllib
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hanpyo.chain.accounts import read_password_file
from hanpyo.config import ConfigError, LogSection, MailSection, SmsSection
from hanpyo.registrar.requests import CheckLevel

_SHORTEST_TOKEN: Final = 24


class RegistrarSettings(BaseModel):
    """One registrar's process. Durations are in seconds unless named otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=200)
    """What members and observers read."""
    policy: str = Field(default="", max_length=4_000)
    """In words: what this registrar checks before it signs. Public."""
    data: Path
    """Folder of the database, the key of personal data and roll files."""
    database_url: str | None = Field(default=None, repr=False)
    """SQLAlchemy URL; None is SQLite in `data`."""
    keystore: Path
    password_file: Path
    token_file: Path
    """Private file with the bearer token of the service, at least 24 characters."""
    rpc_url: str = Field(repr=False)
    """The registrar's own node: not the service's."""
    chain_id: int = Field(ge=1)
    check: CheckLevel = "none"
    code_minutes: int = Field(default=10, ge=1, le=60)
    proofs: int = Field(default=5, ge=1)
    """Proofs of one voter that are looked at in `code_minutes`."""
    keys_a_voter: int = Field(default=8, ge=1)
    requests_a_voter: int = Field(default=30, ge=1)
    """Requests for one voter in ten minutes."""
    confirmations: int | None = Field(default=None, ge=1)
    """Blocks after which a block is final; None follows the chain's `finalized` tag."""
    stale_after: int = Field(default=60, ge=5)
    """Age of the newest block above which nothing is signed."""
    host: str = "127.0.0.1"
    port: int = Field(default=8090, ge=0, le=65_535)
    threads: int = Field(default=8, ge=1, le=64)
    mail: MailSection = MailSection()
    sms: SmsSection = SmsSection()
    log: LogSection = LogSection()

    @property
    def database(self) -> str:
        """The SQLAlchemy URL of the database."""
        return self.database_url or f"sqlite:///{self.data / 'registrar.db'}"

    def token(self) -> str:
        """The service's bearer token; raises `KeystoreError`, `ConfigError`."""
        token = read_password_file(self.token_file).strip()
        if len(token) < _SHORTEST_TOKEN:
            raise ConfigError(f"token_file: the token has less than {_SHORTEST_TOKEN} characters")
        return token


def load_registrar_settings(path: Path) -> RegistrarSettings:
    """The settings in a file; raises `ConfigError` naming each setting at fault."""
    try:
        return RegistrarSettings.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"
            for fault in error.errors(include_url=False, include_input=False)
        ]
        raise ConfigError("; ".join(faults)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error
