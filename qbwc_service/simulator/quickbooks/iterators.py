"""Iterators: a query's result handed out in pages, inside one session only.

Start gives the first page and an id; Continue needs that id, the same filters and the same MaxReturned; Stop lets it
go. They die with the session, then Continue ends with 3391 [Intuit's reference of iterators;
quickbooks-php, issue 183].
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from qbwc_service.simulator.quickbooks import statuses
from qbwc_service.simulator.quickbooks.document import Node


@dataclass(slots=True, kw_only=True)
class _Open:
    key: str
    ids: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of ids; ``iterator_id`` and ``remaining`` are None where the whole result fits."""

    ids: tuple[str, ...]
    iterator_id: str | None = None
    remaining: int | None = None


class Iterators:
    """The open iterators of one session."""

    def __init__(self, *, seed: str) -> None:
        self._seed = seed
        self._count = 0
        self._open: dict[str, _Open] = {}

    def start(self, request: Node, ids: Sequence[str], size: int | None) -> Page:
        """Hand out the first page."""
        if size is None or len(ids) <= size:
            return Page(ids=tuple(ids))
        self._count += 1
        iterator_id = "{" + str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self._seed}/{self._count}")) + "}"
        self._open[iterator_id] = _Open(key=query_key(request), ids=list(ids[size:]))
        return Page(ids=tuple(ids[:size]), iterator_id=iterator_id, remaining=len(ids) - size)

    def proceed(self, request: Node, size: int | None) -> Page:
        """Hand out the next page. StatusError 3391."""
        iterator_id = request.attributes.get("iteratorID", "")
        found = self._open.get(iterator_id)
        if found is None or found.key != query_key(request):
            raise statuses.invalid_iterator(iterator_id)
        count = len(found.ids) if size is None else size
        page, found.ids = found.ids[:count], found.ids[count:]
        if not found.ids:
            del self._open[iterator_id]
        return Page(ids=tuple(page), iterator_id=iterator_id, remaining=len(found.ids))

    def stop(self, request: Node) -> None:
        """Let an iterator go. StatusError 3391."""
        iterator_id = request.attributes.get("iteratorID", "")
        if self._open.pop(iterator_id, None) is None:
            raise statuses.invalid_iterator(iterator_id)

    def __len__(self) -> int:
        return len(self._open)


def query_key(request: Node) -> str:
    """Give what has to stay the same from page to page: the query with all of its filters."""
    return "\n".join([request.name, *(f"{node.name}={node.text}" for node in request.walk() if node is not request)])
