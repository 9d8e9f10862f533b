"""What to ask QuickBooks next, before anything new is handed out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from qbwc_service import qbxml, queue
from qbwc_service.errors import InputError, NotFoundError
from qbwc_service.queue import InquiredOperation
from qbwc_service.store import ABOUT_OUTCOMES, Inquiry, MessageSet, MessageSetState
from qbwc_service.sync.judge import Judgement
from qbwc_service.sync.look import go
from qbwc_service.sync.prepare import Dialect
from qbwc_service.sync.recovery.answer import load_look, record_decisions, sent_of
from qbwc_service.sync.recovery.questions import Question, is_repeatable, plan_questions
from qbwc_service.sync.recovery.sent_write import SentWrite, load_sent_writes
from qbwc_service.sync.recovery.verdict import NO_QUERY, give_up, leave_undecided, send_again

ASKED_TOGETHER = 20
"""How many operations are asked about in one set."""

MOST_ROUNDS = 50
"""How many questions in a row may need no asking, before the rest waits for the next call."""


KEPT = (MessageSetState.APPLY_FAILED, MessageSetState.ANSWERED)
"""An answer is here: it could not be applied, or it came late and the service died before it was."""

AUTOMATIC_TRIES = 2
"""How often the answer of a set is applied by itself: when it comes, and once more at the next session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """No question yet: the answer of this set is kept here and was not applied; it has to be applied again first."""

    message_set_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnswerQuestion:
    """Ask for the answer that QuickBooks kept of a set whose answer was lost; it carried these operations."""

    message_set_id: int
    new_message_set_id: str
    operation_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InquirySet:
    """Ask about operations one by one."""

    operation_ids: tuple[int, ...]
    requests: tuple[qbxml.BuiltRequest, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NextQuestion:
    """What to ask now, None where nothing is; ``holds_work`` while an outcome is open: then nothing new goes out."""

    question: KeptAnswer | StoredAnswerQuestion | InquirySet | None = None
    holds_work: bool = False
    failed: int = 0


def next_question(
    db: Session, connection_id: int, *, dialect: Dialect, policy: queue.RetryPolicy, now: datetime
) -> NextQuestion:
    """Say what has to be asked next, and count that it is; one statement where nothing is open.

    What needs no question is settled on the way: what may be repeated goes again, what no query could tell and what
    was asked for in vain too often is left to a person.
    """
    failed = 0
    for _round in range(MOST_ROUNDS):
        due = queue.list_inquiries(db, connection_id, now=now)
        if not due or due[0].inquiry not in ABOUT_OUTCOMES:
            holds_work = queue.has_unknown_outcomes(db, connection_id)
            if not due or holds_work or not _is_first_in_line(db, connection_id, due[0], now=now):
                return NextQuestion(holds_work=holds_work, failed=failed)
        chosen = queue.choose_inquiries(due, limit=ASKED_TOGETHER)
        exhausted = [one for one in chosen if one.inquiries >= policy.max_attempts]
        if exhausted:
            failed += _give_up(db, connection_id, exhausted, now=now)
            continue
        question, settled = _ask(db, connection_id, chosen, dialect=dialect, policy=policy, now=now)
        failed += settled
        if question is not None:
            if not isinstance(question, KeptAnswer):
                queue.count_inquiry(db, connection_id, [one.id for one in chosen])
            return NextQuestion(question=question, holds_work=True, failed=failed)
    return NextQuestion(holds_work=True, failed=failed)


def _is_first_in_line(db: Session, connection_id: int, question: InquiredOperation, *, now: datetime) -> bool:
    """Say whether what a change needs to know is its own turn: work that came before it goes out before it."""
    first = queue.find_first_due(db, connection_id, now=now)
    return first is None or (question.priority, question.id) < first


def _ask(
    db: Session,
    connection_id: int,
    chosen: Sequence[InquiredOperation],
    *,
    dialect: Dialect,
    policy: queue.RetryPolicy,
    now: datetime,
) -> tuple[KeptAnswer | StoredAnswerQuestion | InquirySet | None, int]:
    """Make the question, or settle what needs none; give how many operations failed in doing so."""
    if chosen[0].inquiry is Inquiry.STORED_ANSWER:
        return _ask_for_answer(db, connection_id, chosen, now=now), 0
    context = load_look(db, connection_id, chosen)
    writes = load_sent_writes(db, connection_id, chosen, context=context)
    askable = [write for write in writes.values() if not _needs_none(write) and _can_be_asked_about(write, dialect)]
    questions = plan_questions(askable)
    asked = {operation_id for question in questions for operation_id in question.operation_ids}
    rest = [
        _settle(operation, writes.get(operation.id), policy=policy, now=now)
        for operation in chosen
        if operation.id not in asked
    ]
    failed = record_decisions(db, connection_id, rest, asked={one.inquiry for one in chosen}, now=now).failed
    if not asked:
        return None, failed
    built = tuple(_build(question, dialect) for question in questions)
    return InquirySet(operation_ids=tuple(sorted(asked)), requests=built), failed


def _ask_for_answer(
    db: Session, connection_id: int, chosen: Sequence[InquiredOperation], *, now: datetime
) -> KeptAnswer | StoredAnswerQuestion | None:
    message_set_id = chosen[0].message_set_id or 0
    lost = db.get(MessageSet, (connection_id, message_set_id), populate_existing=True)
    if lost is not None and lost.state in KEPT and lost.apply_attempts < AUTOMATIC_TRIES:
        return KeptAnswer(message_set_id=message_set_id)
    if lost is None or lost.new_message_set_id is None:
        queue.look_up_set(db, connection_id, message_set_id, now=now)
        return None
    return StoredAnswerQuestion(
        message_set_id=message_set_id,
        new_message_set_id=lost.new_message_set_id,
        operation_ids=tuple(lost.operation_ids),
    )


def _build(question: Question, dialect: Dialect) -> qbxml.BuiltRequest:
    return qbxml.build_request(question.request, version=dialect.version, country=dialect.country)


def _can_be_asked_about(write: SentWrite, dialect: Dialect) -> bool:
    """Say whether this QuickBooks has the queries: one that it lacks must not keep every other question from going."""
    try:
        for question in plan_questions([write]):
            _build(question, dialect)
    except (InputError, NotFoundError):
        return False
    return True


def _needs_none(write: SentWrite) -> bool:
    return write.operation.inquiry is Inquiry.OUTCOME and is_repeatable(write)


def _settle(
    operation: InquiredOperation, write: SentWrite | None, *, policy: queue.RetryPolicy, now: datetime
) -> Judgement:
    sent = sent_of(operation)
    if write is not None and _needs_none(write):
        return send_again(sent, policy=policy, now=now)
    if operation.inquiry is Inquiry.OUTCOME:
        return leave_undecided(sent, NO_QUERY, write=write, now=now)
    if operation.inquiry is Inquiry.LOOK and write is not None and not write.look:
        return go(sent, operation.decided or {}, now=now)
    return give_up(sent, operation.inquiry, "there is no query for it", write=write, now=now)


def _give_up(db: Session, connection_id: int, exhausted: Sequence[InquiredOperation], *, now: datetime) -> int:
    """Stop asking: for a stored answer, look up each operation instead; for the rest, decide without QuickBooks."""
    if exhausted[0].inquiry is Inquiry.STORED_ANSWER:
        queue.look_up_set(db, connection_id, exhausted[0].message_set_id or 0, now=now)
        return 0
    reason = "it was tried many times"
    context = load_look(db, connection_id, exhausted)
    writes = load_sent_writes(db, connection_id, exhausted, context=context)
    judgements = [give_up(sent_of(one), one.inquiry, reason, write=writes.get(one.id), now=now) for one in exhausted]
    return record_decisions(db, connection_id, judgements, asked={one.inquiry for one in exhausted}, now=now).failed
