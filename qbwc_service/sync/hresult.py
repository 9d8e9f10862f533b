"""Apply an hresult: what became of the operations of a set that QuickBooks did not answer."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from qbwc_service import qbxml, queue
from qbwc_service.store import MessageSet
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
    evidence: Mapping[str, object] = {}
    match qbxml.judge_hresult(hresult):
        case qbxml.HresultKind.POISON:
            if len(sent) == 1:
                text, evidence = _find_cause(db, connection_id, message_set_id, text)
            judgements = judge_refused_set(sent.values(), hresult=hresult, text=text, evidence=evidence, now=now)
        case qbxml.HresultKind.CONNECTION | qbxml.HresultKind.AUTHORIZATION:
            judgements = judge_not_sent(sent.values(), hresult=hresult, text=text, now=now)
        case qbxml.HresultKind.UNKNOWN:
            judgements = {
                operation_id: judge_silence(operation, reason=text, policy=policy, now=now)
                for operation_id, operation in sent.items()
            }
    return apply_judgements(db, connection_id, message_set_id=message_set_id, judgements=judgements, now=now)


def _find_cause(db: Session, connection_id: int, message_set_id: int, text: str) -> tuple[str, dict[str, object]]:
    """Name the element that is to blame, as far as our own grammar sees it: QuickBooks names none.

    Where we see nothing wrong, the elements that were sent are the evidence: one of them holds what QuickBooks refuses.
    """
    mine = (MessageSet.connection_id == connection_id, MessageSet.id == message_set_id)
    request = db.scalar(select(MessageSet.request).where(*mine)) or ""
    mistakes = qbxml.validate(request)
    if mistakes:
        named = "; ".join(f"{mistake.path or 'the document'} {mistake.message}" for mistake in mistakes)
        return f"{text} ({named})", {"mistakes": [f"{mistake.path}: {mistake.message}" for mistake in mistakes]}
    elements = [path for sent in qbxml.read_requests(request) for path in _paths(sent.values)]
    return f"{text} One of these elements is to blame: {', '.join(elements)}", {"elements": elements}


def _paths(values: object, path: str = "") -> Iterator[str]:
    match values:
        case Mapping():
            for name, value in values.items():
                yield from _paths(value, f"{path}.{name}" if path else str(name))
        case list():
            for position, value in enumerate(values):
                yield from _paths(value, f"{path}[{position}]")
        case _:
            yield path
