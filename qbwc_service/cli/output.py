"""Write replies and errors: for people through rich, for programs as one JSON value on standard output."""

import json
import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from qbwc_service.cli.reply import Reply, to_plain
from qbwc_service.errors import InvalidFieldsError, InvalidQwcError, QbwcServiceError

if TYPE_CHECKING:
    from rich.console import Console

UNBROKEN = 10_000
"""Columns of a line that nobody sees: what goes into a file or another program is not wrapped."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]|\r(?!\n)")


def print_reply(reply: Reply, *, as_json: bool) -> None:
    """Print a command's answer."""
    if as_json:
        print_json(reply.data, is_one_line=reply.is_one_line)
        return
    if reply.raw is not None:
        # What came over the wire may hold lone surrogates; byte for byte means them as well.
        click.echo(reply.raw.encode("utf-8", "surrogatepass"), nl=False)
    if reply.shown:
        console = make_console()
        for renderable in reply.shown:
            is_table = hasattr(renderable, "columns")
            shown = show_plainly(renderable) if isinstance(renderable, str) else renderable
            console.print(shown, soft_wrap=not is_table)
    for line in reply.complaints:
        click.echo(show_plainly(line), err=True)


def print_json(value: object, *, is_one_line: bool = False) -> None:
    """Print one JSON value: pure ASCII, because not every terminal's encoding has every character."""
    click.echo(json.dumps(to_plain(value), indent=None if is_one_line else 2))


def print_error(error: QbwcServiceError, *, as_json: bool) -> None:
    """Print an error: a sentence and what helps; with ``as_json`` an object on standard output."""
    if as_json:
        print_json({"error": error_facts(error)})
        return
    for line in describe_error(error):
        click.echo(show_plainly(line), err=True)


def describe_error(error: QbwcServiceError) -> Iterator[str]:
    """Say in lines what is wrong, in which fields, and what helps."""
    if isinstance(error, InvalidFieldsError) and error.errors:
        yield f"Error: {error.summary}:"
        yield from (f"  {mistake.path}: {mistake.message}" for mistake in error.errors)
    else:
        code = f" ({error.qbwc_code})" if isinstance(error, InvalidQwcError) and error.qbwc_code else ""
        yield f"Error: {error.message}{code}"
    if error.remedy:
        yield f"What helps: {error.remedy}"


def error_facts(error: QbwcServiceError) -> dict[str, object]:
    """Give an error as values for programs."""
    facts: dict[str, object] = {
        "code": error.code,
        "message": error.message,
        "field": error.field,
        "remedy": error.remedy,
        "retryable": error.retryable,
    }
    if isinstance(error, InvalidFieldsError):
        facts["errors"] = error.errors
    if isinstance(error, InvalidQwcError):
        facts["qbwc_code"] = error.qbwc_code
    return facts


def make_console(*, stderr: bool = False) -> "Console":
    """Make a console that shows text as it is: names of customers are no markup."""
    from rich.console import Console  # noqa: PLC0415 - what prints JSON or errors only need not wait for it

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else UNBROKEN
    return Console(file=stream, width=width, markup=False, highlight=False, emoji=False)


def show_plainly(text: str) -> str:
    """Make control characters visible: a text from outside must not steer the terminal."""
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)
