"""Find out what QuickBooks has done, where its answer does not say: before anything new is handed out.

``ask`` says what to ask next, ``questions`` how, ``answer`` applies what comes back, ``verdict`` decides, ``match``
compares what was sent with what is there. See docs/recovery.md.
"""

from qbwc_service.sync.recovery.abandon import abandon_outcomes
from qbwc_service.sync.recovery.answer import (
    Recovered,
    apply_inquiry,
    apply_stored_answer,
    is_stored_answer,
    refuse_inquiry,
)
from qbwc_service.sync.recovery.ask import (
    AUTOMATIC_TRIES,
    InquirySet,
    KeptAnswer,
    NextQuestion,
    StoredAnswerQuestion,
    next_question,
)

__all__ = [
    "AUTOMATIC_TRIES",
    "InquirySet",
    "KeptAnswer",
    "NextQuestion",
    "Recovered",
    "StoredAnswerQuestion",
    "abandon_outcomes",
    "apply_inquiry",
    "apply_stored_answer",
    "is_stored_answer",
    "next_question",
    "refuse_inquiry",
]
