"""Which operation is next, and how it ended.

Everything takes the caller's database session and never commits, so that putting work into the queue is part of the
caller's own transaction. States change only by guarded updates: safe with any number of processes.
"""

from qbwc_service.queue.adopt import adopt
from qbwc_service.queue.cancel import cancel
from qbwc_service.queue.claim import ClaimedOperation, claim, find_first_due, record_attempts
from qbwc_service.queue.due import QueueDepth, has_due_work, measure_queue
from qbwc_service.queue.enqueue import NORMAL_PRIORITY, NewOperation, enqueue
from qbwc_service.queue.find_like import list_done_since, list_unfinished
from qbwc_service.queue.finish import Outcome, finish, refuse
from qbwc_service.queue.hold import hold_operations
from qbwc_service.queue.hold_back import hold_back, take_back
from qbwc_service.queue.inquire import (
    InquiredDocument,
    InquiredOperation,
    ask_for_outcome,
    choose_inquiries,
    close_settled_sets,
    count_inquiry,
    has_questions,
    has_unknown_outcomes,
    hold_inquiries,
    list_inquiries,
    look_up_set,
    settle,
    uncount_inquiry,
)
from qbwc_service.queue.late import complete_late
from qbwc_service.queue.retry import RECHECK_PRIORITY, RetryPolicy, look_again, next_attempt_at, send_again
from qbwc_service.queue.show import (
    AttemptInfo,
    OperationDetails,
    OperationInfo,
    Relative,
    count_operations,
    get_operation,
    get_operation_details,
    list_operations,
)
from qbwc_service.queue.subject import name_subject
from qbwc_service.queue.supersede import move_children, retire, supersede
from qbwc_service.queue.unblock import unblock_all, unblock_children
from qbwc_service.queue.unknown import NO_ANSWER, Unanswered, settle_unanswered

__all__ = [
    "NORMAL_PRIORITY",
    "NO_ANSWER",
    "RECHECK_PRIORITY",
    "AttemptInfo",
    "ClaimedOperation",
    "InquiredDocument",
    "InquiredOperation",
    "NewOperation",
    "OperationDetails",
    "OperationInfo",
    "Outcome",
    "QueueDepth",
    "Relative",
    "RetryPolicy",
    "Unanswered",
    "adopt",
    "ask_for_outcome",
    "cancel",
    "choose_inquiries",
    "claim",
    "close_settled_sets",
    "complete_late",
    "count_inquiry",
    "count_operations",
    "enqueue",
    "find_first_due",
    "finish",
    "get_operation",
    "get_operation_details",
    "has_due_work",
    "has_questions",
    "has_unknown_outcomes",
    "hold_back",
    "hold_inquiries",
    "hold_operations",
    "list_done_since",
    "list_inquiries",
    "list_operations",
    "list_unfinished",
    "look_again",
    "look_up_set",
    "measure_queue",
    "move_children",
    "name_subject",
    "next_attempt_at",
    "record_attempts",
    "refuse",
    "retire",
    "send_again",
    "settle",
    "settle_unanswered",
    "supersede",
    "take_back",
    "unblock_all",
    "unblock_children",
    "uncount_inquiry",
]
