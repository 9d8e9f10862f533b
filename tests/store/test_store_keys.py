"""The database itself keeps one connection's rows apart from another's."""

# ruff: noqa: S608 - The SQL is made of our own names.

import pytest
from sqlalchemy import ForeignKeyConstraint, UniqueConstraint, func, select, text
from sqlalchemy.exc import IntegrityError

from qbwc_service.store import Base
from tests.factories import CompanyQueue
from tests.store.house import fill_every_table

TABLES = {table.name: table for table in Base.metadata.sorted_tables}
WITHOUT_CONNECTION = {
    "deployments": "it is about this deployment itself, and has one row",
    "connections": "it is what the others are keyed by; its own key is the connection",
    "row_numbers": "it counts rows of whole tables on SQLite, which has no sequences",
}
ACROSS_CONNECTIONS = {
    "uq_connections_external_id": "it finds the connection",
    "uq_connections_file_id": "it finds the connection",
}
LEAVES = {"rule_sets": "nothing refers to a version of the rules, and it refers to nothing but its connection"}
MOVABLE = (
    {name for name in TABLES if name.startswith("qb_")}
    - {
        key.parent.name
        for table in TABLES.values()
        for key in table.foreign_key_constraints
        if len(key.column_keys) > 1
    }
    - {
        key.referred_table.name
        for table in TABLES.values()
        for key in table.foreign_key_constraints
        if len(key.column_keys) > 1
    }
)
"""The mirror of lists: an entry is known by QuickBooks' id alone, and its references are QuickBooks' own."""

LONGEST_NAME = 63
"""PostgreSQL cuts what is longer."""


def foreign_keys(*, composite: bool) -> list[ForeignKeyConstraint]:
    found = [key for table in TABLES.values() for key in table.foreign_key_constraints]
    return sorted((key for key in found if (len(key.column_keys) > 1) is composite), key=lambda key: str(key.name))


@pytest.mark.parametrize("name", sorted(TABLES.keys() - WITHOUT_CONNECTION))
def test_every_primary_key_begins_with_the_connection(name: str) -> None:
    key = [column.name for column in TABLES[name].primary_key]
    assert key[0] == "connection_id"
    assert len(key) > 1


def test_the_tables_without_a_connection_are_the_known_ones() -> None:
    assert {name for name, table in TABLES.items() if "connection_id" not in table.c} == set(WITHOUT_CONNECTION)


@pytest.mark.parametrize("key", foreign_keys(composite=True), ids=lambda key: key.name)
def test_every_foreign_key_leads_into_the_same_connection(key: ForeignKeyConstraint) -> None:
    assert key.column_keys[0] == "connection_id"
    assert key.elements[0].column.name == "connection_id"


@pytest.mark.parametrize("key", foreign_keys(composite=False), ids=lambda key: key.name)
def test_a_foreign_key_of_one_column_leads_to_the_connection(key: ForeignKeyConstraint) -> None:
    (element,) = key.elements
    assert (key.column_keys, element.target_fullname) == (["connection_id"], "connections.id")


@pytest.mark.parametrize("name", sorted(TABLES.keys() - WITHOUT_CONNECTION))
def test_every_table_leads_to_its_connection(name: str) -> None:
    """If not directly, then through a row of the same connection."""
    assert any(key.column_keys[0] == "connection_id" for key in TABLES[name].foreign_key_constraints)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_index_begins_with_the_connection(name: str) -> None:
    table = TABLES[name]
    uniques = [rule for rule in table.constraints if isinstance(rule, UniqueConstraint)]
    for rule in (*table.indexes, *uniques):
        if str(rule.name) not in ACROSS_CONNECTIONS:
            assert next(iter(rule.columns)).name == "connection_id", rule.name


def test_every_constraint_has_a_name_that_no_database_cuts() -> None:
    rules = [rule for table in TABLES.values() for rule in (*table.constraints, *table.indexes)]
    names = [str(rule.name) for rule in rules if rule.name is not None]
    assert len(names) == len(rules)
    assert len(set(names)) == len(names)
    assert [name for name in names if len(name) > LONGEST_NAME] == []


def test_the_house_has_rows_in_every_table(queue: CompanyQueue) -> None:
    fill_every_table(queue)
    with queue.database.reading() as db:
        rows = {name: db.scalar(select(func.count()).select_from(table)) for name, table in TABLES.items()}
    postgresql_has_sequences = {"row_numbers"} if queue.database.engine.dialect.name == "postgresql" else set()
    assert {name for name, count in rows.items() if not count} == postgresql_has_sequences


def test_no_row_can_point_into_another_connection(queue: CompanyQueue, other_queue: CompanyQueue) -> None:
    fill_every_table(queue)
    fill_every_table(other_queue)
    keys = foreign_keys(composite=True)
    assert len(keys) >= 11
    for key in keys:
        with pytest.raises(IntegrityError, match=refusal(queue, key)), queue.database.writing() as db:
            db.execute(text(point_into(key, ours=queue.connection_id, theirs=other_queue.connection_id)))


@pytest.mark.parametrize("where", ["ours", "nowhere"])
def test_no_row_can_move_to_another_connection(queue: CompanyQueue, other_queue: CompanyQueue, where: str) -> None:
    """Neither to one that exists nor to one that does not."""
    fill_every_table(queue)
    target = other_queue.connection_id if where == "ours" else 4711
    movable = MOVABLE if where == "ours" else set()
    for name in sorted(TABLES.keys() - WITHOUT_CONNECTION.keys() - LEAVES.keys() - movable):
        with pytest.raises(IntegrityError), queue.database.writing() as db:
            db.execute(text(f"UPDATE {name} SET connection_id = {target}"))


def test_a_connection_with_rows_cannot_be_deleted(queue: CompanyQueue) -> None:
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"), queue.database.writing() as db:
        db.execute(text("DELETE FROM connections"))


def point_into(key: ForeignKeyConstraint, *, ours: int, theirs: int) -> str:
    """SQL that lets one row of ours point at a row of theirs, by this foreign key."""
    table, column = key.parent.name, key.column_keys[1]
    target = key.referred_table.name
    theirs_column = key.elements[1].column.name
    first = f"SELECT min({column}) FROM {table} WHERE connection_id = {ours}"
    only_theirs = f"{theirs_column} NOT IN (SELECT {theirs_column} FROM {target} WHERE connection_id = {ours})"
    their_row = f"SELECT min({theirs_column}) FROM {target} WHERE connection_id = {theirs} AND {only_theirs}"
    return f"UPDATE {table} SET {column} = ({their_row}) WHERE connection_id = {ours} AND {column} = ({first})"


def refusal(queue: CompanyQueue, key: ForeignKeyConstraint) -> str:
    """PostgreSQL says which foreign key it was; SQLite only that it was one."""
    return str(key.name) if queue.database.engine.dialect.name == "postgresql" else "FOREIGN KEY constraint failed"
