"""The main job, end to end: what is enqueued here stands in the simulated company there, exactly once."""

from decimal import Decimal

from sqlalchemy import select

from qbwc_service.simulator import UpdateOutcome
from qbwc_service.store import Database, Document, DocumentState, Link, SyncState
from qbwc_service.sync import enqueue_documents
from tests.wire import ConnectFarSide, StartServer

DOCUMENTS = [
    ("customer", {"external_id": "c-1", "name": "Ann's Bakery", "email": "ann@example.com"}),
    ("customer", {"external_id": "c-2", "name": "Renovation", "parent": {"external_id": "c-1"}}),
    (
        "item",
        {
            "external_id": "i-1",
            "kind": "service",
            "name": "Freight",
            "price": "150.00",
            "income_account": {"full_name": "Freight Income"},
        },
    ),
    (
        "invoice",
        {
            "external_id": "inv-1",
            "customer": {"external_id": "c-1"},
            "ref_number": "1001",
            "txn_date": "2026-11-20",
            "lines": [{"item": {"external_id": "i-1"}, "quantity": "2", "rate": "150.00"}],
        },
    ),
    (
        "payment",
        {
            "external_id": "p-1",
            "customer": {"external_id": "c-1"},
            "amount": "100.00",
            "apply": [{"invoice": {"external_id": "inv-1"}, "amount": "100.00"}],
        },
    ),
]


def test_documents_with_references_reach_quickbooks_in_one_update(
    database: Database, start_server: StartServer, connect_far_side: ConnectFarSide
) -> None:
    far = connect_far_side(start_server(), looks=True)
    with database.writing() as db:
        enqueue_documents(db, far.connection_id, list(reversed(DOCUMENTS)))

    report = far.web_connector.update(far.application)

    assert report.outcome is UpdateOutcome.COMPLETED, report
    assert list(report.percents) == sorted(report.percents)
    assert report.last_percent == 100
    with database.reading() as db:
        rows = db.execute(
            select(Document.external_id, SyncState.state, SyncState.message, SyncState.balance_remaining)
            .join(SyncState, SyncState.document_id == Document.id)
            .order_by(Document.external_id)
        ).all()
        linked = db.scalars(select(Link.quickbooks_id)).all()
    assert {row.external_id: (row.state, row.message) for row in rows} == {
        body["external_id"]: (DocumentState.SYNCED, None) for _, body in DOCUMENTS
    }
    assert len(set(linked)) == len(DOCUMENTS)
    balances = {row.external_id: row.balance_remaining for row in rows}
    assert balances["inv-1"] == Decimal("200.00")
    assert far.web_connector.update(far.application).outcome is UpdateOutcome.NO_DATA
