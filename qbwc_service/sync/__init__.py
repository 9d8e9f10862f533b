"""What an operation means: documents become qbXML requests, and answers become links and states."""

from qbwc_service.sync.accept import (
    AcceptedDocument,
    RefusedDocument,
    enqueue_document,
    enqueue_documents,
)
from qbwc_service.sync.apply import Applied, Arrival, apply_answer, apply_judgements, list_sent, repeat_lost_reads
from qbwc_service.sync.change_rules import change_rules
from qbwc_service.sync.delete import Leaving, delete_document, delete_documents
from qbwc_service.sync.duplicates import DuplicateItems, ItemInfo, list_duplicate_items
from qbwc_service.sync.files import BadRow, DocumentRow, FileFormat, Place, RequestRow, Row, find_kind, read_rows
from qbwc_service.sync.hresult import apply_hresult
from qbwc_service.sync.json_text import parse_json
from qbwc_service.sync.judge import Judgement, judge_silence
from qbwc_service.sync.prepare import BatchLimits, Dialect, prepare_batch
from qbwc_service.sync.raw import AcceptedRequest, enqueue_qbxml, enqueue_qbxml_text
from qbwc_service.sync.repair.act import act_on_problem, act_on_problems
from qbwc_service.sync.repair.audit import AuditInfo, Deed, get_deed, list_deeds
from qbwc_service.sync.repair.operation import cancel_operation, link_operation, retry_operation
from qbwc_service.sync.repair.pair import link_document, unlink_document
from qbwc_service.sync.repair.preview import Preview, preview_action, preview_link, preview_unlink
from qbwc_service.sync.repair.undo import undo_deed
from qbwc_service.sync.sent import Sent
from qbwc_service.sync.show import DocumentDetails, DocumentInfo, count_documents, get_document, list_documents
from qbwc_service.sync.state import mark_documents
from qbwc_service.sync.watch import watch_connection

__all__ = [
    "AcceptedDocument",
    "AcceptedRequest",
    "Applied",
    "Arrival",
    "AuditInfo",
    "BadRow",
    "BatchLimits",
    "Deed",
    "Dialect",
    "DocumentDetails",
    "DocumentInfo",
    "DocumentRow",
    "DuplicateItems",
    "FileFormat",
    "ItemInfo",
    "Judgement",
    "Leaving",
    "Place",
    "Preview",
    "RefusedDocument",
    "RequestRow",
    "Row",
    "Sent",
    "act_on_problem",
    "act_on_problems",
    "apply_answer",
    "apply_hresult",
    "apply_judgements",
    "cancel_operation",
    "change_rules",
    "count_documents",
    "delete_document",
    "delete_documents",
    "enqueue_document",
    "enqueue_documents",
    "enqueue_qbxml",
    "enqueue_qbxml_text",
    "find_kind",
    "get_deed",
    "get_document",
    "judge_silence",
    "link_document",
    "link_operation",
    "list_deeds",
    "list_documents",
    "list_duplicate_items",
    "list_sent",
    "mark_documents",
    "parse_json",
    "prepare_batch",
    "preview_action",
    "preview_link",
    "preview_unlink",
    "read_rows",
    "repeat_lost_reads",
    "retry_operation",
    "undo_deed",
    "unlink_document",
    "watch_connection",
]
