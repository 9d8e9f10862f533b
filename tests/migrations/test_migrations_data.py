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


def put(database: Database, rows: dict[str, dict[str, str]]) -> None:
    with database.writing() as db:
        for table, row in rows.items():
            db.execute(text(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(row.values())})"))


def rows_of(database: Database, tables: list[str]) -> dict[str, list[dict[str, object]]]:
    with database.reading() as db:
        return {table: [dict(row) for row in db.execute(text(f"SELECT * FROM {table}")).mappings()] for table in tables}


def test_data_survive_every_upgrade_and_the_way_back(empty_database: Database) -> None:
    tables = [*AT_0001, *AT_0002]
    upgrade_schema(empty_database, revision="0001")
    put(empty_database, AT_0001)
    upgrade_schema(empty_database, revision="0002")
    put(empty_database, AT_0002)
    before = rows_of(empty_database, tables)
    assert all(before.values())

    upgrade_schema(empty_database)
    after = rows_of(empty_database, tables)
    downgrade_schema(empty_database, revision="0002")

    for table in tables:
        for old, new in zip(before[table], after[table], strict=True):
            assert new.items() >= old.items()
    assert rows_of(empty_database, tables) == before


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
