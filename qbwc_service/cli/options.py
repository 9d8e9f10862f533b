"""Arguments and options that several commands share, and the lists they make."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import click

from qbwc_service.store import DocumentKind
from qbwc_service.sync import find_kind

F = TypeVar("F", bound=Callable[..., object])
T = TypeVar("T")

LARGEST_ID = 2**63 - 1
ROW_ID = click.IntRange(1, LARGEST_ID)

connection_argument = click.argument("connection_id", metavar="CONNECTION", type=ROW_ID)
install_argument = click.argument("install_id", metavar="INSTALL", type=ROW_ID)
chosen_install_argument = click.argument("install_id", metavar="[INSTALL]", type=ROW_ID, required=False)
operation_argument = click.argument("operation_id", metavar="OPERATION", type=ROW_ID)
limit_option = click.option(
    "--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="At most so many, newest first."
)
before_option = click.option(
    "--before", type=ROW_ID, metavar="ID", help="Go on after the last one of a list: give its id."
)

note_option = click.option("--note", help="Why: it stands with the document.")
by_option = click.option("--by", default="the command line", show_default=True, help="Who does it.")
dry_run_option = click.option("--dry-run", is_flag=True, help="Only say what it would do.")


class KindType(click.ParamType[DocumentKind]):
    """A kind of document, in the singular or plural, with hyphens or underscores."""

    name = "kind"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> DocumentKind:
        """Understand the word."""
        kind = find_kind(str(value))
        if kind is None:
            self.fail(f"{value!r} is none of {', '.join(DocumentKind)}", param, ctx)
        return kind

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:  # noqa: ARG002 - click's
        """Show what it can be."""
        return f"[{'|'.join(DocumentKind)}]"


def split_page(found: Sequence[T], limit: int) -> tuple[list[T], bool]:
    """Part what was asked for (one more than the limit) into the page, and whether there are more."""
    return list(found[:limit]), len(found) > limit
