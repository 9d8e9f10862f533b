"""How many invoices per second go through the service into QuickBooks, and whether years of finished work slow it down.

    python -m benchmarks.push [--invoices 5000] [--finished 1000000] [--databases sqlite,postgresql] [--batches 1,20]

Two deployments stand side by side, one with an empty queue and one with so many finished operations in its tables, and
take their share of the invoices in turns, so that both meet the same machine. Each is a process of its own, as it is
deployed; a simulated Web Connector calls it over HTTP with a simulated QuickBooks behind it. Counted is the time of the
calls alone: what QuickBooks and the Web Connector take is not the service's. The median of the turns is what counts.
The last line is one JSON object; the exit code is 1 where the full tables cost more than a tenth.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.databases import KINDS, fresh_database
from benchmarks.filled import fill
from qbwc_service import connections
from qbwc_service.cli.child_server import find_free_port, running_server
from qbwc_service.cli.desk import Desk
from qbwc_service.cli.installs import get_password
from qbwc_service.cli.qwc import make_qwc_text
from qbwc_service.cli.sandbox import make_environment
from qbwc_service.clock import system_clock
from qbwc_service.simulator import Company, NoHooks, QuickBooks, WebConnector
from qbwc_service.simulator.web_connector.connector import Application
from qbwc_service.store import Database
from qbwc_service.sync import enqueue_documents
from qbwc_service.sync.rules import save_rules

TURNS = 5
WARM_UP = 100
CHUNK = 1000
MOST_SLOWER = 0.1
NAME = "Push"
PLAIN = {"duplicate_numbers": "send", "match": {"customers": [], "items": []}, "payments": {"check_balances": False}}


@dataclass(frozen=True)
class Deployment:
    """A database with one connection, the company file at its other end, and how to serve it."""

    database: Database
    folder: Path
    port: int
    desk: Desk
    connection_id: int
    install: connections.InstallInfo
    company: Company


class CallTimer(NoHooks):
    """Adds up how long the calls of the Web Connector take, from the request's first byte to the answer's last."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.calls = 0
        self._began = 0.0

    def before_call(self, name: str, number: int) -> None:  # noqa: ARG002 - the seam's own arguments
        """Begin to count."""
        self._began = time.perf_counter()

    def after_answer(self, name: str, number: int) -> None:  # noqa: ARG002 - the same
        """Add the call up."""
        self.seconds += time.perf_counter() - self._began
        self.calls += 1


@dataclass
class Run:
    """A deployment that is served, with its Web Connector, and how its turns went."""

    deployment: Deployment
    web_connector: WebConnector
    application: Application
    pushed: list[float] = field(default_factory=list)
    accepted: list[float] = field(default_factory=list)

    def push(self, prefix: str, count: int) -> None:
        """Take a turn: accept so many invoices, and let the Web Connector fetch them."""
        began = time.perf_counter()
        _accept(self.deployment, prefix, count)
        self.accepted.append(count / (time.perf_counter() - began))
        timer = CallTimer()
        self.web_connector.update(self.application, hooks=timer)
        self.pushed.append(count / timer.seconds)
        made = sum(
            1 for txn in self.deployment.company.tables.transactions.values() if txn.ref_number.startswith(prefix)
        )
        if made != count:
            raise SystemExit(f"{made} of {count} invoices are in QuickBooks")

    def figures(self) -> dict[str, float]:
        """Give the medians of all turns but the first, which warms everything up."""
        return {
            "per_second": round(median(self.pushed[1:]), 1),
            "accepted_per_second": round(median(self.accepted[1:]), 1),
        }


def main() -> None:
    """Run what was asked for, print the figures and judge them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--invoices", type=int, default=5000)
    parser.add_argument("--finished", type=int, default=1_000_000)
    parser.add_argument("--databases", default=",".join(KINDS))
    parser.add_argument("--batches", default="1,20")
    given = parser.parse_args()
    figures: dict[str, object] = {"invoices": given.invoices, "finished": given.finished}
    slowest = 0.0
    for kind in given.databases.split(","):
        with _deployed(kind, finished=given.finished) as full:
            for batch in map(int, given.batches.split(",")):
                with _deployed(kind, finished=0) as empty:
                    found = _compare(empty, full, batch=batch, invoices=given.invoices)
                print(f"{kind}, {batch} in a set: {json.dumps(found)}", flush=True)
                figures[f"{kind}_{batch}"] = found
                slowest = max(slowest, found["slower_by"])
    print(json.dumps(figures))
    sys.exit(1 if slowest > MOST_SLOWER else 0)


def _compare(empty: Deployment, full: Deployment, *, batch: int, invoices: int) -> dict[str, object]:
    """Let both take turns; the slow-down is the median of the turns' own, for what disturbs one disturbs its pair."""
    with _served(empty, batch) as first, _served(full, batch) as second:
        for run in (first, second):
            run.push(f"w{batch}-", WARM_UP)
        for turn in range(TURNS):
            for run in (first, second):
                run.push(f"{turn}b{batch}-", invoices // TURNS)
    slower = median(1 - b / a for a, b in zip(first.pushed[1:], second.pushed[1:], strict=True))
    return {"empty": first.figures(), "full": second.figures(), "slower_by": round(slower, 3)}


@contextmanager
def _deployed(kind: str, *, finished: int) -> Iterator[Deployment]:
    with fresh_database(kind) as database, tempfile.TemporaryDirectory(prefix="qbwc-push-") as folder:
        port = find_free_port()
        url = database.engine.url.render_as_string(hide_password=False)
        desk = Desk(make_environment(Path(folder), port=port, database_url=url))
        try:
            with desk.database.writing() as db:
                new = connections.NewConnection(name=NAME)
                connection_id = connections.create_connection(db, new, now=desk.now())
                save_rules(db, connection_id, PLAIN, by="the benchmark", now=desk.now())
                install = connections.add_install(db, connection_id, label="PC", now=desk.now())
            fill(database, connection_id, install_id=install.id, count=finished)
            company = Company.create(name=NAME, customers=1, items=1)
            yield Deployment(database, Path(folder), port, desk, connection_id, install, company)
        finally:
            desk.close()


@contextmanager
def _served(deployment: Deployment, batch: int) -> Iterator[Run]:
    desk, connection_id, install = deployment.desk, deployment.connection_id, deployment.install
    environ = {**desk.environ, "QBWC_BATCH_SIZE": str(batch)}
    with running_server(environ, port=deployment.port, log=deployment.folder / "server.log", workers=1):
        web_connector = WebConnector(QuickBooks(deployment.company))
        qwc = make_qwc_text(desk, connection_id, install.id)
        application = web_connector.add_application(qwc.text, password=get_password(desk, install))
        yield Run(deployment, web_connector, application)


def _accept(deployment: Deployment, prefix: str, count: int) -> None:
    """Accept so many invoices of three lines."""
    line = {"item": {"full_name": "Line Haul"}, "quantity": "2", "rate": "150.00", "description": "Port to door"}
    bodies: list[tuple[str, dict[str, object]]] = [
        (
            "invoice",
            {
                "external_id": f"{prefix}{number}",
                "customer": {"full_name": "Alpine Bakery"},
                "ref_number": f"{prefix}{number}",
                "memo": "MSKU 123456-7",
                "lines": [line] * 3,
            },
        )
        for number in range(count)
    ]
    for start in range(0, count, CHUNK):
        with deployment.database.writing() as db:
            enqueue_documents(db, deployment.connection_id, bodies[start : start + CHUNK], now=system_clock())


if __name__ == "__main__":
    main()
