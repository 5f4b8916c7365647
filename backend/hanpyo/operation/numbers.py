"""Numbers of the installation for Prometheus, read from the database when they are asked for.

They are the same in whichever process answers. Sums are over everything kept, so that they only
grow; nothing here names an election, a voter or a person.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hanpyo.db.models import (
    Ballot,
    Batch,
    ChainHead,
    Cursor,
    Election,
    Notice,
    RelayAccount,
    Spend,
    TaskFault,
)
from hanpyo.errors import Unavailable
from hanpyo.indexer.alarms import standing_alarm
from hanpyo.relay.spending import elections_at_cap, spent_on_day
from hanpyo.relay.status import relay_health
from hanpyo.runtime import Runtime


class Numbers(Collector):
    """The collector of one installation; it gives nothing while the database is away."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def describe(self) -> Iterable[Metric]:
        """Nothing: what there is depends on the database."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """The numbers now."""
        try:
            with self._runtime.database.read() as session:
                found = [
                    *_states(session),
                    *_money(session, self._runtime),
                    *_chain(session, self._runtime.now()),
                    *_work(session),
                ]
            found += _queue(self._runtime)
        except Unavailable:
            found = []
        yield _gauge("hanpyo_database_up", "Whether the database answers", 1 if found else 0)
        yield from found


def _states(session: Session) -> Iterator[Metric]:
    for name, text, column in (
        ("hanpyo_ballots", "Ballots taken in, by state", Ballot.state),
        ("hanpyo_batches", "Batches, by state", Batch.state),
        ("hanpyo_notices", "Messages to members, by state", Notice.state),
        ("hanpyo_elections", "Elections, by state", Election.state),
    ):
        rows = session.execute(select(column, func.count()).group_by(column)).all()
        yield _labelled(name, text, "state", {row[0]: row[1] for row in rows})


def _money(session: Session, runtime: Runtime) -> Iterator[Metric]:
    gas = session.scalar(select(func.sum(Batch.gas_used)))
    yield _counter("hanpyo_batch_gas", "Gas that mined batches used", int(gas or 0))
    spent = sum(session.scalars(select(Spend.wei)))
    yield _counter("hanpyo_spent_wei", "Wei that elections cost in all", spent)
    today = spent_on_day(session, runtime.now())
    yield _gauge("hanpyo_spent_today_wei", "Wei that elections cost on this day of UTC", today)
    capped = elections_at_cap(session, runtime.settings.relay)
    yield _gauge("hanpyo_elections_at_cap", "Elections that spent all they may", capped)
    accounts = session.scalars(select(RelayAccount).order_by(RelayAccount.id)).all()
    balances = {f"{each.id}": each.balance or 0 for each in accounts}
    yield _labelled("hanpyo_relay_balance_wei", "Balance of a sender", "account", balances)
    paused = {f"{each.id}": int(each.paused is not None) for each in accounts}
    yield _labelled("hanpyo_relay_paused", "Whether a sender signs nothing", "account", paused)


def _chain(session: Session, now: int) -> Iterator[Metric]:
    head = session.get(ChainHead, 1)
    if head is not None:
        yield _gauge("hanpyo_chain_head", "Newest block seen", head.number)
        yield _gauge("hanpyo_chain_final", "Newest final block", head.final_number)
        yield _gauge("hanpyo_chain_head_age_seconds", "Since it was seen", now - head.seen_at)
        slowest = session.scalar(select(func.min(Cursor.number)))
        lag = 0 if slowest is None else max(0, head.number - slowest)
        yield _gauge("hanpyo_index_lag_blocks", "Blocks not read of the slowest election", lag)
    alarm = standing_alarm(session) is not None
    yield _gauge("hanpyo_index_alarm", "Whether an alarm stopped the index", int(alarm))


def _work(session: Session) -> Iterator[Metric]:
    faults = {each.name: each.failures for each in session.scalars(select(TaskFault))}
    yield _labelled("hanpyo_task_failures", "Steps failed in a row now", "task", faults)


def _queue(runtime: Runtime) -> list[Metric]:
    health = relay_health(runtime.database, runtime.now())
    return [
        _gauge("hanpyo_queue_ballots", "Ballots waiting for the record", health.waiting),
        _gauge("hanpyo_queue_age_seconds", "Age of the oldest of them", health.oldest_age or 0),
        _gauge("hanpyo_queue_overdue", "Those past their promise", health.overdue),
    ]


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _counter(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(name, text, value=value)


def _labelled(name: str, text: str, label: str, values: Mapping[Any, float]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([key], value)
    return family
