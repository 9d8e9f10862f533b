"""``qbwc-service documents``: how each document stands in QuickBooks."""

import json
from collections.abc import Iterable

import click
from rich.table import Table

from qbwc_service import connections
from qbwc_service.cli.desk import Desk
from qbwc_service.cli.leaf import LeafCommand
from qbwc_service.cli.operations import operation_table
from qbwc_service.cli.options import (
    KindType,
    before_option,
    by_option,
    connection_argument,
    dry_run_option,
    limit_option,
    note_option,
    split_page,
)
from qbwc_service.cli.previews import ASKED, preview_reply
from qbwc_service.cli.reply import Reply, to_plain
from qbwc_service.cli.tables import make_facts, make_table
from qbwc_service.store import DocumentKind, DocumentState
from qbwc_service.sync import (
    Deed,
    DocumentInfo,
    Leaving,
    delete_document,
    get_document,
    link_document,
    list_documents,
    preview_link,
    preview_unlink,
    unlink_document,
)
from qbwc_service.sync.problems import ProblemAction
from qbwc_service.sync.references import Target


@click.group()
def documents() -> None:
    """See how your documents stand in QuickBooks; delete, void, link and unlink them."""


@documents.command(name="list", cls=LeafCommand, example="qbwc-service documents list 1 --state problem")
@connection_argument
@click.option("--state", type=click.Choice([state.value for state in DocumentState]), help="Only these.")
@click.option("--kind", type=KindType(), help="Only these.")
@limit_option
@before_option
@click.pass_obj
def list_(
    desk: Desk, connection_id: int, *, state: str | None, kind: DocumentKind | None, limit: int, before: int | None
) -> Reply:
    """List documents, newest first, with QuickBooks' id, total and balance."""
    wanted = DocumentState(state) if state else None
    with desk.database.reading() as db:
        connections.get_connection(db, connection_id, now=desk.now())
        found = list_documents(db, connection_id, kind=kind, state=wanted, before=before, limit=limit + 1)
    page, more = split_page(found, limit)
    hint = (f"There are more: add --before {page[-1].id}",) if more else ()
    shown = (document_table(page), *hint) if page else ("There are none.",)
    next_before = page[-1].id if more else None
    return Reply(data={"documents": page, "next_before": next_before}, shown=shown)


@documents.command(cls=LeafCommand, example="qbwc-service documents show 1 invoice load-1001")
@connection_argument
@click.argument("kind", type=KindType())
@click.argument("external_id")
@click.pass_obj
def show(desk: Desk, connection_id: int, kind: DocumentKind, *, external_id: str) -> Reply:
    """Show one document: its state, its content, its operations."""
    with desk.database.reading() as db:
        connections.get_connection(db, connection_id, now=desk.now())
        details = get_document(db, connection_id, kind, external_id=external_id)
    document = details.document
    facts = {
        "Document": f"{document.kind.value} {document.external_id}",
        "State": document.state,
        "Message": document.message,
        "Status code": document.status_code,
        "QuickBooks id": document.quickbooks_id,
        "Total": document.total,
        "Balance": document.balance_remaining,
        **{f"Custom field {one.name}": f"{one.value} ({one.state})" for one in details.custom_fields},
        "Accepted": document.created_at,
        "Changed": document.changed_at,
        "Synced": document.synced_at,
    }
    body = json.dumps(to_plain(details.body), indent=2, ensure_ascii=False)
    return Reply(data=details, shown=(make_facts(facts), "", body, operation_table(details.operations)))


@documents.command(
    cls=LeafCommand,
    example="qbwc-service documents delete 1 invoice load-1001\n"
    "qbwc-service documents delete 1 customer c-7 --inactivate",
)
@connection_argument
@click.argument("kind", type=KindType())
@click.argument("external_id")
@click.option("--inactivate", is_flag=True, help="Keep the list entry, inactive: what is used cannot be deleted.")
@click.pass_obj
def delete(desk: Desk, connection_id: int, kind: DocumentKind, *, external_id: str, inactivate: bool) -> Reply:
    """Delete a document, and its record in QuickBooks.

    What never went out leaves the queue at once. Sent again, a deleted document is a new one.
    """
    how = Leaving.INACTIVATE if inactivate else Leaving.DELETE
    return _leave(desk, connection_id, kind, external_id, how=how)


@documents.command(cls=LeafCommand, example="qbwc-service documents void 1 invoice load-1001")
@connection_argument
@click.argument("kind", type=KindType())
@click.argument("external_id")
@click.pass_obj
def void(desk: Desk, connection_id: int, kind: DocumentKind, *, external_id: str) -> Reply:
    """Void a transaction: its record stays in QuickBooks, with zero amounts."""
    return _leave(desk, connection_id, kind, external_id, how=Leaving.VOID)


@documents.command(
    cls=LeafCommand,
    example="qbwc-service documents link 1 invoice load-1001 C5-1417118624 --dry-run\n"
    "qbwc-service documents link 1 invoice load-1001 C5-1417118624 --by Ann",
)
@connection_argument
@click.argument("kind", type=KindType())
@click.argument("external_id")
@click.argument("quickbooks_id")
@dry_run_option
@note_option
@by_option
@click.pass_obj
def link(
    desk: Desk,
    connection_id: int,
    kind: DocumentKind,
    *,
    external_id: str,
    quickbooks_id: str,
    dry_run: bool,
    note: str | None,
    by: str,
) -> Reply:
    """Pair a document with a record that QuickBooks has: nothing is sent, later changes change that record.

    Where nothing is known here of the record, QuickBooks is asked for it first. `problems undo` takes it back.
    """
    target, action = Target(kind, external_id), ProblemAction.LINK
    if dry_run:
        with desk.database.reading() as db:
            return preview_reply(preview_link(db, connection_id, target, quickbooks_id), action)
    deed = Deed(action=action, quickbooks_id=quickbooks_id, note=note, by=by, now=desk.now())
    with desk.database.writing() as db:
        connections.get_connection(db, connection_id, now=desk.now())
        document = link_document(db, connection_id, target, deed)
    is_asked_for = document.state is not DocumentState.SYNCED
    text = ASKED if is_asked_for else f"{kind.value} {external_id}: linked to {document.quickbooks_id}, by {by}."
    return Reply(data=document, raw=f"{text}\n")


@documents.command(
    cls=LeafCommand,
    example="qbwc-service documents unlink 1 invoice load-1001 --dry-run\n"
    "qbwc-service documents unlink 1 invoice load-1001 --by Ann",
)
@connection_argument
@click.argument("kind", type=KindType())
@click.argument("external_id")
@dry_run_option
@note_option
@by_option
@click.pass_obj
def unlink(
    desk: Desk, connection_id: int, kind: DocumentKind, *, external_id: str, dry_run: bool, note: str | None, by: str
) -> Reply:
    """Forget which record of QuickBooks a document is: it goes there again, as a new one.

    Look at the dry run first: a record that is still there is there twice afterwards. `problems undo` takes it back
    while the new one has not gone out.
    """
    target, action = Target(kind, external_id), ProblemAction.UNLINK
    if dry_run:
        with desk.database.reading() as db:
            return preview_reply(preview_unlink(db, connection_id, target), action)
    deed = Deed(action=action, note=note, by=by, now=desk.now())
    with desk.database.writing() as db:
        connections.get_connection(db, connection_id, now=desk.now())
        document = unlink_document(db, connection_id, target, deed)
    return Reply(data=document, raw=f"{kind.value} {external_id}: unlinked by {by}, now {document.state.value}.\n")


def _leave(desk: Desk, connection_id: int, kind: DocumentKind, external_id: str, *, how: Leaving) -> Reply:
    with desk.database.writing() as db:
        connections.get_connection(db, connection_id, now=desk.now())
        document = delete_document(db, connection_id, kind, external_id, how=how, now=desk.now())
    return Reply(data=document, raw=f"{kind.value} {external_id}: {how.value}, now {document.state.value}.\n")


def document_table(found: Iterable[DocumentInfo]) -> Table:
    """Make the table of documents; a customer's balance is left out, for it moves with every invoice."""
    rows = [
        (
            one.kind,
            one.external_id,
            one.state,
            one.quickbooks_id,
            one.total,
            None if one.kind is DocumentKind.CUSTOMER else one.balance_remaining,
            one.message,
        )
        for one in found
    ]
    return make_table(("document", "external id", "state", "QuickBooks id", ">total", ">balance", "message"), rows)
