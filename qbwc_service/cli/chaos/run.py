"""One run: a server of its own, one connection with two installs, many documents, faults, and the books at the end."""

import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from qbwc_service import connections
from qbwc_service.cli.chaos.books import Books, Fate, balance_books
from qbwc_service.cli.chaos.documents import CUSTOM_FIELD, CUSTOM_FIELDS, ChaosDocument, make_documents
from qbwc_service.cli.chaos.pcs import Killer, Office, Pc, StoppableHooks, hurry
from qbwc_service.cli.child_server import ChildServer, find_free_port, running_server
from qbwc_service.cli.desk import Desk
from qbwc_service.cli.installs import get_password
from qbwc_service.cli.qwc import make_qwc_text
from qbwc_service.cli.sandbox import make_environment
from qbwc_service.errors import SchemaError, StateError
from qbwc_service.queue import count_operations
from qbwc_service.simulator import (
    Company,
    FaultKind,
    FaultPlan,
    Person,
    QuickBooks,
    Switches,
    UpdateOutcome,
    UpdateReport,
    WebConnector,
)
from qbwc_service.store import OperationState
from qbwc_service.store.schema import check_schema, current_revision, upgrade_schema
from qbwc_service.sync import RefusedDocument, change_rules, enqueue_documents

NAME = "Acme Trucking"
PCS = ("Front desk", "Back office")
CHUNK = 500
"""Documents that are accepted in one transaction."""
PAUSE = 0.05
"""Seconds between two updates when everything that is left waits for its time."""
PATIENCE = 20.0
"""Seconds without any change after which nothing moves any more."""
HASTE = {"QBWC_RETRY_FIRST_SECONDS": "0.05", "QBWC_RETRY_LONGEST_SECONDS": "1"}
"""What fails is tried again at once: nobody waits for half a minute here."""
RARE = {FaultKind.SERVER_KILLED: 0.3}
"""A server needs a second or two to be up again."""
GONE = (OperationState.DONE, OperationState.FAILED, OperationState.CANCELLED, OperationState.SUPERSEDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChaosOptions:
    """What is to be run. ``rate`` is faults for each exchange, of ``batch_size`` documents at most.

    Without ``database_url`` it is an SQLite file.
    """

    documents: int
    seed: int = 1
    rate: float = 0.1
    has_recovery: bool = True
    workers: int = 2
    batch_size: int = 20
    database_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChaosReport:
    """What a run came to: the books, and how it went on the way."""

    options: ChaosOptions
    books: Books
    faults: Mapping[FaultKind, int]
    outcomes: Mapping[UpdateOutcome, int]
    operations: Mapping[OperationState, int]
    exchanges: int
    seconds: float

    @property
    def is_good(self) -> bool:
        """Whether nothing was lost and nothing doubled."""
        return not self.books.fates.get(Fate.LOST) and not self.books.doubled


class ChaosProgress:
    """Told how far a run is; a command line draws a bar."""

    def accepted(self, count: int) -> None:
        """So many documents are in the queue."""

    def finished(self, count: int, faults: int) -> None:
        """So many operations are over, after so many faults."""


def run_chaos(options: ChaosOptions, *, progress: ChaosProgress) -> ChaosReport:
    """Run until nothing moves any more. StateError where the database is somebody's already."""
    started = time.perf_counter()
    documents = make_documents(options.documents, seed=options.seed)
    with tempfile.TemporaryDirectory(prefix="qbwc-chaos-") as name:
        port = find_free_port()
        environ = make_environment(Path(name), port=port, database_url=options.database_url) | HASTE
        environ["QBWC_BATCH_SIZE"] = str(options.batch_size)
        desk = Desk(environ)
        try:
            _take_database(desk)
            connection_id, installs = _connect(desk)
            _accept(desk, connection_id, documents, progress=progress)
            company = _make_company(options)
            with (
                running_server(environ, port=port, log=Path(name) / "server.log", workers=options.workers) as server,
                _staffed_office(desk, connection_id, installs, company, server, options=options) as office,
            ):
                _work(desk, connection_id, office, progress=progress)
            hooks = [pc.hooks for pc in office.pcs]
            lost = [one for hook in hooks for one in hook.lost]
            books = balance_books(desk, connection_id, documents, company, lost)
            with desk.database.reading() as db:
                operations = count_operations(db, connection_id)
        finally:
            desk.close()
    return ChaosReport(
        options=options,
        books=books,
        faults=sum((hook.counts for hook in hooks), Counter()),
        outcomes=office.outcomes,
        operations=operations,
        exchanges=sum(hook.plan.exchanges for hook in hooks),
        seconds=time.perf_counter() - started,
    )


def _take_database(desk: Desk) -> None:
    """Make the tables in an empty database, or use one that holds nothing yet."""
    database = desk.unchecked_database
    if current_revision(database) is None:
        upgrade_schema(database)
        return
    try:
        check_schema(database)
    except SchemaError as error:
        raise StateError(f"the database is not empty: {error.message}", field="database") from error
    with database.reading() as db:
        known = connections.list_connections(db, now=desk.now())
    if known:
        message = f"the database holds {len(known)} connection(s); a run needs an empty one"
        raise StateError(message, field="database", remedy="make a new database and name that")


def _connect(desk: Desk) -> tuple[int, list[connections.InstallInfo]]:
    with desk.database.writing() as db:
        connection_id = connections.create_connection(db, connections.NewConnection(name=NAME), now=desk.now())
        change_rules(db, connection_id, {"custom_fields": CUSTOM_FIELDS}, by=NAME, now=desk.now())
        return connection_id, [connections.add_install(db, connection_id, label=label, now=desk.now()) for label in PCS]


def _accept(desk: Desk, connection_id: int, documents: Sequence[ChaosDocument], *, progress: ChaosProgress) -> None:
    for start in range(0, len(documents), CHUNK):
        chunk = documents[start : start + CHUNK]
        with desk.database.writing() as db:
            results = enqueue_documents(db, connection_id, [(document.kind, document.body) for document in chunk])
        refused = next((result for result in results if isinstance(result, RefusedDocument)), None)
        if refused is not None:
            raise StateError(f"{refused.kind} {refused.external_id!r} was refused: {refused.error.message}")
        progress.accepted(start + len(chunk))


def _make_company(options: ChaosOptions) -> Company:
    switches = Switches(recovery=options.has_recovery)
    company = Company.create(name=NAME, seed=options.seed, customers=5, items=5, invoices=20, switches=switches)
    Person(company).define_field(CUSTOM_FIELD)
    return company


@contextmanager
def _staffed_office(
    desk: Desk,
    connection_id: int,
    installs: Sequence[connections.InstallInfo],
    company: Company,
    server: ChildServer,
    *,
    options: ChaosOptions,
) -> Iterator[Office]:
    """Two PCs at one QuickBooks; at the end nobody kills the server any more."""
    quickbooks = QuickBooks(company)
    # Not for secrets: the same seed has to give the same order of things.
    killer = Killer(server.kill_workers, Random(f"killer/{options.seed}"))  # noqa: S311
    weights = dict.fromkeys(FaultKind, 1.0) | RARE
    pcs = []
    for install in installs:
        hooks = StoppableHooks(
            FaultPlan(f"{options.seed}/{install.label}", rate=options.rate, weights=weights),
            quickbooks=quickbooks,
            kill=killer if server.can_lose_workers else None,
            sleep=hurry,
        )
        web_connector = WebConnector(quickbooks)
        qwc = make_qwc_text(desk, connection_id, install.id)
        application = web_connector.add_application(qwc.text, password=get_password(desk, install))
        pcs.append(Pc(name=install.label, web_connector=web_connector, application=application, hooks=hooks))
    try:
        yield Office(pcs=pcs, random=Random(f"office/{options.seed}"))  # noqa: S311
    finally:
        killer.settle()


def _work(desk: Desk, connection_id: int, office: Office, *, progress: ChaosProgress) -> None:
    """Update until nothing moves any more: that was said twice in a row, or nothing changes for long."""
    counts: Mapping[OperationState, int] = {}
    quiet, changed_at = 0, time.monotonic()
    while quiet < len(office.pcs):
        reports = office.take_turn()
        before, counts = counts, _count(desk, connection_id)
        if counts != before:
            changed_at = time.monotonic()
        faults = sum(sum(pc.hooks.counts.values()) for pc in office.pcs)
        progress.finished(sum(counts.get(state, 0) for state in GONE), faults)
        if time.monotonic() - changed_at > PATIENCE:
            return
        is_left = counts.get(OperationState.WAITING, 0) + counts.get(OperationState.SENT, 0) > 0
        quiet = quiet + 1 if _is_quiet(reports) and not is_left else 0
        if _is_quiet(reports) and is_left:
            time.sleep(PAUSE)


def _is_quiet(reports: Sequence[UpdateReport]) -> bool:
    return all(report.outcome is UpdateOutcome.NO_DATA for report in reports)


def _count(desk: Desk, connection_id: int) -> dict[OperationState, int]:
    with desk.database.reading() as db:
        return count_operations(db, connection_id)
