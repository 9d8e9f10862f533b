"""What an operation of a document that goes again has to ask QuickBooks anew, and what of its decisions stands."""

from collections.abc import Mapping

from qbwc_service.store import DocumentKind, Inquiry
from qbwc_service.sync.look.decided import FOUND, Decided
from qbwc_service.sync.problems.record import SETS_FIELD
from qbwc_service.sync.rules import Rules


def find_inquiry(
    rules: Rules, kind: DocumentKind | None, request: str, decided: Mapping[str, object] | None
) -> Inquiry | None:
    """Say what is asked (again) before it goes out: what a look found the last time may be true no more."""
    looks = Decided.LINK in (decided or {}) or looks_first(rules, kind, request)
    return Inquiry.LOOK if looks else None


def looks_first(rules: Rules, kind: DocumentKind | None, request: str) -> bool:
    """Say whether QuickBooks is looked at (again) before the operation of a document goes out."""
    if kind is None or request == SETS_FIELD:
        return False
    return request.endswith("ModRq") or (request.endswith("AddRq") and rules.looks_before_adding(kind))


def without_found(decided: Mapping[str, object] | None) -> dict[str, object]:
    """Give what a person decided, without what a look found."""
    return {name: value for name, value in (decided or {}).items() if name not in FOUND}
