"""Sales tax codes of lines that the rules take from the item or the customer: asked of QuickBooks, and never guessed.

What your program or a mirror knows of an item may be older than what somebody set in QuickBooks, and a wrong code is
wrong money: so they are asked for in the look that goes out before the document anyhow.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from qbwc_service import qbxml
from qbwc_service.store import Inquiry, OperationState
from qbwc_service.sync.judge import Judgement, ended
from qbwc_service.sync.look.decided import Decided
from qbwc_service.sync.look.lines import LINE_NAMES
from qbwc_service.sync.rules import LineTaxCode, TaxSource
from qbwc_service.sync.sent import Sent

Values = Mapping[str, object]
Codes = Mapping[str, str]
"""The code of each item and customer, by id and by name (``Item 80000057-1795366036``); empty where it has none."""

READ = ("ListID", "FullName", "Name", "SalesTaxCodeRef")
"""Items that cannot be sub-items have a name and no full name."""

NEVER = "never taxed"
NEVER_TAXED = ("ItemSubtotalRet", "ItemPaymentRet", "ItemSalesTaxRet", "ItemSalesTaxGroupRet", "ItemGroupRet")
"""Items that have no sales tax code, and neither have their lines [qbXML schema]."""


def ask_for_codes(values: Values, rule: LineTaxCode) -> Iterator[qbxml.Request]:
    """Ask for what the lines of a document, as an Add would send it, have to know; nothing where they know it."""
    items = [line["ItemRef"] for line in _lines(values) if _needs_code(line)] if rule.sources else []
    yield from _ask("ItemQueryRq", items)
    if items and TaxSource.CUSTOMER in rule.sources:
        yield from _ask("CustomerQueryRq", [values.get("CustomerRef")])


def read_codes(records: Sequence[qbxml.RetObject]) -> Codes:
    """Read the answers; other records are left alone."""
    codes: dict[str, str] = {}
    for record in records:
        if record.name == "CustomerRet" or record.name.startswith("Item"):
            kind = "Customer" if record.name == "CustomerRet" else "Item"
            code = record.values.get("SalesTaxCodeRef")
            told = str(code.get("FullName") or "") if isinstance(code, Mapping) else ""
            told = NEVER if record.name in NEVER_TAXED else told
            name = record.values.get("FullName") or record.values.get("Name")
            codes |= {_key(kind, one): told for one in ({"ListID": record.values["ListID"]}, {"FullName": name})}
    return codes


def lacking_code(values: Values, codes: Codes, rule: LineTaxCode) -> str | None:
    """Say whose code is not known that a line would have to take; None where all of them are."""
    asked = [("Item", line.get("ItemRef")) for line in _lines(values) if rule.sources and _needs_code(line)]
    if asked and TaxSource.CUSTOMER in rule.sources:
        asked.append(("Customer", values.get("CustomerRef")))
    lacking = next(((kind, one) for kind, one in asked if _key(kind, one) not in codes), None)
    if lacking is None:
        return None
    kind, reference = lacking
    name = reference.get("FullName") if isinstance(reference, Mapping) else None
    what = f'invalid reference to QuickBooks {kind} "{name}"' if name else f"QuickBooks has no {kind} {reference}"
    return f"a line takes its sales tax code from it: {what}"


def with_codes(values: Values, codes: Codes, rule: LineTaxCode) -> Values:
    """Give a document's values with the codes of its lines, as far as they are known."""
    if not rule.sources:
        return values
    filled = dict(values)
    for name in LINE_NAMES.values():
        if isinstance(values.get(name), list):
            filled[name] = [_with_code(line, values, codes, rule) for line in _lines(values)]
    return filled


def keep_codes(judged: Judgement, records: Sequence[qbxml.RetObject], values: Values, rule: LineTaxCode) -> Judgement:
    """Let a new document that goes out take the codes along that were found; it does not go where one is missing."""
    goes = judged.outcome.state is OperationState.WAITING and judged.outcome.inquiry is None
    if not goes or not rule.sources:
        return judged
    codes = read_codes(records)
    lacking = lacking_code(values, codes, rule)
    if lacking is not None:
        return lacks_code(judged.sent, lacking)
    so = {**(judged.outcome.decided or {}), Decided.TAX_CODES: codes}
    return replace(judged, outcome=replace(judged.outcome, decided=so))


def lacks_code(sent: Sent, lacking: str) -> Judgement:
    """It fails as if QuickBooks had refused it (3140: there is no such entry); tried again, it is looked for again."""
    return ended(sent, OperationState.FAILED, code="3140", text=lacking, inquiry=Inquiry.LOOK)


def _with_code(line: Values, values: Values, codes: Codes, rule: LineTaxCode) -> Values:
    if not _needs_code(line):
        return line
    item, customer = codes.get(_key("Item", line["ItemRef"])), codes.get(_key("Customer", values.get("CustomerRef")))
    if item == NEVER:
        return line
    found = (item if source is TaxSource.ITEM else customer for source in rule.sources)
    code = next((code for code in (*found, rule.code) if code), None)
    return line if code is None else {**line, "SalesTaxCodeRef": {"FullName": code}}


def _needs_code(line: Values) -> bool:
    return "ItemRef" in line and "SalesTaxCodeRef" not in line


def _key(kind: str, reference: object) -> str:
    given = reference if isinstance(reference, Mapping) else {}
    name = str(given.get("FullName"))  # As QuickBooks keeps it.
    return f"{kind} {given.get('ListID') or (qbxml.to_windows_1252(name) or name).casefold()}"


def _lines(values: Values) -> list[Values]:
    lists = [found for name in LINE_NAMES.values() if isinstance(found := values.get(name), list)]
    return [line for found in lists for line in found]


def _ask(query: str, references: Sequence[object]) -> Iterator[qbxml.Request]:
    """Ask by id, and by name: one query takes only one of the two."""
    for name in ("ListID", "FullName"):
        found = {str(one[name]): None for one in references if isinstance(one, Mapping) and name in one}
        if found:
            yield qbxml.Request(name=query, values={name: list(found), "IncludeRetElement": list(READ)})
