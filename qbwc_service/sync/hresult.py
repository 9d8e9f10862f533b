"""Apply an hresult: what became of the operations of a set that QuickBooks did not answer."""

from datetime import datetime

from sqlalchemy.orm import Session

from qbwc_service import qbxml, queue
from qbwc_service.sync.apply import Applied, apply_judgements, list_sent
from qbwc_service.sync.judge import judge_not_sent, judge_refused_set, judge_silence


def apply_hresult(
    db: Session,
    connection_id: int,
    *,
    message_set_id: int,
    hresult: str,
    text: str,
    policy: queue.RetryPolicy,
    now: datetime,
) -> Applied:
    """Decide by the hresult [table of hresults in qbxml]: refused whole, never sent, or nobody knows."""
    sent = list_sent(db, connection_id, message_set_id)
    match qbxml.judge_hresult(hresult):
        case qbxml.HresultKind.POISON:
            judgements = judge_refused_set(sent.values(), hresult=hresult, text=text, now=now)
        case qbxml.HresultKind.CONNECTION | qbxml.HresultKind.AUTHORIZATION:
            judgements = judge_not_sent(sent.values(), hresult=hresult, text=text, now=now)
        case qbxml.HresultKind.UNKNOWN:
            judgements = {
                operation_id: judge_silence(operation, reason=text, policy=policy, now=now)
                for operation_id, operation in sent.items()
            }
    return apply_judgements(db, connection_id, message_set_id=message_set_id, judgements=judgements, now=now)
