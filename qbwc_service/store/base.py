"""The declarative base: one naming rule for constraints, and small helpers that keep the tables readable."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, MetaData, Table
from sqlalchemy.orm import DeclarativeBase

NAMING = {
    "pk": "pk_%(table_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
}


class Base(DeclarativeBase):
    """The root of all tables."""

    metadata = MetaData(naming_convention=NAMING)


def one_of(column: str, words: type[StrEnum]) -> CheckConstraint:
    """Let the database refuse any word but these in ``column``; the constraint is ``ck_<table>_<column>``."""
    listed = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def within(table: str, column: str, *, deferred: bool = False) -> ForeignKeyConstraint:
    """Point ``column`` at ``table`` inside the same connection, and only there.

    ``deferred`` lets the row be written before the one it points at, in the same transaction.
    """
    return ForeignKeyConstraint(
        ["connection_id", column],
        [f"{table}.connection_id", f"{table}.id"],
        deferrable=True if deferred else None,
        initially="DEFERRED" if deferred else None,
    )


def table_of(model: type[Base]) -> Table:
    """Give a model's plain table: bulk updates by key need no objects."""
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{model.__name__} is not mapped to a table")
    return table
