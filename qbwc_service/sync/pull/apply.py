"""Apply the answer to a set of questions: mirror, cursors and all that follows move on together.

The questions are taken in the order in which QuickBooks answered them. What it does not answer stays as it was, and is
asked again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from qbwc_service import qbxml
from qbwc_service.errors import AnswerError
from qbwc_service.store import Connection, Cursor, MessageSet, PullSet
from qbwc_service.sync.pull.compare import apply_balances, apply_ids
from qbwc_service.sync.pull.counts import apply_count, apply_older
from qbwc_service.sync.pull.cursors import drop_iterator, note_failure, note_success, read_pull
from qbwc_service.sync.pull.deletions import apply_deletions
from qbwc_service.sync.pull.page import apply_fetch, apply_page
from qbwc_service.sync.pull.prepare import request_prefix
from qbwc_service.sync.pull.questions import Question, QuestionKind
from qbwc_service.sync.pull.step import Step

REFUSED_FOR = timedelta(hours=24)
"""How long a question rests that QuickBooks does not take: a feature that is off, a right that is missing."""

BAD_ITERATORS = (3390, 3391, 3392)


@dataclass(frozen=True, slots=True, kw_only=True)
class PullApplied:
    """What an answer brought: rows, and why it could not be read to its end, if so."""

    rows: int = 0
    problem: str | None = None


def apply_pull(
    db: Session, connection: Connection, *, message_set_id: int, update_session_id: int, answer: str, now: datetime
) -> PullApplied:
    """Apply an answer once; the second time nothing happens."""
    pull = read_pull(db, connection)
    found = _take_set(db, connection.id, message_set_id, now=now)
    if pull is None or found is None:
        return PullApplied()
    questions, sent_at = found
    step = Step(
        db=db,
        pull=pull,
        update_session_id=update_session_id,
        seconds=max((now - sent_at).total_seconds(), 0.0),
        characters=len(answer),
        now=now,
    )
    by_id = {f"{request_prefix(message_set_id)}{position}": one for position, one in enumerate(questions)}
    problem: str | None = None
    try:
        for response in qbxml.read_answer(answer):
            question = by_id.get(response.request_id or "")
            cursor = None if question is None else pull.cursors.get(question.entity)
            if question is not None and cursor is not None:
                _apply_one(step, question, response, cursor)
            # Only now: the question whose rows cannot be read was not answered either.
            by_id.pop(response.request_id or "", None)
    except AnswerError as unreadable:
        problem = unreadable.message
    for question in by_id.values():
        if question.kind is not QuestionKind.STOP and question.entity in pull.cursors:
            note_failure(pull.cursors[question.entity], problem or "QuickBooks did not answer this", now=now)
    pull.save()
    return PullApplied(rows=step.rows, problem=problem)


def refuse_pull(db: Session, connection: Connection, *, message_set_id: int, reason: str, now: datetime) -> None:
    """Record that a set was refused or could not be applied: each of its questions goes alone next time, and later."""
    pull = read_pull(db, connection)
    found = _take_set(db, connection.id, message_set_id, now=now)
    if pull is None or found is None:
        return
    questions, _ = found
    for question in questions:
        cursor = pull.cursors.get(question.entity)
        if cursor is None:
            continue
        if len(questions) > 1 and not cursor.goes_alone:
            cursor.goes_alone = True
            drop_iterator(cursor)
        else:
            note_failure(cursor, reason, now=now)
    if any(question.kind is QuestionKind.COUNT for question in questions):
        pull.state.counted_first = True
    pull.save()


def _take_set(
    db: Session, connection_id: int, message_set_id: int, *, now: datetime
) -> tuple[list[Question], datetime] | None:
    """Take what a set asked, if it was not applied before."""
    mine = (PullSet.connection_id == connection_id, PullSet.message_set_id == message_set_id)
    its_set = (MessageSet.connection_id == PullSet.connection_id) & (MessageSet.id == PullSet.message_set_id)
    row = db.execute(select(PullSet, MessageSet.sent_at).join(MessageSet, its_set).where(*mine)).one_or_none()
    if row is None or row[0].applied_at is not None:
        return None
    asked: PullSet = row[0]
    asked.applied_at = now
    return [Question.from_json(question) for question in asked.questions], row[1]


def _apply_one(step: Step, question: Question, response: qbxml.Response, cursor: Cursor) -> None:
    outcome = qbxml.judge(response.status_code, response.status_message, is_write=False)
    match outcome:
        case qbxml.Outcome.DONE | qbxml.Outcome.EMPTY | qbxml.Outcome.WARNING:
            _apply_rows(step, question, response, cursor)
            if question.kind is not QuestionKind.STOP:
                note_success(cursor, now=step.now)
        case _ if question.kind is QuestionKind.STOP:
            return
        case _ if response.status_code in BAD_ITERATORS or question.iterator_id is not None:
            # The iterator is gone; what came of it is here, and the ids of its window tell what is not.
            drop_iterator(cursor)
            cursor.is_cut = True
        case qbxml.Outcome.RETRY | qbxml.Outcome.UNKNOWN:
            note_failure(cursor, _say(response), now=step.now)
        case qbxml.Outcome.REQUERY | qbxml.Outcome.LOOK_UP | qbxml.Outcome.FAILED:
            note_failure(cursor, _say(response), now=step.now, wait=REFUSED_FOR)


def _apply_rows(step: Step, question: Question, response: qbxml.Response, cursor: Cursor) -> None:
    match question.kind:
        case QuestionKind.PAGE:
            apply_page(step, question, response, cursor)
        case QuestionKind.FETCH:
            apply_fetch(step, question, response, cursor)
        case QuestionKind.IDS:
            apply_ids(step, question, response, cursor)
        case QuestionKind.BALANCES:
            apply_balances(step, question, response, cursor)
        case QuestionKind.COUNT:
            apply_count(step, question, response, cursor)
        case QuestionKind.OLDER:
            apply_older(step, response, cursor)
        case QuestionKind.DELETED:
            apply_deletions(step, response, cursor)
        case QuestionKind.STOP:
            drop_iterator(cursor)
            cursor.due_at = step.now
            cursor.window, cursor.goes_alone = None, True


def _say(response: qbxml.Response) -> str:
    return f"{response.status_code}: {response.status_message}"
