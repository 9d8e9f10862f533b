"""What is not asked for a while, and why: one small piece per kind of question of an entity.

A question that failed rests, a little longer each time; one that QuickBooks refuses rests for a day. Nothing else of
the entity does. As long as it stands here a question goes alone when its time comes, so that it takes no other one
with it; an answer takes it out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from qbwc_service.store import Cursor
from qbwc_service.sync.pull.questions import Topic

BACK_OFF, LONGEST_BACK_OFF = timedelta(minutes=5), timedelta(hours=12)
REFUSED_FOR = timedelta(hours=24)
"""How long a question rests that QuickBooks does not take: a feature that is off, a right that is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """Until when a question is not asked, after how many ``tries``, and why.

    With no tries it is only under suspicion: it was in a set that failed, and nobody knows whose fault that was.
    """

    topic: Topic
    until: datetime
    tries: int
    reason: str
    is_refused: bool = False


def list_rests(cursor: Cursor) -> list[Rest]:
    """Give all that rests, or rested and was not answered since."""
    return [_read(topic, value) for topic, value in (cursor.rests or {}).items()]


def find_rest(cursor: Cursor, topic: Topic) -> Rest | None:
    """Give what is known of a question's failures; None where the last answer was a good one."""
    value = (cursor.rests or {}).get(topic)
    return None if value is None else _read(topic, value)


def may_ask(cursor: Cursor, topic: Topic, *, now: datetime) -> bool:
    """Say whether a question does not rest now."""
    rest = find_rest(cursor, topic)
    return rest is None or rest.until <= now


def goes_alone(cursor: Cursor, topic: Topic) -> bool:
    """Say whether a question failed, or may have made its set fail, the last time."""
    return topic in (cursor.rests or {})


def is_refused(cursor: Cursor, topic: Topic) -> bool:
    """Say whether QuickBooks will not have a question."""
    rest = find_rest(cursor, topic)
    return rest is not None and rest.is_refused


def back_off(cursor: Cursor, topic: Topic, reason: str, *, now: datetime) -> None:
    """Ask again later, and later each time."""
    before = find_rest(cursor, topic)
    tries = 1 if before is None else before.tries + 1
    until = now + min(BACK_OFF * 2 ** min(tries - 1, 10), LONGEST_BACK_OFF)
    _keep(cursor, Rest(topic=topic, until=until, tries=tries, reason=reason))


def refuse(cursor: Cursor, topic: Topic, reason: str, *, now: datetime) -> None:
    """Ask again tomorrow: the same request fails until somebody changes something in QuickBooks."""
    before = find_rest(cursor, topic)
    tries = 1 if before is None else before.tries + 1
    _keep(cursor, Rest(topic=topic, until=now + REFUSED_FOR, tries=tries, reason=reason, is_refused=True))


def suspect(cursor: Cursor, topic: Topic, reason: str, *, now: datetime) -> None:
    """Ask again at once, but alone."""
    before = find_rest(cursor, topic)
    _keep(cursor, Rest(topic=topic, until=now, tries=0 if before is None else before.tries, reason=reason))


def end_rest(cursor: Cursor, topic: Topic) -> None:
    """Forget earlier failures: it was answered."""
    if goes_alone(cursor, topic):
        cursor.rests = {name: value for name, value in (cursor.rests or {}).items() if name != topic} or None


def _keep(cursor: Cursor, rest: Rest) -> None:
    value = {"until": rest.until.isoformat(), "tries": rest.tries, "reason": rest.reason}
    cursor.rests = {**(cursor.rests or {}), rest.topic.value: value | ({"is_refused": True} if rest.is_refused else {})}


def _read(topic: str, value: Any) -> Rest:
    return Rest(topic=Topic(topic), **{**value, "until": datetime.fromisoformat(value["until"])})
