"""What a person does about a problem: each action is one of the repairs, and closes what it repairs."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from qbwc_service.errors import InputError, StateError
from qbwc_service.store import DocumentState, ProblemReason
from qbwc_service.sync.delete import Leaving, send_away
from qbwc_service.sync.known import KnownDocument, find_known
from qbwc_service.sync.look.decided import APP, QUICKBOOKS, Decided
from qbwc_service.sync.problems.actions import ProblemAction
from qbwc_service.sync.problems.record import close_problems, subject_of
from qbwc_service.sync.problems.show import ProblemInfo, get_problem
from qbwc_service.sync.references import Target
from qbwc_service.sync.repair import cancel_operation, link_operation, retry_operation
from qbwc_service.sync.resend import send_as_new, send_change
from qbwc_service.sync.state import mark_document


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One action on one problem: who does it, and when; ``quickbooks_id`` is the record to link, ``note`` says why."""

    action: ProblemAction
    by: str
    now: datetime
    quickbooks_id: str | None = None
    note: str | None = None


def act_on_problem(db: Session, connection_id: int, problem_id: int, deed: Deed) -> ProblemInfo:
    """Do one of the actions that the problem allows, and give the problem as it is then.

    Raises NotFoundError, InputError where the id is missing or not wanted, and StateError where the problem is closed
    or the action is none of its own: both say what is possible.
    """
    problem = get_problem(db, connection_id, problem_id)
    operation_id = _check(problem, deed)
    by, now = deed.by, deed.now
    match deed.action:
        case ProblemAction.RETRY:
            retry_operation(db, connection_id, operation_id, by=by, now=now)
        case ProblemAction.SEND_AGAIN:
            so: dict[str, object] = {Decided.AS_NEW: True}
            retry_operation(db, connection_id, operation_id, not_in_quickbooks=True, decided=so, by=by, now=now)
        case ProblemAction.RENUMBER:
            retry_operation(db, connection_id, operation_id, decided={Decided.RENUMBER: True}, by=by, now=now)
        case ProblemAction.ACCEPT_EXTERNAL:
            _accept_external(db, connection_id, problem, operation_id, deed)
        case ProblemAction.CLEAR:
            why = deed.note or f"cleared by {by}"
            cancel_operation(db, connection_id, operation_id, reason=why, by=by, now=now)
        case ProblemAction.LINK:
            quickbooks_id = deed.quickbooks_id or ""
            link_operation(db, connection_id, operation_id, quickbooks_id=quickbooks_id, by=by, now=now)
        case ProblemAction.UNLINK:
            send_as_new(db, connection_id, _subject(db, connection_id, problem), by=by, now=now)
        case ProblemAction.USE_APP:
            _use_app(db, connection_id, problem, operation_id, deed)
        case ProblemAction.USE_QUICKBOOKS:
            _use_quickbooks(db, connection_id, problem, operation_id, deed)
    return get_problem(db, connection_id, problem_id)


def _use_app(db: Session, connection_id: int, problem: ProblemInfo, operation_id: int, deed: Deed) -> None:
    match problem.reason:
        case ProblemReason.DRIFT:
            send_change(db, connection_id, _subject(db, connection_id, problem), by=deed.by, now=deed.now)
        case ProblemReason.DELETED_IN_APP:
            target, present = _subject(db, connection_id, problem)
            how = Leaving(str(problem.evidence.get("how", Leaving.DELETE)))
            send_away(db, connection_id, target.kind, present, how=how, now=deed.now)
        case _:
            retry_operation(db, connection_id, operation_id, decided={Decided.USE: APP}, by=deed.by, now=deed.now)


def _use_quickbooks(db: Session, connection_id: int, problem: ProblemInfo, operation_id: int, deed: Deed) -> None:
    match problem.reason:
        case ProblemReason.DRIFT | ProblemReason.DELETED_IN_APP:
            _, present = _subject(db, connection_id, problem)
            if problem.reason is ProblemReason.DELETED_IN_APP:
                mark_document(
                    db,
                    connection_id,
                    present.document_id,
                    state=DocumentState.CLEARED,
                    message=f"deleted here; {deed.by} let it stay in QuickBooks",
                    now=deed.now,
                )
            subjects = {subject_of(None, present.document_id)}
            close_problems(db, connection_id, subjects=subjects, by=deed.by, now=deed.now)
        case _:
            retry_operation(
                db, connection_id, operation_id, decided={Decided.USE: QUICKBOOKS}, by=deed.by, now=deed.now
            )


def _accept_external(db: Session, connection_id: int, problem: ProblemInfo, operation_id: int, deed: Deed) -> None:
    """Send nothing: QuickBooks is right. Retrying the operation takes it back."""
    why = deed.note or f"{deed.by} accepted QuickBooks as it is"
    cancel_operation(db, connection_id, operation_id, reason=why, by=deed.by, now=deed.now)
    _, present = _subject(db, connection_id, problem)
    state = DocumentState.ACCEPTED
    mark_document(db, connection_id, present.document_id, state=state, message=why, now=deed.now)


def _subject(db: Session, connection_id: int, problem: ProblemInfo) -> tuple[Target, KnownDocument]:
    if problem.kind is None or problem.external_id is None:
        raise StateError(f"problem {problem.id} is about no document", field="problem")
    target = Target(problem.kind, problem.external_id)
    return target, find_known(db, connection_id, {target})[target]


def _check(problem: ProblemInfo, deed: Deed) -> int:
    """Give the operation that is to be repaired."""
    if problem.closed_at is not None:
        raise StateError(
            f"problem {problem.id} is closed since {problem.closed_at:%Y-%m-%d %H:%M} UTC, by {problem.closed_by}",
            field="problem",
            remedy="there is nothing left to do about it",
        )
    allowed = problem.fact.actions
    action = deed.action
    if problem.operation_id is None or action not in allowed:
        raise StateError(
            f"problem {problem.id} ({problem.reason.value}) cannot be dealt with by {action.value}",
            field="action",
            remedy=f"possible: {', '.join(allowed)}" if allowed else problem.fact.advice,
        )
    if (action is ProblemAction.LINK) != (deed.quickbooks_id is not None):
        needs = "needs the record's id" if deed.quickbooks_id is None else f"does not go with {action.value}"
        remedy = "give the ListID or TxnID of the record with --quickbooks-id"
        raise InputError(f"{action.value}: an id {needs}", field="quickbooks_id", remedy=remedy)
    return problem.operation_id
