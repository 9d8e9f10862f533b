"""The PC goes dark again and again while a whole company is mirrored: it ends equal, and no page comes more than twice.

``tests/sync/pull/test_pull_cuts.py`` runs it small. Prints one JSON object as its last line; ends with 1 where anything
differs, came too often, or was not cut often enough.

    python -m benchmarks.mirror_cuts [--invoices 5000] [--cuts 20] [--database sqlite]
"""

import argparse
import json
import sys
import time

from benchmarks.databases import KINDS, fresh_database
from benchmarks.mirrored import mirror_company, silence_log
from qbwc_service.simulator import Company
from tests.conftest import StandingClock
from tests.mirror import CutError, differences, export_company, export_mirror
from tests.sync.pull.test_pull_cuts import Cutter, is_done


def main() -> None:
    """Run it, and print; exit with 1 where anything differs or came too often."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--invoices", type=int, default=5000)
    parser.add_argument("--cuts", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    given = parser.parse_args()
    silence_log()
    clock = StandingClock()
    company = Company.create(
        clock=clock, customers=300, items=60, invoices=given.invoices, credits_share=0.03, years=4.0
    )
    begin = time.perf_counter()
    with fresh_database(given.database) as database:
        connection_id, side = mirror_company(database, company, clock=clock)
        cutter = Cutter(side, seed=given.seed, share=0.25)
        while True:
            if cutter.cuts >= given.cuts:
                cutter.share = 0
            try:
                if side.run() == 0:
                    if is_done(database, connection_id, clock):
                        break
                    clock.advance(minutes=10)  # What was lost twice rests for a while.
            except CutError:
                clock.advance(minutes=2)
        found = differences(export_company(company), export_mirror(database, connection_id))
    figures = {
        "invoices": given.invoices,
        "cuts": cutter.cuts,
        "most_often_taken": max(cutter.taken.values()),
        "most_often_sent": max(cutter.sent.values()),
        "objects_taken_twice": sum(count > 1 for count in cutter.taken.values()),
        "objects": len(cutter.taken),
        "differences": found[:5],
        "seconds": round(time.perf_counter() - begin, 1),
    }
    print(json.dumps(figures))
    is_kept = figures["most_often_taken"] <= 2 and cutter.cuts >= given.cuts  # noqa: PLR2004 - the promise
    sys.exit(bool(found) or not is_kept)


if __name__ == "__main__":
    main()
