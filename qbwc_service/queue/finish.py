"""Record how operations ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table, bindparam, case, func, or_, select, update
from sqlalchemy.orm import Session

from qbwc_service.store import Attempt, Inquiry, Operation, OperationState, table_of
from qbwc_service.store.states import FINISHED


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one attempt at one operation ended.

    ``state`` is DONE, FAILED, UNKNOWN or WAITING (again, from ``not_before`` on). ``status_code`` is QuickBooks' or an
    hresult; ``result`` is what is worth keeping of the answer (ids, counts), as JSON. ``batch_limit`` is set where the
    operation has to go again with fewer others. ``is_retry`` counts this attempt against the limit of retries,
    ``is_reading`` against that of reading its record anew.
    ``inquiry`` is what QuickBooks has to be asked about it before it goes on, ``edit_sequence`` and ``decided`` what
    that told.
    """

    operation_id: int
    state: OperationState
    status_code: str | None = None
    status_message: str | None = None
    not_before: datetime | None = None
    result: dict[str, object] | None = None
    batch_limit: int | None = None
    is_retry: bool = False
    is_reading: bool = False
    inquiry: Inquiry | None = None
    edit_sequence: str | None = None
    decided: dict[str, object] | None = None


def finish(db: Session, connection_id: int, outcomes: Sequence[Outcome], *, message_set_id: int, now: datetime) -> None:
    """Move the operations of a message set on, and complete their attempts; two statements for any number.

    Only operations that are still out in that very set move: a replayed or late answer changes nothing twice.
    """
    if not outcomes:
        return
    operations, attempts = table_of(Operation), table_of(Attempt)
    still_out = (
        operations.c.connection_id == connection_id,
        operations.c.id == bindparam("operation"),
        operations.c.message_set_id == message_set_id,
        # Not IN: its list cannot be part of a statement for many rows.
        or_(operations.c.state == OperationState.SENT, operations.c.state == OperationState.UNKNOWN),
    )
    move = update(operations).where(*still_out).values(new_values(operations))
    complete = (
        update(attempts)
        .where(
            attempts.c.connection_id == connection_id,
            attempts.c.operation_id == bindparam("operation"),
            attempts.c.message_set_id == message_set_id,
            or_(attempts.c.answered_at.is_(None), select(operations.c.id).where(*still_out).exists()),
        )
        .values(
            answered_at=now, status_code=bindparam("code"), status_message=bindparam("text"), result=bindparam("kept")
        )
    )
    connection = db.connection()
    outcomes = sorted(outcomes, key=lambda outcome: outcome.operation_id)  # Locks are taken lowest id first.
    # The attempts first: whether an answer still counts is seen from the operations as they were.
    connection.execute(complete, [attempt_values(outcome) for outcome in outcomes])
    connection.execute(move, [operation_values(outcome, now=now) for outcome in outcomes])


def refuse(db: Session, connection_id: int, reasons: Mapping[int, str], *, now: datetime) -> None:
    """Mark claimed operations *failed* that could not be made into a request after all; they never left."""
    if not reasons:
        return
    operations = table_of(Operation)
    move = (
        update(operations)
        .where(
            operations.c.connection_id == connection_id,
            operations.c.id == bindparam("operation"),
            operations.c.state == OperationState.SENT,
        )
        .values(state=OperationState.FAILED, finished_at=now, message_set_id=None, reason=bindparam("why"))
    )
    rows = [{"operation": operation_id, "why": reason} for operation_id, reason in reasons.items()]
    db.connection().execute(move, rows)


def new_values(operations: Table) -> dict[str, object]:
    """Give the new values of an operation's columns, in terms of ``operation_values``.

    Questions are counted as long as the same one is asked again.
    """
    asks = bindparam("asks", type_=operations.c.inquiry.type)
    sequence = bindparam("sequence", type_=operations.c.edit_sequence.type)
    return {
        "state": bindparam("new_state"),
        "not_before": bindparam("from_when"),
        "finished_at": bindparam("ended"),
        "reason": bindparam("why"),
        "batch_limit": bindparam("fewer"),
        "retries": operations.c.retries + bindparam("counted"),
        "readings": operations.c.readings + bindparam("read_anew"),
        "inquiry": asks,
        "inquiries": case((operations.c.inquiry == asks, operations.c.inquiries), else_=0),
        "edit_sequence": func.coalesce(sequence, operations.c.edit_sequence),
        "decided": func.coalesce(bindparam("so", type_=operations.c.decided.type), operations.c.decided),
    }


def operation_values(outcome: Outcome, *, now: datetime) -> dict[str, object]:
    """Give an outcome as the parameters of the statement that moves its operation on."""
    return {
        "operation": outcome.operation_id,
        "new_state": outcome.state,
        "from_when": outcome.not_before or now,
        "ended": now if outcome.state in FINISHED else None,
        "fewer": outcome.batch_limit,
        "counted": int(outcome.is_retry),
        "read_anew": int(outcome.is_reading),
        "asks": outcome.inquiry,
        "sequence": outcome.edit_sequence,
        "so": outcome.decided,
        "why": None if outcome.state is OperationState.DONE else outcome.status_message,
    }


def attempt_values(outcome: Outcome) -> dict[str, object]:
    """Give an outcome as the parameters of the statement that completes its attempt."""
    return {
        "operation": outcome.operation_id,
        "code": outcome.status_code,
        "text": outcome.status_message,
        "kept": outcome.result,
    }
