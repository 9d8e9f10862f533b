"""Apply the answer to a set of questions: mirror, cursors and all that follows move on together.

The questions are taken in the order in which QuickBooks answered them. What it does not answer stays as it was, and is
asked again.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from qbwc_service import qbxml
from qbwc_service.errors import AnswerError
from qbwc_service.store import Connection, Cursor, MessageSet, PullSet
from qbwc_service.sync.pull.compare import apply_balances, apply_ids
from qbwc_service.sync.pull.counts import apply_count, apply_older
from qbwc_service.sync.pull.cursors import Pull, read_pull, window_of
from qbwc_service.sync.pull.deletions import apply_deletions
from qbwc_service.sync.pull.entities import ENTITIES
from qbwc_service.sync.pull.failures import blame, blame_one, cut_off, doubt, let_go, lose
from qbwc_service.sync.pull.page import apply_fetch, apply_page
from qbwc_service.sync.pull.phases import settle_phases
from qbwc_service.sync.pull.prepare import request_prefix
from qbwc_service.sync.pull.questions import Question, QuestionKind, Topic
from qbwc_service.sync.pull.rests import back_off, end_rest, refuse
from qbwc_service.sync.pull.step import Step
from qbwc_service.sync.pull.vanished import mark_gone

ITS_SET = (MessageSet.connection_id == PullSet.connection_id) & (MessageSet.id == PullSet.message_set_id)
BAD_ITERATORS = (3390, 3391, 3392)
NOT_THERE = (3000, 3120)
"""No object has this id (any more): it was deleted, or merged into another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PullApplied:
    """What an answer brought: rows, and why it could not be read to its end, if so.

    ``has_problems`` says that something changed that an open problem is about.
    """

    rows: int = 0
    has_problems: bool = False
    problem: str | None = None


def apply_pull(
    db: Session, connection: Connection, *, message_set_id: int, update_session_id: int, answer: str, now: datetime
) -> PullApplied:
    """Apply an answer once; the second time nothing happens."""
    pull = read_pull(db, connection)
    found = None if pull is None else _take_set(db, pull, message_set_id, now=now)
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
    prefix = request_prefix(message_set_id)
    left = {f"{prefix}{position}": one for position, one in enumerate(questions)}
    problem = _apply_all(step, left, answer)
    settle_phases(pull, now=now)
    pull.save()
    return PullApplied(rows=step.rows, has_problems=step.has_problems, problem=problem)


def _apply_all(step: Step, left: dict[str, Question], answer: str) -> str | None:
    """Apply what was answered, and take it out of what is left; give why the answer cannot be read to its end."""
    in_hand: Question | None = None
    is_first = True
    try:
        for response in qbxml.read_answer(answer):
            in_hand = left.get(response.request_id or "")
            if in_hand is not None:
                _apply_one(step, in_hand, response, step.pull.cursors[in_hand.entity])
            left.pop(response.request_id or "", None)
            in_hand, is_first = None, False
    except AnswerError as unreadable:
        # Behind the question that was in hand none was reached. Where not even the first was, nobody knows which it is.
        if in_hand is None and not is_first:
            in_hand = next(iter(left.values()), None)
        guilty = list(left.values()) if in_hand is None else [in_hand]
        blame(step.db, step.pull, guilty, unreadable.message, now=step.now)
        return unreadable.message
    for question in left.values():
        blame_one(step.db, step.pull, question, "QuickBooks did not answer this", now=step.now)
    return None


def refuse_pull(db: Session, connection: Connection, *, message_set_id: int, reason: str, now: datetime) -> None:
    """Record that a set was refused or could not be applied."""
    pull = read_pull(db, connection)
    found = None if pull is None else _take_set(db, pull, message_set_id, now=now)
    if pull is not None and found is not None:
        blame(db, pull, found[0], reason, now=now)


def lose_pull(db: Session, connection_id: int, *, update_session_id: int, reason: str, now: datetime) -> None:
    """Record that what a session handed out last was never answered."""
    its_sets = (
        MessageSet.connection_id == connection_id,
        MessageSet.update_session_id == update_session_id,
        PullSet.applied_at.is_(None),
    )
    sets = list(db.scalars(select(PullSet).join(MessageSet, ITS_SET).where(*its_sets)))
    pull = read_pull(db, db.get_one(Connection, connection_id)) if sets else None
    if pull is not None:
        for asked in sets:
            lose(db, pull, _take(asked, now=now), reason, now=now)


def _take_set(db: Session, pull: Pull, message_set_id: int, *, now: datetime) -> tuple[list[Question], datetime] | None:
    """Take what a set asked, if it was not applied before, and when it was sent."""
    mine = (PullSet.connection_id == pull.connection.id, PullSet.message_set_id == message_set_id)
    row = db.execute(select(PullSet, MessageSet.sent_at).join(MessageSet, ITS_SET).where(*mine)).one_or_none()
    if row is None or row[0].applied_at is not None:
        return None
    return _take(row[0], now=now), row[1]


def _take(asked: PullSet, *, now: datetime) -> list[Question]:
    asked.applied_at = now
    return [Question.from_json(question) for question in asked.questions]


def _apply_one(step: Step, question: Question, response: qbxml.Response, cursor: Cursor) -> None:
    if question.kind is QuestionKind.STOP:
        let_go(cursor, question, "It waits until no other iterator is open", now=step.now)
        return
    match qbxml.judge(response.status_code, response.status_message, is_write=False):
        case qbxml.Outcome.DONE | qbxml.Outcome.EMPTY | qbxml.Outcome.WARNING:
            answered = _topics(question, cursor)
            _apply_rows(step, question, response, cursor)
            for topic in answered:
                end_rest(cursor, topic)
            cursor.pulled_at = step.now
        case _ if _lost_iterator(question, response) and cut_off(step.pull, question, now=step.now):
            # What came of the iterator is here, and the ids of its window tell what is not.
            return
        case qbxml.Outcome.RETRY | qbxml.Outcome.UNKNOWN:
            back_off(cursor, question.topic, _say(response), now=step.now)
        case qbxml.Outcome.REQUERY | qbxml.Outcome.LOOK_UP | qbxml.Outcome.FAILED:
            _refuse(step, question, response, cursor)


def _topics(question: Question, cursor: Cursor) -> tuple[Topic, ...]:
    """Give what an answer ends the failures of: the ids of a window that was cut stand for its pages."""
    window = window_of(cursor)
    if question.kind is QuestionKind.IDS and cursor.is_cut and window is not None and window.is_first_sync:
        return (question.topic, window.topic)
    return (question.topic,)


def _lost_iterator(question: Question, response: qbxml.Response) -> bool:
    return response.status_code in BAD_ITERATORS or question.iterator_id is not None


def _refuse(step: Step, question: Question, response: qbxml.Response, cursor: Cursor) -> None:
    """Have a question rest that QuickBooks will not take; where it may be one object's fault, find that one."""
    fact = qbxml.explain_status(response.status_code)
    is_forbidden = fact is not None and fact.action is qbxml.Action.ASK_PERSON
    if question.kind is not QuestionKind.FETCH or is_forbidden:
        cursor.is_cut = cursor.is_cut and question.kind is not QuestionKind.IDS
        refuse(cursor, question.topic, _say(response), now=step.now)
    elif len(question.ids) > 1:
        doubt(step.db, step.pull, question)
    else:
        if response.status_code in NOT_THERE:
            mark_gone(step, ENTITIES[question.entity], question.ids)
        step.forget_wish(question.entity, question.ids)
        end_rest(cursor, question.topic)


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
            apply_older(question, response, cursor)
        case QuestionKind.DELETED:
            apply_deletions(step, response, cursor)
        case QuestionKind.STOP:
            pass


def _say(response: qbxml.Response) -> str:
    return f"{response.status_code}: {response.status_message}"
