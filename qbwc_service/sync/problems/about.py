"""What open problems are about in QuickBooks: where the mirror shows that it changed, they are checked at once."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from sqlalchemy import Select, delete, insert, select, update
from sqlalchemy.orm import Session

from qbwc_service.store import ProblemRecord, table_of
from qbwc_service.store.bulk import is_among

IDS = ("ListID", "TxnID", "named", "invoices")
"""Where evidence says which records a problem is about."""

LONGEST = 255
UNSYNCED = {"synchronize_session": False}


def list_ids(evidence: object) -> Iterator[str]:
    """Yield the ids of records that evidence names, however deep."""
    match evidence:
        case Mapping():
            for name, value in evidence.items():
                if name in IDS and isinstance(value, str):
                    yield value
                elif name in IDS and isinstance(value, list):
                    yield from (one for one in value if isinstance(one, str))
                else:
                    yield from list_ids(value)
        case list() | tuple():
            for value in evidence:
                yield from list_ids(value)


def name_record(name: str) -> str:
    """Give what stands for a list entry of which only the name is known; to QuickBooks it is the same in capitals."""
    return f"name:{name.casefold()}"[:LONGEST]


def keep_records(db: Session, connection_id: int, about: Mapping[int, Collection[str]]) -> None:
    """Keep what problems are about, in place of what was kept before: it was looked at since."""
    if not about:
        return
    forget_records(db, connection_id, about)
    rows = [
        {"connection_id": connection_id, "problem_id": problem_id, "record": record}
        for problem_id, records in about.items()
        for record in sorted(set(records))
    ]
    if rows:
        db.execute(insert(ProblemRecord), rows)


def forget_records(db: Session, connection_id: int, problem_ids: Collection[int]) -> None:
    """Forget what problems were about that are closed."""
    theirs = (ProblemRecord.connection_id == connection_id, ProblemRecord.problem_id.in_(problem_ids))
    db.execute(delete(ProblemRecord).where(*theirs), execution_options=UNSYNCED)


def note_changes(db: Session, connection_id: int, records: Collection[str], *, now: datetime) -> bool:
    """Have the problems checked again at once that are about these; say whether there are any. One statement."""
    if not records:
        return False
    about = (
        ProblemRecord.connection_id == connection_id,
        is_among(db, table_of(ProblemRecord).c.record, sorted(records)),
        ProblemRecord.changed_at.is_(None),
    )
    move = update(ProblemRecord).where(*about).values(changed_at=now).returning(ProblemRecord.problem_id)
    return bool(db.scalars(move, execution_options=UNSYNCED).all())


def select_changed(connection_id: int) -> Select[int]:
    """Select the problems that are about something that changed since they were looked at."""
    changed = (ProblemRecord.connection_id == connection_id, ProblemRecord.changed_at.is_not(None))
    return select(ProblemRecord.problem_id).where(*changed)
