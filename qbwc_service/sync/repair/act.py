"""What a person does about a problem: each action is one of the repairs, and closes what it repairs."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from qbwc_service.errors import InputError, QbwcServiceError, StateError
from qbwc_service.store import DocumentState, ProblemReason
from qbwc_service.sync.delete import Leaving, send_away
from qbwc_service.sync.known import KnownDocument, find_known
from qbwc_service.sync.look.decided import APP, QUICKBOOKS, Decided
from qbwc_service.sync.missing import create_missing
from qbwc_service.sync.problems.actions import ProblemAction
from qbwc_service.sync.problems.record import close_problems, subject_of
from qbwc_service.sync.problems.show import ProblemInfo, get_problem, list_problems
from qbwc_service.sync.recreate import recreate
from qbwc_service.sync.references import Target
from qbwc_service.sync.repair.audit import Deed, record_deed, standing_of
from qbwc_service.sync.repair.deleted import repair_deleted
from qbwc_service.sync.repair.operation import cancel_operation, link_operation, retry_operation
from qbwc_service.sync.repair.pair import pair, unpair
from qbwc_service.sync.repair.resend import send_change
from qbwc_service.sync.repair.twice import delete_other, leave_both
from qbwc_service.sync.rules import load_rules
from qbwc_service.sync.state import mark_document

MOST_AT_ONCE = 10_000

SENT_AGAIN: Mapping[ProblemAction, Mapping[str, object]] = {
    ProblemAction.RETRY: {},
    ProblemAction.SEND_AGAIN: {Decided.AS_NEW: True},
    ProblemAction.RENUMBER: {Decided.RENUMBER: True},
}
"""Actions that put the operation back into the queue, with what is decided by them."""

BY_LENGTH = 200
"""How much is kept of who closed a problem, and why."""


def act_on_problem(db: Session, connection_id: int, problem_id: int, deed: Deed) -> ProblemInfo:
    """Do one of the actions that the problem allows, and give the problem as it is then.

    Raises NotFoundError, InputError where the id is missing or not wanted, and StateError where the problem is closed
    or the action is none of its own: both say what is possible.
    """
    problem = get_problem(db, connection_id, problem_id)
    operation_id = _check(problem, deed)
    document_id = None if problem.kind is None else _subject(db, connection_id, problem)[1].document_id
    before = standing_of(db, connection_id, document_id)
    closer = f"{deed.by}: {deed.note}" if deed.note else deed.by
    closing = replace(deed, by=closer[:BY_LENGTH])
    if problem.reason is not ProblemReason.DELETED_IN_QUICKBOOKS or not _repair(db, connection_id, problem, closing):
        _do(db, connection_id, problem, operation_id, closing)
    deed = replace(deed, by=deed.by[:BY_LENGTH])
    record_deed(db, connection_id, deed, document_id=document_id, problem_id=problem.id, before=before)
    return get_problem(db, connection_id, problem_id)


def act_on_problems(
    db: Session, connection_id: int, deed: Deed, *, reason: ProblemReason, limit: int = MOST_AT_ONCE
) -> tuple[list[ProblemInfo], list[tuple[ProblemInfo, QbwcServiceError]]]:
    """Do the same about all open problems of a reason; give those that it was done to, and those where it failed."""
    done: list[ProblemInfo] = []
    failed: list[tuple[ProblemInfo, QbwcServiceError]] = []
    for problem in list_problems(db, connection_id, reason=reason, limit=limit):
        try:
            with db.begin_nested():
                done.append(act_on_problem(db, connection_id, problem.id, deed))
        except QbwcServiceError as error:
            failed.append((problem, error))
    return done, failed


def _repair(db: Session, connection_id: int, problem: ProblemInfo, deed: Deed) -> bool:
    """Do what is special about a record that is gone, and say whether that was all; an operation's own is not."""
    if problem.kind is None:
        return False
    subject, why = _subject(db, connection_id, problem), deed.note or f"{deed.action.value} by {deed.by}"
    return repair_deleted(db, connection_id, subject, deed.action, by=deed.by, why=why, now=deed.now)


def _do(db: Session, connection_id: int, problem: ProblemInfo, operation_id: int, deed: Deed) -> None:
    by, now = deed.by, deed.now
    if deed.action in SENT_AGAIN:
        looked, decided = deed.action is ProblemAction.SEND_AGAIN, SENT_AGAIN[deed.action]
        retry_operation(db, connection_id, operation_id, not_in_quickbooks=looked, decided=decided, by=by, now=now)
        return
    match deed.action:
        case ProblemAction.ACCEPT_EXTERNAL:
            _accept_external(db, connection_id, problem, operation_id, deed)
        case ProblemAction.CLEAR:
            why = deed.note or f"cleared by {by}"
            cancel_operation(db, connection_id, operation_id, reason=why, by=by, now=now)
        case ProblemAction.LINK:
            _link(db, connection_id, problem, operation_id, deed)
        case ProblemAction.UNLINK | ProblemAction.RECREATE:
            begin_anew = unpair if deed.action is ProblemAction.UNLINK else recreate
            begin_anew(db, connection_id, _subject(db, connection_id, problem), by=by, now=now)
        case ProblemAction.USE_APP:
            _use_app(db, connection_id, problem, operation_id, deed)
        case ProblemAction.USE_QUICKBOOKS:
            _use_quickbooks(db, connection_id, problem, operation_id, deed)
        case ProblemAction.DELETE_OTHER:
            delete_other(db, connection_id, problem, by=by, now=now)
        case ProblemAction.CREATE_MISSING:
            rules = load_rules(db, connection_id)
            create_missing(db, connection_id, operation_id, problem.message, rules=rules, by=by, now=now)


def _link(db: Session, connection_id: int, problem: ProblemInfo, operation_id: int, deed: Deed) -> None:
    record_id = deed.quickbooks_id or ""
    if problem.kind is None:
        link_operation(db, connection_id, operation_id, quickbooks_id=record_id, by=deed.by, now=deed.now)
    else:
        pair(db, connection_id, _subject(db, connection_id, problem), record_id, by=deed.by, now=deed.now)


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
        case ProblemReason.DRIFT | ProblemReason.DELETED_IN_APP | ProblemReason.TEXT_CHANGED:
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
        case ProblemReason.MADE_TWICE:
            leave_both(db, connection_id, problem, by=deed.by, now=deed.now)
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
