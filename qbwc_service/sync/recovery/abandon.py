"""Stop asking for outcomes: another company file took the place of the one that the writes went to."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from qbwc_service import queue
from qbwc_service.store import ABOUT_OUTCOMES, Operation
from qbwc_service.sync.recovery.answer import record_decisions, sent_of
from qbwc_service.sync.recovery.sent_write import load_sent_writes
from qbwc_service.sync.recovery.verdict import leave_undecided

OTHER_FILE = "another company file was accepted before QuickBooks could be asked whether it has done this"


def abandon_outcomes(db: Session, connection_id: int, *, now: datetime) -> int:
    """Leave every outcome that is still asked for to a person, and say how many there were.

    What is not found in the new file may well be in the old one: to look for it there proves nothing.
    """
    open_ = select(Operation.id).where(Operation.connection_id == connection_id, Operation.inquiry.in_(ABOUT_OUTCOMES))
    held = queue.hold_inquiries(db, connection_id, list(db.scalars(open_)))
    writes = load_sent_writes(db, connection_id, held)
    judgements = [leave_undecided(sent_of(one), OTHER_FILE, write=writes.get(one.id), now=now) for one in held]
    record_decisions(db, connection_id, judgements, asked=ABOUT_OUTCOMES, now=now)
    return len(judgements)
