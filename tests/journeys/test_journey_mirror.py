"""A company into the mirror over real HTTP, by several processes, some of which die."""

from sqlalchemy import func, select

from qbwc_service.clock import system_clock
from qbwc_service.simulator import Company, NoHooks, UpdateOutcome
from qbwc_service.store import Database, DocumentState
from qbwc_service.sync import enqueue_documents
from qbwc_service.sync.pull import request_reconciliation
from qbwc_service.sync.pull.entities import INVOICE
from tests.journeys.test_journey_drain import PRELOADED
from tests.mirror import assert_equal, start
from tests.rows import document_states
from tests.wire import ConnectFarSide, Server, StartServer


class KillWorkersNowAndThen(NoHooks):
    """Kills every worker after each fifth document that QuickBooks executed; gunicorn starts new ones."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.documents = 0

    def after_process(self, response: str) -> str:
        self.documents += 1
        if self.documents % 5 == 0:
            self.server.kill_workers()
        return response


def test_a_company_is_mirrored_by_workers_that_die_while_documents_are_pushed(
    database: Database, start_server: StartServer, connect_far_side: ConnectFarSide
) -> None:
    server = start_server(workers=2, options=PRELOADED)
    company = Company.create(customers=20, items=10, invoices=120, credits_share=0.1, years=2.0)
    far = connect_far_side(server, company=company)
    start(database, far.connection_id, now=system_clock())
    with database.writing() as db:
        added = [("customer", {"external_id": f"c{number}", "name": f"Pushed {number}"}) for number in range(30)]
        enqueue_documents(db, far.connection_id, added)

    reports = far.web_connector.update_until_done(far.application, hooks=KillWorkersNowAndThen(server))

    assert [report.outcome for report in reports] == [UpdateOutcome.COMPLETED, UpdateOutcome.NO_DATA]
    assert set(document_states(database, far.connection_id).values()) == {DocumentState.SYNCED}
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(INVOICE.table)) == 120
    start_again(database, far.connection_id)
    far.web_connector.update_until_done(far.application)
    assert_equal(database, far.connection_id, company)


def start_again(database: Database, connection_id: int) -> None:
    """Have what was pushed meanwhile looked for now, not in five minutes."""
    with database.writing() as db:
        request_reconciliation(db, connection_id, now=system_clock())
