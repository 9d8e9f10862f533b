"""The memory that the service needs for a whole import, measured in a process of its own.

Counted are Python itself, the answers' text in SOAP, the parser, the rows and the driver; not the simulated
QuickBooks, and not PostgreSQL's server.
"""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from typing import Any

from sqlalchemy import func, select

from benchmarks.mirrored import mirror_company
from benchmarks.soap_page import SoapCalls
from qbwc_service.simulator import Company
from qbwc_service.store import Database
from qbwc_service.sync.pull.entities import INVOICE


def measure_import(database: Database, *, invoices: int) -> dict[str, float]:
    """Mirror a company of five years over HTTP; give the most memory that the service had, in megabytes."""
    company = Company.create(
        customers=max(2, invoices // 15), items=max(2, invoices // 100), invoices=invoices, payments=0.85, years=5.0
    )
    _, side = mirror_company(database, company, clock=lambda: datetime.now(UTC))
    url = database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "benchmarks.import_server", url, side.owner_id]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - our own module
        assert server.stdin is not None and server.stdout is not None  # noqa: S101, PT018 - pipes were asked for
        with _posting_to(int(server.stdout.readline())) as application:
            calls = SoapCalls(application)
            side.service = calls  # type: ignore[assignment]  # It has the same calls.
            side.run()
        server.stdin.close()
        peak = float(server.stdout.read())
    with database.reading() as db:
        written = db.scalar(select(func.count()).select_from(INVOICE.table))
    assert written == invoices, written  # noqa: S101 - a figure about something else would be worse than none
    return {
        "invoices": invoices,
        "largest_answer_characters": max(calls.received)[0],
        "peak_megabytes": peak,
    }


@contextmanager
def _posting_to(port: int) -> Iterator[Any]:
    """Give an application that hands its requests on to a port of this machine."""
    connection = HTTPConnection("127.0.0.1", port)

    def post(environ: dict[str, Any], _start_response: object) -> Iterable[bytes]:
        headers = {"Content-Type": environ["CONTENT_TYPE"]}
        connection.request("POST", environ["PATH_INFO"], body=environ["wsgi.input"].read(), headers=headers)
        return [connection.getresponse().read()]

    yield post
    connection.close()
