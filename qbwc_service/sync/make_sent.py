"""Make of an operation what the judges see, whichever way it was read from the tables."""

from qbwc_service import queue
from qbwc_service.queue import InquiredDocument, InquiredOperation
from qbwc_service.store import Document, Operation
from qbwc_service.sync.kinds.payments import used_credit_memos
from qbwc_service.sync.look.decided import Decided
from qbwc_service.sync.sent import Sent


def make_sent(
    operation: Operation | InquiredOperation,
    document: Document | InquiredDocument | None,
    *,
    reads_edit_sequence: bool,
    was_lost: bool = False,
    made_before: str | None = None,
) -> Sent:
    """Give an operation with its document as what was sent."""
    kind, external_id = (document.kind, document.external_id) if document else (None, None)
    decided = operation.decided or {}
    record_id = decided.get("TxnID") or decided.get("ListID")
    return Sent(
        operation_id=operation.id,
        request=operation.request,
        is_write=operation.is_write,
        retries=operation.retries,
        readings=operation.readings,
        external_guid=operation.external_guid,
        document_id=operation.document_id,
        fingerprint=document.fingerprint if document else None,
        document_kind=kind,
        document_body=document.body if document else None,
        external_id=external_id or "",
        subject=queue.name_subject(kind, external_id, request=operation.request),
        credit_memos=used_credit_memos(document.body) if document else (),
        reads_edit_sequence=reads_edit_sequence,
        was_lost=was_lost,
        made_before=made_before,
        was_looked_for=bool(decided.get(Decided.LOOKED)),
        is_check=operation.document_id is not None and operation.priority == queue.RECHECK_PRIORITY,
        decided=decided,
        record_id=None if record_id is None else str(record_id),
    )
