"""The service in a process of its own: SOAP, parsing, the database's driver, and nothing of the simulated QuickBooks.

Started by ``import_memory``. Prints its port; when its input ends, the most memory that it ever had, in megabytes.
"""

import logging
import re
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import structlog

from benchmarks.mirrored import KEYS
from benchmarks.soap_page import MOST_BODY
from qbwc_service.soap import create_soap_application
from qbwc_service.store import open_database
from qbwc_service.update import UpdateService


class _QuietHandler(WSGIRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


def main() -> None:
    """Serve until the input ends."""
    url, owner_id = sys.argv[1:]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    database = open_database(url)
    service = UpdateService(database=database, keys=KEYS, owner_id=owner_id, clock=lambda: datetime.now(UTC))
    application = create_soap_application(service, max_body_bytes=MOST_BODY)
    with make_server("127.0.0.1", 0, application, handler_class=_QuietHandler) as server:
        print(server.server_port, flush=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sys.stdin.read()
        server.shutdown()
    database.close()
    print(_read_peak(), flush=True)


def _read_peak() -> float:
    """Give this program's own peak; what ``getrusage`` tells begins with the peak of the process that started it."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    assert found is not None  # noqa: S101 - Linux has it
    return round(int(found[1]) / 1024, 1)


if __name__ == "__main__":
    main()
