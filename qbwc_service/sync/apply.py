"""Apply QuickBooks' answer to a message set: links, sync states, and how each operation ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from qbwc_service import qbxml, queue
from qbwc_service.errors import AnswerError
from qbwc_service.store import Attempt, Document, DocumentState, Inquiry, Operation, OperationState
from qbwc_service.sync.custom_fields import judge_field, set_fields
from qbwc_service.sync.judge import Judgement, judge_lost_read, judge_response, judge_silence
from qbwc_service.sync.late import Overtaken, done_before, list_overtaken, made_by, show_twice, take_late
from qbwc_service.sync.link import record_effects
from qbwc_service.sync.make_sent import make_sent
from qbwc_service.sync.missing import create_by_rule
from qbwc_service.sync.problems.about import note_changes
from qbwc_service.sync.problems.judged import record_problems
from qbwc_service.sync.problems.record import BY_ITSELF
from qbwc_service.sync.recreate import send_recreated
from qbwc_service.sync.rules import Rules, load_rules
from qbwc_service.sync.sent import Sent
from qbwc_service.sync.state import mark_documents

UNSETTLED = (OperationState.SENT, OperationState.UNKNOWN)
KEPT = "done: its answer was lost, and QuickBooks had kept it"


class Arrival(Enum):
    """How an answer came: in the session in which it was asked for, after that, or kept by QuickBooks."""

    LIVE = auto()
    LATE = auto()
    KEPT = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What an answer did. ``problem`` says why the answer could not be read to its end, if so.

    ``frees_problems``: it changed records that open problems are about, which can be checked again at once.
    """

    done: int = 0
    failed: int = 0
    unknown: int = 0
    again: int = 0
    problem: str | None = None
    frees_problems: bool = False


def list_sent(db: Session, connection_id: int, message_set_id: int) -> dict[int, Sent]:
    """Give the operations that are out in a message set, or were when its session ended."""
    same_document = (Document.connection_id == Operation.connection_id) & (Document.id == Operation.document_id)
    was_lost = exists(
        select(Attempt.number).where(
            Attempt.connection_id == Operation.connection_id,
            Attempt.operation_id == Operation.id,
            Attempt.number < Operation.attempts,
            Attempt.answered_at.is_(None),
        )
    )
    # Only an answer that came late says of an attempt that was not the last one what it made.
    made_before = (
        select(Attempt.result)
        .where(
            Attempt.connection_id == Operation.connection_id,
            Attempt.operation_id == Operation.id,
            Attempt.number < Operation.attempts,
            Attempt.result.is_not(None),
        )
        .order_by(Attempt.number.desc())
        .limit(1)
        .correlate(Operation)
        .scalar_subquery()
    )
    query = (
        select(Operation, Document, was_lost, made_before)
        .outerjoin(Document, same_document)
        .where(
            Operation.connection_id == connection_id,
            Operation.message_set_id == message_set_id,
            Operation.state.in_(UNSETTLED),
        )
        .order_by(Operation.id)
        # Held, so that a person who decides at the same instant comes before or after, and never in between.
        .with_for_update(of=Operation, key_share=True)
        .execution_options(populate_existing=True)
    )
    return {
        operation.id: _sent(operation, document, was_lost=bool(lost), result=result)
        for operation, document, lost, result in db.execute(query)
    }


def get_sent(db: Session, connection_id: int, operation_id: int) -> Sent:
    """Give one operation of the connection, whatever its state, as what was sent of it."""
    same_document = (Document.connection_id == Operation.connection_id) & (Document.id == Operation.document_id)
    query = (
        select(Operation, Document)
        .outerjoin(Document, same_document)
        .where(Operation.connection_id == connection_id, Operation.id == operation_id)
    )
    return _sent(*db.execute(query).one())


def apply_answer(
    db: Session,
    connection_id: int,
    *,
    message_set_id: int,
    answer: str,
    policy: queue.RetryPolicy,
    now: datetime,
    arrival: Arrival = Arrival.LATE,
) -> Applied:
    """Match an answer to the operations of its set by requestID, and record what it says of each.

    What the answer does not mention, or what stands behind the place where it cannot be read any more, is *unknown*
    (a write) or asked again (a read). What it mentions and went on without it is done by it where nothing else was, and
    shown where it is there twice now. Where QuickBooks had kept the answer, the look-up is what is asked next of such a
    write. Applying the same answer twice changes nothing.
    """
    sent = list_sent(db, connection_id, message_set_id)
    judgements: dict[int, Judgement] = {}
    overtaken: dict[int, Overtaken] | None = None
    late: list[Judgement] = []
    problem: str | None = None
    try:
        for response in qbxml.read_answer(answer):
            operation_id = _operation_id(response.request_id)
            operation = sent.get(operation_id)
            if operation is not None and operation_id not in judgements:
                judged = _named(judge_response(response, operation, policy=policy, now=now), arrival)
                judgements[operation_id] = judge_field(judged, now=now)
            elif operation is None:
                overtaken = list_overtaken(db, connection_id, message_set_id) if overtaken is None else overtaken
                if operation_id in overtaken:
                    late.append(judge_response(response, overtaken[operation_id].sent, policy=policy, now=now))
    except AnswerError as unreadable:
        problem = unreadable.message
    silence_means = Inquiry.OUTCOME if arrival is Arrival.KEPT else Inquiry.STORED_ANSWER
    for operation_id, operation in sent.items():
        if operation_id not in judgements:
            why = problem or "the answer does not mention this operation"
            judgements[operation_id] = judge_silence(
                operation, reason=why, policy=policy, now=now, inquiry=silence_means
            )
    adopted = take_late(db, connection_id, late, message_set_id=message_set_id, overtaken=overtaken or {}, now=now)
    if adopted:
        record_judgements(db, connection_id, adopted, now=now)
    return apply_judgements(
        db, connection_id, message_set_id=message_set_id, judgements=judgements, problem=problem, now=now
    )


def _named(judged: Judgement, arrival: Arrival) -> Judgement:
    """Say how its success is known: with the attempt where the answer had been lost."""
    judged = replace(judged, is_live=arrival is Arrival.LIVE)
    if arrival is not Arrival.KEPT or judged.outcome.state is not OperationState.DONE:
        return judged
    return replace(judged, outcome=replace(judged.outcome, status_message=KEPT))


def repeat_lost_reads(
    db: Session, connection_id: int, message_set_id: int, *, policy: queue.RetryPolicy, now: datetime
) -> Applied:
    """Ask what was asked in a set that nobody answered again, or give it up when it never comes back."""
    sent = list_sent(db, connection_id, message_set_id)
    judgements = {
        one.operation_id: judge_lost_read(one, policy=policy, now=now) for one in sent.values() if not one.is_write
    }
    return apply_judgements(db, connection_id, message_set_id=message_set_id, judgements=judgements, now=now)


def apply_judgements(
    db: Session,
    connection_id: int,
    *,
    message_set_id: int,
    judgements: Mapping[int, Judgement],
    problem: str | None = None,
    now: datetime,
) -> Applied:
    """Record how the operations of a set ended, whatever said so: an answer, an hresult, silence."""
    judged = [done_before(one) for one in judgements.values()]
    queue.finish(db, connection_id, [one.outcome for one in judged], message_set_id=message_set_id, now=now)
    frees = record_judgements(db, connection_id, judged, now=now)
    show_twice(db, connection_id, judged, now=now)
    return replace(count(judged), problem=problem, frees_problems=frees)


def record_judgements(
    db: Session, connection_id: int, judgements: Sequence[Judgement], *, now: datetime, by: str = BY_ITSELF
) -> bool:
    """Record what ended operations mean for everything else: links, states, problems, and those that wait for them.

    Say whether records changed by it that open problems are about.
    """
    rules = _rules_of_effects(db, connection_id, judgements)
    record_effects(db, connection_id, judgements, rules=rules, now=now)
    send_recreated(db, connection_id, judgements, now=now)
    freed = queue.unblock_children(db, connection_id, _with(judgements, OperationState.DONE), now=now)
    mark_documents(db, connection_id, freed, state=DocumentState.PENDING, now=now)
    record_problems(db, connection_id, judgements, by=by, now=now)
    create_by_rule(db, connection_id, judgements, now=now)
    set_fields(db, connection_id, judgements, rules=rules, now=now)
    done = [one.sent for one in judgements if one.outcome.state is OperationState.DONE]
    changed = {sent.record_id for sent in done if sent.record_id is not None}
    return note_changes(db, connection_id, changed, now=now)


def _rules_of_effects(db: Session, connection_id: int, judgements: Sequence[Judgement]) -> Rules:
    """Give the rules that hold; no statement where no document was written."""
    has_effects = any(one.effect is not None and one.sent.document_id is not None for one in judgements)
    return load_rules(db, connection_id) if has_effects else Rules()


def _sent(
    operation: Operation,
    document: Document | None,
    *,
    was_lost: bool = False,
    result: Mapping[str, object] | None = None,
) -> Sent:
    reads = operation.edit_sequence is not None
    before = made_by(result) if operation.request.endswith("AddRq") else None
    return make_sent(operation, document, reads_edit_sequence=reads, was_lost=was_lost, made_before=before)


def count(judgements: Sequence[Judgement]) -> Applied:
    """Say how many operations ended how."""
    return Applied(
        done=len(_with(judgements, OperationState.DONE)),
        failed=len(_with(judgements, OperationState.FAILED)),
        unknown=len(_with(judgements, OperationState.UNKNOWN)),
        again=len(_with(judgements, OperationState.WAITING)),
    )


def _with(judgements: Sequence[Judgement], state: OperationState) -> list[int]:
    return [judgement.outcome.operation_id for judgement in judgements if judgement.outcome.state is state]


def _operation_id(request_id: str | None) -> int:
    """Read our operation's number back from a requestID; what is not one matches nothing."""
    return int(request_id) if request_id and request_id.isascii() and request_id.isdigit() else -1
