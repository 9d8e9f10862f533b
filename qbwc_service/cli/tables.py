"""Tables and lists of facts for people."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum

from rich import box
from rich.console import RenderableType
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


def make_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None) -> Table:
    """Make a table; a column whose name begins with ``>`` is aligned to the right."""
    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False)
    for column in columns:
        table.add_column(column.removeprefix(">"), justify="right" if column.startswith(">") else "left")
    for row in rows:
        table.add_row(*(cell(value) for value in row))
    return table


def make_facts(facts: Mapping[str, object]) -> Table:
    """Make a list of names and values; what is None is left out."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold")
    table.add_column()
    for name, value in facts.items():
        if value is not None:
            table.add_row(f"{name}:", cell(value))
    return table


def cell(value: object) -> RenderableType:
    """Write a value for people."""
    return Text(write(value), style=COLOURS.get(str(value), ""))


def write(value: object) -> str:
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
