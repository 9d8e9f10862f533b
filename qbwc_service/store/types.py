"""Column types that mean the same on SQLite and on PostgreSQL."""

import zlib
from datetime import UTC, datetime
from decimal import Context, Decimal
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, LargeBinary, String, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB

HUNDREDTHS = 100
EXACT = Context(prec=60)
"""More digits than any sum of 64-bit numbers has, whatever precision the program set for itself."""

CHUNK = 1 << 20

E = TypeVar("E", bound=StrEnum)

Json = JSON().with_variant(JSONB(), "postgresql")
"""JSON text on SQLite, ``jsonb`` on PostgreSQL."""

JsonOrNull = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""The same, where None is SQL's NULL and not JSON's ``null``."""


class Money(TypeDecorator[Decimal]):
    """An exact amount with two decimal places, kept as a whole number of hundredths.

    SQLite has no decimal type: ``Numeric`` would go through float there. Whole hundredths are exact, sortable and
    summable by plain SQL on both databases, which is why the columns are named ``…_cents``.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """Turn an amount into hundredths; ValueError where it is not finite or has more than two decimal places."""
        if value is None:
            return None
        if not value.is_finite():
            raise ValueError(f"{value} is not an amount")
        # As whole numbers: Decimal's own arithmetic rounds to the program's precision without a word.
        numerator, denominator = value.as_integer_ratio()
        cents, rest = divmod(numerator * HUNDREDTHS, denominator)
        if rest:
            raise ValueError(f"{value} has more than two decimal places")
        return cents

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """Turn hundredths into an amount with two decimal places."""
        return None if value is None else Decimal(value).scaleb(-2, EXACT)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC, always with zone in Python, whatever the database keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without zone; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the moment in UTC, with zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class CompressedText(TypeDecorator[str]):
    """Text of any size, kept compressed, byte for byte as it was; encoded in pieces to spare memory."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """Compress the text's UTF-8 (lone surrogates, which no valid text holds, survive)."""
        if value is None:
            return None
        squeeze = zlib.compressobj(level=1)
        pieces = [
            squeeze.compress(value[start : start + CHUNK].encode("utf-8", "surrogatepass"))
            for start in range(0, len(value), CHUNK)
        ]
        return b"".join([*pieces, squeeze.flush()])

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        """Give the text back."""
        return None if value is None else zlib.decompress(value).decode("utf-8", "surrogatepass")


class Word(TypeDecorator[E]):
    """A StrEnum kept by value; the CHECK that lists its words is the table's."""

    impl = String(32)
    cache_ok = True

    def __init__(self, words: type[E]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: E | None, dialect: Dialect) -> str | None:
        """Store the word."""
        return None if value is None else self.words(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> E | None:
        """Give the enum's member."""
        return None if value is None else self.words(value)
