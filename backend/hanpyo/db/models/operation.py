"""How background work is doing, for whoever operates the installation."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from hanpyo.db.types import Base, Number, Seconds


class TaskFault(Base):
    """A task whose newest step failed; the row goes with the first step that succeeds.

    `failures` counts the steps that failed in a row since `since`; `failed_at` is the newest.
    """

    __tablename__ = "task_fault"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    code: Mapped[str] = mapped_column(String(100))
    failures: Mapped[Number]
    since: Mapped[Seconds]
    failed_at: Mapped[Seconds]
