"""Look up what we have of documents: their content, their operation, their link."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from qbwc_service.store import Document, DocumentState, Link, Operation, SyncState
from qbwc_service.sync.look.decided import Decided
from qbwc_service.sync.references import CHUNK, Target, is_one_of

LEAVING = ("TxnDelRq", "ListDelRq", "TxnVoidRq")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDocument:
    """A document we have."""

    document_id: int
    fingerprint: str
    state: DocumentState
    operation_id: int
    request: str
    quickbooks_id: str | None
    object_type: str | None
    agreed_fingerprint: str | None
    decided: Mapping[str, object] | None = None

    @property
    def is_leaving(self) -> bool:
        """Whether it was deleted, or is about to be deleted or voided."""
        is_about_to = self.state is not DocumentState.VOIDED and self.request in LEAVING
        return self.state is DocumentState.DELETED or is_about_to

    @property
    def is_coming_back(self) -> bool:
        """Whether its record is about to be deleted, and the document to go out as a new one."""
        return self.is_leaving and self.is_linked and bool((self.decided or {}).get(Decided.RECREATE))

    @property
    def is_linked(self) -> bool:
        """Whether it is in QuickBooks."""
        return self.quickbooks_id is not None


def find_known(db: Session, connection_id: int, targets: Collection[Target]) -> dict[Target, KnownDocument]:
    """Give those of ``targets`` that we have; one statement per few hundred."""
    wanted = sorted(targets)
    found: dict[Target, KnownDocument] = {}
    for start in range(0, len(wanted), CHUNK):
        query = (
            select(
                Document.kind,
                Document.external_id,
                Document.id,
                Document.fingerprint,
                SyncState.state,
                SyncState.operation_id,
                Operation.request,
                Operation.decided,
                Link.quickbooks_id,
                Link.object_type,
                Link.fingerprint.label("agreed_fingerprint"),
            )
            .join(
                SyncState,
                (SyncState.connection_id == Document.connection_id) & (SyncState.document_id == Document.id),
            )
            .join(
                Operation,
                (Operation.connection_id == SyncState.connection_id) & (Operation.id == SyncState.operation_id),
            )
            .outerjoin(Link, (Link.connection_id == Document.connection_id) & (Link.document_id == Document.id))
            .where(Document.connection_id == connection_id, is_one_of(wanted[start : start + CHUNK]))
        )
        for row in db.execute(query):
            found[Target(row.kind, row.external_id)] = KnownDocument(
                document_id=row.id,
                fingerprint=row.fingerprint,
                state=row.state,
                operation_id=row.operation_id,
                request=row.request,
                quickbooks_id=row.quickbooks_id,
                object_type=row.object_type,
                agreed_fingerprint=row.agreed_fingerprint,
                decided=row.decided,
            )
    return found
