"""New rules, and what they repair: what failed because the old ones said too little goes again."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from qbwc_service import queue
from qbwc_service.store import ProblemReason
from qbwc_service.sync.accounts import check_accounts
from qbwc_service.sync.kinds.table import ADDS
from qbwc_service.sync.problems.show import list_problems
from qbwc_service.sync.repair.operation import retry_operation
from qbwc_service.sync.rules import SALES, RulesInfo, save_rules

REPAIRED = (ProblemReason.ACCOUNT_NOT_CONFIGURED,)
MOST_RETRIED = 1000


def change_rules(db: Session, connection_id: int, body: Mapping[str, object], *, by: str, now: datetime) -> RulesInfo:
    """Let these rules hold from now on, and send again what only waited for them.

    Raises as ``save_rules`` does, and InvalidDocumentError for accounts that are known not to fit.
    """
    kept = save_rules(db, connection_id, body, by=by, now=now)
    check_accounts(db, connection_id, kept.rules)
    if kept.rules.line_tax_code.sources:
        queue.look_again(db, connection_id, [f"{ADDS[kind]}Rq" for kind in SALES])
    for reason in REPAIRED:
        for problem in list_problems(db, connection_id, reason=reason, limit=MOST_RETRIED):
            if problem.operation_id is not None:
                retry_operation(db, connection_id, problem.operation_id, by="new rules", now=now)
    return kept
