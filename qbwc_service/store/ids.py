"""Row numbers, taken in one statement for as many rows as needed, before they are written.

PostgreSQL has sequences, which never make two writers wait for each other. SQLite numbers only single-column keys,
and ours begin with the connection; there a small table counts, which costs nothing because SQLite has one writer.
Numbers grow with time; a rolled-back transaction may leave a gap.
"""

from sqlalchemy import BigInteger, Column, Sequence, String, Table, func, insert, select, update
from sqlalchemy.orm import Session

from qbwc_service.store.base import Base

NUMBERED = (
    "connections",
    "installs",
    "update_sessions",
    "message_sets",
    "documents",
    "operations",
    "problems",
    "audit_entries",
)

SEQUENCES = {name: Sequence(f"{name}_id_seq", metadata=Base.metadata) for name in NUMBERED}

row_numbers = Table(
    "row_numbers",
    Base.metadata,
    Column("table_name", String(64), primary_key=True),
    Column("last", BigInteger, nullable=False),
    comment="SQLite only: the last row number given out, by table.",
)


def allocate_ids(db: Session, name: str, *, count: int = 1) -> list[int]:
    """Take ``count`` new row numbers of the table ``name``, ascending; one statement."""
    if count < 1:
        return []
    if db.get_bind().dialect.name == "postgresql":
        numbers = select(SEQUENCES[name].next_value()).select_from(func.generate_series(1, count))
        return sorted(db.scalars(numbers))
    taken = update(row_numbers).where(row_numbers.c.table_name == name).values(last=row_numbers.c.last + count)
    last = db.scalar(taken.returning(row_numbers.c.last))
    if last is None:
        db.execute(insert(row_numbers).values(table_name=name, last=count))
        last = count
    return list(range(last - count + 1, last + 1))
