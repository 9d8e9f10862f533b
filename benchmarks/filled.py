"""Fill the tables with what years leave behind: finished operations with their documents, links, states and attempts.

One in 20 is one that the 19 behind it waited for; one in 20 had a problem. One statement per table, in the database
itself: a million operations take some minutes.
"""

# ruff: noqa: S608 - The SQL is made of our own names.

from contextlib import closing
from typing import Any

from qbwc_service.store import Database

BEFORE = {
    "sqlite": ("PRAGMA foreign_keys = OFF", "PRAGMA synchronous = OFF", "PRAGMA cache_size = -200000"),
    "postgresql": ("SET session_replication_role = replica", "SET synchronous_commit = off"),
}
AFTERWARDS = {
    "sqlite": ("PRAGMA wal_checkpoint(TRUNCATE)",),
    "postgresql": ("VACUUM ANALYZE", "CHECKPOINT"),
}
"""What the database would else do some time later, in the middle of a measurement."""

SERIES = {
    "sqlite": "(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {last}) SELECT n FROM s)",
    "postgresql": "generate_series(1, {last}) AS s(n)",
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
INSERT INTO operation_dependencies (connection_id, operation_id, depends_on_id)
SELECT {c}, n, n - (n - 1) % 20 FROM {rows} WHERE (n - 1) % 20 > 0;
INSERT INTO links (connection_id, document_id, object_type, quickbooks_id, edit_sequence, fingerprint, linked_at)
SELECT {c}, n, 'Invoice', 'OLD-' || n, '1', {hash}, {t} FROM {rows};
INSERT INTO sync_states (connection_id, document_id, state, operation_id, changed_at, synced_at)
SELECT {c}, n, 'synced', n, {t}, {t} FROM {rows};
INSERT INTO problems (connection_id, id, subject, document_id, operation_id, reason, message, evidence, opened_at,
  seen_at, closed_at, closed_by)
SELECT {c}, n, 'document:' || n, n, n, 'record_locked', 'locked', '{{}}', {t}, {t}, {t}, 'itself' FROM {rows}
WHERE n % 20 = 0
"""
BODY = """'{"external_id": "old", "customer": {"full_name": "Old"}, "ref_number": "1"}'"""


def fill(database: Database, connection_id: int, *, install_id: int, count: int) -> None:
    """Put so many finished operations, some twenties, into the connection's tables, before any other."""
    if count == 0:
        return
    kind = database.engine.dialect.name
    values = {
        "c": connection_id,
        "install": install_id,
        "t": "'2025-11-20 09:00:00'" if kind == "sqlite" else "timestamptz '2025-11-20 09:00:00Z'",
        "hash": f"'{'0' * 64}'",
        "body": BODY if kind == "sqlite" else f"{BODY}::jsonb",
        "rows": SERIES[kind].format(last=count),
        "sets": SERIES[kind].format(last=count // PER_SET),
    }
    with closing(database.engine.raw_connection()) as pooled:
        driver: Any = pooled.driver_connection
        if kind == "postgresql":
            driver.autocommit = True
        for statement in (*BEFORE[kind], *SCRIPT.format(**values).split(";")):
            driver.execute(statement)
        for table, number in (("documents", count), ("operations", count), ("message_sets", count // PER_SET)):
            driver.execute(_go_on(table, number, kind))
        for statement in AFTERWARDS[kind]:
            driver.execute(statement)
        pooled.invalidate()


def _go_on(table: str, last: int, kind: str) -> str:
    """Go on numbering after the rows that are there."""
    if kind == "postgresql":
        return f"SELECT setval('{table}_id_seq', {last})"
    return (
        f"INSERT INTO row_numbers (table_name, last) VALUES ('{table}', {last})"
        f" ON CONFLICT (table_name) DO UPDATE SET last = {last}"
    )
