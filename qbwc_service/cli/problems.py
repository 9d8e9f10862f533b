"""``qbwc-service problems``: why something does not sync, and what a person can do about it."""

import json
from datetime import datetime, timedelta

import click
from rich.console import RenderableType

from qbwc_service import connections
from qbwc_service.cli.desk import Desk
from qbwc_service.cli.leaf import LeafCommand
from qbwc_service.cli.options import (
    ROW_ID,
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
from qbwc_service.cli.tables import make_facts, make_table, write_moment
from qbwc_service.store import DocumentState, ProblemReason
from qbwc_service.sync import (
    Deed,
    act_on_problem,
    act_on_problems,
    get_document,
    list_deeds,
    preview_action,
    undo_deed,
    watch_connection,
)
from qbwc_service.sync.problems import ProblemAction, ProblemInfo, get_problem, list_problems

NEEDS = {ProblemAction.LINK: " --quickbooks-id ID"}
"""What an action cannot do without."""

problem_argument = click.argument("problem_id", metavar="PROBLEM", type=ROW_ID)


@click.group()
def problems() -> None:
    """See why something does not sync, and repair it."""


@problems.command(name="list", cls=LeafCommand, example="qbwc-service problems list 1 --reason outcome_unknown")
@connection_argument
@click.option("--reason", type=click.Choice([reason.value for reason in ProblemReason]), help="Only these.")
@click.option("--closed", is_flag=True, help="Those that are over, instead of those that are open.")
@limit_option
@before_option
@click.pass_obj
def list_(desk: Desk, connection_id: int, *, reason: str | None, closed: bool, limit: int, before: int | None) -> Reply:
    """List open problems, newest first. They close by themselves when their cause goes away."""
    wanted = ProblemReason(reason) if reason else None
    with desk.database.writing() as db:
        watch_connection(db, connection_id, now=desk.now())
        found = list_problems(db, connection_id, reason=wanted, closed=closed, before=before, limit=limit + 1)
    page, more = split_page(found, limit)
    rows = [
        (one.id, one.reason, f"{one.subject}\n{one.message}", write_moment(one.closed_at or one.opened_at))
        for one in page
    ]
    columns = (">problem", "reason", "about", "closed" if closed else "since")
    hint = (f"There are more: add --before {page[-1].id}",) if more else ()
    shown = (make_table(columns, rows), *hint) if page else ("There are none.",)
    return Reply(data={"problems": page, "next_before": page[-1].id if more else None}, shown=shown)


@problems.command(cls=LeafCommand, example="qbwc-service problems show 1 3")
@connection_argument
@problem_argument
@click.pass_obj
def show(desk: Desk, connection_id: int, problem_id: int) -> Reply:
    """Show one problem: what it means, what was seen, and what helps."""
    with desk.database.reading() as db:
        connections.get_connection(db, connection_id, now=desk.now())
        problem = get_problem(db, connection_id, problem_id)
    return Reply(data=_data(problem), shown=_shown(problem, connection_id, recheck_after=desk.recheck_after))


action_argument = click.argument("action", type=click.Choice([action.value for action in ProblemAction]))


@problems.command(
    cls=LeafCommand,
    example="qbwc-service problems do 1 3 retry\n"
    "qbwc-service problems do 1 4 link --quickbooks-id C5-1417118624 --by Ann",
)
@connection_argument
@problem_argument
@action_argument
@click.option("--quickbooks-id", help="With link: the ListID or TxnID of the record in QuickBooks.")
@dry_run_option
@note_option
@by_option
@click.pass_obj
def do(
    desk: Desk,
    connection_id: int,
    problem_id: int,
    *,
    action: str,
    quickbooks_id: str | None,
    dry_run: bool,
    note: str | None,
    by: str,
) -> Reply:
    """Do something about a problem: send it again, take it off the list, pair it with what is there.

    `problems show` names the actions that help, docs/problems.md explains them. `problems undo` takes some back.
    """
    if dry_run:
        return _preview(desk, connection_id, problem_id, ProblemAction(action), quickbooks_id)
    with desk.database.writing() as db:
        connections.get_connection(db, connection_id, now=desk.now())
        deed = Deed(action=ProblemAction(action), quickbooks_id=quickbooks_id, note=note, by=by, now=desk.now())
        problem = act_on_problem(db, connection_id, problem_id, deed)
    text = f"Problem {problem.id} ({problem.subject}, {problem.reason.value}) is closed: {action}, by {by}.\n"
    if action == ProblemAction.LINK and _is_asked_for(desk, connection_id, problem):
        text += f"{ASKED}\n"
    return Reply(data=_data(problem), raw=text)


@problems.command(name="do-all", cls=LeafCommand, example="qbwc-service problems do-all 1 record_locked retry")
@connection_argument
@click.argument("reason", type=click.Choice([reason.value for reason in ProblemReason]))
@action_argument
@note_option
@by_option
@click.pass_obj
def do_all(desk: Desk, connection_id: int, *, reason: str, action: str, note: str | None, by: str) -> Reply:
    """Do the same about every open problem of a reason. Where it is not possible, the others are done all the same."""
    deed = Deed(action=ProblemAction(action), note=note, by=by, now=desk.now())
    with desk.database.writing() as db:
        connections.get_connection(db, connection_id, now=desk.now())
        done, failed = act_on_problems(db, connection_id, deed, reason=ProblemReason(reason))
    refused = [{"problem": problem.id, "error": error.message} for problem, error in failed]
    lines = [f"Problem {problem.id} ({problem.subject}): {error.message}\n" for problem, error in failed]
    text = f"{len(done)} done, {len(failed)} not.\n"
    return Reply(data={"done": [problem.id for problem in done], "failed": refused}, raw="".join([*lines, text]))


@problems.command(cls=LeafCommand, example="qbwc-service problems history 1")
@connection_argument
@limit_option
@before_option
@click.pass_obj
def history(desk: Desk, connection_id: int, *, limit: int, before: int | None) -> Reply:
    """Show what people did about problems, newest first."""
    with desk.database.reading() as db:
        connections.get_connection(db, connection_id, now=desk.now())
        found = list_deeds(db, connection_id, before=before, limit=limit + 1)
    page, more = split_page(found, limit)
    columns = (">number", "action", "document", "external id", "by", "when", "why", "taken back by")
    rows = [
        (one.id, one.action, one.kind, one.external_id, one.done_by, one.done_at, one.note, one.undone_by)
        for one in page
    ]
    shown = (make_table(columns, rows),) if page else ("There is none.",)
    return Reply(data={"actions": page, "next_before": page[-1].id if more else None}, shown=shown)


@problems.command(cls=LeafCommand, example="qbwc-service problems undo 1 7 --by Ann")
@connection_argument
@click.argument("action_id", metavar="NUMBER", type=ROW_ID)
@by_option
@click.pass_obj
def undo(desk: Desk, connection_id: int, action_id: int, *, by: str) -> Reply:
    """Take an action back (clear, accept_external, link, unlink, recreate) while the document has not gone on."""
    with desk.database.writing() as db:
        connections.get_connection(db, connection_id, now=desk.now())
        deed = undo_deed(db, connection_id, action_id, by=by, now=desk.now())
    return Reply(data=deed, raw=f"{deed.action} of {deed.kind} {deed.external_id} is taken back, by {by}.\n")


def _preview(
    desk: Desk, connection_id: int, problem_id: int, action: ProblemAction, quickbooks_id: str | None
) -> Reply:
    with desk.database.reading() as db:
        connections.get_connection(db, connection_id, now=desk.now())
        found = preview_action(db, connection_id, problem_id, action, quickbooks_id=quickbooks_id)
    return preview_reply(found, action)


def _is_asked_for(desk: Desk, connection_id: int, problem: ProblemInfo) -> bool:
    """Say whether QuickBooks has to be asked for the record before the document is linked."""
    if problem.kind is None or problem.external_id is None:
        return False
    with desk.database.reading() as db:
        found = get_document(db, connection_id, problem.kind, external_id=problem.external_id)
    return found.document.state is not DocumentState.SYNCED


def _data(problem: ProblemInfo) -> dict[str, object]:
    fact = problem.fact
    return {"problem": problem, "title": fact.title, "advice": fact.advice, "actions": fact.actions}


def _next_check(problem: ProblemInfo, recheck_after: timedelta) -> datetime | None:
    """When the next session looks whether the cause is gone; None where it never does by itself."""
    is_checked = problem.fact.recheck is not None and problem.kind is not None and problem.closed_at is None
    return problem.seen_at + recheck_after if is_checked else None


def _shown(problem: ProblemInfo, connection_id: int, *, recheck_after: timedelta) -> tuple[RenderableType, ...]:
    fact = problem.fact
    facts = {
        "Problem": problem.id,
        "About": problem.subject,
        "Reason": problem.reason,
        "What it means": fact.title,
        "Message": problem.message,
        "What helps": fact.advice,
        "Operation": problem.operation_id,
        "Waits for operation": problem.cause_id,
        "Since": problem.opened_at,
        "Seen last": problem.seen_at,
        "Checked again": _next_check(problem, recheck_after),
        "Closed": problem.closed_at,
        "Closed by": problem.closed_by,
    }
    shown: list[RenderableType] = [make_facts(facts)]
    if problem.evidence:
        shown += ["", json.dumps(to_plain(problem.evidence), indent=2, ensure_ascii=False)]
    if problem.closed_at is None and fact.actions:
        do = f"qbwc-service problems do {connection_id} {problem.id}"
        shown += ["", *(f"{do} {one}{NEEDS.get(one, '')}" for one in fact.actions)]
    return tuple(shown)
