"""How people are told what an operation is about."""

from qbwc_service.store import DocumentKind


def name_subject(kind: DocumentKind | None, external_id: str | None, *, request: str) -> str:
    """Name it: ``invoice 'load-1001'``, or the request's name where it is for no document."""
    return request if kind is None else f"{kind.value} {external_id!r}"
