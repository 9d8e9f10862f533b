"""A process of its own that claims until nothing waits: ``claim_all.py URL CONNECTION INSTALL SESSION``.

It says "ready", starts when it reads a line, and prints the numbers it got as JSON.
"""

import json
import sys
from datetime import UTC, datetime

from qbwc_service.store import OperationState, open_database
from tests.factories import CompanyQueue

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def claim_until_empty(queue: CompanyQueue, session_id: int) -> list[int]:
    """Claim, each time in a transaction of its own, until no operation waits any more."""
    taken: list[int] = []
    while True:
        with queue.database.writing() as db:
            answered = {"state": "answered", "answered_at": queue.clock()}
            ids = queue.claim_in(db, session_id, write_limit=7, set_details=answered).ids
        taken += ids
        if not ids and OperationState.WAITING not in queue.states().values():
            return taken


def main() -> None:
    url, connection_id, install_id, session_id = sys.argv[1:]
    database = open_database(url)
    queue = CompanyQueue(
        database=database, connection_id=int(connection_id), install_id=int(install_id), clock=lambda: AT
    )
    queue.states()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    sys.stdout.write(json.dumps(claim_until_empty(queue, int(session_id))) + "\n")
    database.close()


if __name__ == "__main__":
    main()
