"""Say what an action would do, before anybody does it."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from qbwc_service.sync.problems.actions import ProblemAction
from qbwc_service.sync.problems.show import ProblemInfo, get_problem
from qbwc_service.sync.show import DocumentDetails, get_document

COMPARED = {
    "RefNumber": "ref_number",
    "TxnDate": "txn_date",
    "FullName": "name",
    "Email": "email",
    "TotalAmount": "amount",
}
"""What a person compares: QuickBooks' words and the document's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One value that is not the same on both sides."""

    field: str
    ours: str
    quickbooks: str


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
    ProblemAction.UNLINK: "its record is forgotten, and it goes out as a new one",
    ProblemAction.CREATE_MISSING: "the entry that is missing is created in QuickBooks; then it goes out again",
    ProblemAction.SEND_AGAIN: "it goes out again, whatever is there",
}


def preview_action(
    db: Session, connection_id: int, problem_id: int, action: ProblemAction, *, quickbooks_id: str | None = None
) -> Preview:
    """Say what an action on a problem would do; changes nothing. NotFoundError where there is no such problem."""
    problem = get_problem(db, connection_id, problem_id)
    warnings: list[str] = []
    if problem.closed_at is not None or action not in problem.fact.actions:
        warnings.append(f"this problem cannot be dealt with by {action.value}")
    details = None
    if problem.kind is not None and problem.external_id is not None:
        details = get_document(db, connection_id, problem.kind, external_id=problem.external_id)
    differences: tuple[Difference, ...] = ()
    if action is ProblemAction.LINK:
        candidate = _candidate(problem, quickbooks_id)
        if candidate is None:
            warnings.append(f"nothing is known here of the record {quickbooks_id}: look at it in QuickBooks first")
        elif details is not None:
            differences = tuple(_compare(details, candidate))
    if action in {ProblemAction.UNLINK, ProblemAction.SEND_AGAIN}:
        warnings += _doubles(details)
    return Preview(effect=EFFECTS[action], warnings=tuple(warnings), differences=differences)


def _doubles(details: DocumentDetails | None) -> list[str]:
    record = details.document.quickbooks_id if details is not None else None
    where = f"the record {record}" if record else "a record of it"
    return [f"if {where} is still in QuickBooks, it is there twice afterwards"]


def _candidate(problem: ProblemInfo, quickbooks_id: str | None) -> Mapping[str, object] | None:
    found = problem.evidence.get("candidates") or problem.evidence.get("paid_by")
    for one in found if isinstance(found, list) else ():
        if isinstance(one, Mapping) and quickbooks_id in {one.get("ListID"), one.get("TxnID")}:
            return one
    return None


def _compare(details: DocumentDetails, candidate: Mapping[str, object]) -> list[Difference]:
    differences = []
    for theirs, ours in COMPARED.items():
        here, there = details.body.get(ours), candidate.get(theirs)
        if here is not None and there is not None and str(here).casefold() != str(there).casefold():
            differences.append(Difference(field=ours, ours=str(here), quickbooks=str(there)))
    return differences
