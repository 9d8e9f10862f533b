"""How many invoices per second go through the service into QuickBooks, and whether years of finished work slow it down.

    python -m benchmarks.push [--invoices 5000] [--finished 1000000] [--databases sqlite,postgresql] [--batches 1,20]

The service runs in a process of its own, as it is deployed; a simulated Web Connector calls it over HTTP with a
simulated QuickBooks behind it. Counted is the time of the calls alone: what QuickBooks and the Web Connector take is
not the service's. Before each run a few invoices go through to warm everything up. The last line is one JSON object.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

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
from qbwc_service.store import Database
from qbwc_service.sync import enqueue_documents
from qbwc_service.sync.rules import save_rules

WARM_UP = 100
CHUNK = 1000
NAME = "Push"
PLAIN = {"duplicate_numbers": "send", "match": {"customers": [], "items": []}, "payments": {"check_balances": False}}


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


def main() -> None:
    """Run what was asked for and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--invoices", type=int, default=5000)
    parser.add_argument("--finished", type=int, default=1_000_000)
    parser.add_argument("--databases", default=",".join(KINDS))
    parser.add_argument("--batches", default="1,20")
    given = parser.parse_args()
    figures: dict[str, object] = {"invoices": given.invoices, "finished": given.finished}
    for kind in given.databases.split(","):
        for batch in map(int, given.batches.split(",")):
            runs = {
                name: _measure(kind, batch, invoices=given.invoices, finished=finished)
                for name, finished in (("empty", 0), ("full", given.finished))
            }
            slower = 1 - runs["full"]["per_second"] / runs["empty"]["per_second"]
            found = {**runs, "slower_by": round(slower, 3)}
            print(f"{kind}, {batch} in a set: {json.dumps(found)}", flush=True)
            figures[f"{kind}_{batch}"] = found
    print(json.dumps(figures))


def _measure(kind: str, batch: int, *, invoices: int, finished: int) -> dict[str, float]:
    with fresh_database(kind) as database, tempfile.TemporaryDirectory(prefix="qbwc-push-") as folder:
        url = database.engine.url.render_as_string(hide_password=False)
        port = find_free_port()
        environ = make_environment(Path(folder), port=port, database_url=url) | {"QBWC_BATCH_SIZE": str(batch)}
        desk = Desk(environ)
        try:
            connection_id, install = _connect(desk)
            fill(database, connection_id, install_id=install.id, count=finished)
            with running_server(environ, port=port, log=Path(folder) / "server.log", workers=1):
                company = Company.create(name=NAME, customers=1, items=1)
                web_connector = WebConnector(QuickBooks(company))
                qwc = make_qwc_text(desk, connection_id, install.id)
                application = web_connector.add_application(qwc.text, password=get_password(desk, install))
                _accept(database, connection_id, "warm", WARM_UP)
                web_connector.update(application)
                accepted = _accept(database, connection_id, "inv", invoices)
                timer = CallTimer()
                began = time.perf_counter()
                web_connector.update(application, hooks=timer)
                total = time.perf_counter() - began
        finally:
            desk.close()
    made = sum(1 for txn in company.tables.transactions.values() if txn.ref_number.startswith("inv"))
    if made != invoices:
        raise SystemExit(f"{made} of {invoices} invoices are in QuickBooks")
    return {
        "per_second": round(invoices / timer.seconds, 1),
        "seconds": round(timer.seconds, 2),
        "calls": timer.calls,
        "with_the_simulator": round(total, 2),
        "accept_per_second": round(invoices / accepted, 1),
    }


def _connect(desk: Desk) -> tuple[int, connections.InstallInfo]:
    with desk.database.writing() as db:
        connection_id = connections.create_connection(db, connections.NewConnection(name=NAME), now=desk.now())
        save_rules(db, connection_id, PLAIN, by="the benchmark", now=desk.now())
        return connection_id, connections.add_install(db, connection_id, label="PC", now=desk.now())


def _accept(database: Database, connection_id: int, prefix: str, count: int) -> float:
    """Accept so many invoices of three lines; give the seconds that took."""
    line = {"item": {"full_name": "Line Haul"}, "quantity": "2", "rate": "150.00", "description": "Port to door"}
    bodies: list[tuple[str, dict[str, object]]] = [
        (
            "invoice",
            {
                "external_id": f"{prefix}-{number}",
                "customer": {"full_name": "Alpine Bakery"},
                "ref_number": f"{prefix}{number}",
                "memo": "MSKU 123456-7",
                "lines": [line] * 3,
            },
        )
        for number in range(count)
    ]
    began = time.perf_counter()
    for start in range(0, count, CHUNK):
        with database.writing() as db:
            enqueue_documents(db, connection_id, bodies[start : start + CHUNK], now=system_clock())
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
