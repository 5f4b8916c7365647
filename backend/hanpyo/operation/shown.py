"""What a demonstration shows to whoever started it, kept so that the next start shows the same.

The links are the secrets of made-up people; the file is private and lies beside the keys. Links
are kept without the public URL, which may be another one at the next start.
"""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

import orjson

from hanpyo.chain.headers import fetch_header
from hanpyo.db.models import Election, ElectionState
from hanpyo.elections.keyfiles import write_private
from hanpyo.runtime import Runtime

_FILE: Final = "demonstration.json"


class Opened(StrEnum):
    """When a demonstration was opened."""

    NOW = "now"
    INSTEAD = "instead"
    """Now, because the one of an earlier start takes no ballots any more."""
    EARLIER = "earlier"


@dataclass(frozen=True, slots=True)
class Shown:
    """What people need to take part."""

    organisation_id: str
    election_id: str
    address: str
    organiser: str = field(repr=False)
    voters: tuple[str, ...] = field(repr=False)
    trustee_key: Path
    opened: Opened = Opened.NOW


def keep(runtime: Runtime, shown: Shown) -> None:
    """Let the next start show this one."""
    base, file = _base(runtime), _file(runtime)
    kept = asdict(shown) | {
        "organiser": shown.organiser.removeprefix(base),
        "voters": [link.removeprefix(base) for link in shown.voters],
        "trustee_key": str(shown.trustee_key),
    }
    file.unlink(missing_ok=True)
    write_private(file, orjson.dumps(kept))


def kept(runtime: Runtime) -> Shown | None:
    """The demonstration of an earlier start; None where there was none that can be shown."""
    base = _base(runtime)
    try:
        found = orjson.loads(_file(runtime).read_bytes())
        return Shown(
            found["organisation_id"],
            found["election_id"],
            found["address"],
            base + found["organiser"],
            tuple(base + link for link in found["voters"]),
            Path(found["trustee_key"]),
            Opened.EARLIER,
        )
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None


def takes_ballots(runtime: Runtime, shown: Shown) -> bool:
    """Whether its voting has not ended, by the chain's time and the clock's."""
    with runtime.database.read() as session:
        election = session.get(Election, shown.election_id)
    if election is None or election.state != ElectionState.PUBLISHED:
        return False
    return (election.closes_at or 0) > chain_time(runtime)


def chain_time(runtime: Runtime) -> int:
    """The time that the next block has at least."""
    return max(runtime.now(), fetch_header(runtime.rpc, "latest").timestamp)


def _base(runtime: Runtime) -> str:
    return runtime.settings.web.public_url.rstrip("/")


def _file(runtime: Runtime) -> Path:
    return runtime.settings.data / _FILE
