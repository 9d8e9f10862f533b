"""Find documents that would come to wait for themselves: a customer that is made a job of its own job."""

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from qbwc_service.store import Document
from qbwc_service.sync.references import CHUNK, Target, is_one_of, list_targets


def find_circles(
    db: Session,
    connection_id: int,
    changed: Collection[Target],
    *,
    batch: Mapping[Target, Collection[Target]],
) -> set[Target]:
    """Give those of ``changed`` that lead back to themselves, over the batch's references and those we have.

    Only a document that is known already can close a circle with what is known; one statement per step of the way,
    for all of them together, and none where nothing known is changed.
    """
    graph, seen = dict(batch), set[Target]()
    ahead = {target for start in changed for target in graph[start]}
    while ahead:
        graph |= _read_targets(db, connection_id, ahead - graph.keys())
        seen |= ahead
        ahead = {target for here in ahead for target in graph.get(here, ())} - seen
    return {target for target in changed if _leads_back(target, graph)}


def _leads_back(start: Target, graph: Mapping[Target, Collection[Target]]) -> bool:
    seen, ahead = set[Target](), set(graph[start])
    while ahead and start not in ahead:
        seen |= ahead
        ahead = {target for here in ahead for target in graph.get(here, ())} - seen
    return start in ahead


def _read_targets(db: Session, connection_id: int, documents: Collection[Target]) -> dict[Target, Collection[Target]]:
    """Give what documents that we have refer to."""
    wanted = sorted(documents)
    found: dict[Target, Collection[Target]] = {}
    for start in range(0, len(wanted), CHUNK):
        query = select(Document.kind, Document.external_id, Document.body).where(
            Document.connection_id == connection_id, is_one_of(wanted[start : start + CHUNK])
        )
        for kind, external_id, body in db.execute(query):
            found[Target(kind, external_id)] = list_targets(kind, body)
    return found
