"""``qbwc-service enqueue``: bring documents and requests from files to QuickBooks."""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click

from qbwc_service.cli.desk import Desk
from qbwc_service.cli.exit_codes import ExitCode
from qbwc_service.cli.intake import Delivery, Refusal, deliver
from qbwc_service.cli.leaf import LeafCommand
from qbwc_service.cli.options import KindType, connection_argument
from qbwc_service.cli.output import describe_error, error_facts
from qbwc_service.cli.reply import Reply
from qbwc_service.errors import InputError
from qbwc_service.qbxml import TextChange
from qbwc_service.store import DocumentKind
from qbwc_service.sync import FileFormat, Place, Row, read_rows

STANDARD_INPUT = "-"


@click.command(
    cls=LeafCommand,
    example="qbwc-service enqueue 1 customers.json invoices.ndjson\n"
    "billing-export | qbwc-service enqueue 1 - --kind invoice",
)
@connection_argument
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--kind", type=KindType(), help="What the documents are that do not say it themselves.")
@click.option(
    "--format",
    "file_format",
    type=click.Choice([word.value for word in FileFormat]),
    help="How the files are written; else their names tell, or what stands in them.",
)
@click.option("--all-or-nothing", is_flag=True, help="Keep nothing if one row is refused.")
@click.pass_obj
def enqueue(
    desk: Desk,
    connection_id: int,
    *,
    files: tuple[str, ...],
    kind: DocumentKind | None,
    file_format: str | None,
    all_or_nothing: bool,
) -> Reply:
    """Read documents (docs/documents.md) and qbXML requests from files, check them, and put them into the queue.

    FILE is JSON, NDJSON (one document per line), qbXML, or - for standard input. All files are one delivery: rows may
    refer to each other in any order. Good rows are kept, bad ones reported with file, line and field (exit code 3).
    The same document again changes nothing, so a corrected file can be sent as a whole; requests are queued each time.
    """
    chosen = FileFormat(file_format) if file_format else None
    rows: list[Row] = []
    for name in files:
        data, shown = _read(name)
        rows += read_rows(data, name=shown, file_format=chosen, kind=kind)
    return _reply(deliver(desk, connection_id, rows, all_or_nothing=all_or_nothing), total=len(rows))


def _read(name: str) -> tuple[bytes, str]:
    """Read a file whole, for rows refer to each other; give it with the name that messages call it."""
    if name == STANDARD_INPUT:
        return sys.stdin.buffer.read(), "<stdin>"
    try:
        return Path(name).read_bytes(), name
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror}", field="file") from None


def _reply(delivery: Delivery, *, total: int) -> Reply:
    changes = Counter(accepted.change for _, accepted in delivery.documents)
    counts = {
        "rows": total,
        "created": changes["created"],
        "changed": changes["changed"],
        "unchanged": changes["unchanged"],
        "requests": len(delivery.requests),
        "refused": len(delivery.refused),
    }
    words = {"created": "created", "changed": "changed", "unchanged": "unchanged", "requests": "requested"}
    said = ", ".join(f"{counts[name]} {word}" for name, word in words.items() if counts[name])
    summary = f"{total} rows: {said or 'nothing accepted'}"
    if delivery.refused:
        summary += f", {len(delivery.refused)} refused"
    if delivery.is_undone:
        summary = f"{total} rows: {len(delivery.refused)} refused, and therefore nothing was kept"
    complaints = [line for refusal in delivery.refused for line in _complain(refusal)]
    complaints += [line for place, changed in _text_changes(delivery) for line in _tell(place, changed)]
    return Reply(
        data={"counts": counts, "all_undone": delivery.is_undone, **_data(delivery)},
        raw=f"{summary}\n",
        complaints=tuple(complaints),
        exit_code=ExitCode.ROWS_REFUSED if delivery.refused else ExitCode.OK,
    )


def _data(delivery: Delivery) -> dict[str, object]:
    return {
        "documents": [{"place": place, **_as_dict(accepted)} for place, accepted in delivery.documents],
        "requests": [{"place": place, **_as_dict(accepted)} for place, accepted in delivery.requests],
        "refused": [
            {
                "place": refusal.place,
                "kind": refusal.kind,
                "external_id": refusal.external_id,
                "error": error_facts(refusal.error),
            }
            for refusal in delivery.refused
        ],
    }


def _as_dict(value: object) -> dict[str, object]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}  # type: ignore[attr-defined]


def _complain(refusal: Refusal) -> Iterator[str]:
    subject = " ".join(part for part in (refusal.kind, refusal.external_id and repr(refusal.external_id)) if part)
    first, *others = describe_error(refusal.error)
    yield f"{refusal.place}{' ' if subject else ''}{subject}: {first.removeprefix('Error: ')}"
    yield from (line if line.startswith("  ") else f"  {line}" for line in others)


def _text_changes(delivery: Delivery) -> Iterator[tuple[Place, tuple[TextChange, ...]]]:
    yield from ((place, document.text_changes) for place, document in delivery.documents)
    yield from ((place, request.text_changes) for place, request in delivery.requests)


def _tell(place: Place, changes: tuple[TextChange, ...]) -> Iterator[str]:
    for change in changes:
        yield f"{place}: note: QuickBooks keeps {change.after!r} for {change.before!r} ({change.path})"
