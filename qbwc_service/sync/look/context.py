"""What is known here of the documents that QuickBooks is asked about: rules, links, what was agreed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from qbwc_service.queue import InquiredOperation
from qbwc_service.store import DocumentKind, Link
from qbwc_service.sync.kinds.mapping import Body
from qbwc_service.sync.look.going import Going
from qbwc_service.sync.references import Resolver, Target, find_links, list_targets
from qbwc_service.sync.rules import Rules, load_rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What was last agreed about a linked document; ``record`` is None where it was linked by hand.

    ``lines`` says where each line of the record came from (sync/agreed.py).
    """

    object_type: str
    quickbooks_id: str
    body: Body | None
    record: Mapping[str, object] | None
    lines: Sequence[Mapping[str, object]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LookContext:
    """What decisions about several operations have in common; ``going`` is filled while they are decided."""

    rules: Rules
    agreed: Mapping[int, Agreed]
    links: Mapping[Target, str]
    going: Going = field(default_factory=Going)

    def resolve(self, kind: DocumentKind, external_id: str) -> str:
        """Give the QuickBooks id of a document; UnresolvedReferenceError where it is not linked."""
        return Resolver(self.links)(kind, external_id)

    def resolve_old(self, kind: DocumentKind, external_id: str) -> str:
        """Give the id of a document that an older content names: it may have left QuickBooks since."""
        return self.links.get(Target(kind, external_id), f"{kind.value} {external_id}")


def load_context(db: Session, connection_id: int, operations: Sequence[InquiredOperation]) -> LookContext:
    """Load it for these operations; three statements."""
    wanted = sorted({one.document_id for one in operations if one.document_id is not None})
    query = select(Link).where(Link.connection_id == connection_id, Link.document_id.in_(wanted))
    agreed = {link.document_id: _agreed(link) for link in db.scalars(query)}
    targets: set[Target] = set()
    for one in operations:
        if one.document_kind is None:
            continue
        found = agreed.get(one.document_id or 0)
        for body in (one.document_body, found.body if found else None):
            targets.update(list_targets(one.document_kind, body) if body else ())
    links = find_links(db, connection_id, targets)
    return LookContext(rules=load_rules(db, connection_id), agreed=agreed, links=links)


def _agreed(link: Link) -> Agreed:
    kept = link.agreed or {}
    body, record = kept.get("body"), kept.get("record")
    return Agreed(
        object_type=link.object_type,
        quickbooks_id=link.quickbooks_id,
        body=body if isinstance(body, Mapping) else None,
        record=record if isinstance(record, Mapping) else None,
        lines=lines if isinstance(lines := kept.get("lines"), list) else None,
    )
