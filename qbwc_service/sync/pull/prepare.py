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
from qbwc_service.sync.pull.cursors import Pull, drop_lost_iterators, note_failure, open_window, read_pull
from qbwc_service.sync.pull.entities import CURSORS
from qbwc_service.sync.pull.plan import plan_questions
from qbwc_service.sync.pull.questions import Question, QuestionKind, write_request


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
    is_queue_empty: bool,
) -> PullBatch | None:
    """Give what is asked next; None where nothing is due, or where it is the queue's turn to send something.

    They take turns: a push never waits for more than one page, and pages are not starved by pushes.
    """
    pull = read_pull(db, connection)
    if pull is None or is_resting(pull, now=now):
        return None
    if pull.state.pushes_next and not is_queue_empty:
        pull.state.pushes_next = False
        pull.save()
        return None
    drop_lost_iterators(pull.cursors, update_session_id)
    batch = _build(db, pull, message_set_id=message_set_id, dialect=dialect, now=now)
    if batch is not None:
        pull.state.pushes_next = True
    pull.save()
    return batch


def record_questions(db: Session, connection_id: int, batch: PullBatch, *, message_set_id: int) -> None:
    """Keep what a set asks, after the set itself."""
    questions = [question.to_json() for question in batch.questions]
    row = {"connection_id": connection_id, "message_set_id": message_set_id, "questions": questions}
    db.execute(insert(PullSet), [row])


def request_prefix(message_set_id: int) -> str:
    """Give what the requestIDs of a set begin with; an operation's is a plain number."""
    return f"p{message_set_id}-"


def is_resting(pull: Pull, *, now: datetime) -> bool:
    """Say whether nothing is pulled now: somebody paused it, or these are the quiet hours, whose end is noted."""
    pull.connection.pull_rests_until = pull.settings.find_end_of_rest(now)
    return pull.connection.is_pull_paused or pull.connection.pull_rests_until is not None


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
                note_failure(pull.cursors[question.entity], refused.message, now=now)
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
    """Name the objects that are fetched."""
    named = []
    for question in questions:
        if question.kind is not QuestionKind.FETCH:
            named.append(question)
            continue
        mine = (PullId.connection_id == pull.connection.id, PullId.entity == question.entity)
        query = select(PullId.object_id).where(*mine).order_by(PullId.object_id).limit(question.size)
        ids = tuple(db.scalars(query))
        if ids:
            named.append(replace(question, ids=ids, size=None))
    return named
