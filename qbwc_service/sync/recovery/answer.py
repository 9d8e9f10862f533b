"""Apply what QuickBooks answers to questions about operations."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from qbwc_service import qbxml, queue
from qbwc_service.errors import AnswerError
from qbwc_service.queue import InquiredOperation
from qbwc_service.store import Inquiry, Link
from qbwc_service.sync.apply import Applied, Arrival, apply_answer, count, record_judgements
from qbwc_service.sync.judge import Judgement
from qbwc_service.sync.look import LookContext, find_going, load_context
from qbwc_service.sync.look.found import identity_of
from qbwc_service.sync.make_sent import make_sent
from qbwc_service.sync.recovery.findings import Findings, find_disputed
from qbwc_service.sync.recovery.named import decide_named
from qbwc_service.sync.recovery.questions import Question, plan_questions
from qbwc_service.sync.recovery.sent_write import load_sent_writes
from qbwc_service.sync.recovery.verdict import ask_alone, decide, give_up
from qbwc_service.sync.sent import Sent

STORED = (None, "0")
"""messageSetStatusCode of an answer that QuickBooks had kept; 600, 9002, 9005: it had not [Intuit: error recovery]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What a question for a stored answer came to; one that is stored is worth keeping with the set it belongs to."""

    applied: Applied
    is_stored: bool


def apply_stored_answer(
    db: Session, connection_id: int, *, message_set_id: int, answer: str, policy: queue.RetryPolicy, now: datetime
) -> Recovered:
    """Apply the answer that QuickBooks had kept of a lost set like a live one; where it had none, look up each write.

    What the kept answer does not mention is looked up too. An answer that cannot be read is asked for again.
    """
    try:
        is_stored = is_stored_answer(answer)
    except AnswerError as unreadable:
        return Recovered(applied=Applied(problem=unreadable.message), is_stored=False)
    if not is_stored:
        queue.look_up_set(db, connection_id, message_set_id, now=now)
        return Recovered(applied=Applied(), is_stored=False)
    applied = apply_answer(
        db,
        connection_id,
        message_set_id=message_set_id,
        answer=answer,
        policy=policy,
        now=now,
        arrival=Arrival.KEPT,
    )
    return Recovered(applied=applied, is_stored=True)


def apply_inquiry(
    db: Session,
    connection_id: int,
    operation_ids: Collection[int],
    *,
    answer: str,
    policy: queue.RetryPolicy,
    now: datetime,
) -> Applied:
    """Decide about operations by what QuickBooks says of them. Applying the same answer twice changes nothing."""
    open_ = queue.hold_inquiries(db, connection_id, operation_ids)
    # An operation that is back at the first question has been handed out again since: this answer is too old for it.
    operations = {one.id: one for one in open_ if one.inquiry is not Inquiry.STORED_ANSWER}
    context = load_look(db, connection_id, list(operations.values()))
    writes = load_sent_writes(db, connection_id, list(operations.values()), context=context)
    questions = plan_questions(list(writes.values()))
    asked = Counter(operation_id for question in questions for operation_id in question.operation_ids)
    findings = {operation_id: Findings(write, asked[operation_id]) for operation_id, write in writes.items()}
    problem: str | None = None
    try:
        _read(answer, questions, findings)
    except AnswerError as unreadable:
        problem = unreadable.message
        for found in findings.values():
            found.failures.append(problem)
    judgements = _decide_in_line(db, connection_id, findings.values(), context=context, policy=policy, now=now)
    inquiries = {one.inquiry for one in operations.values()}
    applied = record_decisions(db, connection_id, judgements, asked=inquiries, now=now)
    return replace(applied, problem=problem)


def _decide_in_line(
    db: Session,
    connection_id: int,
    findings: Collection[Findings],
    *,
    context: LookContext | None,
    policy: queue.RetryPolicy,
    now: datetime,
) -> list[Judgement]:
    """Decide one after the other, as they stand in line: what one gets is not there for the next."""
    linked = _find_linked(db, connection_id, findings)
    disputed = find_disputed(findings)
    if context is not None:
        context = replace(
            context, going=find_going(db, connection_id, [one.write.operation for one in findings], now=now)
        )
    judgements: list[Judgement] = []
    for found in findings:
        operation, taken = found.write.operation, _taken_by_others(linked, found)
        judged = _decide(
            found, sent_of(operation), linked=taken, disputed=disputed, context=context, policy=policy, now=now
        )
        judgements.append(judged)
        if judged.effect is not None and operation.document_id is not None:
            linked[judged.effect.object_type, judged.effect.quickbooks_id] = operation.document_id
        if context is not None:
            context.going.follow(operation, judged, now=now)
    return judgements


def _decide(
    found: Findings,
    sent: Sent,
    *,
    linked: Collection[str],
    disputed: Collection[str],
    context: LookContext | None,
    policy: queue.RetryPolicy,
    now: datetime,
) -> Judgement:
    if found.write.is_named and found.is_answered:
        return decide_named(found, sent, linked=linked, now=now)
    return decide(found, sent, linked=linked, disputed=disputed, context=context, policy=policy, now=now)


def load_look(db: Session, connection_id: int, operations: Sequence[InquiredOperation]) -> LookContext | None:
    """Load what looks need to know; None, and no statement, where none of these operations is looked for."""
    looks = [one for one in operations if one.inquiry is Inquiry.LOOK]
    return load_context(db, connection_id, looks) if looks else None


def refuse_inquiry(
    db: Session, connection_id: int, operation_ids: Collection[int], *, text: str, now: datetime
) -> Applied:
    """QuickBooks could not read the questions of a set: from now on each is asked alone; one that was is given up."""
    operations = queue.hold_inquiries(db, connection_id, operation_ids)
    if len(operations) == 1:
        context = load_look(db, connection_id, operations)
        writes = load_sent_writes(db, connection_id, operations, context=context)
        judgements = [give_up(sent_of(one), one.inquiry, text, write=writes.get(one.id), now=now) for one in operations]
    else:
        judgements = [ask_alone(sent_of(one), one.inquiry, text, now=now) for one in operations]
    asked = {one.inquiry for one in operations}
    return record_decisions(db, connection_id, judgements, asked=asked, now=now)


def record_decisions(
    db: Session, connection_id: int, judgements: Sequence[Judgement], *, asked: Collection[Inquiry], now: datetime
) -> Applied:
    """Record what was decided about operations with open questions, with its effects and problems."""
    if not judgements:
        return Applied()
    queue.settle(db, connection_id, [judgement.outcome for judgement in judgements], asked=asked, now=now)
    frees = record_judgements(db, connection_id, judgements, now=now)
    return replace(count(judgements), frees_problems=frees)


def sent_of(operation: InquiredOperation) -> Sent:
    """Give an operation with an open question as what was sent."""
    reads = operation.inquiry in {Inquiry.EDIT_SEQUENCE, Inquiry.LOOK}
    return make_sent(operation, operation.document, reads_edit_sequence=reads)


def is_stored_answer(answer: str) -> bool:
    """Say whether QuickBooks had kept the answer that it was asked for. AnswerError where that cannot be read."""
    parsed = qbxml.read_answer(answer)
    if parsed.message_set_status_code not in STORED:
        return False
    return next(iter(parsed), None) is not None


def _read(answer: str, questions: Sequence[Question], findings: Mapping[int, Findings]) -> None:
    about = {question.request.request_id: question.operation_ids for question in questions}
    for response in qbxml.read_answer(answer):
        concerned = [findings[operation_id] for operation_id in about.get(response.request_id, ())]
        readable = [found for found in concerned if found.begin(response)]
        for record in response.objects:
            for found in readable:
                found.look_at(record)


def _find_linked(db: Session, connection_id: int, findings: Collection[Findings]) -> dict[tuple[str, str], int]:
    """Give the documents to which the records belong that were found: by type and id, for ids are unique per type."""
    wanted = {identity for found in findings for identity in (*found.agreeing, *found.marked, *found.named)}
    wanted |= {identity_of(record) for found in findings for record in found.looked}
    if not wanted:
        return {}
    types = {object_type for found in findings for object_type in _types(found)}
    theirs = (
        Link.connection_id == connection_id,
        Link.object_type.in_(sorted(types)),
        Link.quickbooks_id.in_(sorted(wanted)),
    )
    rows = db.execute(select(Link.object_type, Link.quickbooks_id, Link.document_id).where(*theirs))
    return {(object_type, quickbooks_id): document_id for object_type, quickbooks_id, document_id in rows}


def _taken_by_others(linked: Mapping[tuple[str, str], int], found: Findings) -> set[str]:
    """Give the ids of its own type, or of what a look found, that belong to other documents than the write's."""
    return {
        quickbooks_id
        for (object_type, quickbooks_id), document_id in linked.items()
        if object_type in _types(found) and document_id != found.write.operation.document_id
    }


def _types(found: Findings) -> set[str]:
    """Give the types of what was found."""
    records = (*found.looked, *found.named.values())
    return {found.write.kind} | {record.name.removesuffix("Ret") for record in records}
