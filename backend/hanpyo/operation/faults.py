"""Which tasks fail now, noted in the database so that any process can say it."""

from collections.abc import Callable

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hanpyo.db.database import Database
from hanpyo.db.models import TaskFault


class Faults:
    """Notes how steps of tasks end; what it cannot note is not worth a second failure."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock
        self._failing: set[str] | None = None

    def failed(self, task: str, code: str) -> None:
        """A step of `task` failed."""
        now = int(self._clock())

        def work(session: Session) -> None:
            fault = session.get(TaskFault, task, with_for_update=True)
            if fault is None:
                fault = TaskFault(name=task, failures=0, since=now)
                session.add(fault)
            fault.code, fault.failed_at = code[:100], now
            fault.failures += 1

        self._database.transact(work)
        self._known().add(task)

    def succeeded(self, task: str) -> None:
        """A step of `task` succeeded."""
        if task in self._known():
            self._database.transact(
                lambda session: session.execute(delete(TaskFault).where(TaskFault.name == task))
            )
            self._known().discard(task)

    def _known(self) -> set[str]:
        """Tasks that failed before, also in an earlier process."""
        if self._failing is None:
            with self._database.read() as session:
                self._failing = set(session.scalars(select(TaskFault.name)))
        return self._failing
