"""Who holds elections."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from hanpyo.db.types import Base, RandomId, Seconds


class Organisation(Base):
    """An organisation; several share one installation and see nothing of each other."""

    __tablename__ = "organisation"

    id: Mapped[RandomId]
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[Seconds]
