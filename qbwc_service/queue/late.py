"""Attempts whose answers come after their operations went on without them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from qbwc_service.queue.finish import Outcome, attempt_values
from qbwc_service.store import Attempt, table_of


def complete_late(
    db: Session, connection_id: int, outcomes: Sequence[Outcome], *, message_set_id: int, now: datetime
) -> None:
    """Keep with the attempts of a set what QuickBooks said to them after all; their operations stay as they are."""
    if not outcomes:
        return
    attempts = table_of(Attempt)
    unanswered = (
        attempts.c.connection_id == connection_id,
        attempts.c.operation_id == bindparam("operation"),
        attempts.c.message_set_id == message_set_id,
        attempts.c.answered_at.is_(None),
    )
    complete = (
        update(attempts)
        .where(*unanswered)
        .values(
            answered_at=now, status_code=bindparam("code"), status_message=bindparam("text"), result=bindparam("kept")
        )
    )
    db.connection().execute(complete, [attempt_values(outcome) for outcome in outcomes])
