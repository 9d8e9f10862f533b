"""What stands in a database survives every upgrade, and an upgrade is all or nothing."""

# ruff: noqa: S608 - The SQL is made of our own names.

import pytest
from sqlalchemy import text

from qbwc_service.store import Database
from qbwc_service.store.schema import current_revision, downgrade_schema, upgrade_schema

A_TIME = "'2026-11-20 09:00:00.000000'"
AT_0001 = {
    "deployments": {"id": "1", "owner_id": "'{OWNER}'", "created_at": A_TIME},
    "connections": {
        "id": "7",
        "name": "'Café & Söhne'",
        "file_id": "'{FILE}'",
        "run_every_minutes": "5",
        "mode": "'active'",
        "created_at": A_TIME,
        "status": "'online'",
        "status_since": A_TIME,
        "supported_versions": "'[\"13.0\"]'",
    },
    "installs": {
        "connection_id": "7",
        "id": "3",
        "label": "'Front desk'",
        "user_name": "'acme.7.3'",
        "rotation": "2",
        "created_at": A_TIME,
    },
}
AT_0002 = {
    "update_sessions": {
        "connection_id": "7",
        "id": "11",
        "install_id": "3",
        "ticket_hash": "'abc'",
        "state": "'open'",
        "started_at": A_TIME,
        "last_call_at": A_TIME,
    },
}
AT_0003 = {
    "message_sets": {
        "connection_id": "7",
        "id": "21",
        "update_session_id": "11",
        "purpose": "'work'",
        "state": "'unknown'",
        "new_message_set_id": "'0123456789abcdef0123'",
        "operation_count": "1",
        "operation_ids": "'[31]'",
        "request": "'x'",
        "sent_at": A_TIME,
    },
    "operations": {
        "connection_id": "7",
        "id": "31",
        "request": "'CustomerAddRq'",
        "is_write": "true",
        "body": "'{}'",
        "priority": "100",
        "state": "'unknown'",
        "not_before": A_TIME,
        "attempts": "1",
        "message_set_id": "21",
        "created_at": A_TIME,
    },
    "attempts": {
        "connection_id": "7",
        "operation_id": "31",
        "number": "1",
        "message_set_id": "21",
        "sent_at": A_TIME,
    },
}
A_FAILURE = {
    "operations": AT_0003["operations"]
    | {"id": "32", "state": "'failed'", "finished_at": A_TIME, "reason": "'The name is in use.'"},
}
A_BALANCE = {
    "documents": {
        "connection_id": "7",
        "id": "41",
        "kind": "'invoice'",
        "external_id": "'i1'",
        "body": "'{}'",
        "fingerprint": "'abc'",
        "created_at": A_TIME,
        "updated_at": A_TIME,
    },
    "sync_states": {
        "connection_id": "7",
        "document_id": "41",
        "state": "'synced'",
        "operation_id": "31",
        "balance_remaining_cents": "10000",
        "changed_at": A_TIME,
    },
}
DROPPED = {"update_sessions": {"qbxml_version", "country"}, "message_sets": {"operation_count"}}
"""What a later migration takes away, for it said nothing that stands nowhere else."""


def put(database: Database, rows: dict[str, dict[str, str]]) -> None:
    with database.writing() as db:
        for table, row in rows.items():
            db.execute(text(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(row.values())})"))


def rows_of(database: Database, tables: list[str]) -> dict[str, list[dict[str, object]]]:
    with database.reading() as db:
        return {
            table: [dict(row) for row in db.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2")).mappings()]
            for table in tables
        }


def test_data_survive_every_upgrade_and_the_way_back(empty_database: Database) -> None:
    tables = [*AT_0001, *AT_0002, *AT_0003]
    upgrade_schema(empty_database, revision="0001")
    put(empty_database, AT_0001)
    upgrade_schema(empty_database, revision="0002")
    put(empty_database, AT_0002)
    upgrade_schema(empty_database, revision="0003")
    put(empty_database, AT_0003)
    put(empty_database, A_FAILURE)
    before = rows_of(empty_database, tables)
    assert all(before.values())

    upgrade_schema(empty_database)
    after = rows_of(empty_database, [*tables, "problems"])
    downgrade_schema(empty_database, revision="0003")

    for table in tables:
        for old, new in zip(before[table], after[table], strict=True):
            kept = {name: value for name, value in old.items() if name not in DROPPED.get(table, ())}
            assert {name: new[name] for name in kept} == kept
    assert after["operations"][0]["inquiry"] == "stored_answer", "what was unknown is asked for"
    (problem,) = after["problems"]
    assert (problem["subject"], problem["message"]) == ("operation:32", "The name is in use.")
    assert rows_of(empty_database, tables) == before


def test_balances_are_from_when_their_documents_changed_last(empty_database: Database) -> None:
    upgrade_schema(empty_database, revision="0003")
    put(empty_database, {**AT_0001, **AT_0002, **AT_0003, **A_BALANCE})
    before = rows_of(empty_database, ["sync_states"])

    upgrade_schema(empty_database)
    (after,) = rows_of(empty_database, ["sync_states"])["sync_states"]
    assert after["balance_at"] == after["changed_at"]
    downgrade_schema(empty_database, revision="0012")
    assert rows_of(empty_database, ["sync_states"]) == before


def test_a_migration_that_fails_leaves_the_database_where_it_was(empty_database: Database) -> None:
    upgrade_schema(empty_database, revision="0002")
    with empty_database.writing() as db:
        db.execute(text("CREATE TABLE links (in_the_way INTEGER)"))

    with pytest.raises(Exception, match="links"):
        upgrade_schema(empty_database)

    assert current_revision(empty_database) == "0002"
    with empty_database.writing() as db:
        db.execute(text("DROP TABLE links"))
    upgrade_schema(empty_database)
