"""What follows when questions are not answered: find out which one it is, or which object, and let the rest go on."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from qbwc_service.store import Cursor, PullId
from qbwc_service.sync.pull.cursors import Pull, cut_window, drop_iterator
from qbwc_service.sync.pull.entities import ENTITIES
from qbwc_service.sync.pull.page_size import SMALLEST
from qbwc_service.sync.pull.questions import Question, QuestionKind, Topic
from qbwc_service.sync.pull.rests import back_off, find_rest, goes_alone, suspect
from qbwc_service.sync.pull.write import UNSYNCED, in_pieces

MOST_TRIES = 4
"""How often an object is asked for alone before the wish is given up: the daily comparison finds it again."""

MOST_COMPARISONS = 2
"""How often the ids of a window that was cut are asked for in vain before the window begins anew."""


def blame(db: Session, pull: Pull, questions: Sequence[Question], reason: str, *, now: datetime) -> None:
    """Take in that a set failed. A single question did it; of several nobody knows, so each goes alone next time."""
    if len(questions) == 1:
        blame_one(db, pull, questions[0], reason, now=now)
        return
    for question in questions:
        _interrupt(pull.cursors[question.entity], question, now=now)
        suspect(pull.cursors[question.entity], question.topic, reason, now=now)


def lose(db: Session, pull: Pull, questions: Sequence[Question], reason: str, *, now: datetime) -> None:
    """Take in that a set was never answered: the first time nobody is to blame, the second time it is the question."""
    known = [one for one in questions if goes_alone(pull.cursors[one.entity], one.topic)]
    if len(questions) == 1 and known:
        blame_one(db, pull, questions[0], reason, now=now)
        return
    for question in questions:
        cursor = pull.cursors[question.entity]
        _interrupt(cursor, question, now=now)
        _shrink(cursor, question)
        suspect(cursor, question.topic, reason, now=now)


def blame_one(db: Session, pull: Pull, question: Question, reason: str, *, now: datetime) -> None:
    """Ask for less at a time, or object by object, and where that is not possible, later."""
    cursor = pull.cursors[question.entity]
    is_smaller = _shrink(cursor, question)
    match question.kind:
        case QuestionKind.STOP:
            let_go(cursor, question, reason, now=now)
            return
        case QuestionKind.FETCH:
            doubt(db, pull, question)
            is_smaller = len(question.ids) > 1
        case QuestionKind.PAGE if cursor.page_number > 0 or not is_smaller:
            cut_off(pull, question, now=now)
        case QuestionKind.IDS:
            rest = find_rest(cursor, Topic.IDS)
            cursor.is_cut = cursor.is_cut and (rest is None or rest.tries < MOST_COMPARISONS)
        case _:
            pass
    put_off = suspect if is_smaller else back_off
    put_off(cursor, question.topic, reason, now=now)


def cut_off(pull: Pull, question: Question, *, now: datetime) -> bool:
    """Have what is not here of a window fetched by its ids; False where that is not possible: it begins anew."""
    cursor = pull.cursors[question.entity]
    if cursor.page_number == 0:
        # Not even its first page said from when on changes have to be asked for; what was seen before it does.
        cursor.next_high_water = pull.state.latest_wall
        if question.is_first_sync and cursor.high_water is None:
            cursor.high_water = cursor.next_high_water
    return cut_window(cursor, now=now)


def let_go(cursor: Cursor, question: Question, reason: str, *, now: datetime) -> None:
    """Forget an iterator that is one too many; what it was about is asked alone, when no other one is open."""
    drop_iterator(cursor)
    cursor.window, cursor.due_at = None, now
    suspect(cursor, question.topic, reason, now=now)


def doubt(db: Session, pull: Pull, question: Question) -> None:
    """Ask for these objects one by one from now on; after so many failures not at all."""
    for some in in_pieces(list(question.ids)):
        mine = (
            PullId.connection_id == pull.connection.id,
            PullId.entity == question.entity,
            PullId.object_id.in_(some),
        )
        db.execute(update(PullId).where(*mine).values(tries=PullId.tries + 1), execution_options=UNSYNCED)
        db.execute(delete(PullId).where(*mine, PullId.tries >= MOST_TRIES), execution_options=UNSYNCED)


def _shrink(cursor: Cursor, question: Question) -> bool:
    """Make the next page half as large as the one that failed; False where it cannot be smaller."""
    size = len(question.ids) or question.size
    is_page = question.kind in (QuestionKind.PAGE, QuestionKind.FETCH) and ENTITIES[question.entity].has_iterator
    if not is_page or size is None or size <= SMALLEST:
        return False
    cursor.page_size = max(SMALLEST, min(cursor.page_size, size // 2))
    return True


def _interrupt(cursor: Cursor, question: Question, *, now: datetime) -> None:
    """Take in that a window was cut off between two of its pages."""
    if question.kind in (QuestionKind.PAGE, QuestionKind.STOP) and cursor.page_number > 0:
        cut_window(cursor, now=now)
