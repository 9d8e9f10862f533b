"""Look up what we have of documents: their content, their operation, their link."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from qbwc_service.store import Document, DocumentState, Link, SyncState
from qbwc_service.sync.references import CHUNK, Target


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDocument:
    """A document we have."""

    document_id: int
    fingerprint: str
    state: DocumentState
    operation_id: int
    quickbooks_id: str | None

    @property
    def is_linked(self) -> bool:
        """Whether it is in QuickBooks."""
        return self.quickbooks_id is not None


def find_known(db: Session, connection_id: int, targets: Collection[Target]) -> dict[Target, KnownDocument]:
    """Give those of ``targets`` that we have; one statement per few hundred."""
    wanted = sorted(targets)
    found: dict[Target, KnownDocument] = {}
    for start in range(0, len(wanted), CHUNK):
        pairs = [(target.kind, target.external_id) for target in wanted[start : start + CHUNK]]
        query = (
            select(
                Document.kind,
                Document.external_id,
                Document.id,
                Document.fingerprint,
                SyncState.state,
                SyncState.operation_id,
                Link.quickbooks_id,
            )
            .join(
                SyncState,
                (SyncState.connection_id == Document.connection_id) & (SyncState.document_id == Document.id),
            )
            .outerjoin(Link, (Link.connection_id == Document.connection_id) & (Link.document_id == Document.id))
            .where(Document.connection_id == connection_id, tuple_(Document.kind, Document.external_id).in_(pairs))
        )
        for kind, external_id, document_id, fingerprint, state, operation_id, link in db.execute(query):
            found[Target(kind, external_id)] = KnownDocument(
                document_id=document_id,
                fingerprint=fingerprint,
                state=state,
                operation_id=operation_id,
                quickbooks_id=link,
            )
    return found
