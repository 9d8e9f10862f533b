"""A whole company into the mirror, at full size: equal after the first sync, and after people worked in it.

Over both changes of the clocks of a year, and with payments that change the time of their invoice and without.
``tests/sync/pull/test_pull_changes.py`` runs it small. Prints one JSON object as its last line; ends with 1 where
anything differs.

    python -m benchmarks.mirror_equality [--invoices 30000] [--edits 500] [--database sqlite]
"""

import argparse
import json
import resource
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from benchmarks.databases import KINDS, fresh_database
from benchmarks.mirrored import mirror_company, silence_log
from qbwc_service.simulator import Company, Switches
from qbwc_service.store import Database
from tests.conftest import StandingClock
from tests.mirror import differences, export_company, export_mirror
from tests.mirror_edits import Clerk

CLOCK_CHANGES = (datetime(2026, 11, 1, 4, 30, tzinfo=UTC), datetime(2027, 3, 14, 5, 30, tzinfo=UTC))
"""New York: an hour repeats at 06:00 UTC of the first day, one is left out at 07:00 UTC of the second."""


def main() -> None:
    """Run it, and print; exit with 1 where anything differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=2000)
    parser.add_argument("--items", type=int, default=300)
    parser.add_argument("--invoices", type=int, default=30_000)
    parser.add_argument("--edits", type=int, default=500)
    parser.add_argument("--database", choices=KINDS, action="append")
    given = parser.parse_args()
    silence_log()
    figures: dict[str, Any] = vars(given) | {"runs": []}
    for kind in given.database or KINDS:
        for touches in (False, True):
            with fresh_database(kind) as database:
                run = {"database": kind, "payments_touch_invoices": touches}
                sizes = {"customers": given.customers, "items": given.items, "invoices": given.invoices}
                run |= run_once(database, sizes, edits=given.edits, touches=touches)
                figures["runs"].append(run)
                print(json.dumps(run), flush=True)
    print(json.dumps(figures))
    sys.exit(any(run["differences"] for run in figures["runs"]))


def run_once(database: Database, sizes: dict[str, int], *, edits: int, touches: bool) -> dict[str, Any]:
    """Mirror a company of five years; then let people work, over both changes of the clocks."""
    clock = StandingClock(datetime(2026, 10, 30, 12, tzinfo=UTC))
    company = Company.create(
        clock=clock,
        years=5.0,
        payments=0.85,
        credits_share=0.03,
        switches=Switches(payments_touch_invoices=touches),
        **sizes,
    )
    # Deposits, voids, deletions and renames of earlier days.
    Clerk(company, seed=5, wait=lambda time: clock.advance(seconds=time)).work(edits)
    connection_id, side = mirror_company(database, company, clock=clock)
    before = peak_megabytes()
    begin = time.perf_counter()
    sets = side.run()
    seconds = time.perf_counter() - begin
    peak = peak_megabytes()
    found = {"first sync": compare(database, connection_id, company)}
    clerk = Clerk(company, seed=11, first_number=edits, wait=lambda time: clock.advance(seconds=time))
    looks = []
    for name, moment in work_days(clock):
        clock.now = moment
        clerk.work(edits)
        clock.advance(hours=25)
        looks.append(side.run())
        found[name] = compare(database, connection_id, company)
    return {
        "message_sets": sets,
        "first_sync_seconds": round(seconds, 1),
        "peak_megabytes": peak,
        "peak_megabytes_of_the_simulator": before,
        "message_sets_per_look": looks,
        "edits": clerk.done,
        "differences": {name: some[:5] for name, some in found.items() if some},
    }


def peak_megabytes() -> int:
    """Give the most memory that this process ever had; the simulated company is in it."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def work_days(clock: StandingClock) -> Iterator[tuple[str, datetime]]:
    """Give the moments at which people begin to work: over the first change of the clocks, and over the second."""
    yield "after edits over the autumn change", CLOCK_CHANGES[0]
    yield "after edits over the spring change", max(CLOCK_CHANGES[1], clock.now)


def compare(database: Database, connection_id: int, company: Company) -> list[str]:
    """Give what differs."""
    return differences(export_company(company), export_mirror(database, connection_id))


if __name__ == "__main__":
    main()
