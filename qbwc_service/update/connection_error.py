"""connectionError: QuickBooks could not be opened."""

from datetime import datetime

from sqlalchemy.orm import Session

from qbwc_service import qbxml
from qbwc_service.store import SessionEnd
from qbwc_service.update.policy import UpdatePolicy
from qbwc_service.update.reach import explain_hresult, report_unreachable
from qbwc_service.update.session import Held, end_session, hold_session

DONE = "done"


def connection_error(
    db: Session, ticket: str, hresult: str, *, message: str, policy: UpdatePolicy, now: datetime
) -> str:
    """Record why QuickBooks cannot be opened, and name a company file to try, or ``done``.

    Everything but ``done`` is taken for a path, also the empty text (whatever file is open), so this must end by
    itself [QBWC guide, ch. 10]: the stored path once more, then the open file, then no more. Nothing is lost:
    whatever was due goes on waiting.
    """
    held = hold_session(db, ticket)
    if held is None or not held.is_live(policy, now=now):
        return DONE
    reason = explain_hresult(hresult.strip() or "no hresult", message)
    report_unreachable(db, held.connection.id, hresult, reason=reason, now=now)
    held.session.last_call_at = now
    held.session.last_error = reason
    offer = _next_offer(held, hresult)
    if offer is None:
        end_session(db, held.session, reason=SessionEnd.CONNECTION_ERROR, policy=policy, now=now)
        return DONE
    held.session.connection_tries += 1
    return offer


def _next_offer(held: Held, hresult: str) -> str | None:
    """Give the next company file to try; None where trying again cannot help."""
    path = held.connection.company_file_path
    if path is None or qbxml.judge_hresult(hresult) is qbxml.HresultKind.AUTHORIZATION:
        return None
    offers = (path, "")
    tries = held.session.connection_tries
    return offers[tries] if tries < len(offers) else None
