"""Know what a write made by its mark."""

from collections.abc import Mapping

from qbwc_service.sync.compare import is_marked
from qbwc_service.sync.recovery.sent_write import SentWrite


def has_mark(write: SentWrite, found: Mapping[str, object]) -> bool | None:
    """Say whether an object carries the write's ExternalGUID; None where one of them has none."""
    return is_marked(write.external_guid, found)
