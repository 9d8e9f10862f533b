"""A simulated company that is mirrored, without the wire in between; used by the benchmarks of the mirror."""

from collections.abc import Callable
from datetime import datetime

import structlog

from qbwc_service import connections
from qbwc_service.credentials import ServerKeys, derive_password
from qbwc_service.simulator import Company, QuickBooks
from qbwc_service.store import Database
from qbwc_service.sync import pull
from qbwc_service.update import UpdateService
from tests.mirror import MirrorSide

KEYS = ServerKeys(["a server key for benchmarks, long enough to be one"])


def silence_log() -> None:
    """Write no lines of calls: they would be measured too. For a process of its own, not for one of several tests."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))


def mirror_company(database: Database, company: Company, *, clock: Callable[[], datetime]) -> tuple[int, MirrorSide]:
    """Link a company, and begin to mirror it; give the connection and its Web Connector."""
    with database.writing() as db:
        connection_id = connections.create_connection(db, connections.NewConnection(name=company.name), now=clock())
        install = connections.add_install(db, connection_id, label="Front desk", now=clock())
        owner_id = connections.get_owner_id(db, now=clock())
        file_id = connections.get_connection(db, connection_id, now=clock()).file_id
        pull.start_pull(db, connection_id, now=clock())
    quickbooks = QuickBooks(company)
    quickbooks.register(owner_id=owner_id, file_id=file_id)
    service = UpdateService(database=database, keys=KEYS, owner_id=owner_id, clock=clock)
    password = derive_password(KEYS, install_id=install.password_id, rotation=install.rotation)
    return connection_id, MirrorSide(
        service, quickbooks, install.user_name, password, owner_id, file_id, keeps_log=False
    )
