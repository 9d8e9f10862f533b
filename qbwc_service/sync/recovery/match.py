"""Tell whether a record in QuickBooks carries the mark of what was sent."""

from collections.abc import Mapping

from qbwc_service.sync.recovery.sent_write import SentWrite


def has_mark(write: SentWrite, found: Mapping[str, object]) -> bool | None:
    """Say whether an object carries the write's ExternalGUID; None where one of them has none."""
    ours, theirs = write.external_guid, found.get("ExternalGUID")
    if ours is None or not isinstance(theirs, str) or not theirs:
        return None
    return ours.strip("{}").casefold() == theirs.strip("{}").casefold()
