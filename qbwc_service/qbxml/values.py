"""Python values ⇄ the texts of qbXML's types.

Writing is strict, after the patterns of Intuit's schema for the types; money is exact, so floats are refused. Reading
is tolerant: a value that does not look like its type stays text.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Context, Decimal, InvalidOperation

Value = str | int | bool | Decimal | None
"""What reading gives; None is an empty element of a type other than text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a value cannot be written; the fields are those of ``FieldError``."""

    rule: str
    message: str
    limit: str | None = None
    length: int | None = None


_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_FLOAT = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:Z|[+-]\d{2}:\d{2})?", re.ASCII)
_DATETIME = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:T(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})([+-]\d{1,2}:\d{1,2})?)?)?)?", re.ASCII
)
_GUID = re.compile(r"0|\{[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}")
_INTERVAL = re.compile(r"[+-]?PT(?=\d)(\d+H)?(\d+M)?(\d+S)?", re.ASCII)

_FIRST_MOMENT = datetime(1970, 1, 1)  # noqa: DTZ001 -- QuickBooks' wall times have no zone.
_LAST_MOMENT = datetime(2038, 1, 19, 3, 14, 7)  # noqa: DTZ001 -- The same.

_CONTEXT = Context(prec=60, Emax=999999, Emin=-999999, traps=[])
"""Of our own: whoever calls may have set another precision, and money is exact."""

_TOO_LARGE = 10**18
_LONGEST_FLOAT = 40
_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}
_BITS = {0: "0", 1: "1"}
_CLEARABLE = ("STR", "ID", "BOOL", "DATE", "DATETIME", "AMT", "PRICE", "QTY", "PCT", "FLOAT", "INTERVAL")


def format_value(value: object, type_name: str) -> str | Refusal:
    """Write a value as the text of a type (``AMT``, ``DATE`` …), or say why it cannot be.

    An empty string is an empty element, which clears a field; INT, GUID and ENUM cannot be empty.
    """
    if isinstance(value, str) and value == "" and type_name in _CLEARABLE:
        return ""
    return _FORMATTERS[type_name](value)


def parse_value(text: str, type_name: str | None) -> Value:
    """Read the text of a type: Decimal, bool, int or str; None if it is empty and the type is not text."""
    parser = PARSERS.get(type_name or "STR")
    return text if parser is None else parser(text)


def _format_text(value: object) -> str | Refusal:
    if isinstance(value, str):
        return str.__str__(value)  # The text itself, also of a member of an enum.
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _TOO_LARGE:
        return str(value)
    return Refusal(rule="format", message=f"expects text, not {_kind(value)}")


def _format_bool(value: object) -> str | Refusal:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        truth = _BOOLEANS.get(str(value).strip().lower() if isinstance(value, str) else _BITS.get(value, ""))
        if truth is not None:
            return "true" if truth else "false"
    return Refusal(rule="format", message="expects true or false")


def _format_amount(value: object) -> str | Refusal:
    return _format_number(value, digits=13, places=2, pad=True)


def _format_quantity(value: object) -> str | Refusal:
    return _format_number(value, digits=10, places=5, pad=False)


def _format_number(value: object, *, digits: int, places: int, pad: bool) -> str | Refusal:
    number = _to_decimal(value)
    if isinstance(number, Refusal):
        return number
    limit = f"{digits} digits, {places} decimals"
    if number and number.adjusted() >= digits:
        return Refusal(rule="format", message=f"has more than {digits} digits before the point", limit=limit)
    exact = number.quantize(Decimal(1).scaleb(-places), context=_CONTEXT)
    if exact != number:
        return Refusal(rule="format", message=f"has more than {places} decimals", limit=limit)
    if not pad:  # The decimals that were given stay, as long as they fit: 2.50 is 2.50.
        exponent = number.as_tuple().exponent
        exact = number if isinstance(exponent, int) and exponent >= -places else exact.normalize(_CONTEXT)
    return format(exact, "f")


def _format_float(value: object) -> str | Refusal:
    if isinstance(value, str) and _FLOAT.fullmatch(value.strip()):
        value = Decimal(value.strip())
    number = _to_decimal(value)
    if isinstance(number, Refusal):
        return number
    text = format(number, "f") if abs(number.adjusted()) <= _LONGEST_FLOAT else ""
    if not 0 < len(text) <= _LONGEST_FLOAT:
        return Refusal(rule="format", message=f"is longer than {_LONGEST_FLOAT} characters", limit=str(_LONGEST_FLOAT))
    return text


def _to_decimal(value: object) -> Decimal | Refusal:
    if isinstance(value, Decimal) and value.is_finite():
        return value
    if isinstance(value, float):
        return Refusal(rule="format", message="is a float, and money is exact: give a Decimal, an int or text")
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _TOO_LARGE:
        return Decimal(value)
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return Decimal(value)
    return Refusal(
        rule="format", message="expects a number such as 12.50 (a point, no thousands separators, no symbol)"
    )


def _format_integer(value: object) -> str | Refusal:
    value = value.strip() if isinstance(value, str) else value
    if isinstance(value, str) and _INTEGER.fullmatch(value) and len(value) <= len(str(_TOO_LARGE)):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _TOO_LARGE:
        return str(value)
    return Refusal(rule="format", message="expects a whole number of at most 18 digits")


def _format_date(value: object) -> str | Refusal:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    match = _DATE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is not None and _is_date(match[1]):
        return match.group()
    return Refusal(rule="format", message="expects a date such as 2026-11-30")


def _format_datetime(value: object) -> str | Refusal:
    text = value.isoformat() if isinstance(value, date) else value  # A datetime is a date, too.
    text = text if isinstance(text, str) else ""
    match = _DATETIME.fullmatch(text)
    if match is None:
        return Refusal(
            rule="format",
            message="expects a time such as 2026-11-30T17:05:00, without fraction, without Z (+00:00 is fine)",
        )
    *fields, offset = match.groups()
    try:
        moment = datetime(*(int(each or 0) for each in fields))  # type: ignore[arg-type]  # noqa: DTZ001 -- Six of them.
        hours, minutes = map(int, offset[1:].split(":")) if offset else (0, 0)
        time(hours, minutes)
    except ValueError:
        return Refusal(rule="format", message="is not a time of the calendar")
    if not _FIRST_MOMENT <= moment <= _LAST_MOMENT:
        return Refusal(rule="format", message="is outside QuickBooks' times", limit="1970-01-01 to 2038-01-19T03:14:07")
    return text


def _format_guid(value: object) -> str | Refusal:
    if type(value).__name__ == "UUID":  # By name: importing uuid would cost as much as half of this layer.
        return f"{{{value}}}"
    if isinstance(value, int) and value == 0 and not isinstance(value, bool):
        return "0"
    if isinstance(value, str) and _GUID.fullmatch(value):
        return str(value)
    return Refusal(
        rule="format", message="expects 0 or a GUID in braces such as {0d3b1ad0-51ce-4b5c-9d0c-6d5d3a4b7f10}"
    )


def _format_interval(value: object) -> str | Refusal:
    if isinstance(value, timedelta) and not value.microseconds:
        minutes, seconds = divmod(abs(int(value.total_seconds())), 60)
        sign = "-" if value < timedelta() else ""
        return f"{sign}PT{minutes // 60}H{minutes % 60}M" + (f"{seconds}S" if seconds else "")
    if isinstance(value, str) and _INTERVAL.fullmatch(value):
        return str(value)
    return Refusal(rule="format", message="expects an interval such as PT1H30M")


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _kind(value: object) -> str:
    return {"dict": "an object", "list": "a list", "tuple": "a list"}.get(type(value).__name__, type(value).__name__)


def _parse_decimal(text: str) -> Value:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text if text.strip() else None
    # Python also reads NaN, Infinity, 1_000 and the digits of other scripts; none of them is a number of qbXML.
    if not number.is_finite() or "_" in text or not text.isascii() or abs(number.adjusted()) > _LONGEST_FLOAT:
        return text
    return number


def _parse_bool(text: str) -> Value:
    value = _BOOLEANS.get(text)
    if value is not None:
        return value
    word = text.strip().lower()
    return _BOOLEANS.get(word, text) if word else None


def _parse_integer(text: str) -> Value:
    try:
        return int(text) if "_" not in text and text.isascii() and len(text) <= _LONGEST_FLOAT else text
    except ValueError:
        return text if text.strip() else None


_FORMATTERS: dict[str, Callable[[object], str | Refusal]] = {
    "STR": _format_text,
    "ID": _format_text,
    "ENUM": _format_text,
    "BOOL": _format_bool,
    "DATE": _format_date,
    "DATETIME": _format_datetime,
    "AMT": _format_amount,
    "PRICE": _format_quantity,
    "QTY": _format_quantity,
    "PCT": _format_quantity,
    "INT": _format_integer,
    "FLOAT": _format_float,
    "GUID": _format_guid,
    "INTERVAL": _format_interval,
}

PARSERS: dict[str, Callable[[str], Value]] = {
    "BOOL": _parse_bool,
    "AMT": _parse_decimal,
    "PRICE": _parse_decimal,
    "QTY": _parse_decimal,
    "PCT": _parse_decimal,
    "FLOAT": _parse_decimal,
    "INT": _parse_integer,
}
"""The types that reading turns into something other than text."""
