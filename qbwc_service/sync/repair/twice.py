"""Take out of QuickBooks what is there beside the record that counts."""

from datetime import datetime

from sqlalchemy.orm import Session

from qbwc_service import qbxml
from qbwc_service.errors import InputError, StateError
from qbwc_service.sync.problems.record import close_problems, record_subject
from qbwc_service.sync.problems.show import ProblemInfo
from qbwc_service.sync.raw import enqueue_qbxml
from qbwc_service.sync.repair.operation import check_free
from qbwc_service.sync.repair.records import is_deleted

NO_DOCUMENT = 0
"""No document has this number."""


def delete_other(db: Session, connection_id: int, problem: ProblemInfo, *, by: str, now: datetime) -> None:
    """Put the deletion of the other record into the queue; StateError where it counts by now, or cannot be deleted."""
    other, kind = str(problem.evidence["other"]), str(problem.evidence["type"])
    check_free(db, connection_id, kind, other, document_id=NO_DOCUMENT)
    counts = problem.evidence["linked"]
    if isinstance(counts, str) and is_deleted(db, connection_id, counts):
        message = f"{counts} was deleted in QuickBooks: {other} is the only one left"
        raise StateError(message, field="action", remedy=f"link the document to {other}, then use_quickbooks")
    deletion = _deletion(kind, other)
    enqueue_qbxml(db, connection_id, deletion.name, deletion.values, now=now)
    leave_both(db, connection_id, problem, by=by, now=now)


def leave_both(db: Session, connection_id: int, problem: ProblemInfo, *, by: str, now: datetime) -> None:
    """Close the problem: what QuickBooks has is as it should be."""
    subjects = {record_subject(str(problem.evidence["other"]))}
    close_problems(db, connection_id, subjects=subjects, by=by, now=now)


def _deletion(kind: str, record_id: str) -> qbxml.Request:
    """Give the request that deletes a record, be it a transaction or an entry of a list."""
    for what in ("Txn", "List"):
        request = qbxml.Request(name=f"{what}DelRq", values={f"{what}DelType": kind, f"{what}ID": record_id})
        try:
            qbxml.build_request(request, version="16.0")
        except InputError:
            continue
        return request
    raise StateError(f"QuickBooks has no way to delete a {kind}", field="action", remedy="make it inactive there")
