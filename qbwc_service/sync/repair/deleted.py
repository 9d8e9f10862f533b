"""What a person does about a document whose record is not in QuickBooks any more, beside sending it as a new one."""

from datetime import datetime

from sqlalchemy.orm import Session

from qbwc_service.queue import get_operation
from qbwc_service.store import DocumentState, OperationState
from qbwc_service.sync.gone import take_as_deleted
from qbwc_service.sync.known import KnownDocument
from qbwc_service.sync.problems.actions import ProblemAction
from qbwc_service.sync.problems.record import close_problems, subject_of
from qbwc_service.sync.repair.operation import cancel_operation
from qbwc_service.sync.repair.resend import Subject, send_change
from qbwc_service.sync.state import mark_document


def repair_deleted(
    db: Session, connection_id: int, subject: Subject, action: ProblemAction, *, by: str, why: str, now: datetime
) -> bool:
    """Do it, and say whether it is done: what failed is retried and cleared as anything that failed."""
    present = subject[1]
    state = get_operation(db, connection_id, present.operation_id, locked=True).state
    if action is ProblemAction.USE_QUICKBOOKS:
        if state is not OperationState.DONE:
            cancel_operation(db, connection_id, present.operation_id, reason=why, by=by, now=now)
        take_as_deleted(db, connection_id, present.document_id, by=by, now=now)
        return True
    if state is not OperationState.DONE:
        return False
    if action is ProblemAction.RETRY:
        send_change(db, connection_id, subject, by=by, now=now)
    elif action is ProblemAction.CLEAR:
        _clear(db, connection_id, present, by=by, why=why, now=now)
    return action in {ProblemAction.RETRY, ProblemAction.CLEAR}


def _clear(db: Session, connection_id: int, present: KnownDocument, *, by: str, why: str, now: datetime) -> None:
    """Nothing is in the queue that could be cancelled."""
    mark_document(db, connection_id, present.document_id, state=DocumentState.CLEARED, message=why, now=now)
    close_problems(db, connection_id, subjects={subject_of(None, present.document_id)}, by=by, now=now)
