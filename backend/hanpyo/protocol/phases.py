"""Where an election stands: times and valid data alone move it on."""

from enum import IntEnum

from hanpyo.protocol.manifest import Manifest
from hanpyo.protocol.types import Secrecy


class Phase(IntEnum):
    """The phases, numbered as the contract returns them."""

    DRAFT = 0
    FROZEN = 1
    VOTING = 2
    CLOSED = 3
    OPENING = 4
    CERTIFIED = 5
    CANCELLED = 6
    UNDETERMINED = 7


def phase_at(manifest: Manifest, now: int, *, key_known: bool) -> Phase:
    """The phase of a frozen election, neither cancelled nor certified, at a block time."""
    times = manifest.timetable
    if now < times.opens_at:
        return Phase.FROZEN
    if now < times.closes_at:
        return Phase.VOTING
    if now < times.opening_at:
        return Phase.CLOSED
    if manifest.secrecy is Secrecy.SEALED and not key_known and now > times.key_deadline:
        return Phase.UNDETERMINED
    return Phase.OPENING


def desk_is_open(manifest: Manifest, now: int) -> bool:
    """Whether clerks' acts are recorded at a block time: until the desk barrier."""
    return manifest.timetable.opens_at <= now < manifest.timetable.barrier_at
