"""An answer that comes after its operation was found absent and went on: a PC slept, and did the work when it woke.

What was not done otherwise meanwhile is done now. Where it was, QuickBooks has two of it, and a person is told of both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from qbwc_service import queue
from qbwc_service.store import (
    Attempt,
    Document,
    DocumentState,
    Link,
    Operation,
    OperationState,
    ProblemReason,
    SyncState,
)
from qbwc_service.sync.effect import ACTION, Effect
from qbwc_service.sync.judge import Judgement, done
from qbwc_service.sync.make_sent import make_sent
from qbwc_service.sync.problems.record import NewProblem, open_problems
from qbwc_service.sync.sent import Sent

OUT = (OperationState.SENT, OperationState.UNKNOWN)
FOUND_LATE = "done: its first answer came late"
TWICE = "QuickBooks has made {other} of it; the answer that said so came late"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overtaken:
    """An operation that went on before the answer to an attempt came; ``made`` is the record it has meanwhile."""

    sent: Sent
    state: OperationState
    made: str | None
    is_deleted: bool

    @property
    def is_open(self) -> bool:
        """Whether nothing took its place, so that the late answer is the one that counts."""
        return self.state not in {*OUT, OperationState.DONE, OperationState.SUPERSEDED} and not self.is_deleted


def list_overtaken(db: Session, connection_id: int, message_set_id: int) -> dict[int, Overtaken]:
    """Give the writes of a set whose attempt in it has no answer, and that do not wait for one any more."""
    last = aliased(Attempt)
    its_last = (
        (last.connection_id == Operation.connection_id)
        & (last.operation_id == Operation.id)
        & (last.number == Operation.attempts)
    )
    its_attempt = (Attempt.connection_id == Operation.connection_id) & (Attempt.operation_id == Operation.id)
    its_document = (Document.connection_id == Operation.connection_id) & (Document.id == Operation.document_id)
    its_link = (Link.connection_id == Document.connection_id) & (Link.document_id == Document.id)
    its_state = (SyncState.connection_id == Document.connection_id) & (SyncState.document_id == Document.id)
    query = (
        select(Operation, Document, Link.quickbooks_id, SyncState.state, last.result)
        .join(Attempt, its_attempt)
        .outerjoin(Document, its_document)
        .outerjoin(Link, its_link)
        .outerjoin(SyncState, its_state)
        .outerjoin(last, its_last)
        .where(
            Operation.connection_id == connection_id,
            Operation.is_write,
            Attempt.message_set_id == message_set_id,
            Attempt.answered_at.is_(None),
            or_(Operation.message_set_id != message_set_id, Operation.state.not_in(OUT)),
        )
        .order_by(Operation.id)
        .with_for_update(of=Operation, key_share=True)
        .execution_options(populate_existing=True)
    )
    return {
        operation.id: Overtaken(
            sent=make_sent(operation, document, reads_edit_sequence=False),
            state=operation.state,
            made=linked or made_by(result),
            is_deleted=state is DocumentState.DELETED,
        )
        for operation, document, linked, state, result in db.execute(query)
    }


def made_by(result: Mapping[str, object] | None) -> str | None:
    """Give the record that an attempt made, as was kept of its answer."""
    identity = (result or {}).get("quickbooks_id")
    return identity if isinstance(identity, str) else None


def take_late(
    db: Session,
    connection_id: int,
    judgements: Sequence[Judgement],
    *,
    message_set_id: int,
    overtaken: Mapping[int, Overtaken],
    now: datetime,
) -> list[Judgement]:
    """Keep what late answers say, and show what is there twice; give those that their operations are done by.

    What is out again at this moment stays out: whether it is there twice is known when that is answered.
    """
    known = [one for one in judgements if one.outcome.state in {OperationState.DONE, OperationState.FAILED}]
    outcomes = [one.outcome for one in known]
    queue.complete_late(db, connection_id, outcomes, message_set_id=message_set_id, now=now)
    succeeded = [one for one in known if one.outcome.state is OperationState.DONE]
    adopted = [
        one
        for one in succeeded
        if overtaken[one.sent.operation_id].is_open
        and queue.adopt(db, connection_id, one.sent.operation_id, is_waiting=True, now=now)
    ]
    twice = [
        _twice(one.sent, linked=before.made, other=one.effect.quickbooks_id)
        for one in succeeded
        if one.effect is not None
        and (before := overtaken[one.sent.operation_id]).state not in OUT
        and not before.is_open
    ]
    open_problems(db, connection_id, [one for one in twice if one is not None], now=now)
    return adopted


def done_before(judgement: Judgement) -> Judgement:
    """Give what became of an Add that was out for the second time when the answer to the first came.

    Where the second did not succeed, the first is the one.
    """
    sent, state = judgement.sent, judgement.outcome.state
    if sent.made_before is None or state not in {OperationState.WAITING, OperationState.FAILED}:
        return judgement
    effect = Effect(
        object_type=ACTION.sub("", sent.request),
        quickbooks_id=sent.made_before,
        edit_sequence=None,
        total=None,
        balance=None,
    )
    return done(sent, effect, code=None, text=FOUND_LATE)


def show_twice(db: Session, connection_id: int, judgements: Sequence[Judgement], *, now: datetime) -> None:
    """Show what was done by its first attempt too, whose answer came late; no statement where nothing was."""
    twice = [
        _twice(one.sent, linked=one.effect.quickbooks_id, other=one.sent.made_before)
        for one in judgements
        if one.effect is not None and one.sent.made_before is not None
    ]
    open_problems(db, connection_id, [one for one in twice if one is not None], now=now)


def _twice(sent: Sent, *, linked: str | None, other: str) -> NewProblem | None:
    """Give the problem of a record that is there beside the one it should be; None where both are the same."""
    if linked == other or not sent.request.endswith("AddRq"):
        return None
    evidence = {"linked": linked, "other": other, "type": ACTION.sub("", sent.request)}
    return NewProblem(
        reason=ProblemReason.MADE_TWICE,
        message=TWICE.format(other=other),
        operation_id=sent.operation_id,
        document_id=sent.document_id,
        request=sent.request,
        record_id=other,
        evidence=evidence,
    )
