"""Any qbXML request as an operation: checked now, handed out as it is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from qbwc_service import qbxml, queue
from qbwc_service.clock import system_clock
from qbwc_service.connections import check_connection
from qbwc_service.credentials import new_guid
from qbwc_service.errors import FieldError, InputError, InvalidRequestError
from qbwc_service.store import Inquiry, OperationState
from qbwc_service.sync.kinds.table import allows_external_guid
from qbwc_service.sync.problems.record import hold_up_again

ATTRIBUTE = "@"
ALLOWED_ATTRIBUTES = ("metaData",)
PLACEHOLDER = "0"
"""Stands for an EditSequence that is not read yet, where a request is only checked."""

NOT_KEPT = re.compile("[\0\ud800-\udfff]")
"""What PostgreSQL keeps in no JSON; the builder leaves it out too, and reports it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedRequest:
    """A qbXML request that is in the queue."""

    operation_id: int
    request: str
    state: OperationState
    text_changes: tuple[qbxml.TextChange, ...] = ()


def enqueue_qbxml(
    db: Session,
    connection_id: int,
    request: str,
    body: Mapping[str, object],
    *,
    version: str = "16.0",
    depends_on: tuple[int, ...] = (),
    priority: int = queue.NORMAL_PRIORITY,
    now: datetime | None = None,
) -> AcceptedRequest:
    """Put a qbXML request (``InvoiceQueryRq``) with its children's values into the queue, in the caller's transaction.

    ``body`` names elements as Intuit does or in snake_case, in any order: ``{"TxnID": ["C5-1417118624"]}``. The one
    attribute that may be given is ``{"@metaData": "MetaDataOnly"}``. A change (``CustomerModRq``) may leave out its
    EditSequence: then it is read before the change goes out, and again if somebody was faster.

    Raises InvalidRequestError naming every element that QuickBooks would refuse, NotFoundError for a request that
    does not exist.
    """
    moment = now or system_clock()
    check_connection(db, connection_id)
    values, attributes = _split(body)
    asked = qbxml.Request(name=request, values=values, attributes=attributes)
    reads_edit_sequence = _lacks_edit_sequence(request, values)
    if reads_edit_sequence:
        asked = replace(asked, values=_with_inner(values, "EditSequence", PLACEHOLDER))
    built = qbxml.build_request(asked, version=version)
    new = queue.NewOperation(
        request=request,
        is_write=qbxml.grammar.is_write(request),
        body=_plain(body),
        external_guid=_external_guid(request, values),
        depends_on=depends_on,
        priority=priority,
        inquiry=Inquiry.EDIT_SEQUENCE if reads_edit_sequence else None,
    )
    ((operation_id, state),) = queue.enqueue(db, connection_id, [new], now=moment).items()
    if state is OperationState.BLOCKED:
        hold_up_again(db, connection_id, [operation_id], now=moment)
    return AcceptedRequest(operation_id=operation_id, request=request, state=state, text_changes=built.changed)


def enqueue_qbxml_text(
    db: Session, connection_id: int, text: str | bytes, *, now: datetime | None = None
) -> list[AcceptedRequest]:
    """Put every request of a qbXML document into the queue, in its order; raises as ``enqueue_qbxml`` does."""
    requests = qbxml.read_requests(text)
    if not requests:
        raise InputError("the file holds no qbXML request", remedy="put requests inside <QBXML><QBXMLMsgsRq>")
    accepted: list[AcceptedRequest] = []
    for request in requests:
        attributes = {f"{ATTRIBUTE}{name}": value for name, value in request.attributes.items()}
        body = {**attributes, **request.values}
        accepted.append(enqueue_qbxml(db, connection_id, request.name, body, now=now))
    return accepted


def render_request(
    request: str,
    body: Mapping[str, object],
    *,
    request_id: str,
    external_guid: str | None,
    edit_sequence: str | None = None,
) -> qbxml.Request:
    """Make the request of a raw operation for the message set that carries it out."""
    values, attributes = _split(body)
    if external_guid is not None:
        values = _with_inner(values, "ExternalGUID", external_guid)
    if edit_sequence is not None:
        values = _with_inner(values, "EditSequence", edit_sequence)
    return qbxml.Request(name=request, values=values, attributes=attributes, request_id=request_id)


def _split(body: Mapping[str, object]) -> tuple[dict[str, object], dict[str, str]]:
    """Part a body's attributes from its elements; refuse attributes that the service itself has to set."""
    attributes = {name[1:]: str(value) for name, value in body.items() if name.startswith(ATTRIBUTE)}
    refused = [
        FieldError(path=f"@{name}", rule="unknown", message="this attribute cannot be given here")
        for name in attributes
        if name not in ALLOWED_ATTRIBUTES
    ]
    if refused:
        raise InvalidRequestError("the request is not acceptable", refused, remedy="leave it out: MaxReturned limits")
    return {name: value for name, value in body.items() if not name.startswith(ATTRIBUTE)}, attributes


def _with_inner(values: Mapping[str, object], name: str, value: str) -> dict[str, object]:
    """Put an element into the one aggregate of a request."""
    (aggregate,) = values
    inner = values[aggregate]
    return {aggregate: {**inner, name: value}} if isinstance(inner, Mapping) else dict(values)


def _lacks_edit_sequence(request: str, values: Mapping[str, object]) -> bool:
    """Say whether a change leaves its EditSequence to the service."""
    if not request.endswith("ModRq") or len(values) != 1:
        return False
    (inner,) = values.values()
    element = next(qbxml.grammar.iterate_elements(qbxml.grammar.get_request(request).content))
    takes_one = any(part.name == "EditSequence" for part in qbxml.grammar.iterate_elements(element.content))
    return takes_one and isinstance(inner, Mapping) and "EditSequence" not in inner and "edit_sequence" not in inner


def _external_guid(request: str, values: Mapping[str, object]) -> str | None:
    """Make the mark of the object that an Add makes, unless the caller brought one or there is no place for it."""
    if not request.endswith("AddRq") or len(values) != 1 or not allows_external_guid(request):
        return None
    (inner,) = values.values()
    has_own = isinstance(inner, Mapping) and ("ExternalGUID" in inner or "external_guid" in inner)
    return new_guid() if isinstance(inner, Mapping) and not has_own else None


def _plain(value: Mapping[str, object]) -> dict[str, object]:
    """Make the body storable as JSON; exact numbers and dates become text, as qbXML writes them."""
    return {name: _plain_value(inner) for name, inner in value.items()}


def _plain_value(value: object) -> object:
    match value:
        case Mapping():
            return _plain(value)
        case list() | tuple():
            return [_plain_value(inner) for inner in value]
        case str():
            return NOT_KEPT.sub("", value)
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
        case _:
            return value
