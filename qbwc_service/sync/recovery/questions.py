"""What to ask QuickBooks about a write: where its effect would be found if it was done.

A new record is looked for under its number or name, among everything of its customer that was changed since, and
among what was deleted since: a person may have renumbered it, renamed it or thrown it away in the meantime
[facts: no query can filter by ExternalGUID, so a window is read and compared here].
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from qbwc_service import qbxml
from qbwc_service.qbxml.grammar import Choice, Element
from qbwc_service.store import Inquiry
from qbwc_service.sync.look import ask_for_record
from qbwc_service.sync.recovery.sent_write import SentWrite

REPEATABLE = (
    "DataExt",
    "DataExtDef",
    "ListDisplay",
    "TxnDisplay",
    "ClearedStatus",
    "DataEventRecoveryInfo",
    "Form1099CategoryAccountMapping",
)
"""What doing twice comes to the same as doing once: it is sent again without a question."""

PARTNERS = ("CustomerRef", "VendorRef", "PayeeEntityRef", "EntityRef")
NAME_LISTS = dict.fromkeys(("Customer", "Vendor", "Employee", "OtherName"), "EntityQueryRq")
"""Customers, vendors, employees and other names share one list of names [Intuit: 3100]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One query, and the operations it is about. Its requestID is ``<operation>-<number>``."""

    request: qbxml.Request
    operation_ids: tuple[int, ...]


def is_repeatable(write: SentWrite) -> bool:
    """Say whether sending it again can do no harm, whether or not it was done before."""
    if write.kind in REPEATABLE:
        return True
    # A change carries the EditSequence it was made for: done before, it is refused the second time (3200).
    return write.action == "Mod" and (write.object_id is None or _query(write.kind) is None)


def plan_questions(writes: Sequence[SentWrite]) -> list[Question]:
    """Give the questions about these writes; the same one is asked once. The same writes give the same plan."""
    asked: dict[str, list[int]] = {}
    requests: dict[str, qbxml.Request] = {}
    for write in writes:
        for number, request in enumerate(_ask(write)):
            key = f"{request.name} {sorted(request.values.items())!r}"
            if key not in requests:
                request_id = f"{write.operation.id}-{number}"
                requests[key] = qbxml.Request(name=request.name, values=request.values, request_id=request_id)
            asked.setdefault(key, []).append(write.operation.id)
    return [Question(request=requests[key], operation_ids=tuple(ids)) for key, ids in asked.items()]


def _ask(write: SentWrite) -> Iterator[qbxml.Request]:
    match write.operation.inquiry:
        case Inquiry.OUTCOME if write.is_named:
            yield ask_for_record(write.operation)
        case Inquiry.NAME:
            yield from _ask_for_name(write)
        case Inquiry.LOOK:
            yield from write.look
        case Inquiry.EDIT_SEQUENCE:
            yield from _ask_for_object(write)
        case Inquiry.OUTCOME | Inquiry.STORED_ANSWER:
            yield from (_ask_for_addition(write) if write.action == "Add" else _ask_for_object(write))


def _ask_for_object(write: SentWrite) -> Iterator[qbxml.Request]:
    query = _query(write.kind)
    if query is None or write.object_id is None:
        return
    key = "TxnID" if "TxnID" in query.names else "ListID"
    yield query.request({key: [write.object_id]}, lines=True)


def _ask_for_name(write: SentWrite) -> Iterator[qbxml.Request]:
    """By the full name; where the parent is known by id only, among all that have such a name under some parent."""
    name = write.text("Name")
    if name is None:
        return
    list_query = "ItemQueryRq" if write.kind.startswith("Item") else f"{write.kind}QueryRq"
    query = _find(NAME_LISTS.get(write.kind, list_query))
    full = full_name(write)
    if query is not None and full is not None and "FullName" in query.names:
        yield query.request({"FullName": [full]})
    elif query is not None and full is None and "NameFilter" in query.names:
        name_filter = {"MatchCriterion": "Contains", "Name": name}
        yield query.request({"ActiveStatus": "All", "NameFilter": name_filter})


def _ask_for_addition(write: SentWrite) -> Iterator[qbxml.Request]:
    query = _query(write.kind)
    if query is None or write.since is None:
        return
    since = write.since.isoformat()
    number, name = write.text("RefNumber"), full_name(write)
    if number is not None and "RefNumber" in query.names:
        yield query.request({"RefNumber": [number]}, lines=True)
    if name is not None and "FullName" in query.names:
        yield query.request({"FullName": [name]})
    yield query.request(_window(query, write, since=since), lines=True)
    yield from _ask_for_deletion(write, since=since)


def _window(query: "_Query", write: SentWrite, *, since: str) -> dict[str, object]:
    """Everything that was changed since, of the same customer or vendor where the query can tell.

    What has no number has nothing but its mark to be known by, so that it is looked for under everybody: a person may
    have moved it to another customer, and those of a number are found under it.
    """
    if "ModifiedDateRangeFilter" in query.names:
        values: dict[str, object] = {"ModifiedDateRangeFilter": {"FromModifiedDate": since}}
        partner = _partner(write)
        if partner and "EntityFilter" in query.names and write.text("RefNumber") is not None:
            values["EntityFilter"] = partner
        return values
    values = {"FromModifiedDate": since} if "FromModifiedDate" in query.names else {}
    return {**values, "ActiveStatus": "All"} if "ActiveStatus" in query.names else values


def _ask_for_deletion(write: SentWrite, *, since: str) -> Iterator[qbxml.Request]:
    for request_name, type_name in (("TxnDeletedQueryRq", "TxnDelType"), ("ListDeletedQueryRq", "ListDelType")):
        query = _find(request_name)
        if query is not None and write.kind in query.values[type_name]:
            values = {type_name: [write.kind], "DeletedDateRangeFilter": {"FromDeletedDate": since}}
            yield qbxml.Request(name=request_name, values=values)


def full_name(write: SentWrite) -> str | None:
    """Give the full name that a new list entry has; None where its parent is known by id only, or it has no name."""
    name, parent = write.text("Name"), write.body.get("ParentRef")
    if name is None or not isinstance(parent, Mapping):
        return name
    return f"{parent['FullName']}:{name}" if parent.get("FullName") else None


def _partner(write: SentWrite) -> dict[str, list[str]] | None:
    for name in PARTNERS:
        reference = write.body.get(name)
        if isinstance(reference, Mapping):
            keys = (key for key in ("ListID", "FullName") if reference.get(key))
            return next(({key: [str(reference[key])]} for key in keys), None)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Query:
    """A query of the grammar, and the names of everything that may stand in it."""

    name: str
    names: frozenset[str]
    values: Mapping[str, Collection[str]]

    def request(self, values: Mapping[str, object], *, lines: bool = False) -> qbxml.Request:
        more = {"IncludeLineItems": True} if lines and "IncludeLineItems" in self.names else {}
        return qbxml.Request(name=self.name, values={**values, **more})


def _query(kind: str) -> _Query | None:
    return _find(f"{kind}QueryRq")


@cache
def _find(name: str) -> _Query | None:
    request = qbxml.grammar.find_request(name)
    if request is None:
        return None
    elements = list(_all_elements(request.content))
    return _Query(
        name=name,
        names=frozenset(element.name for element in elements),
        values={element.name: element.values for element in elements if element.type == "ENUM"},
    )


def _all_elements(content: tuple[Element | Choice, ...]) -> Iterator[Element]:
    """Yield what may stand directly in a query, choices inside choices opened; not what stands inside of filters."""
    for part in content:
        match part:
            case Element():
                yield part
            case Choice():
                for alternative in part.alternatives:
                    yield from _all_elements(alternative)
