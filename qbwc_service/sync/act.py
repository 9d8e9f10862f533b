"""What a person does about a problem: each action is one of the repairs, and closes what it repairs."""

from datetime import datetime

from sqlalchemy.orm import Session

from qbwc_service.errors import InputError, StateError
from qbwc_service.sync.problems.reasons import ProblemAction
from qbwc_service.sync.problems.show import ProblemInfo, get_problem
from qbwc_service.sync.repair import cancel_operation, link_operation, retry_operation

BY_LENGTH = 200
"""How much is kept of who closed a problem, and why."""


def act_on_problem(
    db: Session,
    connection_id: int,
    problem_id: int,
    *,
    action: ProblemAction,
    quickbooks_id: str | None = None,
    note: str | None = None,
    by: str,
    now: datetime,
) -> ProblemInfo:
    """Do one of the actions that the problem allows, and give the problem as it is then.

    ``quickbooks_id`` is the record to ``link``; ``by`` says who does it, ``note`` why. Raises NotFoundError,
    InputError where the id is missing or not wanted, and StateError where the problem is closed or the action is none
    of its own: both say what is possible.
    """
    problem = get_problem(db, connection_id, problem_id)
    by = (f"{by}: {note}" if note else by)[:BY_LENGTH]
    operation_id = _check(problem, action, quickbooks_id=quickbooks_id)
    match action:
        case ProblemAction.RETRY:
            retry_operation(db, connection_id, operation_id, by=by, now=now)
        case ProblemAction.SEND_AGAIN:
            retry_operation(db, connection_id, operation_id, not_in_quickbooks=True, by=by, now=now)
        case ProblemAction.CLEAR:
            cancel_operation(db, connection_id, operation_id, reason=note or f"cleared by {by}", by=by, now=now)
        case ProblemAction.LINK:
            link_operation(db, connection_id, operation_id, quickbooks_id=quickbooks_id or "", by=by, now=now)
    return get_problem(db, connection_id, problem_id)


def _check(problem: ProblemInfo, action: ProblemAction, *, quickbooks_id: str | None) -> int:
    """Give the operation that is to be repaired."""
    if problem.closed_at is not None:
        raise StateError(
            f"problem {problem.id} is closed since {problem.closed_at:%Y-%m-%d %H:%M} UTC, by {problem.closed_by}",
            field="problem",
            remedy="there is nothing left to do about it",
        )
    allowed = problem.fact.actions
    if problem.operation_id is None or action not in allowed:
        raise StateError(
            f"problem {problem.id} ({problem.reason.value}) cannot be dealt with by {action.value}",
            field="action",
            remedy=f"possible: {', '.join(allowed)}" if allowed else problem.fact.advice,
        )
    if (action is ProblemAction.LINK) != (quickbooks_id is not None):
        needs = "needs the record's id" if quickbooks_id is None else f"does not go with {action.value}"
        remedy = "give the ListID or TxnID of the record with --quickbooks-id"
        raise InputError(f"{action.value}: an id {needs}", field="quickbooks_id", remedy=remedy)
    return problem.operation_id
