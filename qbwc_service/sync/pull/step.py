"""One answer being applied: what every part of it needs to know, and what it leaves behind."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from qbwc_service.store import PullId
from qbwc_service.store.bulk import is_postgresql
from qbwc_service.sync.problems.about import note_changes
from qbwc_service.sync.pull.cursors import Pull
from qbwc_service.sync.pull.write import UNSYNCED, in_pieces


@dataclass(slots=True, kw_only=True)
class Step:
    """An answer that is being applied. ``seconds`` is how long it took, ``characters`` how long it is."""

    db: Session
    pull: Pull
    update_session_id: int
    seconds: float
    characters: int
    now: datetime
    rows: int = 0
    has_problems: bool = False
    """Whether something changed that an open problem is about."""

    @property
    def connection_id(self) -> int:
        """The connection it is for."""
        return self.pull.connection.id

    @property
    def sent_at(self) -> datetime:
        """When the question went out."""
        return self.now - timedelta(seconds=self.seconds)

    def want(self, entity: str, ids: Iterable[str]) -> None:
        """Have objects fetched by their ids, soon; asking twice is asking once."""
        wanted = sorted(set(ids))
        if not wanted or entity not in self.pull.cursors:
            return
        put = postgresql.insert(PullId) if is_postgresql(self.db) else sqlite.insert(PullId)
        key = {"connection_id": self.connection_id, "entity": entity, "asked_at": self.now}
        self.db.execute(put.on_conflict_do_nothing(), [{**key, "object_id": one} for one in wanted])

    def note_changes(self, records: Iterable[str]) -> None:
        """Have the problems checked again at once that are about these records, which changed."""
        self.has_problems |= note_changes(self.db, self.connection_id, set(records), now=self.now)

    def forget_wish(self, entity: str, ids: Iterable[str]) -> None:
        """Take ids off the list: they are here, or QuickBooks has them no more."""
        for some in in_pieces(list(ids)):
            mine = (
                PullId.connection_id == self.connection_id,
                PullId.entity == entity,
                PullId.object_id.in_(some),
            )
            self.db.execute(delete(PullId).where(*mine), execution_options=UNSYNCED)
