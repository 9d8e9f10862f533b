"""The service in a process of its own: SOAP, parsing, the database's driver, and nothing of the simulated QuickBooks.

Started by ``import_memory``. Prints its port; when its input ends, the most memory that it ever had, in megabytes.
"""

import logging
import resource
import sys
import threading
from datetime import UTC, datetime
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
    print(round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1), flush=True)


if __name__ == "__main__":
    main()
