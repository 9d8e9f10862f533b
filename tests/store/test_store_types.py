"""A value comes back from either database exactly as it went in."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, localcontext

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.types import TypeEngine

from qbwc_service.store import Database, OperationState
from qbwc_service.store.types import CHUNK, CompressedText, JsonOrNull, Money, UtcDateTime, Word

FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
ONCE_PER_DATABASE = settings(FEW, max_examples=15)
LARGEST = Decimal("92233720368547758.07")

amounts = st.decimals(-LARGEST, LARGEST, places=2)
modest_amounts = st.decimals(Decimal("-1e12"), Decimal("1e12"), places=2)
zones = st.timedeltas(timedelta(hours=-23), timedelta(hours=23)).map(
    lambda offset: timezone(timedelta(minutes=offset // timedelta(minutes=1)))
)
moments = st.datetimes(datetime(1950, 1, 2), datetime(2200, 1, 1), timezones=zones)  # noqa: DTZ001 - The zones come after.
any_text = st.text(st.characters(exclude_categories=()))


def kept(
    database: Database, kind: TypeEngine[object], values: Sequence[object], *, query: str | None = None
) -> list[object]:
    """Write values into a column of this kind, and read them back in the column's own order (or by ``query``)."""
    table = Table("scratch", MetaData(), Column("id", Integer, primary_key=True), Column("kept", kind))
    with database.engine.connect() as connection, connection.begin() as transaction:
        table.create(connection)
        connection.execute(insert(table), [{"id": number, "kept": value} for number, value in enumerate(values)])
        wanted = select(table.c.kept).order_by(table.c.id) if query is None else text(query)
        found = list(connection.scalars(wanted))
        transaction.rollback()
    return found


@FEW
@given(values=st.lists(amounts, min_size=1, max_size=5))
def test_money_comes_back_exactly(database: Database, values: list[Decimal]) -> None:
    found = kept(database, Money(), values)
    assert found == values
    assert {value.as_tuple().exponent for value in found if isinstance(value, Decimal)} == {-2}


@FEW
@given(values=st.lists(modest_amounts, min_size=1, max_size=20))
def test_the_sum_by_sql_is_the_sum(database: Database, values: list[Decimal]) -> None:
    (cents,) = kept(database, Money(), values, query="SELECT sum(kept) FROM scratch")
    assert int(str(cents)) == sum(values) * 100


@ONCE_PER_DATABASE
@given(values=st.lists(amounts, min_size=2, max_size=6, unique=True))
def test_money_sorts_by_sql(database: Database, values: list[Decimal]) -> None:
    found = kept(database, Money(), values, query="SELECT kept FROM scratch ORDER BY kept")
    assert [Decimal(str(cents)) / 100 for cents in found] == sorted(values)


def test_the_sum_of_the_orm_is_money_again(database: Database) -> None:
    table = Table("scratch", MetaData(), Column("id", Integer, primary_key=True), Column("total_cents", Money))
    with database.engine.connect() as connection, connection.begin() as transaction:
        table.create(connection)
        connection.execute(
            insert(table), [{"id": 1, "total_cents": Decimal("0.10")}, {"id": 2, "total_cents": Decimal("0.20")}]
        )
        total = connection.scalar(select(func.sum(table.c.total_cents)))
        nothing = connection.scalar(select(func.sum(table.c.total_cents)).where(table.c.id > 2))
        transaction.rollback()
    assert (str(total), nothing) == ("0.30", None)


@pytest.mark.parametrize(
    ("amount", "why"),
    [
        ("0.001", "more than two decimal places"),
        ("1.005", "more than two decimal places"),
        ("-0.0000001", "more than two decimal places"),
        ("1.000000000000000000000000000000000001", "more than two decimal places"),
        ("NaN", "not an amount"),
        ("Infinity", "not an amount"),
    ],
)
def test_money_that_would_be_rounded_is_refused(database: Database, amount: str, why: str) -> None:
    with pytest.raises(StatementError, match=why):
        kept(database, Money(), [Decimal(amount)])


def test_money_is_exact_whatever_the_programs_decimal_context(database: Database) -> None:
    with localcontext() as context:
        context.prec = 4
        found = kept(database, Money(), [Decimal("1234567.89")])
    assert found == [Decimal("1234567.89")]


@pytest.mark.parametrize("amount", ["1", "1.0", "1.000", "1E+3", "-0", "0.00"])
def test_money_is_its_value_and_not_its_spelling(database: Database, amount: str) -> None:
    (found,) = kept(database, Money(), [Decimal(amount)])
    assert str(found) == str(Decimal(amount).quantize(Decimal("0.01")) + 0)


@FEW
@given(values=st.lists(moments, min_size=1, max_size=5))
def test_a_moment_comes_back_in_utc(database: Database, values: list[datetime]) -> None:
    found = kept(database, UtcDateTime(), values)
    assert found == values
    assert {value.tzinfo for value in found if isinstance(value, datetime)} == {UTC}


@ONCE_PER_DATABASE
@given(values=st.lists(moments, min_size=2, max_size=6))
def test_moments_sort_by_sql_as_they_happened(database: Database, values: list[datetime]) -> None:
    found = kept(database, UtcDateTime(), values, query="SELECT id FROM scratch ORDER BY kept, id")
    assert found == [number for number, _ in sorted(enumerate(values), key=lambda pair: pair[1])]


def test_a_moment_without_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="a moment needs a zone"):
        kept(database, UtcDateTime(), [datetime(2026, 11, 20)])  # noqa: DTZ001 - That is the mistake.


@FEW
@given(values=st.lists(any_text, min_size=1, max_size=4))
def test_text_of_any_characters_comes_back_unchanged(database: Database, values: list[str]) -> None:
    assert kept(database, CompressedText(), values) == values


@pytest.mark.parametrize(
    "value",
    [
        "",
        "\0",
        "\ud800",
        "\udc00\ud800 \ud83d\ude00 in two halves",
        "<QBXML>" + "é€😀\r\n" * 1_000_000,
        "a" * (CHUNK - 1) + "\ud83d" + "\ude00" + "b" * CHUNK,
    ],
    ids=["empty", "nul", "lone surrogate", "halves", "5 MB", "halves at the border of a piece"],
)
def test_text_of_any_size_comes_back_unchanged(database: Database, value: str) -> None:
    (found,) = kept(database, CompressedText(), [value])
    assert found == value


def test_text_is_kept_compressed(database: Database) -> None:
    (size,) = kept(database, CompressedText(), ["<InvoiceRet/>" * 100_000], query="SELECT length(kept) FROM scratch")
    assert isinstance(size, int)
    assert size < 50_000


def test_a_word_is_kept_by_its_value(database: Database) -> None:
    assert kept(database, Word(OperationState), [OperationState.DONE], query="SELECT kept FROM scratch") == ["done"]
    assert kept(database, Word(OperationState), list(OperationState)) == list(OperationState)


def test_a_word_that_is_none_of_the_list_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="'finished' is not a valid OperationState"):
        kept(database, Word(OperationState), ["finished"])


@pytest.mark.parametrize("kind", [Money(), UtcDateTime(), CompressedText(), Word(OperationState), JsonOrNull])
def test_none_is_null(database: Database, kind: TypeEngine[object]) -> None:
    assert kept(database, kind, [None], query="SELECT count(*) FROM scratch WHERE kept IS NULL") == [1]
    assert kept(database, kind, [None]) == [None]
