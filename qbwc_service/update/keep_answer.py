"""Keep an answer: the raw text with the set that it belongs to, before anybody tries to understand it."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from qbwc_service.store import MessageSet, MessageSetPurpose, MessageSetState
from qbwc_service.sync import Applied, pull
from qbwc_service.update.policy import UpdatePolicy
from qbwc_service.update.session import UNANSWERED, find_overtaken, hold_session, is_overtaken

REQUEST_ID = re.compile(r"""\srequestID\s*=\s*["'](?:(\d{1,18})(-\d{1,9})?|(p\d{1,18}-)\d{1,9})["']""")
"""The operation's number in a requestID; a question about it has a number of its own behind; a pull begins with p."""

SET_ID = re.compile(r"""<QBXMLMsgsRs\b[^>]*?\snewMessageSetID\s*=\s*["']([^"']{1,64})["']""")
HEAD = 4096
"""Characters of an answer in which its head stands."""

SESSION_IS_OVER = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the Web Connector brings back: text, or a hresult with QuickBooks' message."""

    response: str
    hresult: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An answer that is stored and waits to be applied."""

    connection_id: int
    message_set_id: int
    purpose: MessageSetPurpose
    operation_ids: tuple[int, ...] = ()
    recovers_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The percentage the Web Connector is told (negative: see getLastError), and what the answer did."""

    percent: int
    connection_id: int | None = None
    applied: Applied | None = None


def keep_answer(db: Session, ticket: str, answer: Answer, *, policy: UpdatePolicy, now: datetime) -> Kept | Progress:
    """Store the raw answer with the set it belongs to.

    Gives a ``Progress`` at once where no set waits for an answer: a call that comes twice is told the same again.
    An answer that comes late, on a session that was ended meanwhile, is kept and applied like any other, even where its
    operations were sent again since. One that names operations of another set is an older one that came again: what is
    out stays out.
    """
    held = hold_session(db, ticket)
    if held is None:
        return Progress(percent=SESSION_IS_OVER)
    session = held.session
    waiting = held.unsettled or find_overtaken(db, session, first_operation(answer.response))
    if waiting is None:
        # A session that stands at an error was told -1, and is told so again.
        if not held.is_live(policy, now=now) or session.progress == 0 or session.last_error is not None:
            session.last_error = session.last_error or "No request is out that this could be the answer to."
            return Progress(percent=SESSION_IS_OVER, connection_id=held.connection.id)
        return Progress(percent=session.progress, connection_id=held.connection.id)
    if _answers_another_set(waiting, answer):
        percent = max(session.progress, 1) if held.is_live(policy, now=now) else SESSION_IS_OVER
        return Progress(percent=percent, connection_id=held.connection.id)
    # The same answer, brought twice at one instant, is kept once and applied twice, which changes nothing.
    mine = (
        MessageSet.connection_id == waiting.connection_id,
        MessageSet.id == waiting.id,
        or_(MessageSet.state.in_(UNANSWERED), is_overtaken()),
    )
    values = {
        "state": MessageSetState.ANSWERED,
        "answer": answer.response,
        "hresult": answer.hresult.strip()[:64] or None,
        "hresult_message": answer.message or None,
        "answered_at": now,
    }
    db.execute(update(MessageSet).where(*mine).values(**values), execution_options={"synchronize_session": False})
    return Kept(
        connection_id=waiting.connection_id,
        message_set_id=waiting.id,
        purpose=waiting.purpose,
        operation_ids=tuple(waiting.operation_ids),
        recovers_id=waiting.recovers_id,
    )


def _answers_another_set(waiting: MessageSet, answer: Answer) -> bool:
    """Say whether an answer names another set, or begins with an operation or a question that this set does not hold.

    QuickBooks echoes the set's own ID: an operation that goes again has the same requestID as before.
    """
    echoed = SET_ID.search(answer.response, 0, HEAD)
    if echoed is not None and waiting.new_message_set_id is not None:
        return echoed[1] != waiting.new_message_set_id
    first = REQUEST_ID.search(answer.response)
    if first is None or waiting.purpose is MessageSetPurpose.IDENTITY:
        return False
    if waiting.purpose is MessageSetPurpose.PULL:
        return first[3] != pull.request_prefix(waiting.id)
    if first[3] is not None:
        return True
    is_question = waiting.purpose is MessageSetPurpose.INQUIRY
    return bool(first[2]) is not is_question or int(first[1]) not in waiting.operation_ids


def first_operation(answer: str) -> int | None:
    """Give the number of the operation that an answer begins with; None where it begins with a question's."""
    first = REQUEST_ID.search(answer)
    return int(first[1]) if first is not None and first[1] and not first[2] else None
