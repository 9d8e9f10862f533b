"""The columns that mirror tables are made of: one short word for each kind of element that QuickBooks has.

A column is named after its element in our spelling: ``TxnDate`` is ``txn_date``. Money ends in ``_cents`` (whole
hundredths); a reference is two columns, ``…_list_id`` and ``…_full_name``. QuickBooks' moments stay its own text.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Dialect,
    ForeignKeyConstraint,
    Index,
    Numeric,
    String,
    Table,
    TypeDecorator,
)
from sqlalchemy.types import TypeEngine

from qbwc_service.store.base import Base
from qbwc_service.store.types import Json, Money, UtcDateTime

ID_LENGTH = 64
"""QuickBooks' ids have at most 36 characters; a longer one must not stop a page."""

Part = Column[Any] | ForeignKeyConstraint | Index


class ExactNumber(TypeDecorator[Decimal]):
    """A quantity, price or rate, exact: ``numeric`` on PostgreSQL, text on SQLite, which has no decimals."""

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose what is exact on this database."""
        exact: TypeEngine[Any] = String() if dialect.name == "sqlite" else Numeric()
        return dialect.type_descriptor(exact)

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> object:
        """Write it in full on SQLite."""
        return format(value, "f") if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: object, dialect: Dialect) -> Decimal | None:  # noqa: ARG002 - SQLAlchemy's
        """Give it exactly."""
        return None if value is None else Decimal(str(value))


def texts(*names: str) -> Iterator[Part]:
    """Make columns of text, of any length: QuickBooks' own limits are not ours to enforce."""
    yield from (Column(name, String()) for name in names)


def money(*names: str) -> Iterator[Part]:
    """Make columns of amounts, in whole hundredths; ``balance`` is ``balance_cents``."""
    yield from (Column(f"{name}_cents", Money, key=f"{name}_cents") for name in names)


def numbers(*names: str) -> Iterator[Part]:
    """Make columns of exact decimal numbers."""
    yield from (Column(name, ExactNumber) for name in names)


def integers(*names: str) -> Iterator[Part]:
    """Make columns of whole numbers."""
    yield from (Column(name, BigInteger) for name in names)


def dates(*names: str) -> Iterator[Part]:
    """Make columns of calendar days."""
    yield from (Column(name, Date) for name in names)


def flags(*names: str) -> Iterator[Part]:
    """Make columns of yes and no."""
    yield from (Column(name, Boolean) for name in names)


def references(*names: str) -> Iterator[Part]:
    """Make the two columns of each reference: the id that stays, and the name as it was last seen."""
    for name in names:
        yield Column(f"{name}_list_id", String(ID_LENGTH))
        yield Column(f"{name}_full_name", String())


def list_table(name: str, *parts: Iterator[Part]) -> Table:
    """Make the table of a list: its entries by ListID."""
    return _object_table(name, "list_id", *parts)


def transaction_table(name: str, *parts: Iterator[Part]) -> Table:
    """Make the table of a kind of transaction, by TxnID."""
    return _object_table(name, "txn_id", integers("txn_number"), *parts)


def line_table(name: str, parent: Table, *parts: Iterator[Part]) -> Table:
    """Make the table of what a transaction holds several of; rows go with their transaction, in its order."""
    return Table(
        name,
        Base.metadata,
        Column("connection_id", BigInteger, primary_key=True, autoincrement=False),
        Column("txn_id", String(ID_LENGTH), primary_key=True),
        Column("position", BigInteger, primary_key=True, autoincrement=False),
        *(column for part in parts for column in part),
        Column("raw", Json, nullable=False),
        ForeignKeyConstraint(
            ["connection_id", "txn_id"],
            [f"{parent.name}.connection_id", f"{parent.name}.txn_id"],
            ondelete="CASCADE",
        ),
    )


def index(table: str, *columns: str) -> Iterator[Part]:
    """Make an index inside the connection."""
    yield Index(f"ix_{table}_{columns[0]}", "connection_id", *columns)


def _object_table(name: str, key: str, *parts: Iterator[Part]) -> Table:
    return Table(
        name,
        Base.metadata,
        Column("connection_id", BigInteger, primary_key=True, autoincrement=False),
        Column(key, String(ID_LENGTH), primary_key=True),
        *texts("time_created", "time_modified", "edit_sequence"),
        *(column for part in parts for column in part),
        Column("raw", Json, nullable=False),
        Column("pulled_at", UtcDateTime, nullable=False),
        Column("deleted_at", UtcDateTime),
        ForeignKeyConstraint(["connection_id"], ["connections.id"]),
    )
