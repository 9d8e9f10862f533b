"""Put documents in, and read back what now stands in the database."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import undefer

from qbwc_service.store import (
    Attempt,
    Connection,
    Database,
    Document,
    DocumentState,
    Link,
    MessageSet,
    Operation,
    SyncState,
    UpdateSession,
)
from qbwc_service.sync import enqueue_documents
from qbwc_service.sync.accept import Result

Content = tuple[str, dict[str, object]]


def customer(external_id: str, **more: object) -> Content:
    return "customer", {"external_id": external_id, "name": f"Customer {external_id}", **more}


def item(external_id: str, **more: object) -> Content:
    given = {"kind": "service", "name": f"Item {external_id}", "income_account": {"full_name": "Sales"}}
    return "item", {"external_id": external_id, **given, **more}


def invoice(external_id: str, customer: str | None = "c1", **more: object) -> Content:
    buyer = {"external_id": customer} if customer else {"full_name": "Somebody"}
    line = {"item": {"full_name": "Freight"}, "quantity": "2", "rate": "150.00"}
    return "invoice", {
        "external_id": external_id,
        "customer": buyer,
        "ref_number": external_id.upper(),
        "lines": [line],
        **more,
    }


def credit_memo(external_id: str, customer: str | None = "c1", **more: object) -> Content:
    return "credit_memo", invoice(external_id, customer, **more)[1]


def payment(external_id: str, customer: str | None = "c1", **more: object) -> Content:
    buyer = {"external_id": customer} if customer else {"full_name": "Somebody"}
    return "payment", {"external_id": external_id, "customer": buyer, "amount": "100.00", **more}


def put(database: Database, connection_id: int, *documents: Content, now: datetime) -> list[Result]:
    """Accept documents in a transaction of their own."""
    with database.writing() as db:
        return enqueue_documents(db, connection_id, documents, now=now)


def operations(database: Database, connection_id: int) -> list[Operation]:
    query = select(Operation).where(Operation.connection_id == connection_id).order_by(Operation.id)
    with database.reading() as db:
        return list(db.scalars(query))


def operation_states(database: Database, connection_id: int) -> list[str]:
    """The states of a connection's operations, oldest first."""
    return [operation.state.value for operation in operations(database, connection_id)]


def attempts(database: Database, connection_id: int) -> list[Attempt]:
    query = select(Attempt).where(Attempt.connection_id == connection_id)
    with database.reading() as db:
        return list(db.scalars(query.order_by(Attempt.operation_id, Attempt.number).options(undefer(Attempt.result))))


def document_state(database: Database, connection_id: int, external_id: str) -> SyncState:
    query = (
        select(SyncState)
        .join(Document, (Document.connection_id == SyncState.connection_id) & (Document.id == SyncState.document_id))
        .where(Document.connection_id == connection_id, Document.external_id == external_id)
    )
    with database.reading() as db:
        return db.scalars(query).one()


def document_states(database: Database, connection_id: int) -> dict[str, DocumentState]:
    """The states of a connection's documents by external id."""
    query = (
        select(Document.external_id, SyncState.state)
        .join(SyncState, (Document.connection_id == SyncState.connection_id) & (Document.id == SyncState.document_id))
        .where(Document.connection_id == connection_id)
    )
    with database.reading() as db:
        return dict(tuple(row) for row in db.execute(query))


def links(database: Database, connection_id: int) -> dict[str, str]:
    """The QuickBooks ids of a connection's documents by external id."""
    query = (
        select(Document.external_id, Link.quickbooks_id)
        .join(Link, (Document.connection_id == Link.connection_id) & (Document.id == Link.document_id))
        .where(Document.connection_id == connection_id)
    )
    with database.reading() as db:
        return dict(tuple(row) for row in db.execute(query))


def message_sets(database: Database, connection_id: int) -> list[MessageSet]:
    query = select(MessageSet).where(MessageSet.connection_id == connection_id).order_by(MessageSet.id)
    with database.reading() as db:
        return list(db.scalars(query.options(undefer(MessageSet.request), undefer(MessageSet.answer))))


def sessions(database: Database, connection_id: int) -> list[UpdateSession]:
    query = select(UpdateSession).where(UpdateSession.connection_id == connection_id).order_by(UpdateSession.id)
    with database.reading() as db:
        return list(db.scalars(query))


def connection_row(database: Database, connection_id: int) -> Connection:
    with database.reading() as db:
        return db.scalars(select(Connection).where(Connection.id == connection_id)).one()
