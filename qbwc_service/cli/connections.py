"""``qbwc-service connections``: link QuickBooks company files to the service, and watch how they are."""

from collections.abc import Mapping, Sequence

import click
from rich.console import RenderableType

from qbwc_service import connections
from qbwc_service.cli.desk import Desk
from qbwc_service.cli.installs import describe_new_install, list_next_steps
from qbwc_service.cli.leaf import LeafCommand, is_json
from qbwc_service.cli.options import connection_argument
from qbwc_service.cli.reply import Reply
from qbwc_service.cli.tables import make_facts, make_table
from qbwc_service.connections import ConnectionInfo, NewConnection
from qbwc_service.queue import count_operations, measure_queue
from qbwc_service.store import ConnectionMode, DocumentState, OperationState, ProblemReason
from qbwc_service.sync import count_documents, pull
from qbwc_service.sync.problems import ProblemInfo, count_problems, list_causes

SHOWN_PROBLEMS = 3


@click.group(name="connections")
def connections_() -> None:
    """Link QuickBooks company files, and watch them."""


@connections_.command(
    cls=LeafCommand, example='qbwc-service connections create "Acme Trucking" --company-name "Acme Trucking LLC"'
)
@click.argument("name")
@click.option("--company-name", help="The company file's name in QuickBooks: no other file is accepted.")
@click.option("--company-file", help="The file's full path on the Windows PC, so that QuickBooks can open it itself.")
@click.option("--external-id", help="Your own name for the connection.")
@click.option(
    "--run-every", type=click.IntRange(1, 1440), metavar="MINUTES", help="How often the Web Connector asks for work."
)
@click.option("--install", "label", default="Web Connector", show_default=True, help="What to call the first install.")
@click.option("--no-install", is_flag=True, help="Do not add a first install.")
@click.pass_obj
def create(
    desk: Desk,
    name: str,
    *,
    company_name: str | None,
    company_file: str | None,
    external_id: str | None,
    run_every: int | None,
    label: str,
    no_install: bool,
) -> Reply:
    """Link a company file, and add the first Web Connector that may sign in for it.

    Without --company-name the company file that is open at the first contact becomes the connection's own.
    """
    settings = desk.settings
    new = NewConnection(
        name=name,
        required_company_name=company_name,
        company_file_path=company_file,
        external_id=external_id,
        run_every_minutes=run_every or settings.run_every_minutes,
    )
    with desk.database.writing() as db:
        connection_id = connections.create_connection(db, new, now=desk.now())
        install = None if no_install else connections.add_install(db, connection_id, label=label, now=desk.now())
        connection = connections.get_connection(db, connection_id, now=desk.now())
    facts = {"Connection": connection.id, "Name": connection.name, "Status": connection.status_text}
    if install is None:
        raw = f'Next: qbwc-service installs add {connection_id} "Front desk"\n'
        return Reply(data={"connection": connection, "install": None}, shown=(make_facts(facts), raw))
    made = describe_new_install(desk, install)
    shown = (make_facts({**facts, **made.facts}), "", *list_next_steps(made))
    return Reply(data={"connection": connection, "install": made.data}, shown=shown)


@connections_.command(name="list", cls=LeafCommand, example="qbwc-service connections list")
@click.pass_obj
def list_(desk: Desk) -> Reply:
    """List all connections and how each one is."""
    with desk.database.reading() as db:
        found = connections.list_connections(db, now=desk.now())
    rows = [(one.id, one.name, one.status, one.company_name, one.last_contact_at) for one in found]
    table = make_table((">id", "name", "status", "company file", "last contact"), rows)
    nothing = 'There are none yet. Make one: qbwc-service connections create "Acme Trucking"'
    return Reply(data={"connections": found}, shown=(table if found else nothing,))


@connections_.command(cls=LeafCommand, example="qbwc-service connections show 1")
@connection_argument
@click.pass_obj
def show(desk: Desk, connection_id: int) -> Reply:
    """Show one connection: its company file, its installs, how much is left to do, and what is wrong."""
    with desk.database.reading() as db:
        connection = connections.get_connection(db, connection_id, now=desk.now())
        installs = connections.list_installs(db, connection_id)
        depth = measure_queue(db, connection_id, now=desk.now())
        operations = count_operations(db, connection_id)
        documents = count_documents(db, connection_id)
        problems = count_problems(db, connection_id)
        newest = list_causes(db, connection_id, limit=SHOWN_PROBLEMS)
    facts = _facts(connection) | {
        "Installs": ", ".join(f"{install.id} ({install.label})" for install in installs) or "none",
        "Due now": depth.due,
        "Due later": depth.later,
        "Operations": _counts(operations),
        "Documents": _counts(documents),
        "Open problems": _counts(problems),
    }
    data = {
        "connection": connection,
        "installs": installs,
        "queue": depth,
        "operations": operations,
        "documents": documents,
        "problems": {"open": sum(problems.values()), "by_reason": problems, "newest": newest},
    }
    return Reply(data=data, shown=(make_facts(facts), *_problems(connection_id, newest)))


@connections_.command(cls=LeafCommand, example="qbwc-service connections pause 1")
@connection_argument
@click.pass_obj
def pause(desk: Desk, connection_id: int) -> Reply:
    """Stop sending: the Web Connector is told that there is nothing to do. Work can still be enqueued."""
    return _set_mode(desk, connection_id, ConnectionMode.PAUSED)


@connections_.command(cls=LeafCommand, example="qbwc-service connections resume 1")
@connection_argument
@click.pass_obj
def resume(desk: Desk, connection_id: int) -> Reply:
    """Go on sending after a pause."""
    return _set_mode(desk, connection_id, ConnectionMode.ACTIVE)


@connections_.command(cls=LeafCommand, example="qbwc-service connections rebind 1 --yes")
@connection_argument
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def rebind(ctx: click.Context, connection_id: int, *, yes: bool) -> Reply:
    """Accept the company file that is open at the next contact, whatever its name and mark.

    For a file that was moved, renamed or restored. Links of documents stay: never do this for another company.
    """
    desk: Desk = ctx.obj
    with desk.database.reading() as db:
        connection = connections.get_connection(db, connection_id, now=desk.now())
    if not yes:
        _confirm(ctx, connection)
    with desk.database.writing() as db:
        connections.rebind(db, connection_id, now=desk.now())
        if pull.get_pull_status(db, connection_id, now=desk.now()).is_mirrored:
            pull.request_reconciliation(db, connection_id, now=desk.now())
        return _reply(connections.get_connection(db, connection_id, now=desk.now()))


def _confirm(ctx: click.Context, connection: ConnectionInfo) -> None:
    if is_json(ctx):
        raise click.UsageError("With --json nobody is asked: add --yes.", ctx)
    known = connection.company_name or "no company file yet"
    question = f"{connection.name} ({known}) will accept whatever company file is open next. Go on?"
    click.confirm(question, abort=True, err=True)


def _set_mode(desk: Desk, connection_id: int, mode: ConnectionMode) -> Reply:
    with desk.database.writing() as db:
        connections.set_mode(db, connection_id, mode)
        connection = connections.get_connection(db, connection_id, now=desk.now())
    return _reply(connection)


def _reply(connection: ConnectionInfo) -> Reply:
    facts = {"Connection": connection.id, "Name": connection.name, "Status": connection.status_text}
    return Reply(data={"connection": connection}, shown=(make_facts(facts),))


def _facts(connection: ConnectionInfo) -> dict[str, object]:
    return {
        "Connection": connection.id,
        "Name": connection.name,
        "External id": connection.external_id,
        "Status": f"{connection.status}: {connection.status_text}",
        "Since": connection.status_since,
        "Company": connection.company_name,
        "Renamed": _rename(connection),
        "Required company": connection.required_company_name,
        "Company file": connection.company_file_path,
        "QuickBooks": connection.product,
        "Country": connection.country,
        "Last contact": connection.last_contact_at,
        "Runs every": f"{connection.run_every_minutes} minutes",
        "FileID": connection.file_id,
    }


def _rename(connection: ConnectionInfo) -> str | None:
    if connection.company_renamed_at is None:
        return None
    return f'it was "{connection.former_company_name}" until {connection.company_renamed_at:%Y-%m-%d %H:%M} UTC'


def _problems(connection_id: int, newest: Sequence[ProblemInfo]) -> tuple[RenderableType, ...]:
    if not newest:
        return ()
    rows = [(one.id, one.reason, one.subject, one.message) for one in newest]
    more = f"All of them: qbwc-service problems list {connection_id}"
    one = f"What helps: qbwc-service problems show {connection_id} {newest[0].id}"
    return ("", make_table((">problem", "reason", "about", "message"), rows), more, one)


def _counts(
    counts: Mapping[OperationState, int] | Mapping[DocumentState, int] | Mapping[ProblemReason, int],
) -> str:
    return ", ".join(f"{count} {state.value}" for state, count in counts.items()) or "none"
