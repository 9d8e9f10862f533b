"""What QuickBooks is asked before a document goes out.

This is the one place that decides it: a mirror of the company file could answer some of it without a question.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from qbwc_service import qbxml
from qbwc_service.errors import InputError
from qbwc_service.queue import InquiredOperation
from qbwc_service.store import DocumentKind
from qbwc_service.sync.kinds.table import ENTRIES, render_document
from qbwc_service.sync.look.context import LookContext
from qbwc_service.sync.look.decided import Decided
from qbwc_service.sync.look.numbers import possible_numbers
from qbwc_service.sync.look.tax_codes import ask_for_codes
from qbwc_service.sync.rules import CustomerMatch, ItemMatch, NumberPolicy, Rules, fill_in

SHOWN = ("ListID", "EditSequence", "Name", "FullName", "IsActive", "ParentRef", "Email")
"""What is read of every customer to find an e-mail address: QuickBooks has no filter for it."""

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """A new document that is looked for: as an Add would send it, with what was decided already."""

    object_type: str
    values: Values
    decided: Values
    rules: Rules


def plan_look(operation: InquiredOperation, context: LookContext) -> tuple[qbxml.Request, ...]:
    """Give the queries about one operation; none where nothing has to be known, or it cannot be rendered."""
    kind, decided = operation.document_kind, operation.decided or {}
    if Decided.LINK in decided:
        return (ask_for_record(operation),)
    values = render_values(operation, context)
    if operation.request.endswith("ModRq"):
        record = _record(operation.request.removesuffix("ModRq"), decided)
        return (record, *ask_for_codes(values or {}, context.rules.line_tax_code))
    if kind is None or values is None or kind not in _ASKS:
        return ()
    object_type = operation.request.removesuffix("AddRq")
    if Decided.ADOPT in decided:
        query = "ItemQueryRq" if kind is DocumentKind.ITEM else f"{object_type}QueryRq"
        return (qbxml.Request(name=query, values={"ListID": [decided[Decided.ADOPT]]}),)
    return tuple(_ASKS[kind](_Look(object_type=object_type, values=values, decided=decided, rules=context.rules)))


def ask_for_record(operation: InquiredOperation) -> qbxml.Request:
    """Ask for the record that a person named as the operation's."""
    kind, object_type = operation.document_kind, operation.request.removesuffix("AddRq").removesuffix("ModRq")
    query = {DocumentKind.ITEM: "Item", DocumentKind.TERMS: "Terms"}.get(kind, object_type) if kind else object_type
    key = "ListID" if kind in ENTRIES else "TxnID"
    lines = {} if kind in ENTRIES else {"IncludeLineItems": True}
    return qbxml.Request(name=f"{query}QueryRq", values={key: [(operation.decided or {})[Decided.LINK]], **lines})


def render_values(operation: InquiredOperation, context: LookContext) -> Values | None:
    """Give a new document as an Add would send it; None where it cannot be rendered, which is said when it goes out."""
    if operation.document_kind is None or operation.document_body is None:
        return None
    try:
        body = fill_in(operation.document_kind, operation.document_body, context.rules)
        rendered = render_document(operation.document_kind, body, resolve=context.resolve, external_guid=None)
    except InputError:
        return None
    inner = _as_kept(rendered.values[rendered.add])
    return inner if isinstance(inner, Mapping) else None


def _as_kept(value: object) -> object:
    """Write texts as QuickBooks keeps them: so they stand in what it answers."""
    match value:
        case str():
            return qbxml.to_windows_1252(value) or value
        case Mapping():
            return {name: _as_kept(inner) for name, inner in value.items()}
        case list():
            return [_as_kept(inner) for inner in value]
        case _:
            return value


def _record(object_type: str, decided: Mapping[str, object]) -> qbxml.Request:
    """Ask for the record that a change is about, with its lines."""
    values: dict[str, object] = {name: [decided[name]] for name in ("ListID", "TxnID") if name in decided}
    if "TxnID" in decided:
        values["IncludeLineItems"] = True
    return qbxml.Request(name=f"{object_type}QueryRq", values=values)


def _customers(look: _Look) -> Iterator[qbxml.Request]:
    by, values = look.rules.match.customers, look.values
    if CustomerMatch.EMAIL in by and values.get("Email") and not values.get("ParentRef"):
        everything = {"ActiveStatus": "All", "IncludeRetElement": list(SHOWN)}
        yield qbxml.Request(name="CustomerQueryRq", values=everything)
    if CustomerMatch.FULL_NAME in by:
        yield _by_name("CustomerQueryRq", values)


def _items(look: _Look) -> Iterator[qbxml.Request]:
    yield _by_name("ItemQueryRq", look.values)
    if ItemMatch.SIMILAR_NAME in look.rules.match.items:
        word = str(look.values["Name"]).split()[0]
        similar = {"ActiveStatus": "All", "NameFilter": {"MatchCriterion": "Contains", "Name": word}}
        yield qbxml.Request(name="ItemQueryRq", values=similar)


def _by_name(query: str, values: Values) -> qbxml.Request:
    """Ask by full name; below a parent of which only the id is known, by the name alone."""
    name, parent = str(values["Name"]), values.get("ParentRef")
    if not isinstance(parent, Mapping):
        return qbxml.Request(name=query, values={"FullName": [name]})
    if "FullName" in parent:
        return qbxml.Request(name=query, values={"FullName": [f"{parent['FullName']}:{name}"]})
    named = {"ActiveStatus": "All", "NameFilter": {"MatchCriterion": "StartsWith", "Name": name}}
    return qbxml.Request(name=query, values=named)


def _sales(look: _Look) -> Iterator[qbxml.Request]:
    """Ask who has the number, and for the tax codes of the lines."""
    policy = look.rules.duplicate_numbers
    if policy is not NumberPolicy.SEND:
        numbers = possible_numbers(str(look.values["RefNumber"]), look.decided, policy=policy)
        wanted = {"RefNumber": numbers, "IncludeLineItems": True}
        yield qbxml.Request(name=f"{look.object_type}QueryRq", values=wanted)
    yield from ask_for_codes(look.values, look.rules.line_tax_code)


def _invoices(look: _Look) -> Iterator[qbxml.Request]:
    """Ask what the invoices of a payment owe, and what was paid on them."""
    applied = look.values.get("AppliedToTxnAdd")
    ids = [str(part["TxnID"]) for part in applied] if isinstance(applied, list) else []
    if ids:
        yield qbxml.Request(name="InvoiceQueryRq", values={"TxnID": ids, "IncludeLinkedTxns": True})


_ASKS: Mapping[DocumentKind, Callable[[_Look], Iterator[qbxml.Request]]] = {
    DocumentKind.CUSTOMER: _customers,
    DocumentKind.ITEM: _items,
    DocumentKind.INVOICE: _sales,
    DocumentKind.CREDIT_MEMO: _sales,
    DocumentKind.SALES_RECEIPT: _sales,
    DocumentKind.PAYMENT: _invoices,
}
