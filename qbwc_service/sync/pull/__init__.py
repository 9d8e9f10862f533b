"""QuickBooks into the mirror: the first sync, what changed since, deletions, and whether it is complete.

All progress stands in the tables (``cursors``, ``pull_ids``); what a message set asks stands beside it
(``pull_sets``). So an answer can reach any process, and a lost one is simply asked for again.
"""

from qbwc_service.sync.pull.apply import PullApplied, apply_pull, lose_pull, refuse_pull
from qbwc_service.sync.pull.prepare import (
    PullBatch,
    prepare_pull,
    record_questions,
    request_prefix,
    take_queues_turn,
)
from qbwc_service.sync.pull.progress import PullDepth, measure_pull
from qbwc_service.sync.pull.questions import Topic
from qbwc_service.sync.pull.show import (
    EntityReport,
    EntityStatus,
    PullStatus,
    RestStatus,
    get_pull_status,
    get_report,
)
from qbwc_service.sync.pull.start import (
    change_settings,
    get_settings,
    pause_pull,
    request_reconciliation,
    resume_pull,
    start_pull,
)
from qbwc_service.sync.pull.state import PullSettings

__all__ = [
    "EntityReport",
    "EntityStatus",
    "PullApplied",
    "PullBatch",
    "PullDepth",
    "PullSettings",
    "PullStatus",
    "RestStatus",
    "Topic",
    "apply_pull",
    "change_settings",
    "get_pull_status",
    "get_report",
    "get_settings",
    "lose_pull",
    "measure_pull",
    "pause_pull",
    "prepare_pull",
    "record_questions",
    "refuse_pull",
    "request_prefix",
    "request_reconciliation",
    "resume_pull",
    "start_pull",
    "take_queues_turn",
]
