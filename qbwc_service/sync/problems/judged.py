"""Keep problems in step with how operations ended: opened where one failed, closed where one went on."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from qbwc_service.store import OperationState, ProblemReason
from qbwc_service.sync.judge import Judgement
from qbwc_service.sync.problems.about import name_record
from qbwc_service.sync.problems.classify import MISSING, find_failure_reason
from qbwc_service.sync.problems.reasons import RECHECKED
from qbwc_service.sync.problems.record import (
    BY_ITSELF,
    NOTICES,
    NewProblem,
    close_outdated,
    close_problems,
    find_held_up,
    hold_up_again,
    open_problems,
    subject_of,
)
from qbwc_service.sync.references import find_links, list_targets
from qbwc_service.sync.sent import Sent


def record_problems(
    db: Session, connection_id: int, judgements: Sequence[Judgement], *, by: str = BY_ITSELF, now: datetime
) -> None:
    """Open and close the problems of judged operations; one statement where nothing is wrong, a few where it is."""
    found = [problem for problem in map(find_problem, judgements) if problem is not None]
    troubled = {problem.operation_id: problem for problem in _with_targets(db, connection_id, found, judgements)}
    well = [judgement for judgement in judgements if judgement.sent.operation_id not in troubled]
    done = [one.sent for one in well if one.outcome.state is OperationState.DONE]
    freed = close_problems(
        db,
        connection_id,
        subjects={_subject(sent) for sent in done},
        causes={sent.operation_id for sent in done},
        but=NOTICES,
        by=by,
        now=now,
    )
    # What only goes on may come back to the same refusal: a problem that is being checked again stays until then.
    going = {_subject(one.sent) for one in well if one.outcome.state is not OperationState.DONE}
    close_problems(db, connection_id, subjects=going, but=(*NOTICES, *RECHECKED), by=by, now=now)
    failed = {
        judgement.sent.operation_id: judgement.sent.subject
        for judgement in judgements
        if judgement.outcome.state is OperationState.FAILED
    }
    held_up = find_held_up(db, connection_id, failed)
    open_problems(db, connection_id, [*troubled.values(), *held_up], now=now)
    close_outdated(db, connection_id, troubled.values(), now=now)
    hold_up_again(db, connection_id, freed, now=now)


def _with_targets(
    db: Session, connection_id: int, problems: Sequence[NewProblem], judgements: Sequence[Judgement]
) -> list[NewProblem]:
    """Say of problems that are checked again which records their documents refer to; no statement where none is."""
    checked = {one.operation_id for one in problems if one.reason in RECHECKED}
    targets = {
        sent.operation_id: list_targets(sent.document_kind, sent.document_body)
        for sent in (judgement.sent for judgement in judgements)
        if sent.operation_id in checked and sent.document_kind is not None and sent.document_body is not None
    }
    if not targets:
        return list(problems)
    links = find_links(db, connection_id, {target for theirs in targets.values() for target in theirs})
    about = {number: {links[one] for one in theirs if one in links} for number, theirs in targets.items()}
    return [replace(one, about={*one.about, *about.get(one.operation_id or 0, ())}) for one in problems]


def find_problem(judgement: Judgement) -> NewProblem | None:
    """Give the problem that a judgement means, None where it means none: what is being asked for is not one yet."""
    sent, outcome = judgement.sent, judgement.outcome
    match outcome.state:
        case OperationState.FAILED:
            reason = judgement.reason or find_failure_reason(
                outcome.status_code, outcome.status_message, request=sent.request, record_id=sent.record_id
            )
        case OperationState.UNKNOWN if outcome.inquiry is None:
            reason = ProblemReason.OUTCOME_UNKNOWN
        case _:
            return None
    said = {"status_code": outcome.status_code, "status_message": outcome.status_message}
    return NewProblem(
        reason=reason,
        message=outcome.status_message or "QuickBooks gave no reason",
        operation_id=sent.operation_id,
        document_id=sent.document_id,
        request=sent.request,
        evidence={"request": sent.request, **said, **judgement.evidence},
        about=_about(sent, outcome.status_message or ""),
    )


def _about(sent: Sent, text: str) -> list[str]:
    """Give the record of the document, and the entry that QuickBooks misses."""
    missing = MISSING.search(text)
    named = [] if missing is None else [name_record(missing["name"])]
    return named if sent.record_id is None else [*named, sent.record_id]


def _subject(sent: Sent) -> str:
    return subject_of(sent.operation_id, sent.document_id, request=sent.request)
