"""Try again: by itself after a while, or because a person says so."""

import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, or_, update
from sqlalchemy.orm import Session

from qbwc_service.queue.enqueue import NORMAL_PRIORITY
from qbwc_service.queue.unblock import has_undone_parent
from qbwc_service.store import Inquiry, Operation, OperationState

RECHECK_PRIORITY = 200
"""Behind what is new."""

BEFORE_SENDING = (Inquiry.EDIT_SEQUENCE, Inquiry.LOOK)
"""What has to be read before an operation goes out, however often it is tried."""


ENDED = (OperationState.FAILED, OperationState.CANCELLED, OperationState.UNKNOWN)
"""The states from which a person may send an operation again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often, and how long apart, an operation that QuickBooks could not do just now is tried again."""

    max_attempts: int = 8
    first_delay: timedelta = timedelta(seconds=30)
    longest_delay: timedelta = timedelta(hours=1)


def next_attempt_at(
    policy: RetryPolicy, *, attempt: int, now: datetime, spread: float | None = None
) -> datetime | None:
    """When to try again after attempt number ``attempt`` (from 1) failed; None when it was the last one.

    The delay doubles each time and is spread by up to a quarter, so that what failed together is not retried
    together. ``spread`` (0…1) takes the place of chance in tests.
    """
    if attempt >= policy.max_attempts:
        return None
    # In seconds, not as a timedelta: that overflows long before a hundred doublings.
    doubled = policy.first_delay.total_seconds() * 2.0 ** (attempt - 1)
    delay = timedelta(seconds=min(doubled, policy.longest_delay.total_seconds()))
    chance = random.random() if spread is None else spread  # noqa: S311 - spreading load, not a secret
    return now + delay * (0.75 + 0.25 * chance)


def look_again(db: Session, connection_id: int, requests: Collection[str]) -> None:
    """Let what waits of these requests of documents be looked for before it goes out, whether or not it was before."""
    held = (
        Operation.connection_id == connection_id,
        Operation.state.in_((OperationState.WAITING, OperationState.BLOCKED)),
        Operation.inquiry.is_(None),
        Operation.request.in_(requests),
        Operation.document_id.is_not(None),
    )
    look = update(Operation).where(*held).values(inquiry=Inquiry.LOOK)
    db.execute(look, execution_options={"synchronize_session": False})


def waits_as_check() -> ColumnElement[bool]:
    """Say, in SQL, that the operation at hand only waits because it is tried by itself whether it goes now."""
    return and_(Operation.state.in_((OperationState.WAITING, OperationState.BLOCKED)), _is_check())


def in_its_turn() -> ColumnElement[int]:
    """Give, in SQL, the priority of the operation at hand when a person wants it to go."""
    return case((_is_check(), NORMAL_PRIORITY), else_=Operation.priority)


def as_new(inquiry: Inquiry | None) -> dict[str, object]:
    """Give the values of an operation that goes again, blocked as yet: counted from nought, ``inquiry`` asked first.

    Its outcome is known now; what has to be read before it goes out still has to be read.
    """
    return {
        "state": OperationState.BLOCKED,
        "finished_at": None,
        "reason": None,
        "retries": 0,
        "readings": 0,
        "inquiry": inquiry or case((Operation.inquiry.in_(BEFORE_SENDING), Operation.inquiry)),
        "inquiries": 0,
    }


def _is_check() -> ColumnElement[bool]:
    return and_(Operation.priority == RECHECK_PRIORITY, Operation.document_id.is_not(None))


def send_again(
    db: Session,
    connection_id: int,
    operation_id: int,
    *,
    inquiry: Inquiry | None = None,
    decided: Mapping[str, object] | None = None,
    is_recheck: bool = False,
    now: datetime,
) -> bool:
    """Put a failed or cancelled operation, or one whose outcome is unknown, back to *waiting*; say if it was one.

    A person decided this: for an *unknown* write it means "I looked, it is not in QuickBooks". ``inquiry`` is what
    has to be asked (again) before it goes out, ``decided`` what they decided about it beside. ``is_recheck``: nobody
    did, it is only tried whether it goes now; behind new work, and once. A person comes before such a trial that waits.
    """
    held = (
        Operation.connection_id == connection_id,
        Operation.id == operation_id,
        # By itself nothing goes again that somebody took out of the queue meanwhile.
        Operation.state == OperationState.FAILED if is_recheck else or_(Operation.state.in_(ENDED), waits_as_check()),
    )
    move = (
        update(Operation)
        .where(*held)
        .values(
            **as_new(inquiry),
            priority=RECHECK_PRIORITY if is_recheck else in_its_turn(),
            **({} if decided is None else {"decided": dict(decided)}),
        )
    )
    if db.scalar(move.returning(Operation.id), execution_options={"synchronize_session": False}) is None:
        return False
    free = (Operation.connection_id == connection_id, Operation.id == operation_id, ~has_undone_parent())
    db.execute(
        update(Operation).where(*free).values(state=OperationState.WAITING, not_before=now),
        execution_options={"synchronize_session": False},
    )
    return True
