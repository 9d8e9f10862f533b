"""Fill the tables with what years leave behind: finished operations, each with its document, link, state and attempt.

One statement per table, in the database itself: a million rows take a minute.
"""

# ruff: noqa: S608 - The SQL is made of our own names.

from sqlalchemy.orm import Session

from qbwc_service.store import Database

SERIES = {
    "sqlite": "(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count}) SELECT n FROM s)",
    "postgresql": "generate_series(1, {count}) AS s(n)",
}
PER_SET = 20
SCRIPT = """
INSERT INTO update_sessions (connection_id, id, install_id, ticket_hash, state, started_at, last_call_at, ended_at,
  end_reason, is_identified, progress, done_count, failed_count)
VALUES ({c}, 0, {install}, 'old', 'ended', {t}, {t}, {t}, 'closed', true, 100, 0, 0);
INSERT INTO message_sets (connection_id, id, update_session_id, purpose, state, operation_ids, request, sent_at,
  answered_at, applied_at)
SELECT {c}, n, 0, 'work', 'applied', '[]', '', {t}, {t}, {t} FROM {sets};
INSERT INTO documents (connection_id, id, kind, external_id, body, fingerprint, created_at, updated_at)
SELECT {c}, n, 'invoice', 'old-' || n, {body}, {hash}, {t}, {t} FROM {rows};
INSERT INTO operations (connection_id, id, request, is_write, document_id, priority, state, not_before, attempts,
  message_set_id, created_at, finished_at)
SELECT {c}, n, 'InvoiceAddRq', true, n, 100, 'done', {t}, 1, (n + 19) / 20, {t}, {t} FROM {rows};
INSERT INTO attempts (connection_id, operation_id, number, message_set_id, sent_at, answered_at, status_code)
SELECT {c}, n, 1, (n + 19) / 20, {t}, {t}, '0' FROM {rows};
INSERT INTO links (connection_id, document_id, object_type, quickbooks_id, edit_sequence, fingerprint, linked_at)
SELECT {c}, n, 'Invoice', 'OLD-' || n, '1', {hash}, {t} FROM {rows};
INSERT INTO sync_states (connection_id, document_id, state, operation_id, changed_at, synced_at)
SELECT {c}, n, 'synced', n, {t}, {t} FROM {rows}
"""
BODY = """'{"external_id": "old", "customer": {"full_name": "Old"}, "ref_number": "1"}'"""


def fill(database: Database, connection_id: int, *, install_id: int, count: int) -> None:
    """Put so many finished operations into the connection's tables, before any other."""
    if count == 0:
        return
    kind = database.engine.dialect.name
    sets = -(-count // PER_SET)
    values = {
        "c": connection_id,
        "install": install_id,
        "t": "'2025-11-20 09:00:00'" if kind == "sqlite" else "timestamptz '2025-11-20 09:00:00Z'",
        "hash": f"'{'0' * 64}'",
        "body": "{body}",
        "rows": SERIES[kind].format(count=count),
        "sets": SERIES[kind].format(count=sets),
    }
    with database.writing() as db:
        for statement in SCRIPT.format(**values).split(";"):
            _run(db, statement.replace("{body}", _cast(BODY, kind)))
        for table, last in (("documents", count), ("operations", count), ("message_sets", sets)):
            _run(db, _go_on(table, last, kind))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _cast(value: str, kind: str) -> str:
    return f"{value}::jsonb" if kind == "postgresql" else value


def _run(db: Session, statement: str) -> None:
    db.connection().exec_driver_sql(statement)


def _go_on(table: str, last: int, kind: str) -> str:
    """Go on numbering after the rows that are there."""
    if kind == "postgresql":
        return f"SELECT setval('{table}_id_seq', {last})"
    return (
        f"INSERT INTO row_numbers (table_name, last) VALUES ('{table}', {last})"
        f" ON CONFLICT (table_name) DO UPDATE SET last = {last}"
    )
