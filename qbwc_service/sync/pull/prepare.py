"""Make the next message set of questions, and keep what it asks: answered or not, any process can go on from here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from qbwc_service import qbxml
from qbwc_service.errors import InputError
from qbwc_service.store import Connection, PullId, PullSet
from qbwc_service.sync.prepare import Dialect
from qbwc_service.sync.pull.cursors import Pull, cut_window, drop_lost_iterators, open_window, read_pull
from qbwc_service.sync.pull.entities import CURSORS
from qbwc_service.sync.pull.phases import settle_phases
from qbwc_service.sync.pull.plan import plan_questions
from qbwc_service.sync.pull.questions import Question, QuestionKind, Topic, write_request
from qbwc_service.sync.pull.rests import goes_alone, refuse
from qbwc_service.sync.pull.state import PullState

MOST_ALONE = 20
"""So many objects are asked for one by one in a set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PullBatch:
    """Questions that go out together, and their requests, rendered."""

    questions: tuple[Question, ...]
    requests: tuple[qbxml.BuiltRequest, ...]


def prepare_pull(
    db: Session,
    connection: Connection,
    *,
    update_session_id: int,
    message_set_id: int,
    dialect: Dialect,
    now: datetime,
) -> PullBatch | None:
    """Give what is asked next, None where nothing is due; the queue has the next turn then."""
    pull = read_pull(db, connection)
    if pull is None or pull.rests(now):
        return None
    drop_lost_iterators(pull.cursors, update_session_id, now=now)
    _drop_passed_iterators(db, pull, now=now)
    settle_phases(pull, now=now)
    batch = _build(db, pull, message_set_id=message_set_id, dialect=dialect, now=now)
    if batch is not None:
        pull.state.pushes_next = True
    pull.save()
    return batch


def take_queues_turn(connection: Connection) -> bool:
    """Say whether the queue comes before the mirror now, and give the mirror the next turn.

    They take turns: a push never waits for more than one page, and pages are not starved by pushes.
    """
    state = PullState.read(connection.pull_state)
    if not connection.is_mirrored or not state.pushes_next:
        return False
    state.pushes_next = False
    connection.pull_state = state.to_json()
    return True


def record_questions(db: Session, connection_id: int, batch: PullBatch, *, message_set_id: int) -> None:
    """Keep what a set asks, after the set itself."""
    questions = [question.to_json() for question in batch.questions]
    row = {"connection_id": connection_id, "message_set_id": message_set_id, "questions": questions}
    db.execute(insert(PullSet), [row])


def request_prefix(message_set_id: int) -> str:
    """Give what the requestIDs of a set begin with; an operation's is a plain number."""
    return f"p{message_set_id}-"


def _drop_passed_iterators(db: Session, pull: Pull, *, now: datetime) -> None:
    """Forget an iterator that is a page ahead: the last answer was kept, but the service died before it was applied."""
    if all(cursor.iterator_id is None for cursor in pull.cursors.values()):
        return
    mine = PullSet.connection_id == pull.connection.id
    last = db.scalar(select(PullSet).where(mine).order_by(PullSet.message_set_id.desc()).limit(1))
    if last is None or last.applied_at is not None:
        return
    for cursor in pull.cursors.values():
        if any(question.get("iterator_id") == cursor.iterator_id is not None for question in last.questions):
            cut_window(cursor, now=now)


def _build(db: Session, pull: Pull, *, message_set_id: int, dialect: Dialect, now: datetime) -> PullBatch | None:
    """Render what is due; what cannot be (this version does not know it) is put off, and the rest goes out."""
    for _round in CURSORS:
        questions = _with_ids(db, pull, plan_questions(pull, now=now))
        built: list[tuple[Question, qbxml.BuiltRequest]] = []
        for position, question in enumerate(questions):
            request = write_request(question, request_id=f"{request_prefix(message_set_id)}{position}")
            try:
                rendered = qbxml.build_request(request, version=dialect.version, country=dialect.country)
            except InputError as refused:
                refuse(pull.cursors[question.entity], question.topic, refused.message, now=now)
            else:
                built.append((question, rendered))
        if len(built) == len(questions):
            break
    if not built:
        return None
    for question, _ in built:
        if question.kind is QuestionKind.PAGE and question.iterator_id is None:
            open_window(pull.cursors[question.entity], question)
    return PullBatch(
        questions=tuple(question for question, _ in built), requests=tuple(request for _, request in built)
    )


def _with_ids(db: Session, pull: Pull, questions: Sequence[Question]) -> list[Question]:
    """Name the objects that are fetched: together, but each that failed before in a question of its own."""
    named: list[Question] = []
    for question in questions:
        if question.kind is not QuestionKind.FETCH:
            named.append(question)
            continue
        mine = (PullId.connection_id == pull.connection.id, PullId.entity == question.entity)
        query = select(PullId.object_id, PullId.tries).where(*mine).order_by(PullId.tries, PullId.object_id)
        found = db.execute(query.limit(question.size)).all()
        together = tuple(object_id for object_id, tries in found if tries == 0)
        groups = [together] if together else []
        groups += [(object_id,) for object_id, tries in found if tries > 0][:MOST_ALONE]
        if goes_alone(pull.cursors[question.entity], Topic.FETCH):
            groups = groups[:1]
        named += [replace(question, ids=ids, size=None) for ids in groups]
    return named
