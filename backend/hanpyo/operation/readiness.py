"""Whether the installation takes ballots and brings them on the record, and if not, why.

The reasons name no key, no address and nobody; anyone may read them.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select

from hanpyo.db.models import ChainHead, TaskFault
from hanpyo.db.revisions import require_current
from hanpyo.errors import HanpyoError
from hanpyo.indexer.alarms import standing_alarm
from hanpyo.relay.spending import spent_on_day
from hanpyo.relay.status import relay_health
from hanpyo.runtime import Runtime

_FAILURES = 5
"""Steps of a task that may fail in a row: what passes by itself has passed by then."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold; `reason` says why it does not."""

    name: str
    reason: str | None = None

    @property
    def ok(self) -> bool:
        """Whether it holds."""
        return self.reason is None


def readiness(runtime: Runtime) -> tuple[Check, ...]:
    """Every check; those that a failed one makes meaningless are left out."""
    done: list[Check] = []
    for name, look in _CHECKS:
        try:
            done.append(Check(name, look(runtime)))
        except HanpyoError as failure:
            done.append(Check(name, failure.code))
        if name in _GROUND and not done[-1].ok:
            break
    return tuple(done)


def is_ready(checks: tuple[Check, ...]) -> bool:
    """Whether all hold."""
    return all(check.ok for check in checks)


def _database(runtime: Runtime) -> None:
    with runtime.database.read() as session:
        session.execute(select(1))


def _schema(runtime: Runtime) -> None:
    require_current(runtime.database)


def _chain(runtime: Runtime) -> str | None:
    with runtime.database.read() as session:
        head = session.get(ChainHead, 1)
    if head is None:
        return "no block was seen yet"
    age = runtime.now() - head.seen_at
    if age > runtime.settings.chain.stale_after:
        return f"the newest block was seen {age} s ago"
    return None


def _index(runtime: Runtime) -> str | None:
    with runtime.database.read() as session:
        alarm = standing_alarm(session)
    return f"stopped by an alarm: {alarm.kind}" if alarm else None


def _relay(runtime: Runtime) -> str | None:
    health = relay_health(runtime.database, runtime.now())
    if health.accounts == 0:
        return "no sending account was prepared yet"
    if not health.sending:
        return "no account sends: " + "; ".join(sorted(set(health.paused)))
    if health.overdue:
        return f"{health.overdue} ballots are past what was promised for them"
    return None


def _spending(runtime: Runtime) -> str | None:
    with runtime.database.read() as session:
        spent = spent_on_day(session, runtime.now())
    if spent >= runtime.settings.relay.spend_a_day:
        return "the day's cap on money is spent: nothing but rebinds and closing is sent"
    return None


def _tasks(runtime: Runtime) -> str | None:
    failing = select(TaskFault).where(TaskFault.failures >= _FAILURES).order_by(TaskFault.name)
    with runtime.database.read() as session:
        faults = session.scalars(failing).all()
    return ", ".join(f"{fault.name} fails: {fault.code}" for fault in faults) or None


_CHECKS: tuple[tuple[str, Callable[[Runtime], str | None]], ...] = (
    ("database", _database),
    ("schema", _schema),
    ("chain", _chain),
    ("index", _index),
    ("relay", _relay),
    ("spending", _spending),
    ("tasks", _tasks),
)
_GROUND = ("database", "schema")
