"""What a command answers: values for programs, and the same for people. The door prints it; commands never print."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING

from qbwc_service.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from rich.console import RenderableType


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A command's answer.

    ``data`` is what ``--json`` writes. Without it ``shown`` goes to standard output in rich's hands, or ``raw`` byte
    for byte; ``complaints`` are lines for standard error. ``is_one_line`` writes the JSON as one line: the last one.
    """

    data: object
    shown: "tuple[RenderableType, ...]" = ()
    raw: str | None = None
    complaints: tuple[str, ...] = ()
    exit_code: ExitCode = ExitCode.OK
    is_one_line: bool = False


def to_plain(value: object) -> object:  # noqa: PLR0911 - a table of types
    """Turn values into what JSON has: amounts and moments become text, moments as RFC 3339 in UTC."""
    match value:
        case Enum():
            return value.value
        case None | bool() | int() | float() | str():
            return value
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case Decimal():
            return format(value, "f")
        case Mapping():
            return {str(key): to_plain(inner) for key, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [to_plain(inner) for inner in value]
        case _ if dataclasses.is_dataclass(value):
            return {field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        case _:
            return str(value)
