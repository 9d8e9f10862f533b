"""Answers that never reached the server as they were: what a server has to find out about by itself."""

import re
from dataclasses import dataclass

from qbwc_service.simulator.faults.kinds import FaultKind

_NEW_ID = re.compile(r"""<QBXMLMsgsRq\b[^>]*\bnewMessageSetID\s*=\s*["']([^"']*)["']""")
_REQUEST_ID = re.compile(r"""<\w+Rq\b[^>]*\brequestID\s*=\s*["']([^"']*)["']""")


@dataclass(frozen=True, slots=True, kw_only=True)
class LostAnswer:
    """A document that QuickBooks had in its hands and whose answer never came through.

    ``kind`` is the fault that did it; None where the server itself failed. ``message_set_id`` is the newMessageSetID,
    ``request_ids`` are the requests in order.
    """

    kind: FaultKind | None
    message_set_id: str | None
    request_ids: tuple[str, ...]


def read_lost(qbxml: str, kind: FaultKind | None) -> LostAnswer:
    """Read from a document what was lost with its answer."""
    new_id = _NEW_ID.search(qbxml)
    return LostAnswer(
        kind=kind,
        message_set_id=None if new_id is None else new_id[1],
        request_ids=tuple(_REQUEST_ID.findall(qbxml)),
    )


def count_requests(qbxml: str) -> int:
    """Count the requests of a document."""
    return len(_REQUEST_ID.findall(qbxml))
