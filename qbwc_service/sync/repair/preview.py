"""Say what an action would do, before anybody does it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from qbwc_service.sync.problems.actions import ProblemAction
from qbwc_service.sync.problems.show import get_problem
from qbwc_service.sync.references import Target
from qbwc_service.sync.repair.differences import Difference, compare_document
from qbwc_service.sync.repair.operation import check_free
from qbwc_service.sync.repair.records import check_id, find_record, get_linkable, types_of
from qbwc_service.sync.repair.resend import get_subject
from qbwc_service.sync.show import get_document

TWICE = "if {} is still in QuickBooks, it is there twice afterwards"

COMES_OFF = "what is paid, credited or deposited on its record comes off, and has to be applied to the new one again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would happen; ``warnings`` say what to look at first, ``differences`` what the record to link has."""

    effect: str
    warnings: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()


EFFECTS = {
    ProblemAction.RETRY: "it goes out again at the next update, as it is",
    ProblemAction.CLEAR: "it is taken off the list; nothing is sent",
    ProblemAction.LINK: "it is paired with the record, and nothing is sent; later changes change that record",
    ProblemAction.USE_APP: "what your program says goes to QuickBooks, over what is there",
    ProblemAction.USE_QUICKBOOKS: "what QuickBooks has stays",
    ProblemAction.RENUMBER: "it goes out with the next free number",
    ProblemAction.ACCEPT_EXTERNAL: "nothing is sent for it",
    ProblemAction.RECREATE: "its record is deleted in QuickBooks; when that is done, it goes out as a new one",
    ProblemAction.UNLINK: "its record is forgotten, and it goes out as a new one",
    ProblemAction.CREATE_MISSING: "the entry that is missing is created in QuickBooks; then it goes out again",
    ProblemAction.SEND_AGAIN: "it goes out again, whatever is there",
    ProblemAction.DELETE_OTHER: "the record that its evidence calls the other one is deleted in QuickBooks",
}
ASKED = "nothing is known here of the record {}: QuickBooks is asked for it at the next update, and then it is paired"


def preview_action(
    db: Session, connection_id: int, problem_id: int, action: ProblemAction, *, quickbooks_id: str | None = None
) -> Preview:
    """Say what an action on a problem would do; changes nothing. NotFoundError where there is no such problem.

    A link to what cannot be linked is refused as the action itself is: InputError, StateError.
    """
    problem = get_problem(db, connection_id, problem_id)
    found = Preview(effect=EFFECTS[action])
    if problem.kind is not None and problem.external_id is not None:
        target = Target(problem.kind, problem.external_id)
        match action:
            case ProblemAction.LINK:
                found = preview_link(db, connection_id, target, quickbooks_id or "")
            case ProblemAction.UNLINK:
                found = preview_unlink(db, connection_id, target)
            case ProblemAction.SEND_AGAIN:
                found = replace(found, warnings=(TWICE.format("a record of it"),))
            case ProblemAction.RECREATE:
                found = replace(found, warnings=tuple(_warn_of_payments(db, connection_id, target)))
            case _:
                pass
    if problem.closed_at is not None or action not in problem.fact.actions:
        found = replace(found, warnings=(f"this problem cannot be dealt with by {action.value}", *found.warnings))
    return found


def _warn_of_payments(db: Session, connection_id: int, target: Target) -> Iterator[str]:
    """Warn of what is paid or credited on a record that is to be deleted, as far as it is known here."""
    document = get_document(db, connection_id, target.kind, external_id=target.external_id).document
    yield COMES_OFF
    if document.total is not None and document.balance_remaining is not None:
        yield f"of {document.total} {document.total - document.balance_remaining} is paid or used, as far as is known"


def preview_link(db: Session, connection_id: int, target: Target, quickbooks_id: str) -> Preview:
    """Say what linking a document to a record would do, and where the two differ; raises as linking does."""
    _, present = get_subject(db, connection_id, target)
    record_id = check_id(quickbooks_id)
    known = get_linkable(db, connection_id, target.kind, record_id, document_id=present.document_id)
    object_type = known.object_type if known is not None else types_of(target.kind)[0]
    check_free(db, connection_id, object_type, record_id, document_id=present.document_id)
    warnings: list[str] = []
    if present.quickbooks_id not in {None, record_id}:
        warnings.append(f"it is linked to {present.quickbooks_id} now; that record stays in QuickBooks")
    if known is None:
        return Preview(effect=EFFECTS[ProblemAction.LINK], warnings=(*warnings, ASKED.format(record_id)))
    body = get_document(db, connection_id, target.kind, external_id=target.external_id).body
    differences = tuple(compare_document(db, connection_id, body, known.values))
    return Preview(effect=EFFECTS[ProblemAction.LINK], warnings=tuple(warnings), differences=differences)


def preview_unlink(db: Session, connection_id: int, target: Target) -> Preview:
    """Say what unlinking a document would do, and warn where its record would be there twice."""
    _, present = get_subject(db, connection_id, target)
    if present.quickbooks_id is None:
        return Preview(effect=EFFECTS[ProblemAction.UNLINK], warnings=("it is linked to no record of QuickBooks",))
    where = (db, connection_id, target.kind, present.quickbooks_id)
    known = find_record(*where, document_id=present.document_id)
    named = present.quickbooks_id if known is None else f"{present.quickbooks_id} ({known.name})"
    if known is not None and known.deleted_at is not None:
        warning = f"the record {named} was deleted in QuickBooks: nothing is there twice"
    else:
        warning = TWICE.format(f"the record {named}")
    return Preview(effect=EFFECTS[ProblemAction.UNLINK], warnings=(warning,))
