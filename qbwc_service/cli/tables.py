"""Tables and lists of facts for people."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum

from rich import box
from rich.table import Table
from rich.text import Text

from qbwc_service.cli.output import show_plainly

COLOURS = {
    "synced": "green",
    "done": "green",
    "online": "green",
    "applied": "green",
    "problem": "red",
    "failed": "red",
    "apply_failed": "red",
    "mismatch": "red",
    "unknown": "yellow",
    "blocked": "yellow",
    "offline": "yellow",
}
"""States that stand out; the others are plain."""


def make_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None, is_dense: bool = False
) -> Table:
    """Make a table; a column whose name begins with ``>`` is aligned to the right, a dense one has narrow gaps."""
    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False, collapse_padding=is_dense)
    for column in columns:
        table.add_column(column.removeprefix(">"), justify="right" if column.startswith(">") else "left")
    for row in rows:
        table.add_row(*(cell(value) for value in row))
    return table


def make_facts(facts: Mapping[str, object]) -> Text:
    """Make lines of names and values; what is None is left out. No line is broken: links are copied from here."""
    known = {name: value for name, value in facts.items() if value is not None}
    width = max((len(name) for name in known), default=0) + 3
    lines = [Text.assemble((f"{name}:".ljust(width), "bold"), cell(value)) for name, value in known.items()]
    return Text("\n").join(lines)


def cell(value: object) -> Text:
    """Write a value for people."""
    return Text(write(value), style=COLOURS.get(str(value), ""))


def write_recent(moment: datetime | None) -> str | None:
    """Write a moment of these days, in UTC, where a table has no room for more."""
    return None if moment is None else f"{moment.astimezone(UTC):%m-%d %H:%M}"


def write_moment(moment: datetime) -> str:
    """Write a moment of any year, in UTC, for a table with much else in it."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}"


def write(value: object) -> str:  # noqa: PLR0911 - a table of types
    """Write a value as text: moments in UTC to the second, nothing for None."""
    match value:
        case None:
            return ""
        case Enum():
            return str(value.value)
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        case Decimal():
            return f"{value:,}"
        case list() | tuple():
            return ", ".join(write(inner) for inner in value)
        case _:
            return show_plainly(str(value))
