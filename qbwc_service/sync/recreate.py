"""Take a document's record out of QuickBooks and send the document as a new one, because a person says so.

The deletion is the document's operation until QuickBooks has done it; only then, in the transaction that records it,
the new record's Add is made of the content of that moment. So a lost answer leaves one operation unknown, which is
settled as any other, and nothing is there twice.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from qbwc_service import queue
from qbwc_service.errors import StateError
from qbwc_service.store import OperationState
from qbwc_service.sync.delete import Leaving, send_away
from qbwc_service.sync.judge import Judgement
from qbwc_service.sync.look.decided import Decided
from qbwc_service.sync.problems.record import BY_ITSELF, close_problems, hold_up_again, subject_of
from qbwc_service.sync.references import Target
from qbwc_service.sync.repair.resend import Subject, get_subject, send_as_new


def recreate(db: Session, connection_id: int, subject: Subject, *, by: str, now: datetime) -> None:
    """Put the deletion of the record into the queue; the document goes as a new one when it is done.

    StateError where the document is linked to no record, or in QuickBooks' hands.
    """
    target, present = subject
    if not present.is_linked:
        raise StateError("it is linked to no record of QuickBooks", field="action", remedy="retry it")
    state = queue.hold_operations(db, connection_id, [present.operation_id])[present.operation_id]
    if state in {OperationState.SENT, OperationState.UNKNOWN}:
        raise StateError("the document has been handed to QuickBooks and is not settled", remedy="do it when it is")
    subjects = {subject_of(None, present.document_id)}
    freed = close_problems(db, connection_id, subjects=subjects, causes={present.operation_id}, by=by, now=now)
    send_away(db, connection_id, target.kind, present, how=Leaving.DELETE, recreates=True, now=now)
    hold_up_again(db, connection_id, freed, now=now)


def send_recreated(db: Session, connection_id: int, judgements: Sequence[Judgement], *, now: datetime) -> None:
    """Send as new ones the documents whose record was deleted for that; what waits for them goes on waiting."""
    for judgement in judgements:
        sent = judgement.sent
        is_gone = sent.is_deletion and judgement.outcome.state is OperationState.DONE
        if not is_gone or not sent.decided.get(Decided.RECREATE) or sent.document_kind is None:
            continue
        subject = get_subject(db, connection_id, Target(sent.document_kind, sent.external_id))
        if subject[1].operation_id != sent.operation_id:
            continue
        operation_id = send_as_new(db, connection_id, subject, by=BY_ITSELF, now=now)
        queue.move_children(db, connection_id, {sent.operation_id: operation_id})
