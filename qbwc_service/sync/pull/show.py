"""Show how a connection's mirror stands, and the last report of its completeness, as values."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from qbwc_service.errors import NotFoundError
from qbwc_service.store import Connection, Cursor, PullPhase
from qbwc_service.sync.pull.counts import count_mirror
from qbwc_service.sync.pull.cursors import Pull, read_pull
from qbwc_service.sync.pull.entities import ENTITIES
from qbwc_service.sync.pull.phases import BEGINNING
from qbwc_service.sync.pull.progress import estimate_time, expected_rows, mirrored, percent_of
from qbwc_service.sync.pull.questions import Topic
from qbwc_service.sync.pull.rests import is_refused, list_rests
from qbwc_service.sync.pull.state import PullSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityStatus:
    """How one kind of object stands.

    ``rows`` of ``expected`` are here, back to ``covered_from``: what is deleted in QuickBooks does not count.
    ``seconds_left`` is how long the first sync will still take, if that is known. ``waiting`` objects are fetched by
    id next. ``is_refused`` says that QuickBooks will not give it: a feature is off, a right is missing.
    """

    entity: str
    phase: PullPhase
    rows: int
    expected: int | None
    covered_from: str | None
    seconds_left: int | None
    page_size: int
    waiting: int
    pulled_at: datetime | None
    due_at: datetime | None
    is_refused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RestStatus:
    """What is not asked before ``until``, and why: the last of ``tries`` failed so. The entity's other topics go on."""

    entity: str
    topic: Topic
    until: datetime
    tries: int
    reason: str
    is_refused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PullStatus:
    """How a connection's mirror stands; ``percent`` is the first sync's.

    ``rests_until`` is the end of the quiet hours that it is in now; ``rests`` are single questions.
    """

    connection_id: int
    name: str
    is_mirrored: bool
    is_paused: bool
    rests_until: datetime | None
    percent: int
    recent_done_at: str | None
    done_at: str | None
    settings: PullSettings
    entities: tuple[EntityStatus, ...]
    rests: tuple[RestStatus, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityReport:
    """Whether the mirror has all of one kind: ``mirror`` of ``quickbooks`` at ``counted_at``.

    The last comparison of all ids found so many ``missing`` and ``changed`` objects, which were fetched, and
    ``gone`` ones, which were marked.
    """

    entity: str
    mirror: int | None
    quickbooks: int | None
    counted_at: datetime | None
    in_mirror_now: int
    compared_at: datetime | None
    is_comparison_due: bool
    missing: int
    changed: int
    gone: int

    @property
    def is_complete(self) -> bool | None:
        """Whether the counts were the same; None where they were never made."""
        return None if self.quickbooks is None else self.mirror == self.quickbooks


def get_pull_status(db: Session, connection_id: int, *, now: datetime) -> PullStatus:
    """Say how a connection's mirror stands; NotFoundError where there is no such connection."""
    connection = db.get(Connection, connection_id)
    if connection is None:
        raise NotFoundError(
            f"connection {connection_id} does not exist",
            field="connection",
            remedy="list them with: qbwc-service connections list",
        )
    pull = read_pull(db, connection)
    settings = PullSettings.read(connection.pull_settings)
    return PullStatus(
        connection_id=connection.id,
        name=connection.name,
        is_mirrored=connection.is_mirrored,
        is_paused=connection.is_pull_paused,
        rests_until=settings.find_end_of_rest(now),
        percent=0 if pull is None else percent_of(pull),
        recent_done_at=None if pull is None else pull.state.recent_done_at,
        done_at=None if pull is None else pull.state.done_at,
        settings=settings,
        entities=() if pull is None else tuple(_entity(db, pull, one) for one in mirrored(pull.cursors.values())),
        rests=() if pull is None else tuple(_list_rests(pull)),
    )


def get_report(db: Session, connection_id: int) -> tuple[EntityReport, ...]:
    """Give what is known of the mirror's completeness; empty where nothing is mirrored."""
    connection = db.get(Connection, connection_id)
    pull = None if connection is None else read_pull(db, connection)
    if pull is None:
        return ()
    return tuple(_report(db, connection_id, cursor) for cursor in mirrored(pull.cursors.values()))


def _entity(db: Session, pull: Pull, cursor: Cursor) -> EntityStatus:
    left = estimate_time(cursor)
    rows, expected = _figures(db, pull, cursor)
    return EntityStatus(
        entity=cursor.entity,
        phase=cursor.phase,
        rows=rows,
        expected=expected,
        covered_from=None if cursor.covered_from == BEGINNING else cursor.covered_from,
        seconds_left=None if left is None else int(left.total_seconds()),
        page_size=cursor.page_size,
        waiting=pull.waiting_ids.get(cursor.entity, 0),
        pulled_at=cursor.pulled_at,
        due_at=cursor.due_at,
        is_refused=is_refused(cursor, Topic.FIRST_SYNC),
    )


def _list_rests(pull: Pull) -> Iterator[RestStatus]:
    """Give what rests; what is only asked alone for a while does not."""
    for cursor in pull.cursors.values():
        for rest in list_rests(cursor):
            if rest.tries:
                yield RestStatus(
                    entity=cursor.entity,
                    topic=rest.topic,
                    until=rest.until,
                    tries=rest.tries,
                    reason=rest.reason,
                    is_refused=rest.is_refused,
                )


def _figures(db: Session, pull: Pull, cursor: Cursor) -> tuple[int, int | None]:
    """Give what is here of what should be: in the first sync by its pages, afterwards by what lives in the mirror."""
    if cursor.phase is not PullPhase.INCREMENTAL:
        expected = None if cursor.expected_count is None else max(cursor.expected_count, cursor.row_count)
        return expected_rows(cursor), expected
    alive = count_mirror(db, pull.connection.id, ENTITIES[cursor.entity], since=None)
    is_complete = cursor.quickbooks_count is None or cursor.mirror_count == cursor.quickbooks_count
    return alive, alive if is_complete else cursor.quickbooks_count


def _report(db: Session, connection_id: int, cursor: Cursor) -> EntityReport:
    found = cursor.comparison or {}
    missing, changed, gone = (found.get(name) for name in ("missing", "changed", "gone"))
    return EntityReport(
        entity=cursor.entity,
        mirror=cursor.mirror_count,
        quickbooks=cursor.quickbooks_count,
        counted_at=cursor.counted_at,
        in_mirror_now=count_mirror(db, connection_id, ENTITIES[cursor.entity], since=None),
        compared_at=cursor.compared_at,
        is_comparison_due=cursor.compare_at is not None,
        missing=missing if isinstance(missing, int) else 0,
        changed=changed if isinstance(changed, int) else 0,
        gone=gone if isinstance(gone, int) else 0,
    )
