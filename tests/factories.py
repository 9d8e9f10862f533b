"""Makes the rows that tests of the store and the queue start from, with committed transactions of its own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Insert, insert, select, update
from sqlalchemy.orm import Session, undefer

from qbwc_service.queue import (
    ClaimedOperation,
    NewOperation,
    Outcome,
    Unanswered,
    cancel,
    claim,
    enqueue,
    finish,
    has_due_work,
    record_attempts,
    send_again,
    settle_unanswered,
    supersede,
    unblock_all,
    unblock_children,
)
from qbwc_service.store import (
    Attempt,
    Database,
    Document,
    DocumentKind,
    MessageSet,
    MessageSetPurpose,
    MessageSetState,
    Operation,
    OperationState,
    SessionEnd,
    SessionState,
    UpdateSession,
    allocate_ids,
)

if TYPE_CHECKING:  # Processes that only claim need not load the rest of what tests load.
    from tests.conftest import LinkCompany, LinkedCompany, StandingClock

DONE = OperationState.DONE


class ChangedMindError(Exception):
    """What a caller raises who wants nothing of it any more."""


@contextmanager
def given_up(database: Database) -> Iterator[Session]:
    """A transaction whose caller fails at its end: nothing of it may stay."""
    with suppress(ChangedMindError), database.writing() as db:
        yield db
        raise ChangedMindError


def new_write(**details: object) -> NewOperation:
    """An operation that changes something in QuickBooks."""
    values: dict[str, object] = {"request": "CustomerAddRq", "is_write": True, **details}
    if "document_id" not in values:
        values.setdefault("body", {"CustomerAdd": {"Name": "Ann"}})
    return NewOperation(**values)  # type: ignore[arg-type]  # Each test names the fields it is about.


def new_read(**details: object) -> NewOperation:
    """An operation that only asks."""
    return new_write(request="CustomerQueryRq", is_write=False, body={"MaxReturned": 100}, **details)


@dataclass(frozen=True, kw_only=True)
class HandedOut:
    """A message set that is out, and what it carries."""

    message_set_id: int
    operations: tuple[ClaimedOperation, ...]

    @property
    def ids(self) -> list[int]:
        return [operation.id for operation in self.operations]


@dataclass(frozen=True, kw_only=True)
class CompanyQueue:
    """The queue of one connection, driven with a committed transaction for each step."""

    database: Database
    connection_id: int
    install_id: int
    clock: Callable[[], datetime]

    def enqueue(self, *operations: NewOperation) -> list[int]:
        with self.database.writing() as db:
            return list(enqueue(db, self.connection_id, operations, now=self.clock()))

    def enqueue_writes(self, count: int) -> list[int]:
        return self.enqueue(*[new_write() for _ in range(count)])

    def add_document(self, external_id: str, *, kind: DocumentKind = DocumentKind.CUSTOMER) -> int:
        with self.database.writing() as db:
            (document_id,) = allocate_ids(db, "documents")
            row = {
                "connection_id": self.connection_id,
                "id": document_id,
                "kind": kind,
                "external_id": external_id,
                "body": {"external_id": external_id, "name": "Ann"},
                "fingerprint": "0" * 64,
                "created_at": self.clock(),
                "updated_at": self.clock(),
            }
            db.execute(insert(Document), [row])
        return document_id

    def open_session(self) -> int:
        """Begin an update session, and end the one before it."""
        with self.database.writing() as db:
            is_open = (
                UpdateSession.connection_id == self.connection_id,
                UpdateSession.state == SessionState.OPEN,
            )
            end = {"state": SessionState.ENDED, "ended_at": self.clock(), "end_reason": SessionEnd.CLOSED}
            db.execute(update(UpdateSession).where(*is_open).values(**end))
            (session_id,) = allocate_ids(db, "update_sessions")
            db.execute(insert(UpdateSession), [self.session_row(session_id)])
        return session_id

    def session_row(self, session_id: int, **details: object) -> dict[str, object]:
        return {
            "connection_id": self.connection_id,
            "id": session_id,
            "install_id": self.install_id,
            "ticket_hash": f"{session_id:064}",
            "state": SessionState.OPEN,
            "started_at": self.clock(),
            "last_call_at": self.clock(),
            **details,
        }

    def set_row(self, message_set_id: int, update_session_id: int, **details: object) -> dict[str, object]:
        return {
            "connection_id": self.connection_id,
            "id": message_set_id,
            "update_session_id": update_session_id,
            "purpose": MessageSetPurpose.WORK,
            "state": MessageSetState.SENT,
            "operation_ids": [],
            "request": "<QBXML/>",
            "sent_at": self.clock(),
            **details,
        }

    def insert_set(self, message_set_id: int, update_session_id: int, **details: object) -> Insert:
        return insert(MessageSet).values(self.set_row(message_set_id, update_session_id, **details))

    def hand_out(self, *, write_limit: int = 20, read_limit: int = 1, session_id: int | None = None) -> HandedOut:
        """Claim what is next into a new set of a new update session (or of ``session_id``), and commit."""
        session_id = session_id or self.open_session()
        with self.database.writing() as db:
            return self.claim_in(db, session_id, write_limit=write_limit, read_limit=read_limit)

    def claim_in(
        self,
        db: Session,
        session_id: int,
        *,
        write_limit: int = 20,
        read_limit: int = 1,
        set_details: Mapping[str, object] | None = None,
    ) -> HandedOut:
        """The same inside the caller's transaction."""
        (message_set_id,) = allocate_ids(db, "message_sets")
        operations = claim(
            db,
            self.connection_id,
            message_set_id=message_set_id,
            now=self.clock(),
            write_limit=write_limit,
            read_limit=read_limit,
        )
        if operations:
            db.execute(self.insert_set(message_set_id, session_id, **(set_details or {})))
            record_attempts(db, self.connection_id, operations, message_set_id=message_set_id, now=self.clock())
        return HandedOut(message_set_id=message_set_id, operations=tuple(operations))

    def answer(self, handed_out: HandedOut, state: OperationState = DONE, **details: object) -> None:
        """Finish every operation of a set the same way, and the set with them."""
        out = (
            MessageSet.connection_id == self.connection_id,
            MessageSet.id == handed_out.message_set_id,
            MessageSet.state == MessageSetState.SENT,
        )
        applied = {"state": MessageSetState.APPLIED, "answered_at": self.clock(), "applied_at": self.clock()}
        with self.database.writing() as db:
            self.answer_in(db, handed_out, state, **details)
            db.execute(update(MessageSet).where(*out).values(**applied))
            if state is DONE:
                unblock_children(db, self.connection_id, handed_out.ids, now=self.clock())

    def answer_in(self, db: Session, handed_out: HandedOut, state: OperationState = DONE, **details: object) -> None:
        """The operations alone, inside the caller's transaction, and without a word to their children."""
        outcomes = [Outcome(operation_id=number, state=state, **details) for number in handed_out.ids]  # type: ignore[arg-type]  # As above.
        finish(db, self.connection_id, outcomes, message_set_id=handed_out.message_set_id, now=self.clock())

    def finish(self, outcomes: Sequence[Outcome], *, message_set_id: int) -> list[int]:
        """Record outcomes, and let go what waited for them; gives what was let go."""
        with self.database.writing() as db:
            finish(db, self.connection_id, outcomes, message_set_id=message_set_id, now=self.clock())
            done = [outcome.operation_id for outcome in outcomes if outcome.state is DONE]
            return unblock_children(db, self.connection_id, done, now=self.clock())

    def do(self, operation_id: int, state: OperationState = DONE) -> None:
        """Hand one operation out, which has to be the next one, and let it end."""
        handed_out = self.hand_out(write_limit=1)
        assert handed_out.ids == [operation_id]
        self.answer(handed_out, state)

    def lose(self, handed_out: HandedOut) -> Unanswered:
        """Let the session that carries a set end without an answer."""
        with self.database.writing() as db:
            key = (MessageSet.connection_id == self.connection_id, MessageSet.id == handed_out.message_set_id)
            session_id = db.scalars(select(MessageSet.update_session_id).where(*key)).one()
            return settle_unanswered(db, self.connection_id, session_id, now=self.clock())

    def unblock_all(self) -> list[int]:
        with self.database.writing() as db:
            return unblock_all(db, self.connection_id, now=self.clock())

    def send_again(self, operation_id: int) -> bool:
        with self.database.writing() as db:
            return send_again(db, self.connection_id, operation_id, now=self.clock())

    def cancel(self, operation_id: int, *, reason: str = "not wanted any more") -> bool:
        with self.database.writing() as db:
            return cancel(db, self.connection_id, operation_id, reason=reason, now=self.clock())

    def supersede(self, operation_id: int, *, by: int) -> bool:
        with self.database.writing() as db:
            return bool(supersede(db, self.connection_id, {operation_id: by}, now=self.clock()))

    def is_due(self) -> bool:
        with self.database.reading() as db:
            return bool(db.scalar(select(has_due_work(self.connection_id, now=self.clock()))))

    def get(self, operation_id: int) -> Operation:
        with self.database.reading() as db:
            return db.get_one(Operation, (self.connection_id, operation_id))

    def state_of(self, operation_id: int) -> OperationState:
        return self.get(operation_id).state

    def states(self) -> dict[int, OperationState]:
        query = select(Operation.id, Operation.state).where(Operation.connection_id == self.connection_id)
        with self.database.reading() as db:
            return dict(db.execute(query.order_by(Operation.id)).all())

    def attempts_of(self, operation_id: int) -> list[Attempt]:
        mine = (Attempt.connection_id == self.connection_id, Attempt.operation_id == operation_id)
        with self.database.reading() as db:
            return list(
                db.scalars(select(Attempt).where(*mine).order_by(Attempt.number).options(undefer(Attempt.result)))
            )


@pytest.fixture
def queue(database: Database, company: "LinkedCompany", clock: "StandingClock") -> CompanyQueue:
    """The queue of a company that is linked, with nothing in it."""
    return CompanyQueue(
        database=database, connection_id=company.connection_id, install_id=company.install.id, clock=clock
    )


@pytest.fixture
def other_queue(database: Database, link_company: "LinkCompany", clock: "StandingClock") -> CompanyQueue:
    """The queue of another company in the same database."""
    other = link_company("Zenith Freight")
    return CompanyQueue(database=database, connection_id=other.connection_id, install_id=other.install.id, clock=clock)
