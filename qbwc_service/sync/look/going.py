"""Numbers of new documents that were looked for and have not gone out yet: QuickBooks does not know them."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from qbwc_service.qbxml import to_windows_1252
from qbwc_service.queue import InquiredOperation
from qbwc_service.store import Document, Operation, OperationState
from qbwc_service.sync.judge import Judgement
from qbwc_service.sync.look.decided import Decided

NUMBERED = frozenset({"InvoiceAddRq", "CreditMemoAddRq", "SalesReceiptAddRq"})
A_WHILE = timedelta(seconds=30)
"""How long a number is left to what has not gone out since it was looked for: a record of it may be locked."""

Number = tuple[str, str]


class Going:
    """Who has a number now, and when it is worth to look again: then QuickBooks has it, or never will."""

    def __init__(self) -> None:
        self._until: dict[Number, datetime] = {}

    def add(self, request: str, number: object, *, until: datetime) -> None:
        """Note that a new document of this number is about to go out."""
        self._until[_key(request, number)] = until

    def numbers(self, request: str) -> set[str]:
        """Give the numbers that are about to be taken among the documents of one request, in lower case."""
        return {number for theirs, number in self._until if theirs == request}

    def until(self, request: str, number: str) -> datetime | None:
        """Say when to look again for a number that is about to be taken; None where it is not."""
        return self._until.get(_key(request, number))

    def follow(self, operation: InquiredOperation, judgement: Judgement, *, now: datetime) -> None:
        """Take in what was decided about an operation: those behind it in line come when it has gone."""
        outcome = judgement.outcome
        is_going = outcome.state is OperationState.WAITING and outcome.inquiry is None
        if is_going and operation.request in NUMBERED:
            number = _number(outcome.decided, operation.document_body)
            self.add(operation.request, number, until=now)


def find_going(db: Session, connection_id: int, operations: Collection[InquiredOperation], *, now: datetime) -> Going:
    """Find the numbers that are about to go out beside these operations; no statement where none of them has one."""
    going = Going()
    requests = sorted({one.request for one in operations} & NUMBERED)
    if not requests:
        return going
    same_document = (Document.connection_id == Operation.connection_id) & (Document.id == Operation.document_id)
    query = (
        select(Operation.request, Operation.decided, Operation.not_before, Document.body)
        .join(Document, same_document)
        .where(
            Operation.connection_id == connection_id,
            Operation.state == OperationState.WAITING,
            Operation.inquiry.is_(None),
            Operation.request.in_(requests),
        )
    )
    for request, decided, not_before, body in db.execute(query):
        going.add(request, _number(decided, body), until=max(not_before, now) + A_WHILE)
    return going


def _number(decided: Mapping[str, object] | None, body: Mapping[str, object] | None) -> object:
    return (decided or {}).get(Decided.REF_NUMBER) or (body or {}).get("ref_number")


def _key(request: str, number: object) -> Number:
    text = str(number or "")
    return request, (to_windows_1252(text) or text).casefold()
