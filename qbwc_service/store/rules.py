"""The table of rules: how each connection's documents and QuickBooks are kept in step."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from qbwc_service.store.base import Base
from qbwc_service.store.types import Json, UtcDateTime


class RuleSet(Base):
    """One version of a connection's rules; the highest one holds. A connection without any goes by the defaults."""

    __tablename__ = "rule_sets"
    __table_args__ = (
        ForeignKeyConstraint(["connection_id"], ["connections.id"]),
        CheckConstraint("version >= 1", name="version"),
    )

    connection_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    body: Mapped[dict[str, object]] = mapped_column(Json)
    made_by: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
