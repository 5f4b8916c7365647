"""What every use-case of the staff needs at hand, made once for a process."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from hanpyo.config import StaffSection
from hanpyo.db.database import Database
from hanpyo.db.vault import Vault
from hanpyo.identity.limits import Limits
from hanpyo.identity.staff.passwords import Passwords
from hanpyo.runtime import Runtime


@dataclass(frozen=True)
class Desk:
    """Database, keys, clock, limits, password hashing, and where the pages are (`public_url`)."""

    database: Database
    vault: Vault
    clock: Callable[[], float]
    limits: Limits
    passwords: Passwords
    settings: StaffSection
    public_url: str

    def now(self) -> int:
        """The wall clock in whole seconds since 1970."""
        return int(self.clock())

    @property
    def origin(self) -> str:
        """The origin of the pages, as browsers state it."""
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def host(self) -> str:
        """The host of the pages: the relying party of passkeys."""
        return urlsplit(self.public_url).hostname or ""


def desk_of(runtime: Runtime) -> Desk:
    """The desk of a runtime."""
    settings = runtime.settings.staff
    return Desk(
        runtime.database,
        runtime.vault,
        runtime.clock,
        Limits(runtime.database, runtime.clock),
        Passwords.with_cost(settings.password_memory, settings.password_passes),
        settings,
        runtime.settings.web.public_url,
    )
