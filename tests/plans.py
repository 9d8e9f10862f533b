"""Watches how the database finds the rows of the statements that a test sends: by a key, or by reading all of them.

SQLite is told to expect many rows (store/statistics.py), so that its plans are the same however few a test has: one
that names nothing but the connection would read every row the connection has. PostgreSQL goes by the rows there are:
it is kept from reading whole tables, which it then does only where no index helps.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from qbwc_service.store import Database

PLANNED = ("SELECT", "UPDATE", "DELETE", "WITH")
GROWING = {
    "attempts",
    "audit_entries",
    "documents",
    "links",
    "message_sets",
    "operation_dependencies",
    "operations",
    "problems",
    "sync_states",
    "update_sessions",
}
"""The tables that only ever grow."""

SHORT = {
    "ix_operations_backed_off",
    "ix_operations_waiting",
    "ix_operations_unfinished",
    "ix_operations_inquiry",
    "ix_message_sets_unsettled",
    "uq_update_sessions_one_open",
}
"""Indexes that hold what is not finished: all of a connection's part is short."""

STEP = re.compile(r"(?:SCAN|SEARCH) (\w+?)(?:_\d+)?(?: USING (?:COVERING )?INDEX (\w+))?(?: \((.*)\))?(?: LEFT-JOIN)?")


@contextmanager
def watched_plans(database: Database) -> Iterator[dict[str, list[str]]]:
    """Collect the statements sent meanwhile that read all rows of a connection, each with the step that does."""
    slow: dict[str, list[str]] = {}
    seen: set[str] = set()
    find_slow = _slow_on_sqlite if database.engine.dialect.name == "sqlite" else _slow_on_postgresql

    def look(*sent: Any) -> None:
        _connection, cursor, statement, parameters, _context, many = sent
        if statement in seen or not statement.lstrip().upper().startswith(PLANNED):
            return
        seen.add(statement)
        steps = find_slow(cursor.connection, statement, parameters[0] if many else parameters)
        if steps:
            slow[statement] = steps

    event.listen(database.engine, "before_cursor_execute", look, named=False)
    try:
        yield slow
    finally:
        event.remove(database.engine, "before_cursor_execute", look)


def _slow_on_sqlite(driver: Any, statement: str, values: Any) -> list[str]:
    slow = []
    for *_, step in driver.execute(f"EXPLAIN QUERY PLAN {statement}", values):
        found = STEP.fullmatch(step)
        table, index, condition = found.groups() if found else (None, None, None)
        if table in GROWING and index not in SHORT and condition in {None, "connection_id=?"}:
            slow.append(step)
    return slow


def _slow_on_postgresql(driver: Any, statement: str, values: Any) -> list[str]:
    driver.execute("SET LOCAL enable_seqscan = off")
    steps = [step.strip() for (step,) in driver.execute(f"EXPLAIN {statement}", values)]
    return [step for step in steps if any(f"Seq Scan on {table} " in step for table in GROWING)]
