"""Which way a document takes to QuickBooks: added, changed, or kept here because the rules say so."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from qbwc_service import qbxml
from qbwc_service.errors import StateError
from qbwc_service.store import DocumentKind, DocumentState, Inquiry
from qbwc_service.sync.check import CheckedDocument
from qbwc_service.sync.kinds.table import ENTRIES
from qbwc_service.sync.known import KnownDocument
from qbwc_service.sync.rules import Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The request that brings a document's content to QuickBooks; ``is_kept`` where none does."""

    request: str
    takes_external_guid: bool = False
    inquiry: Inquiry | None = None
    decided: Mapping[str, object] = field(default_factory=dict)
    is_kept: bool = False


def is_unchanged(document: CheckedDocument, present: KnownDocument | None) -> bool:
    """Say whether it is the same content again; what was deleted, or is about to be for good, is wanted again."""
    is_same = present is not None and present.fingerprint == document.fingerprint
    return is_same and present is not None and (not present.is_leaving or present.is_coming_back)


def plan_route(document: CheckedDocument, present: KnownDocument | None, *, rules: Rules) -> Route:
    """Say how new content goes. StateError where the rules, or QuickBooks, do not let it."""
    push = rules.push_of(document.kind)
    is_new = present is None or (not present.is_linked and present.state is DocumentState.DELETED)
    if is_new and not push.create:
        raise _against_rules(document, "new ones are not sent to QuickBooks")
    if present is None or not present.is_linked:
        looks = rules.looks_before_adding(document.kind)
        return Route(
            request=document.request,
            takes_external_guid=document.takes_external_guid,
            inquiry=Inquiry.LOOK if looks else None,
        )
    if present.is_coming_back:
        return Route(request=present.request, decided=present.decided or {})
    if present.state is DocumentState.VOIDED:
        message = f"{document.kind.value} {document.external_id!r} was voided in QuickBooks"
        raise StateError(message, field="external_id", remedy="delete it first; then it can be sent as a new one")
    return change_route(document.kind, present, is_kept=not push.update)


def change_route(kind: DocumentKind, present: KnownDocument, *, is_kept: bool = False) -> Route:
    """Give the way of a change of a linked document."""
    request = f"{present.object_type}ModRq"
    if qbxml.grammar.find_request(request) is None:
        raise StateError(f"QuickBooks cannot change a {kind.value}", field="external_id", remedy="change it there")
    return Route(request=request, inquiry=Inquiry.LOOK, decided=record_id(kind, present), is_kept=is_kept)


def record_id(kind: DocumentKind, present: KnownDocument) -> dict[str, object]:
    """Name the record of a linked document as a request does."""
    return {"ListID" if kind in ENTRIES else "TxnID": present.quickbooks_id}


def _against_rules(document: CheckedDocument, what: str) -> StateError:
    message = f"the rules of this connection for {document.kind.value}s: {what}"
    return StateError(message, field="external_id", remedy="see `rules show`; docs/rules.md explains them")
