"""Whether QuickBooks can be reached: the connection's status, and one problem of the connection for all documents."""

from datetime import datetime

from sqlalchemy.orm import Session

from qbwc_service import qbxml
from qbwc_service.connections import set_status
from qbwc_service.store import ConnectionStatus, ProblemReason
from qbwc_service.sync.problems import CONNECTION, NewProblem, close_problems, find_connection_reason, open_problems


def explain_hresult(hresult: str, message: str) -> str:
    """Say what a hresult means and what to do, with QuickBooks' own words where we do not know it."""
    fact = qbxml.explain_hresult(hresult)
    return f"{hresult}: {message}" if fact is None else f"{fact.meaning} ({hresult}). {fact.advice}"


def report_unreachable(db: Session, connection_id: int, hresult: str, *, reason: str, now: datetime) -> None:
    """Record why QuickBooks could not be asked; whatever was due goes on waiting."""
    set_status(db, connection_id, ConnectionStatus.WAITING, reason=reason, now=now)
    found = NewProblem(reason=find_connection_reason(hresult), message=reason, evidence={"hresult": hresult[:64]})
    _replace(db, connection_id, found, now=now)


def report_mismatch(db: Session, connection_id: int, *, reason: str, now: datetime) -> None:
    """Record that another company file is open; nothing is sent to it."""
    set_status(db, connection_id, ConnectionStatus.MISMATCH, reason=reason, now=now)
    found = NewProblem(reason=ProblemReason.COMPANY_MISMATCH, message=reason)
    _replace(db, connection_id, found, now=now)


def report_reachable(db: Session, connection_id: int, *, now: datetime) -> None:
    """Close whatever kept the connection from QuickBooks."""
    close_problems(db, connection_id, subjects=[CONNECTION], now=now)


def _replace(db: Session, connection_id: int, problem: NewProblem, *, now: datetime) -> None:
    """The last thing that was told is what is wrong now; what was told before is over."""
    close_problems(db, connection_id, subjects=[CONNECTION], but=[problem.reason], now=now)
    open_problems(db, connection_id, [problem], now=now)
