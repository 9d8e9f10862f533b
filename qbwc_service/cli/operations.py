"""``qbwc-service operations``: the queue, and what a person can do about one operation."""

import json
from collections.abc import Iterable

import click
from rich.console import RenderableType
from rich.table import Table

from qbwc_service import connections
from qbwc_service.cli.desk import Desk
from qbwc_service.cli.leaf import LeafCommand
from qbwc_service.cli.options import (
    before_option,
    connection_argument,
    limit_option,
    operation_argument,
    split_page,
)
from qbwc_service.cli.reply import Reply, to_plain
from qbwc_service.cli.tables import make_facts, make_table
from qbwc_service.queue import OperationDetails, OperationInfo, Relative, get_operation_details, list_operations
from qbwc_service.store import OperationState
from qbwc_service.sync import cancel_operation, retry_operation


@click.group()
def operations() -> None:
    """See the queue; try again, cancel."""


@operations.command(name="list", cls=LeafCommand, example="qbwc-service operations list 1 --state failed")
@connection_argument
@click.option("--state", type=click.Choice([state.value for state in OperationState]), help="Only these.")
@limit_option
@before_option
@click.pass_obj
def list_(desk: Desk, connection_id: int, *, state: str | None, limit: int, before: int | None) -> Reply:
    """List operations, newest first."""
    wanted = OperationState(state) if state else None
    with desk.database.reading() as db:
        connections.get_connection(db, connection_id, now=desk.now())
        found = list_operations(db, connection_id, state=wanted, before=before, limit=limit + 1)
    page, more = split_page(found, limit)
    hint = (f"There are more: add --before {page[-1].id}",) if more else ()
    shown = (operation_table(page), *hint) if page else ("There are none.",)
    return Reply(data={"operations": page, "next_before": page[-1].id if more else None}, shown=shown)


@operations.command(cls=LeafCommand, example="qbwc-service operations show 1 17")
@connection_argument
@operation_argument
@click.pass_obj
def show(desk: Desk, connection_id: int, operation_id: int) -> Reply:
    """Show one operation: its state, what it waits for, and every attempt."""
    with desk.database.reading() as db:
        connections.get_connection(db, connection_id, now=desk.now())
        details = get_operation_details(db, connection_id, operation_id)
    return Reply(data=details, shown=_shown(details))


@operations.command(cls=LeafCommand, example="qbwc-service operations retry 1 17")
@connection_argument
@operation_argument
@click.option(
    "--yes-it-is-not-in-quickbooks",
    "not_in_quickbooks",
    is_flag=True,
    help="Somebody looked: a write whose outcome is unknown was not done.",
)
@click.pass_obj
def retry(desk: Desk, connection_id: int, operation_id: int, *, not_in_quickbooks: bool) -> Reply:
    """Send a failed, cancelled or unknown operation again.

    A write that was handed out and never answered may have been done: sending it again could make an invoice twice.
    Look in QuickBooks first, and say so.
    """
    with desk.database.writing() as db:
        connections.get_connection(db, connection_id, now=desk.now())
        operation = retry_operation(
            db, connection_id, operation_id, not_in_quickbooks=not_in_quickbooks, now=desk.now()
        )
    text = f"Operation {operation.id} ({operation.subject}) is {operation.state.value} again.\n"
    return Reply(data={"operation": operation}, raw=text)


@operations.command(cls=LeafCommand, example='qbwc-service operations cancel 1 17 --reason "billed twice"')
@connection_argument
@operation_argument
@click.option("--reason", default="by hand", show_default=True, help="Why: it stands with the document.")
@click.pass_obj
def cancel(desk: Desk, connection_id: int, operation_id: int, *, reason: str) -> Reply:
    """Take an operation out of the queue that was not handed out yet. What needs it stays blocked."""
    with desk.database.writing() as db:
        connections.get_connection(db, connection_id, now=desk.now())
        details = cancel_operation(db, connection_id, operation_id, reason=reason, now=desk.now())
    operation = details.operation
    stuck = [one.id for one in details.needed_by if one.state is OperationState.BLOCKED]
    text = f"Operation {operation.id} ({operation.subject}) is cancelled.\n"
    if stuck:
        text += f"Blocked until it is retried, or cancelled as well: {', '.join(map(str, stuck))}\n"
    return Reply(data={"operation": operation, "blocked_ids": stuck}, raw=text)


def operation_table(found: Iterable[OperationInfo]) -> Table:
    """Make the table of operations."""
    rows = [
        (one.id, one.request, one.kind, one.external_id, one.state, one.attempts, one.message_set_id, one.reason)
        for one in found
    ]
    columns = (">operation", "request", "kind", "external id", "state", ">attempts", ">message set", "reason")
    return make_table(columns, rows)


def _shown(details: OperationDetails) -> tuple[RenderableType, ...]:
    operation = details.operation
    facts = {
        "Operation": operation.id,
        "Request": operation.request,
        "Document": operation.subject if operation.kind else None,
        "State": operation.state,
        "Reason": operation.reason,
        "Is asked of QuickBooks": operation.inquiry,
        "Waits for": _relatives(details.depends_on),
        "Needed by": _relatives(details.needed_by),
        "ExternalGUID": operation.external_guid,
        "Accepted": operation.created_at,
        "Not before": operation.not_before if operation.state is OperationState.WAITING else None,
        "Ended": operation.finished_at,
    }
    attempts = [
        (one.number, one.message_set_id, one.sent_at, one.answered_at, one.status_code, one.status_message)
        for one in details.attempts
    ]
    shown: list[RenderableType] = [make_facts(facts)]
    if details.body is not None:
        shown += ["", json.dumps(to_plain(details.body), indent=2, ensure_ascii=False)]
    if attempts:
        columns = (">attempt", ">message set", "sent", "answered", "code", "message")
        shown.append(make_table(columns, attempts))
    return tuple(shown)


def _relatives(relatives: tuple[Relative, ...]) -> str | None:
    return ", ".join(f"{one.id} ({one.request}, {one.state.value})" for one in relatives) or None
