"""How often something was tried lately, counted for all processes together."""

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hanpyo.db.types import Base, Number, Seconds


class RateCounter(Base):
    """Tries of one bucket in its window, which ends at `ends_at`.

    `bucket` is made by the caller and holds no personal data: what does is hashed first.
    """

    __tablename__ = "rate_counter"
    __table_args__ = (Index("rate_counter_by_end", "ends_at"),)

    bucket: Mapped[str] = mapped_column(String(200), primary_key=True)
    tries: Mapped[Number]
    ends_at: Mapped[Seconds]
