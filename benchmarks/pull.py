"""How fast QuickBooks' answers come into the mirror, against a floor measured in the same run.

The floor is the least that anybody could do: lxml walks over the same bytes and looks at nothing, then the very same
rows go into the very same tables by the database's own bulk insert. Prints one JSON object as its last line, and ends
with 1 where a target is missed: 40 % of the floor, one page of 1,000 invoices through SOAP in a second, a whole import
in 250 megabytes (``import_memory`` says what is counted).

    python -m benchmarks.pull [--invoices 1000] [--pages 5] [--import-invoices 30000] [--database sqlite]
"""

import argparse
import io
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from lxml import etree
from sqlalchemy import delete

from benchmarks.databases import KINDS, fresh_database
from benchmarks.import_memory import measure_import
from benchmarks.mirrored import silence_log
from benchmarks.soap_page import measure_soap_page
from qbwc_service import connections, qbxml
from qbwc_service.simulator import Company, QuickBooks, SdkClient
from qbwc_service.store import Database
from qbwc_service.store.bulk import copy_rows
from qbwc_service.sync.pull.entities import INVOICE
from qbwc_service.sync.pull.rows import Rows, columns_of
from qbwc_service.sync.pull.write import make_rows, replace_objects

QUERY = (
    '<InvoiceQueryRq requestID="p1-0"><MaxReturned>{count}</MaxReturned><IncludeLineItems>true</IncludeLineItems>'
    "<IncludeLinkedTxns>true</IncludeLinkedTxns></InvoiceQueryRq>"
)
NOW = datetime.now(UTC)
LEAST_SHARE, MOST_SECONDS, MOST_MEGABYTES = 0.4, 1.0, 250


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--invoices", type=int, default=1000, help="how many make a page")
    parser.add_argument(
        "--pages", type=int, default=20, help="how often a page is taken; the best counts, for others only slow it down"
    )
    parser.add_argument("--import-invoices", type=int, default=30_000, help="how many the whole import has")
    parser.add_argument("--database", choices=KINDS, action="append")
    given = parser.parse_args()
    silence_log()
    answer = make_answer(given.invoices)
    figures: dict[str, Any] = {"invoices": given.invoices, "characters": len(answer)}
    kinds = given.database or KINDS
    for kind in kinds:
        with fresh_database(kind) as database:
            figures[kind] = measure(database, answer, times=given.pages)
        with fresh_database(kind) as database:
            figures[kind]["soap_page"] = measure_soap_page(database)
        with fresh_database(kind) as database:
            figures[kind]["import"] = measure_import(database, invoices=given.import_invoices)
    figures["missed"] = [miss for kind in kinds for miss in list_missed(kind, figures[kind])]
    print(json.dumps(figures))
    sys.exit(bool(figures["missed"]))


def list_missed(kind: str, figures: dict[str, Any]) -> list[str]:
    """Give the targets that were missed, in words."""
    targets = {
        f"{figures['share_of_floor']:.0%} of the floor": figures["share_of_floor"] >= LEAST_SHARE,
        f"{figures['soap_page']['seconds']} s for a page": figures["soap_page"]["seconds"] < MOST_SECONDS,
        f"{figures['import']['peak_megabytes']} MB": figures["import"]["peak_megabytes"] < MOST_MEGABYTES,
    }
    return [f"{kind}: {target}" for target, is_met in targets.items() if not is_met]


def make_answer(count: int) -> str:
    """Have the simulated QuickBooks write a page of invoices."""
    company = Company.create(customers=200, items=40, invoices=count, payments=0.6, credits_share=0.02)
    quickbooks = QuickBooks(company)
    with SdkClient(quickbooks) as client:
        return quickbooks.process(client.session, client.wrap(QUERY.format(count=count)))


def measure(database: Database, answer: str, *, times: int) -> dict[str, Any]:
    """Take the page so often, ours and the floor by turns, so that both meet the same machine."""
    with database.writing() as db:
        connection_id = connections.create_connection(db, connections.NewConnection(name="Bench"), now=NOW)
    ours: list[float] = []
    floor: list[float] = []
    rows = collect(database, connection_id, answer)
    count = len(rows.objects) + sum(map(len, rows.lines))
    for _ in range(times):
        empty(database)
        floor.append(timed(lambda: run_floor(database, rows, answer)))
        empty(database)
        ours.append(timed(lambda: run_ours(database, connection_id, answer)))
    again = timed(lambda: run_ours(database, connection_id, answer))
    best, least = min(ours), min(floor)
    return {
        "rows": count,
        "seconds": round(best, 4),
        "rows_per_second": round(count / best),
        "floor_seconds": round(least, 4),
        "floor_rows_per_second": round(count / least),
        "share_of_floor": round(least / best, 3),
        "seconds_when_all_are_replaced": round(again, 4),
    }


def timed(work: Callable[[], None]) -> float:
    """Give how long something takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def run_ours(database: Database, connection_id: int, answer: str) -> None:
    """Read a page and write it, as the service does."""
    with database.writing() as db:
        maker = make_rows(db, connection_id, INVOICE, now=NOW)
        for response in qbxml.read_answer(answer):
            for found in response.objects.as_rows(maker.moulds):
                maker.add(found, maker.identify(found).id)
        replace_objects(db, connection_id, INVOICE, maker.rows)


def run_floor(database: Database, rows: Rows, answer: str) -> None:
    """Walk over the bytes and look at nothing; then insert rows that were made before."""
    for _event, element in etree.iterparse(io.BytesIO(answer.encode()), tag="InvoiceRet"):
        element.clear()
    with database.writing() as db:
        copy_rows(db, INVOICE.table, columns_of(INVOICE.table), rows.objects)
        for lines, found in zip(INVOICE.lines, rows.lines, strict=True):
            copy_rows(db, lines.table, columns_of(lines.table), found)


def collect(database: Database, connection_id: int, answer: str) -> Rows:
    """Make the rows of a page."""
    with database.reading() as db:
        maker = make_rows(db, connection_id, INVOICE, now=NOW)
    for response in qbxml.read_answer(answer):
        for found in response.objects.as_rows(maker.moulds):
            maker.add(found, maker.identify(found).id)
    return maker.rows


def empty(database: Database) -> None:
    """Take the page out again."""
    with database.writing() as db:
        db.execute(delete(INVOICE.table))


if __name__ == "__main__":
    main()
