"""What an operation means: documents become qbXML requests, and answers become links and states."""

from qbwc_service.sync.accept import (
    AcceptedDocument,
    RefusedDocument,
    enqueue_document,
    enqueue_documents,
)
from qbwc_service.sync.act import act_on_problem
from qbwc_service.sync.apply import Applied, apply_answer, apply_judgements, list_sent, repeat_lost_reads
from qbwc_service.sync.files import BadRow, DocumentRow, FileFormat, Place, RequestRow, Row, find_kind, read_rows
from qbwc_service.sync.hresult import apply_hresult
from qbwc_service.sync.judge import Judgement, Sent, judge_silence
from qbwc_service.sync.prepare import Batch, BatchLimits, Dialect, prepare_batch
from qbwc_service.sync.raw import AcceptedRequest, enqueue_qbxml, enqueue_qbxml_text
from qbwc_service.sync.repair import cancel_operation, link_operation, retry_operation
from qbwc_service.sync.show import DocumentDetails, DocumentInfo, count_documents, get_document, list_documents
from qbwc_service.sync.state import mark_documents

__all__ = [
    "AcceptedDocument",
    "AcceptedRequest",
    "Applied",
    "BadRow",
    "Batch",
    "BatchLimits",
    "Dialect",
    "DocumentDetails",
    "DocumentInfo",
    "DocumentRow",
    "FileFormat",
    "Judgement",
    "Place",
    "RefusedDocument",
    "RequestRow",
    "Row",
    "Sent",
    "act_on_problem",
    "apply_answer",
    "apply_hresult",
    "apply_judgements",
    "cancel_operation",
    "count_documents",
    "enqueue_document",
    "enqueue_documents",
    "enqueue_qbxml",
    "enqueue_qbxml_text",
    "find_kind",
    "get_document",
    "judge_silence",
    "link_operation",
    "list_documents",
    "list_sent",
    "mark_documents",
    "prepare_batch",
    "read_rows",
    "repeat_lost_reads",
    "retry_operation",
]
