"""Write many rows at once, as fast as each database can: COPY on PostgreSQL, the driver's executemany on SQLite.

Values are what the driver takes (money as hundredths, exact numbers and JSON as text), so nothing converts them again.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import cast

import psycopg
from sqlalchemy import ARRAY, Column, ColumnElement, Table, Text, any_, func, literal, select
from sqlalchemy.orm import Session


class BulkWriteError(RuntimeError):
    """The database refused rows. The sentence is PostgreSQL's own, without the row: that holds people's names."""


def copy_rows(db: Session, table: Table, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Insert rows, in the order of ``columns``."""
    if not rows:
        return
    names = ", ".join(columns)
    if not is_postgresql(db):
        marks = ", ".join("?" * len(columns))
        statement = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"  # noqa: S608 - our own names
        db.connection().exec_driver_sql(statement, cast("list[tuple[object, ...]]", [tuple(row) for row in rows]))
        return
    driver = cast("psycopg.Connection", db.connection().connection.driver_connection)
    try:
        with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN".encode()) as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as error:
        raise BulkWriteError(f"{table.name}: {error.diag.message_primary or type(error).__name__}") from None


def is_among(db: Session, column: "Column[str]", values: Sequence[str]) -> ColumnElement[bool]:
    """Say that a column has one of many values: as one parameter, for a thousand of them take a driver long to bind."""
    if is_postgresql(db):
        return column == any_(literal(list(values), ARRAY(Text)))
    return column.in_(select(func.json_each(json.dumps(values)).table_valued("value").c.value))


def bind_moment(db: Session, moment: datetime) -> object:
    """Give a moment as the driver stores it in a column of ours."""
    utc = moment.astimezone(UTC)
    return utc if is_postgresql(db) else utc.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")


def is_postgresql(db: Session) -> bool:
    """Say which of the two databases this is."""
    return db.get_bind().dialect.name == "postgresql"
