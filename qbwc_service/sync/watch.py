"""Problems of a connection that no call tells of: silence, wrong passwords, a setup that was never finished.

They come with time, so they are looked for when somebody looks: before problems are listed.
"""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from qbwc_service import connections
from qbwc_service.store import Problem, ProblemReason
from qbwc_service.sync.problems.record import BY_ITSELF, CONNECTION, NewProblem, open_problems

WATCHED = (ProblemReason.SETUP_UNFINISHED, ProblemReason.OFFLINE, ProblemReason.WRONG_PASSWORD)
OFFLINE, PENDING = "offline", "pending_setup"


def watch_connection(db: Session, connection_id: int, *, now: datetime) -> None:
    """Open and close these problems as things stand now; NotFoundError where there is no such connection."""
    info = connections.get_connection(db, connection_id, now=now)
    found: list[NewProblem] = []
    if info.status == PENDING and info.last_contact_at is None:
        found.append(NewProblem(reason=ProblemReason.SETUP_UNFINISHED, message=info.status_text))
    if info.status == OFFLINE:
        evidence = {"last_contact_at": None if info.last_contact_at is None else info.last_contact_at.isoformat()}
        found.append(NewProblem(reason=ProblemReason.OFFLINE, message=info.status_text, evidence=evidence))
    wrong = [one for one in connections.list_installs(db, connection_id) if one.wrong_password_at is not None]
    if wrong:
        named = ", ".join(f"{one.label} ({one.user_name})" for one in wrong)
        message = f"it calls with a wrong password: {named}"
        installs = {"installs": [one.user_name for one in wrong]}
        found.append(NewProblem(reason=ProblemReason.WRONG_PASSWORD, message=message, evidence=installs))
    over = set(WATCHED) - {one.reason for one in found}
    concerned = (
        Problem.connection_id == connection_id,
        Problem.subject == CONNECTION,
        Problem.reason.in_(over),
        Problem.closed_at.is_(None),
    )
    close = update(Problem).where(*concerned).values(closed_at=now, closed_by=BY_ITSELF)
    db.execute(close, execution_options={"synchronize_session": False})
    open_problems(db, connection_id, found, now=now)
