"""What SQLite's planner is told about the tables: that a connection has a million rows of everything.

Every index begins with the connection. Untold, SQLite takes it that ten rows have the same one, and reads all rows of
a connection where a longer part of the index would find the few that are meant. Measuring (ANALYZE) would tell it of
the day of the measurement only, and a database is small on its first day. PostgreSQL measures by itself, always.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, text

from qbwc_service.store.base import Base
from qbwc_service.store.types import Word

ROWS = 1_000_000
ROWS_OF_A_PARTIAL_INDEX = 10_000
"""Ours are about what is not finished yet."""

ROWS_OF_A_WORD = 10
"""One in so many rows has the same word of a StrEnum."""

ROWS_OF_A_VALUE = 10
"""So many rows have the same value of any other column."""


def tell_planner(connection: Connection) -> None:
    """Write the figures of all indexes, whatever stood there; other connections read them when they are opened."""
    if connection.dialect.name != "sqlite":
        return
    # Only ANALYZE makes the tables of figures; with the limit it takes no time however many rows there are.
    connection.execute(text("PRAGMA analysis_limit = 1"))
    connection.execute(text("ANALYZE"))
    for table in connection.scalars(text("SELECT name FROM sqlite_master WHERE name LIKE 'sqlite_stat%'")).all():
        connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - SQLite's own names
    rows = [
        {"table": table, "index": index, "figures": figures}
        for table in Base.metadata.tables
        for index, figures in _figures(connection, table)
    ]
    if rows:
        connection.execute(text("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (:table, :index, :figures)"), rows)
    connection.execute(text("ANALYZE sqlite_master"))  # This connection reads them now.


def _figures(connection: Connection, table: str) -> Iterator[tuple[str, str]]:
    """Give each index with its rows, and how many of them agree in its first column, in its first two, and so on."""
    columns = Base.metadata.tables[table].columns
    for index in connection.execute(text(f"PRAGMA index_list({table})")).all():
        names = [row.name for row in connection.execute(text(f"PRAGMA index_info({index.name})"))]
        alike = total = ROWS_OF_A_PARTIAL_INDEX if index.partial else ROWS
        figures = [total]
        for name in names:
            if name != "connection_id":
                is_word = name in columns and isinstance(columns[name].type, Word)
                alike = max(alike // ROWS_OF_A_WORD, 1) if is_word else min(alike, ROWS_OF_A_VALUE)
            figures.append(alike)
        if index.unique:
            figures[-1] = 1
        yield index.name, " ".join(map(str, figures))
