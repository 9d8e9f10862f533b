"""``qbwc-service message-sets``: what was sent to QuickBooks and what it answered, byte for byte."""

import click
from rich.console import RenderableType

from qbwc_service import connections
from qbwc_service.cli.desk import Desk
from qbwc_service.cli.leaf import LeafCommand
from qbwc_service.cli.options import ROW_ID, before_option, connection_argument, limit_option, split_page
from qbwc_service.cli.reply import Reply
from qbwc_service.cli.tables import make_facts, make_table, write
from qbwc_service.errors import StateError
from qbwc_service.store import MessageSetPurpose, MessageSetState
from qbwc_service.update import MessageSetDetails, Recovery, get_message_set, list_message_sets


@click.group(name="message-sets")
def message_sets() -> None:
    """See what was sent to QuickBooks and what it answered."""


@message_sets.command(name="list", cls=LeafCommand, example="qbwc-service message-sets list 1 --state unknown")
@connection_argument
@click.option("--state", type=click.Choice([state.value for state in MessageSetState]), help="Only these.")
@click.option("--purpose", type=click.Choice([purpose.value for purpose in MessageSetPurpose]), help="Only these.")
@limit_option
@before_option
@click.pass_obj
def list_(
    desk: Desk, connection_id: int, *, state: str | None, purpose: str | None, limit: int, before: int | None
) -> Reply:
    """List message sets, newest first."""
    with desk.database.reading() as db:
        connections.get_connection(db, connection_id, now=desk.now())
        found = list_message_sets(
            db,
            connection_id,
            state=MessageSetState(state) if state else None,
            purpose=MessageSetPurpose(purpose) if purpose else None,
            before=before,
            limit=limit + 1,
        )
    page, more = split_page(found, limit)
    rows = [
        (one.id, one.purpose, one.state, len(one.operation_ids), one.sent_at, one.answered_at, one.hresult)
        for one in page
    ]
    columns = (">message set", "purpose", "state", ">operations", "sent", "answered", "hresult")
    hint = (f"There are more: add --before {page[-1].id}",) if more else ()
    shown = (make_table(columns, rows), *hint) if page else ("There are none.",)
    return Reply(data={"message_sets": page, "next_before": page[-1].id if more else None}, shown=shown)


@message_sets.command(
    cls=LeafCommand,
    example="qbwc-service message-sets show 1 5\nqbwc-service message-sets show 1 5 --answer > answer.xml",
)
@connection_argument
@click.argument("message_set_id", metavar="MESSAGE_SET", type=ROW_ID)
@click.option("--request", "part", flag_value="request", help="Print the document that was sent, and nothing else.")
@click.option("--answer", "part", flag_value="answer", help="Print QuickBooks' answer, and nothing else.")
@click.pass_obj
def show(desk: Desk, connection_id: int, message_set_id: int, *, part: str | None) -> Reply:
    """Show one message set: its operations, how it ended, and both documents byte for byte."""
    with desk.database.reading() as db:
        connections.get_connection(db, connection_id, now=desk.now())
        details = get_message_set(db, connection_id, message_set_id)
    if part is None:
        return Reply(data=details, shown=_shown(details))
    text = details.request if part == "request" else details.answer
    if text is None:
        message = f"message set {message_set_id} has no answer: it is {details.message_set.state.value}"
        raise StateError(message, field="message_set")
    return Reply(data={part: text}, raw=text)


def _shown(details: MessageSetDetails) -> tuple[RenderableType, ...]:
    message_set = details.message_set
    facts = {
        "Message set": message_set.id,
        "Update session": message_set.update_session_id,
        "Purpose": message_set.purpose,
        "State": message_set.state,
        "Operations": details.message_set.operation_ids or None,
        "newMessageSetID": message_set.new_message_set_id,
        "Recovers": message_set.recovers_id and f"message set {message_set.recovers_id}, whose answer was lost",
        "Sent": message_set.sent_at,
        "Answered": message_set.answered_at,
        "Applied": message_set.applied_at,
        "Hresult": message_set.hresult,
        "Message": message_set.hresult_message,
        "Not applied": message_set.apply_error,
        "Asked for again": "; ".join(map(_describe, details.recoveries)) or None,
    }
    request = details.request.rstrip()
    answer = "(none)" if details.answer is None else details.answer.rstrip()
    return (make_facts(facts), "", "Request:", request, "", "Answer:", answer)


def _describe(recovery: Recovery) -> str:
    came = {True: "it had been kept, and came", False: "it had not been kept", None: "nothing came"}
    return f"by message set {recovery.message_set_id}, {write(recovery.sent_at)}: {came[recovery.is_stored]}"
