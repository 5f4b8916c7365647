"""The keys of personal data: a new one goes in front, and the old one leaves when nothing needs it.

The order of an exchange: `add` and restart every process, `reseal`, `drop` the old key and restart.
"""

from pathlib import Path
from typing import ClassVar, Final

from sqlalchemy import func, select

from hanpyo.config import Settings
from hanpyo.db.models import Installation, Notice, Webhook
from hanpyo.db.rotation import SealedColumn, rotate
from hanpyo.db.vault import MasterKey, Vault, VaultError, parse_keys, read_key_file
from hanpyo.elections.sealed_columns import SEALED_COLUMNS
from hanpyo.errors import HanpyoError
from hanpyo.identity.staff.resealing import reseal_staff, staff_sealed_with
from hanpyo.new_files import new_file
from hanpyo.operation.installation import seal_canary
from hanpyo.runtime import Runtime
from hanpyo.webhooks.registry import context_of as webhook_context

_MOST: Final = 256
_COLUMNS: Final = (
    *SEALED_COLUMNS,
    SealedColumn(Notice, Notice.sealed, lambda row: f"notice:{row.id}"),
    SealedColumn(Webhook, Webhook.sealed_secret, lambda row: webhook_context(row.id)),
)


class KeyRingRefused(HanpyoError):
    """A change of the key ring that would lose data, or cannot be made here."""

    code: ClassVar[str] = "key_ring_refused"


def key_file(settings: Settings) -> Path:
    """The file of the ring; raises `KeyRingRefused` where the environment holds it."""
    if settings.master_keys is not None:
        raise KeyRingRefused("master_keys: the keys stand in the environment; change them there")
    return settings.master_key_file or settings.data / "keys"


def numbers(settings: Settings) -> tuple[int, ...]:
    """The numbers of the keys, the one in use first."""
    if settings.master_keys is not None:
        return tuple(key.number for key in parse_keys(settings.master_keys.get_secret_value()))
    return tuple(key.number for key in read_key_file(key_file(settings), create=True))


def add(settings: Settings) -> int:
    """Put a fresh key in front of the ring; its number."""
    file = key_file(settings)
    ring = read_key_file(file, create=True)
    free = set(range(1, _MOST)) - {key.number for key in ring}
    if not free:
        raise KeyRingRefused("every number is taken: drop keys that nothing is sealed with")
    fresh = MasterKey.generate(min(free))
    _write(file, (fresh, *ring))
    return fresh.number


def reseal(runtime: Runtime) -> int:
    """Seal everything kept with the key in use, and renew the lookups; how many values changed."""
    changed = rotate(runtime.database, runtime.vault, _COLUMNS)
    changed += runtime.database.transact(lambda session: reseal_staff(session, runtime.vault))
    seal_canary(runtime)
    return changed


def drop(runtime: Runtime, number: int) -> None:
    """Take a key out of the ring; raises `KeyRingRefused` while something is sealed with it."""
    file = key_file(runtime.settings)
    ring = read_key_file(file)
    if number == ring[0].number:
        raise KeyRingRefused("this is the key in use: add another one first")
    if number not in {key.number for key in ring}:
        raise KeyRingRefused(f"there is no key {number} in the ring")
    if _uses(runtime, number):
        raise KeyRingRefused(f"values are still sealed with key {number}: run `hanpyo keys reseal`")
    _write(file, tuple(key for key in ring if key.number != number))


def _uses(runtime: Runtime, number: int) -> int:
    """How many values that outlive a day are sealed with this key."""
    mark = bytes((number,))
    total = 0
    with runtime.database.read() as session:
        for each in _COLUMNS:
            column = each.column
            query = select(func.count()).where(
                column.is_not(None), func.substr(column, 1, 1) == mark
            )
            total += session.scalar(query.select_from(each.model)) or 0
        total += staff_sealed_with(session, number)
        canary = session.scalar(select(Installation.canary))
    return total + int(canary is not None and canary[:1] == mark)


def _write(file: Path, ring: tuple[MasterKey, ...]) -> None:
    Vault(ring)  # refuses a ring that could not be read again
    fresh = file.with_name(file.name + ".new")
    try:
        with new_file(fresh) as out:
            out.write("".join(f"{key.text()}\n" for key in ring).encode())
        fresh.replace(file)
    except OSError as error:
        raise VaultError(f"{file} cannot be written: {error.strerror}") from error
