from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from uuid import UUID

import pytest

from qbwc_service.qbxml.values import Refusal, format_value, parse_value


class Paid(str, Enum):  # noqa: UP042 -- What programs of others use, whose str() is not the value.
    ALL = "All"


NOON = datetime(2026, 7, 1, 12, 0, 5)  # noqa: DTZ001 -- QuickBooks' wall times have no zone.


@pytest.mark.parametrize(
    ("type_name", "value", "text"),
    [
        ("AMT", Decimal("12.5"), "12.50"),
        ("AMT", 12, "12.00"),
        ("AMT", "-0.1", "-0.10"),
        ("AMT", Decimal("12.500"), "12.50"),
        ("AMT", Decimal("1E+3"), "1000.00"),
        ("AMT", "+9999999999999.99", "9999999999999.99"),
        ("AMT", "", ""),
        ("PRICE", Decimal("103.00"), "103.00"),
        ("PRICE", "0.12345", "0.12345"),
        ("QTY", 2, "2"),
        ("QTY", Decimal("1E+2"), "100"),
        ("QTY", Decimal("2.5000000"), "2.5"),
        ("PCT", "7.75", "7.75"),
        ("FLOAT", Decimal("1.3456789"), "1.3456789"),
        ("INT", 7, "7"),
        ("INT", "007", "7"),
        ("BOOL", True, "true"),
        ("BOOL", "false", "false"),
        ("BOOL", "False", "false"),
        ("BOOL", 0, "false"),
        ("BOOL", "1", "true"),
        ("DATE", date(2026, 11, 22), "2026-11-22"),
        ("DATE", "2024-02-29", "2024-02-29"),
        ("DATETIME", NOON, "2026-07-01T12:00:05"),
        ("DATETIME", NOON.replace(tzinfo=UTC), "2026-07-01T12:00:05+00:00"),
        ("DATETIME", date(2026, 7, 1), "2026-07-01"),
        ("DATETIME", "2026-07-01T12:00", "2026-07-01T12:00"),
        ("GUID", 0, "0"),
        ("GUID", UUID(int=1), "{00000000-0000-0000-0000-000000000001}"),
        ("GUID", "{0D3B1AD0-51CE-4B5C-9D0C-6D5D3A4B7F10}", "{0D3B1AD0-51CE-4B5C-9D0C-6D5D3A4B7F10}"),
        ("INTERVAL", timedelta(hours=25, minutes=3), "PT25H3M"),
        ("INTERVAL", timedelta(seconds=-61), "-PT0H1M1S"),
        ("INTERVAL", "PT8H", "PT8H"),
        ("ID", "80000013-1416570432", "80000013-1416570432"),
        ("STR", 1001, "1001"),
        ("ENUM", Paid.ALL, "All"),
        ("FLOAT", "0." + "1" * 38, "0." + "1" * 38),
    ],
)
def test_a_value_is_written_as_its_type_wants_it(type_name: str, value: object, text: str) -> None:
    assert format_value(value, type_name) == text


@pytest.mark.parametrize(
    ("type_name", "value"),
    [
        ("AMT", 12.5),
        ("AMT", "12.345"),
        ("AMT", Decimal("0.001")),
        ("AMT", "1,234.00"),
        ("AMT", "$5"),
        ("AMT", " 5"),
        ("AMT", "١٢"),
        ("AMT", "10000000000000"),
        ("AMT", Decimal("1E+400")),
        ("AMT", Decimal("NaN")),
        ("AMT", Decimal("Infinity")),
        ("AMT", True),
        ("AMT", "1e3"),
        ("PRICE", "1.123456"),
        ("QTY", "12345678901"),
        ("INT", "1.0"),
        ("INT", ""),
        ("INT", True),
        ("BOOL", "yes"),
        ("BOOL", 2),
        ("DATE", "2026-13-01"),
        ("DATE", "2026-02-30"),
        ("DATE", "20261122"),
        ("DATE", NOON),
        ("DATETIME", "2026-07-01T12:00:05Z"),
        ("DATETIME", "2026-07-01T12:00:05.5"),
        ("DATETIME", NOON.replace(microsecond=1)),
        ("DATETIME", "2026-07-01T25:00:00"),
        ("DATETIME", "2026-07-01T12:00:05+99:00"),
        ("DATETIME", "1969-12-31"),
        ("DATETIME", "2038-01-20"),
        ("GUID", "0D3B1AD0-51CE-4B5C-9D0C-6D5D3A4B7F10"),
        ("GUID", ""),
        ("INTERVAL", "PT"),
        ("INTERVAL", "P1D"),
        ("INT", "1" * 5000),
        ("INT", 10**30),
        ("STR", 10**30),
        ("FLOAT", Decimal("1E+1000000")),
        ("FLOAT", "0." + "1" * 39),
        ("STR", ["a"]),
        ("STR", True),
        ("STR", Decimal(1)),
        ("STR", None),
    ],
)
def test_a_value_that_quickbooks_would_refuse_is_refused(type_name: str, value: object) -> None:
    refusal = format_value(value, type_name)
    assert isinstance(refusal, Refusal)
    assert refusal.rule == "format"


def test_a_float_is_told_why() -> None:
    refusal = format_value(0.1, "AMT")
    assert isinstance(refusal, Refusal)
    assert "money is exact" in refusal.message


@pytest.mark.parametrize(
    ("type_name", "text", "value"),
    [
        ("AMT", "-55.00", Decimal("-55.00")),
        ("QTY", "2", Decimal(2)),
        ("FLOAT", "1.5", Decimal("1.5")),
        ("BOOL", "true", True),
        ("BOOL", "0", False),
        ("INT", "12", 12),
        ("STR", "12", "12"),
        ("DATE", "2026-11-22", "2026-11-22"),
        ("AMT", "", None),
        ("BOOL", "", None),
        ("STR", "", ""),
        ("AMT", "abc", "abc"),
        ("BOOL", "perhaps", "perhaps"),
        ("INT", "1.5", "1.5"),
        ("BOOL", " False ", False),
        ("AMT", "NaN", "NaN"),
        ("AMT", "Infinity", "Infinity"),
        ("AMT", "1_000", "1_000"),
        ("AMT", "١٢", "١٢"),
        ("INT", "1_000", "1_000"),
        ("INT", "١٢", "١٢"),
        ("INT", "1" * 5000, "1" * 5000),
        ("INT", " ", None),
        ("ID", "80000013-1416570432", "80000013-1416570432"),
        ("ID", "007", "007"),
        (None, "x", "x"),
    ],
)
def test_reading_types_what_it_can_and_keeps_the_rest_as_text(type_name: str | None, text: str, value: object) -> None:
    assert parse_value(text, type_name) == value
    assert type(parse_value(text, type_name)) is type(value)
