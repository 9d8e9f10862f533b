"""Writes as they were sent, without a database: what the pure parts of recovery work on."""

from collections.abc import Mapping
from datetime import UTC, datetime

from qbwc_service import qbxml
from qbwc_service.queue import InquiredOperation
from qbwc_service.store import Inquiry
from qbwc_service.sync.recovery.sent_write import SentWrite, make_write

SENT_AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
GUID = "{11111111-2222-3333-4444-555555555555}"


def inquired(request: str, inquiry: Inquiry = Inquiry.OUTCOME, *, number: int = 7) -> InquiredOperation:
    """An operation with an open question."""
    return InquiredOperation(
        id=number,
        request=request,
        is_write=True,
        priority=100,
        inquiry=inquiry,
        inquiries=1,
        retries=0,
        readings=0,
        not_before=SENT_AT,
        batch_limit=None,
        message_set_id=1,
        body=None,
        external_guid=GUID,
        document_id=None,
        document=None,
        decided=None,
    )


def sent_write(
    request: str, body: Mapping[str, object], inquiry: Inquiry = Inquiry.OUTCOME, *, number: int = 7
) -> SentWrite:
    """A write; ``body`` is what stands inside its one aggregate, or in the request itself where it has none."""
    stem = request.removesuffix("Rq")
    values = {stem: body} if stem.endswith(("Add", "Mod")) else body
    operation = inquired(request, inquiry, number=number)
    return make_write(operation, qbxml.Request(name=request, values=values), sent_at=SENT_AT)
