"""Many documents, several processes, and processes that die: each document exactly once."""

import threading
import time
from collections import Counter
from collections.abc import Sequence

import pytest
from sqlalchemy import func, select

from qbwc_service.simulator import Company, NoHooks, UpdateOutcome
from qbwc_service.store import (
    Database,
    DocumentState,
    MessageSet,
    MessageSetPurpose,
    MessageSetState,
    Operation,
    OperationState,
    SyncState,
    UpdateSession,
)
from qbwc_service.sync import enqueue_documents
from tests.wire import ConnectFarSide, Server, StartServer

DOCUMENTS = 2000
PRELOADED = ["--preload"]
"""Workers are forked from a process that is ready: there in a moment, the first ones and those after one that died."""


def invoices(numbers: Sequence[int]) -> list[tuple[str, dict[str, object]]]:
    """Plain invoices for a customer and an item that the company already has."""
    return [
        (
            "invoice",
            {
                "external_id": f"inv-{number}",
                "customer": {"external_id": "c-1"},
                "ref_number": f"D{number}",
                "lines": [{"item": {"external_id": "i-1"}, "quantity": "1", "rate": "10.00"}],
            },
        )
        for number in numbers
    ]


def masters() -> list[tuple[str, dict[str, object]]]:
    item = {
        "external_id": "i-1",
        "kind": "service",
        "name": "Drain",
        "income_account": {"full_name": "Freight Income"},
    }
    return [("customer", {"external_id": "c-1", "name": "Drain Customer"}), ("item", item)]


def ref_numbers(company: Company) -> Counter[str]:
    """How often each of our numbers stands in the simulated company."""
    numbers = (transaction.ref_number for transaction in company.tables.transactions.values())
    return Counter(number for number in numbers if number.startswith("D"))


def states(database: Database) -> dict[OperationState, int]:
    with database.reading() as db:
        return dict(db.execute(select(Operation.state, func.count()).group_by(Operation.state)).all())


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_thousand_documents_through_two_processes_stand_in_quickbooks_exactly_once(
    database: Database, start_server: StartServer, connect_far_side: ConnectFarSide
) -> None:
    far = connect_far_side(start_server(workers=2, options=PRELOADED))
    with database.writing() as db:
        enqueue_documents(db, far.connection_id, masters() + invoices(range(DOCUMENTS - 2)))

    reports = far.web_connector.update_until_done(far.application)

    assert [report.outcome for report in reports] == [UpdateOutcome.COMPLETED, UpdateOutcome.NO_DATA]
    assert states(database) == {OperationState.DONE: DOCUMENTS}
    assert ref_numbers(far.company) == {f"D{number}": 1 for number in range(DOCUMENTS - 2)}
    with database.reading() as db:
        synced = db.scalar(select(func.count()).where(SyncState.state == DocumentState.SYNCED))
    assert synced == DOCUMENTS


def test_two_companies_at_once_never_share_work(
    database: Database, start_server: StartServer, connect_far_side: ConnectFarSide
) -> None:
    server = start_server(workers=2, options=PRELOADED)
    sides = [connect_far_side(server, name=name) for name in ("North", "South")]
    with database.writing() as db:
        for offset, far in enumerate(sides):
            numbers = range(offset * 1000, offset * 1000 + 60)
            enqueue_documents(db, far.connection_id, masters() + invoices(numbers))

    threads = [threading.Thread(target=far.web_connector.update, args=(far.application,)) for far in sides]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for offset, far in enumerate(sides):
        assert ref_numbers(far.company) == {f"D{offset * 1000 + number}": 1 for number in range(60)}


class KillWorkerAtWork(NoHooks):
    """Kills every worker while it takes QuickBooks' answer: a lock in the database holds it there until it is dead."""

    def __init__(self, server: Server, database: Database, *, at_answer: int) -> None:
        self.server = server
        self.database = database
        self.answers_left = at_answer
        self.killer: threading.Thread | None = None

    def before_call(self, name: str, number: int) -> None:  # noqa: ARG002 - the hook's own arguments
        if name != "receiveResponseXML":
            return
        self.answers_left -= 1
        if self.answers_left == 0:
            is_locked = threading.Event()
            self.killer = threading.Thread(target=self._kill, args=(is_locked,))
            self.killer.start()
            is_locked.wait(timeout=30)

    def _kill(self, is_locked: threading.Event) -> None:
        with self.database.writing() as db:
            db.execute(select(UpdateSession).with_for_update()).all()
            is_locked.set()
            time.sleep(1)  # Long enough for the worker to have read the answer and to wait for the lock.
            self.server.kill_workers()
            time.sleep(1)  # The lock goes only when the worker is surely gone.


def test_a_worker_killed_at_work_leaves_its_set_unknown_and_the_next_session_finds_it_done(
    database: Database, start_server: StartServer, connect_far_side: ConnectFarSide
) -> None:
    server = start_server(workers=1, options=PRELOADED)
    far = connect_far_side(server)
    with database.writing() as db:
        enqueue_documents(db, far.connection_id, masters() + invoices(range(60)))
    hooks = KillWorkerAtWork(server, database, at_answer=3)

    broken = far.web_connector.update(far.application, hooks=hooks)
    assert hooks.killer is not None
    hooks.killer.join()
    reports = far.web_connector.update_until_done(far.application)

    assert broken.outcome is UpdateOutcome.WEB_SERVICE_ERROR
    assert [report.outcome for report in reports] == [UpdateOutcome.COMPLETED, UpdateOutcome.NO_DATA]
    assert states(database) == {OperationState.DONE: 62}
    assert ref_numbers(far.company) == {f"D{number}": 1 for number in range(60)}, "nothing lost, nothing doubled"
    with database.reading() as db:
        asked = db.scalar(select(func.count()).where(MessageSet.purpose == MessageSetPurpose.RECOVERY))
        unapplied = db.scalar(select(func.count()).where(MessageSet.state != MessageSetState.APPLIED))
    assert (asked, unapplied) == (1, 0), "QuickBooks had kept the answer"


class KillWorkerBetweenCalls(NoHooks):
    """Kills every worker each time QuickBooks has executed a set; gunicorn starts new ones."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def after_process(self, response: str) -> str:
        self.server.kill_workers()
        return response


def test_a_worker_killed_between_two_calls_is_not_noticed(
    database: Database, start_server: StartServer, connect_far_side: ConnectFarSide
) -> None:
    server = start_server(workers=1, options=PRELOADED)
    far = connect_far_side(server)
    with database.writing() as db:
        enqueue_documents(db, far.connection_id, masters() + invoices(range(30)))

    report = far.web_connector.update(far.application, hooks=KillWorkerBetweenCalls(server))

    assert report.outcome is UpdateOutcome.COMPLETED, report
    assert states(database) == {OperationState.DONE: 32}
    assert ref_numbers(far.company) == {f"D{number}": 1 for number in range(30)}
