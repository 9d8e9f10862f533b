"""``qbwc-service problems``: why something does not sync, and what a person can do about it."""

import json

import click
from rich.console import RenderableType

from qbwc_service import connections
from qbwc_service.cli.desk import Desk
from qbwc_service.cli.leaf import LeafCommand
from qbwc_service.cli.options import ROW_ID, before_option, connection_argument, limit_option, split_page
from qbwc_service.cli.reply import Reply, to_plain
from qbwc_service.cli.tables import make_facts, make_table
from qbwc_service.store import ProblemReason
from qbwc_service.sync import Deed, act_on_problem
from qbwc_service.sync.problems import ProblemAction, ProblemInfo, get_problem, list_problems

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
    with desk.database.reading() as db:
        connections.get_connection(db, connection_id, now=desk.now())
        found = list_problems(db, connection_id, reason=wanted, closed=closed, before=before, limit=limit + 1)
    page, more = split_page(found, limit)
    rows = [(one.id, one.reason, one.subject, one.message, one.opened_at, one.closed_at) for one in page]
    columns = (">problem", "reason", "about", "message", "since", "closed")
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
    return Reply(data=_data(problem), shown=_shown(problem, connection_id))


@problems.command(
    cls=LeafCommand,
    example="qbwc-service problems do 1 3 retry\n"
    "qbwc-service problems do 1 4 link --quickbooks-id C5-1417118624 --by Ann",
)
@connection_argument
@problem_argument
@click.argument("action", type=click.Choice([action.value for action in ProblemAction]))
@click.option("--quickbooks-id", help="With link: the ListID or TxnID of the record in QuickBooks.")
@click.option("--note", help="Why: it stands with the document.")
@click.option("--by", default="the command line", show_default=True, help="Who does it.")
@click.pass_obj
def do(
    desk: Desk,
    connection_id: int,
    problem_id: int,
    *,
    action: str,
    quickbooks_id: str | None,
    note: str | None,
    by: str,
) -> Reply:
    """Do something about a problem: send it again, take it off the list, or pair it with what is there.

    retry sends it as it is; clear takes it off the list without syncing; link says that it is in QuickBooks, under
    this id; send_again says that somebody looked, and it is not there. `problems show` names those that help.
    """
    with desk.database.writing() as db:
        connections.get_connection(db, connection_id, now=desk.now())
        deed = Deed(action=ProblemAction(action), quickbooks_id=quickbooks_id, note=note, by=by, now=desk.now())
        problem = act_on_problem(db, connection_id, problem_id, deed)
    text = f"Problem {problem.id} ({problem.subject}, {problem.reason.value}) is closed: {action}, by {by}.\n"
    return Reply(data=_data(problem), raw=text)


def _data(problem: ProblemInfo) -> dict[str, object]:
    fact = problem.fact
    return {"problem": problem, "title": fact.title, "advice": fact.advice, "actions": fact.actions}


def _shown(problem: ProblemInfo, connection_id: int) -> tuple[RenderableType, ...]:
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
        "Closed": problem.closed_at,
        "Closed by": problem.closed_by,
    }
    shown: list[RenderableType] = [make_facts(facts)]
    if problem.evidence:
        shown += ["", json.dumps(to_plain(problem.evidence), indent=2, ensure_ascii=False)]
    if problem.closed_at is None and fact.actions:
        shown += ["", *(f"qbwc-service problems do {connection_id} {problem.id} {one}" for one in fact.actions)]
    return tuple(shown)
