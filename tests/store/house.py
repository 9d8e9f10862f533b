"""Fills every table, for a connection: two rows where a second one can be told from the first."""

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from qbwc_service import connections
from qbwc_service.store import (
    AuditEntry,
    Base,
    Cursor,
    Document,
    DocumentState,
    Link,
    MessageSetPurpose,
    MessageSetState,
    OperationDependency,
    OperationState,
    Problem,
    ProblemReason,
    PullId,
    PullPhase,
    PullSet,
    SessionState,
    SyncState,
    UpdateSession,
    allocate_ids,
)
from qbwc_service.sync.problems import NewProblem, open_problems
from qbwc_service.sync.pull.cursors import begin_cursors
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
        _fill_mirror(db, queue, handed_out.message_set_id)
        _fill_problems(db, queue, documents, (first, second))
        held = Problem.connection_id == queue.connection_id
        problem_id = db.scalar(select(Problem.id).where(held).limit(1))
        entry = {
            "id": allocate_ids(db, "audit_entries")[0],
            "document_id": documents[0],
            "problem_id": problem_id,
            "action": "clear",
        }
        done = {"done_by": "Ann", "done_at": queue.clock(), "before": {}, "after": {}}
        db.execute(insert(AuditEntry), [{"connection_id": queue.connection_id} | entry | done])
        _ask_for(db, queue, handed_out.message_set_id)
        assert db.scalar(select(Document.id).where(Document.connection_id == queue.connection_id)) is not None
        assert db.scalar(select(OperationDependency.operation_id)) is not None


def _fill_problems(db: Session, queue: CompanyQueue, documents: list[int], operations: tuple[int, int]) -> None:
    """A document's operation has failed, and another one waits for it."""
    cause, held_up = operations
    problems = [
        NewProblem(
            reason=ProblemReason.NAME_IN_USE,
            message="taken",
            operation_id=cause,
            document_id=documents[0],
            evidence={"candidates": [{"ListID": "80000001-1"}]},
        ),
        NewProblem(
            reason=ProblemReason.PARENT_FAILED,
            message="it waits",
            operation_id=held_up,
            document_id=documents[1],
            cause_id=cause,
        ),
    ]
    open_problems(db, queue.connection_id, problems, now=queue.clock())


def _ask_for(db: Session, queue: CompanyQueue, message_set_id: int) -> None:
    """A set that asked for the answer to another one."""
    (number,) = allocate_ids(db, "message_sets")
    session_id = db.scalar(
        select(UpdateSession.id).where(
            UpdateSession.connection_id == queue.connection_id, UpdateSession.state == SessionState.OPEN
        )
    )
    asked = {"purpose": MessageSetPurpose.RECOVERY, "recovers_id": message_set_id, "state": MessageSetState.UNKNOWN}
    db.execute(queue.insert_set(number, session_id or 0, **asked))


def _fill_mirror(db: Session, queue: CompanyQueue, message_set_id: int) -> None:
    """One object in each mirror table, with one line; how far it is pulled; one object that is fetched by its id."""
    begin_cursors(db, queue.connection_id, now=queue.clock())
    key = {"connection_id": queue.connection_id}
    # One that only this connection has, so that another one's can be told from it.
    db.execute(insert(Cursor), [key | {"entity": f"Only {queue.connection_id}", "phase": PullPhase.RECENT}])
    db.execute(insert(PullId), [key | {"entity": "Invoice", "object_id": "A1-1", "asked_at": queue.clock()}])
    db.execute(insert(PullSet), [key | {"message_set_id": message_set_id, "questions": []}])
    for table in Base.metadata.sorted_tables:
        if table.name.startswith("qb_"):
            values = {"list_id": "80000001-1", "txn_id": f"A{queue.connection_id}-1", "position": 0, "raw": {}}
            given = {name: value for name, value in values.items() if name in table.c}
            moment = {"pulled_at": queue.clock()} if "pulled_at" in table.c else {}
            db.execute(insert(table), [key | given | moment])


def link_values(queue: CompanyQueue, quickbooks_id: str) -> dict[str, object]:
    return {
        "object_type": "Customer",
        "quickbooks_id": quickbooks_id,
        "fingerprint": "0" * 64,
        "linked_at": queue.clock(),
    }
