"""Questions that QuickBooks has to answer about operations before they can go on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, case, exists, or_, select, update
from sqlalchemy.orm import Session

from qbwc_service.queue.finish import Outcome, attempt_values, new_values, operation_values
from qbwc_service.store import (
    ABOUT_OUTCOMES,
    IS_UNSETTLED,
    Attempt,
    Document,
    DocumentKind,
    Inquiry,
    MessageSet,
    MessageSetState,
    Operation,
    OperationState,
    table_of,
)
from qbwc_service.store.states import FINISHED

LOOKED_AT = 50
"""How many due questions are looked at to find those that go out together."""

ASKED_ALONE_AFTER = 4
"""A question that came to nothing so often is asked alone: it may be the one that lets the others come to nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiredDocument:
    """The document of an operation with an open question."""

    kind: DocumentKind
    external_id: str
    body: Mapping[str, object]
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiredOperation:
    """An operation with an open question; ``inquiries`` counts how often it has been asked by now.

    ``status_code`` and ``status_message`` are what QuickBooks said when it was handed out last.
    """

    id: int
    request: str
    is_write: bool
    priority: int
    inquiry: Inquiry
    inquiries: int
    retries: int
    readings: int
    not_before: datetime
    batch_limit: int | None
    message_set_id: int | None
    body: Mapping[str, object] | None
    external_guid: str | None
    document_id: int | None
    document: InquiredDocument | None
    decided: Mapping[str, object] | None
    status_code: str | None = None
    status_message: str | None = None

    @property
    def document_kind(self) -> DocumentKind | None:
        """The kind of its document, if it has one."""
        return self.document.kind if self.document else None

    @property
    def document_body(self) -> Mapping[str, object] | None:
        """What its document says, if it has one."""
        return self.document.body if self.document else None


def is_open_question() -> ColumnElement[bool]:
    """Say, in SQL, that the operation at hand has a question that can be asked in its state."""
    about_outcome = and_(Operation.inquiry.in_(ABOUT_OUTCOMES), Operation.state == OperationState.UNKNOWN)
    before_sending = and_(Operation.inquiry.not_in(ABOUT_OUTCOMES), Operation.state == OperationState.WAITING)
    return and_(Operation.inquiry.is_not(None), or_(about_outcome, before_sending))


def has_questions(connection_id: int | BindParameter[int]) -> ColumnElement[bool]:
    """Say, in SQL, that the connection has open questions, due or not."""
    return exists(select(Operation.id).where(Operation.connection_id == connection_id, is_open_question()))


def has_unknown_outcomes(db: Session, connection_id: int) -> bool:
    """Say whether an outcome is still being asked for, now or later: until then nothing new goes out."""
    unknown = (Operation.connection_id == connection_id, Operation.inquiry.in_(ABOUT_OUTCOMES))
    return bool(db.scalar(select(exists(select(Operation.id).where(*unknown)))))


def list_inquiries(db: Session, connection_id: int, *, now: datetime) -> list[InquiredOperation]:
    """Give the first operations whose questions are due, those about outcomes before the others."""
    rank = case({Inquiry.STORED_ANSWER: 0, Inquiry.OUTCOME: 1}, value=Operation.inquiry, else_=2)
    query = _select(connection_id).where(Operation.not_before <= now)
    query = query.order_by(rank, Operation.priority, Operation.id).limit(LOOKED_AT)
    return [_inquired(*row) for row in db.execute(query)]


def hold_inquiries(db: Session, connection_id: int, operation_ids: Collection[int]) -> list[InquiredOperation]:
    """Give those of these operations whose questions are still open, and hold them until the transaction ends."""
    query = _select(connection_id).where(Operation.id.in_(operation_ids)).order_by(Operation.id)
    return [_inquired(*row) for row in db.execute(query.with_for_update(of=Operation, key_share=True))]


def choose_inquiries(questions: Sequence[InquiredOperation], *, limit: int) -> list[InquiredOperation]:
    """Choose what is asked together: all of one lost set, or the first few that may share a set."""
    if not questions:
        return []
    first = questions[0]
    if first.inquiry is Inquiry.STORED_ANSWER:
        return [one for one in questions if one.inquiry is first.inquiry and one.message_set_id == first.message_set_id]
    chosen: list[InquiredOperation] = []
    for question in questions:
        limit = min(limit, question.batch_limit or limit, 1 if question.inquiries >= ASKED_ALONE_AFTER else limit)
        if len(chosen) >= limit:
            break
        chosen.append(question)
    return chosen


def count_inquiry(db: Session, connection_id: int, operation_ids: Collection[int]) -> None:
    """Count that these operations are being asked about once more."""
    held = (Operation.connection_id == connection_id, Operation.id.in_(operation_ids))
    move = update(Operation).where(*held).values(inquiries=Operation.inquiries + 1)
    db.execute(move, execution_options={"synchronize_session": False})


def uncount_inquiry(db: Session, connection_id: int, operation_ids: Collection[int]) -> None:
    """Take that back: the question never reached QuickBooks, and may be asked as often as before."""
    held = (
        Operation.connection_id == connection_id,
        Operation.id.in_(operation_ids),
        Operation.inquiries > 0,
        Operation.inquiry.is_not(None),
    )
    move = update(Operation).where(*held).values(inquiries=Operation.inquiries - 1)
    db.execute(move, execution_options={"synchronize_session": False})


def look_up_set(db: Session, connection_id: int, message_set_id: int, *, now: datetime) -> None:
    """Ask for the outcomes of a set's operations one by one: QuickBooks kept no answer to it."""
    held = (
        Operation.connection_id == connection_id,
        Operation.message_set_id == message_set_id,
        Operation.inquiry == Inquiry.STORED_ANSWER,
    )
    move = update(Operation).where(*held).values(inquiry=Inquiry.OUTCOME, inquiries=0, not_before=now)
    db.execute(move, execution_options={"synchronize_session": False})


def ask_for_outcome(
    db: Session, connection_id: int, operation_id: int, *, decided: Mapping[str, object], now: datetime
) -> None:
    """Ask (again) for the outcome of an unknown operation, because a person said something about it."""
    held = (
        Operation.connection_id == connection_id,
        Operation.id == operation_id,
        Operation.state == OperationState.UNKNOWN,
    )
    values = {"inquiry": Inquiry.OUTCOME, "inquiries": 0, "not_before": now, "decided": dict(decided)}
    db.execute(update(Operation).where(*held).values(**values), execution_options={"synchronize_session": False})


def close_settled_sets(db: Session, connection_id: int) -> None:
    """Mark lost sets *settled* of which no operation is unknown any more; one statement."""
    still_unknown = (
        select(Operation.id)
        .where(
            Operation.connection_id == MessageSet.connection_id,
            Operation.message_set_id == MessageSet.id,
            Operation.state == OperationState.UNKNOWN,
        )
        .correlate(MessageSet)
        .exists()
    )
    lost = (
        MessageSet.connection_id == connection_id,
        IS_UNSETTLED,
        MessageSet.state.in_((MessageSetState.UNKNOWN, MessageSetState.APPLY_FAILED)),
        ~still_unknown,
    )
    move = update(MessageSet).where(*lost).values(state=MessageSetState.SETTLED)
    db.execute(move, execution_options={"synchronize_session": False})


def settle(
    db: Session, connection_id: int, outcomes: Sequence[Outcome], *, asked: Collection[Inquiry], now: datetime
) -> None:
    """Record what the answers to questions decided; only operations whose question is still open move.

    The attempt that the question was about is completed with it. Three statements at most, for any number.
    """
    if not outcomes:
        return
    operations, attempts = table_of(Operation), table_of(Attempt)
    still_open = (
        operations.c.connection_id == connection_id,
        operations.c.id == bindparam("operation"),
        or_(*(operations.c.inquiry == inquiry for inquiry in asked)),
        # It may have been cancelled or superseded since it was read.
        *(operations.c.state != state for state in FINISHED),
    )
    complete = (
        update(attempts)
        .where(
            attempts.c.connection_id == connection_id,
            attempts.c.operation_id == bindparam("operation"),
            attempts.c.message_set_id == select(operations.c.message_set_id).where(*still_open).scalar_subquery(),
            attempts.c.answered_at.is_(None),
        )
        .values(
            answered_at=now, status_code=bindparam("code"), status_message=bindparam("text"), result=bindparam("kept")
        )
    )
    move = update(operations).where(*still_open).values(new_values(operations))
    connection = db.connection()
    outcomes = sorted(outcomes, key=lambda outcome: outcome.operation_id)  # Locks are taken lowest id first.
    decided = [outcome for outcome in outcomes if outcome.inquiry is None and outcome.state in FINISHED]
    if decided:
        connection.execute(complete, [attempt_values(outcome) for outcome in decided])
    connection.execute(move, [operation_values(outcome, now=now) for outcome in outcomes])


def _select(connection_id: int) -> Select[Operation, Document, str | None, str | None]:
    same_document = (Document.connection_id == Operation.connection_id) & (Document.id == Operation.document_id)
    last_attempt = (
        (Attempt.connection_id == Operation.connection_id)
        & (Attempt.operation_id == Operation.id)
        & (Attempt.number == Operation.attempts)
    )
    return (
        select(Operation, Document, Attempt.status_code, Attempt.status_message)
        .outerjoin(Document, same_document)
        .outerjoin(Attempt, last_attempt)
        .where(Operation.connection_id == connection_id, is_open_question())
        .execution_options(populate_existing=True)
    )


def _inquired(
    operation: Operation, document: Document | None, status_code: str | None, status_message: str | None
) -> InquiredOperation:
    if operation.inquiry is None:
        raise LookupError(f"operation {operation.id} has no open question")
    return InquiredOperation(
        id=operation.id,
        request=operation.request,
        is_write=operation.is_write,
        priority=operation.priority,
        inquiry=operation.inquiry,
        inquiries=operation.inquiries,
        retries=operation.retries,
        readings=operation.readings,
        not_before=operation.not_before,
        batch_limit=operation.batch_limit,
        message_set_id=operation.message_set_id,
        body=operation.body,
        external_guid=operation.external_guid,
        document_id=operation.document_id,
        document=None
        if document is None
        else InquiredDocument(
            kind=document.kind,
            external_id=document.external_id,
            body=document.body,
            fingerprint=document.fingerprint,
        ),
        decided=operation.decided,
        status_code=status_code,
        status_message=status_message,
    )
