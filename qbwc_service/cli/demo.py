"""``qbwc-service demo``: everything from an empty folder to invoices in a (simulated) QuickBooks, in one go."""

import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import RenderableType

from qbwc_service import connections
from qbwc_service.cli.child_server import find_free_port, running_server
from qbwc_service.cli.desk import Desk
from qbwc_service.cli.documents import document_table
from qbwc_service.cli.examples import find_examples
from qbwc_service.cli.exit_codes import ExitCode
from qbwc_service.cli.installs import get_password
from qbwc_service.cli.intake import deliver
from qbwc_service.cli.leaf import LeafCommand, is_json
from qbwc_service.cli.progress import watch_updates
from qbwc_service.cli.qwc import make_qwc_text
from qbwc_service.cli.reply import Reply
from qbwc_service.cli.sandbox import DATABASE_FILE, KEY_FILE, ending_on_sigterm, make_environment
from qbwc_service.errors import InputError, StateError
from qbwc_service.queue import count_operations
from qbwc_service.simulator import Company, QbwcError, QuickBooks, UpdateReport, WebConnector
from qbwc_service.store import DocumentState, OperationState
from qbwc_service.store.schema import upgrade_schema
from qbwc_service.sync import DocumentInfo, list_documents, pull, read_rows

NAME = "Acme Trucking"
MOST_DOCUMENTS = 1000
MOST_UPDATES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the demo came to."""

    documents: Sequence[DocumentInfo]
    unfinished: int
    reports: tuple[UpdateReport, ...]
    mirror: pull.PullStatus
    files: Sequence[str]
    url: str

    @property
    def is_good(self) -> bool:
        """Whether everything is in QuickBooks."""
        return (
            bool(self.documents)
            and not self.unfinished
            and self.mirror.done_at is not None
            and all(document.state is DocumentState.SYNCED for document in self.documents)
        )


@click.command(cls=LeafCommand, example="qbwc-service demo")
@click.option(
    "--directory",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep everything in this folder, to look around afterwards; else it is gone at the end.",
)
@click.pass_context
def demo(ctx: click.Context, *, directory: Path | None) -> Reply:
    """See it all work: a database, a connection, documents from examples/, a server, a simulated QuickBooks, a mirror.

    Nothing outside a folder of its own is touched, and no setting is needed. Exit code 5 where a document does not
    arrive.
    """
    with ending_on_sigterm(), _folder(directory) as folder:
        outcome = _run(folder, is_quiet=is_json(ctx))
    data = {
        "ok": outcome.is_good,
        "directory": str(directory) if directory else None,
        "files": outcome.files,
        "documents": outcome.documents,
        "reports": outcome.reports,
        "mirror": outcome.mirror,
    }
    code = ExitCode.OK if outcome.is_good else ExitCode.WRONG_STATE
    return Reply(data=data, shown=_shown(outcome, directory), exit_code=code)


def _run(folder: Path, *, is_quiet: bool) -> Outcome:
    port = find_free_port()
    environ = make_environment(folder, port=port)
    desk = Desk(environ)
    try:
        upgrade_schema(desk.unchecked_database)
        connection_id, install = _connect(desk)
        files = find_examples()
        rows = [row for path in files for row in read_rows(path.read_bytes(), name=path.name)]
        refused = deliver(desk, connection_id, rows, all_or_nothing=True).refused
        if refused:
            raise StateError(f"{refused[0].place}: {refused[0].error.message}", field="examples")
        qwc = make_qwc_text(desk, connection_id, install.id)
        with running_server(environ, port=port, log=folder / "server.log"):
            reports = _simulate(qwc.text, password=get_password(desk, install), is_quiet=is_quiet)
        with desk.database.reading() as db:
            documents = list_documents(db, connection_id, limit=MOST_DOCUMENTS)
            operations = count_operations(db, connection_id)
            mirror = pull.get_pull_status(db, connection_id, now=desk.now())
    finally:
        desk.close()
    return Outcome(
        documents=documents[::-1],
        unfinished=sum(operations.values()) - operations.get(OperationState.DONE, 0),
        reports=reports,
        mirror=mirror,
        files=[path.name for path in files],
        url=desk.settings.app_url,
    )


def _connect(desk: Desk) -> tuple[int, connections.InstallInfo]:
    new = connections.NewConnection(name=NAME, required_company_name=NAME)
    with desk.database.writing() as db:
        connection_id = connections.create_connection(db, new, now=desk.now())
        pull.start_pull(db, connection_id, now=desk.now())
        return connection_id, connections.add_install(db, connection_id, label="Front desk", now=desk.now())


def _simulate(qwc_text: str, *, password: str, is_quiet: bool) -> tuple[UpdateReport, ...]:
    company = Company.create(name=NAME)
    with watch_updates(is_quiet=is_quiet) as watch:
        connector = WebConnector(QuickBooks(company))
        try:
            application = connector.add_application(qwc_text, password=password)
        except QbwcError as error:
            raise StateError(f"the Web Connector refuses the file: {error}", field="qwc") from error
        return connector.update_until_done(application, limit=MOST_UPDATES, on_progress=watch)


@contextmanager
def _folder(directory: Path | None) -> Iterator[Path]:
    if directory is None:
        with tempfile.TemporaryDirectory(prefix="qbwc-demo-") as name:
            yield Path(name)
        return
    folder = directory.absolute()
    if (folder / DATABASE_FILE).exists():
        raise StateError(f"{folder} holds a demo already", field="directory", remedy="name another folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder} cannot be made: {error.strerror}", field="directory") from None
    yield folder


def _shown(outcome: Outcome, directory: Path | None) -> tuple[RenderableType, ...]:
    sets = sum(report.message_sets for report in outcome.reports)
    summary = (
        f"{len(outcome.documents)} documents from {', '.join(outcome.files)} went to a simulated QuickBooks "
        f"in {sets} message sets, through {outcome.url}."
    )
    found = ", ".join(f"{one.rows} {one.entity}" for one in outcome.mirror.entities if one.rows)
    mirrored = f"And QuickBooks came back into the mirror, to be read by plain SQL: {found}."
    lines = [] if outcome.is_good else ["", "Not everything has arrived.", *_bad_ends(outcome)]
    return (document_table(outcome.documents), summary, mirrored, *lines, "", *_next_steps(directory))


def _bad_ends(outcome: Outcome) -> list[str]:
    return [f"  update: {report.outcome.value} {report.error_text}".rstrip() for report in outcome.reports]


def _next_steps(directory: Path | None) -> tuple[str, ...]:
    if directory is None:
        # From `make demo` the program is in no PATH: name it as it was called.
        program = "qbwc-service" if shutil.which("qbwc-service") else sys.argv[0]
        return (
            "Try next:",
            f"  {program} demo --directory demo    (the same, kept for a look around)",
            "  docs/cli.md    (from here to your own QuickBooks, command by command)",
        )
    folder = directory.absolute()
    return (
        "Everything is still there. Look around:",
        f"  export QBWC_DATABASE_URL=sqlite:///{folder / DATABASE_FILE} QBWC_SERVER_KEY_FILE={folder / KEY_FILE}",
        "  qbwc-service documents show 1 invoice load-5001",
        "  qbwc-service operations list 1",
        "  qbwc-service message-sets show 1 2",
        "  qbwc-service status 1",
    )
