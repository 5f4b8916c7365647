"""Which background work an installation does, put together from its runtime."""

from collections.abc import Sequence

from hanpyo.operation.faults import Faults
from hanpyo.runtime import Runtime
from hanpyo.tasks import Task, TaskRunner


def tasks_of(runtime: Runtime) -> Sequence[Task]:
    """Every task, each of which one process does at a time."""
    del runtime
    return ()


def runner_of(runtime: Runtime) -> TaskRunner:
    """Every task, ready to start."""
    outcomes = Faults(runtime.database, runtime.clock)
    return TaskRunner(runtime.leases, tasks_of(runtime), outcomes)
