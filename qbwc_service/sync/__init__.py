"""What an operation means: documents become qbXML requests, and answers become links and states."""

from qbwc_service.sync.accept import (
    AcceptedDocument,
    RefusedDocument,
    enqueue_document,
    enqueue_documents,
)
from qbwc_service.sync.apply import Applied, apply_answer, apply_judgements, list_sent
from qbwc_service.sync.judge import Judgement, Sent, judge_not_sent, judge_refused_set, judge_silence
from qbwc_service.sync.prepare import Batch, BatchLimits, Dialect, prepare_batch
from qbwc_service.sync.raw import AcceptedRequest, enqueue_qbxml, enqueue_qbxml_text
from qbwc_service.sync.state import mark_documents

__all__ = [
    "AcceptedDocument",
    "AcceptedRequest",
    "Applied",
    "Batch",
    "BatchLimits",
    "Dialect",
    "Judgement",
    "RefusedDocument",
    "Sent",
    "apply_answer",
    "apply_judgements",
    "enqueue_document",
    "enqueue_documents",
    "enqueue_qbxml",
    "enqueue_qbxml_text",
    "judge_not_sent",
    "judge_refused_set",
    "judge_silence",
    "list_sent",
    "mark_documents",
    "prepare_batch",
]
