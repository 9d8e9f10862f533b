"""Put built requests into one document: what one sendRequestXML hands to QuickBooks."""

from collections.abc import Sequence

from qbwc_service.errors import FieldError, InvalidRequestError
from qbwc_service.qbxml.characters import escape
from qbwc_service.qbxml.grammar import KNOWN_VERSIONS
from qbwc_service.qbxml.request import BuiltRequest

MAX_MESSAGE_SET_ID = 24
"""Longer message set IDs are refused with 9004 [Intuit's error recovery samples]."""

ON_ERROR = ("continueOnError", "stopOnError")
"""rollbackOnError stands in Intuit's schema, but QuickBooks Desktop does not support it."""


def build_message_set(
    requests: Sequence[BuiltRequest],
    *,
    version: str,
    on_error: str = "continueOnError",
    new_message_set_id: str | None = None,
    old_message_set_id: str | None = None,
) -> str:
    """Write the whole document, pure ASCII, requests in the given order.

    ``new_message_set_id`` asks QuickBooks to keep the outcome under that ID, ``old_message_set_id`` asks for a kept
    outcome or clears it; each has at most 24 characters. Without requests the document is a pure status check and
    needs one of them. rollbackOnError is refused: QuickBooks Desktop does not support it. Raises
    InvalidRequestError with all errors. ``version`` must be the one the requests were built for, or newer: QuickBooks
    refuses the whole document for one element that its version does not have.
    """
    errors = [
        *_check_choice("version", version, KNOWN_VERSIONS, rule="version"),
        *_check_choice("on_error", on_error, ON_ERROR, rule="enum"),
        *_check_id("new_message_set_id", new_message_set_id),
        *_check_id("old_message_set_id", old_message_set_id),
        *_check_versions(requests, version),
    ]
    if not requests and new_message_set_id is None and old_message_set_id is None:
        errors.append(FieldError(path="requests", rule="required", message="a message set needs a request"))
    if errors:
        raise InvalidRequestError("The message set cannot be sent", errors)
    attributes = f' onError="{on_error}"'
    if new_message_set_id is not None:
        attributes += f' newMessageSetID="{escape(new_message_set_id)}"'
    if old_message_set_id is not None:
        attributes += f' oldMessageSetID="{escape(old_message_set_id)}"'
    body = "".join(request.xml for request in requests)
    return (
        f'<?xml version="1.0" encoding="utf-8"?><?qbxml version="{version}"?>'
        f"<QBXML><QBXMLMsgsRq{attributes}>{body}</QBXMLMsgsRq></QBXML>"
    )


def _check_versions(requests: Sequence[BuiltRequest], version: str) -> list[FieldError]:
    return [
        FieldError(path=f"requests[{position}]", rule="version", message=f"was built for qbXML {request.version}")
        for position, request in enumerate(requests)
        if version in KNOWN_VERSIONS and request.version in KNOWN_VERSIONS[KNOWN_VERSIONS.index(version) + 1 :]
    ]


def _check_choice(path: str, value: str, known: Sequence[str], *, rule: str) -> list[FieldError]:
    if value in known:
        return []
    return [FieldError(path=path, rule=rule, message=f"{value} is not one of {', '.join(known)}")]


def _check_id(path: str, value: str | None) -> list[FieldError]:
    if value is None:
        return []
    if not value or not value.isprintable() or not value.isascii():
        return [FieldError(path=path, rule="format", message="expects plain printable characters")]
    if len(value) <= MAX_MESSAGE_SET_ID:
        return []
    limit = str(MAX_MESSAGE_SET_ID)
    message = f"has {len(value)} characters, at most {limit} are possible"
    return [FieldError(path=path, rule="max_length", message=message, limit=limit, length=len(value))]
