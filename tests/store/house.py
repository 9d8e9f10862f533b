"""Fills every table, for a connection: two rows where a second one can be told from the first."""

from sqlalchemy import insert, select

from qbwc_service import connections
from qbwc_service.store import (
    AuditEntry,
    Document,
    DocumentState,
    Link,
    OperationDependency,
    OperationState,
    SyncState,
    allocate_ids,
)
from tests.factories import CompanyQueue, new_write


def fill_every_table(queue: CompanyQueue) -> None:
    """One update session is ended and one open, one message set answered and one out; one operation of each state."""
    documents = [queue.add_document("c1"), queue.add_document("c2")]
    first, second = queue.enqueue(*[new_write(document_id=document_id) for document_id in documents])
    queue.enqueue(new_write(depends_on=(second,)), new_write())
    queue.do(first, OperationState.FAILED)
    handed_out = queue.hand_out(write_limit=1)
    assert handed_out.ids == [second]
    with queue.database.writing() as db:
        connections.add_install(db, queue.connection_id, label="Back office", now=queue.clock())
        connections.get_owner_id(db, now=queue.clock())
        for document_id, operation_id in zip(documents, (first, second), strict=True):
            key = {"connection_id": queue.connection_id, "document_id": document_id}
            db.execute(insert(Link), [key | link_values(queue, f"8000000{document_id}-{queue.connection_id}")])
            state = {"state": DocumentState.PENDING, "operation_id": operation_id, "changed_at": queue.clock()}
            db.execute(insert(SyncState), [key | state])
        entry = {"id": allocate_ids(db, "audit_entries")[0], "document_id": documents[0], "action": "clear"}
        done = {"done_by": "Ann", "done_at": queue.clock(), "before": {}, "after": {}}
        db.execute(insert(AuditEntry), [{"connection_id": queue.connection_id} | entry | done])
        assert db.scalar(select(Document.id).where(Document.connection_id == queue.connection_id)) is not None
        assert db.scalar(select(OperationDependency.operation_id)) is not None


def link_values(queue: CompanyQueue, quickbooks_id: str) -> dict[str, object]:
    return {
        "object_type": "Customer",
        "quickbooks_id": quickbooks_id,
        "fingerprint": "0" * 64,
        "linked_at": queue.clock(),
    }
