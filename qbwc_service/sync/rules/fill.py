"""Fill in what the rules say and a document leaves open: accounts, texts made of its fields, tax codes of lines."""

import re
from collections.abc import Iterator, Mapping

from qbwc_service.errors import AccountNotConfiguredError
from qbwc_service.store import DocumentKind
from qbwc_service.sync.rules.model import Rules

Body = Mapping[str, object]
SALES = (DocumentKind.INVOICE, DocumentKind.CREDIT_MEMO, DocumentKind.SALES_RECEIPT)
PLACEHOLDER = re.compile(r"\{(\w+)\}")
NO_PO_NUMBER = (DocumentKind.SALES_RECEIPT,)


def fill_in(kind: DocumentKind, body: Body, rules: Rules) -> Body:
    """Give the document with what the rules add; what it says itself stands.

    Raises AccountNotConfiguredError where it needs an account that nobody names.
    """
    match kind:
        case DocumentKind.DEPOSIT:
            return _fill_deposit(body, rules)
        case DocumentKind.PAYMENT:
            return _with_account(body, "deposit_to", rules.accounts.payments)
        case _ if kind in SALES:
            return _fill_sale(kind, body, rules)
        case _:
            return body


def _fill_deposit(body: Body, rules: Rules) -> Body:
    filled = _needs_account(body, "account", rules.accounts.deposits, rule="accounts.deposits")
    fee = filled.get("fee")
    if isinstance(fee, Mapping):
        filled = {**filled, "fee": _needs_account(fee, "account", rules.accounts.fees, rule="accounts.fees")}
    return filled


def _fill_sale(kind: DocumentKind, body: Body, rules: Rules) -> Body:
    filled = dict(body)
    if kind is DocumentKind.SALES_RECEIPT:
        filled |= _with_account(body, "deposit_to", rules.accounts.payments)
    known = _texts(body)
    for field, template in (
        ("memo", rules.templates.memo),
        ("po_number", None if kind in NO_PO_NUMBER else rules.templates.po_number),
        ("other", rules.templates.other),
    ):
        if template and not body.get(field) and (text := write_text(template, known)):
            filled[field] = text
    filled["lines"] = list(_fill_lines(body, known, rules))
    return filled


def _fill_lines(body: Body, known: Mapping[str, str], rules: Rules) -> Iterator[Body]:
    """Give the lines as they go out, each with its ``origin``: its place, or before which place its source begins."""
    sources = {str(source["id"]): source for source in _list(body, "sources")}
    before: object = None
    for place, line in enumerate(_list(body, "lines")):
        name = line.get("source")
        source = sources.get(str(name))
        told = known if source is None else {**known, **_texts(source), "source": str(name)}
        if source is not None and name != before and (text := _announce(told, rules)):
            yield {"description": text, "origin": {"before": place, "source": name}}
        before = name
        its_source = {} if name is None else {"source": name}
        yield {**_fill_line(line, told, rules), "origin": {"line": place, **its_source}}


def _announce(known: Mapping[str, str], rules: Rules) -> str:
    return write_text(rules.templates.source_line, known) if rules.templates.source_line else ""


def _fill_line(line: Body, known: Mapping[str, str], rules: Rules) -> Body:
    """A line of text stays one; a line without a tax code is not taxed in QuickBooks."""
    if not line.get("item"):
        return line
    filled = dict(line)
    template = rules.templates.line_description
    if template and not line.get("description") and (text := write_text(template, {**known, **_texts(line)})):
        filled["description"] = text
    always = rules.line_tax_code
    if always.code and not always.sources and not line.get("sales_tax_code"):
        filled["sales_tax_code"] = {"full_name": always.code}
    return filled


def custom_values(kind: DocumentKind, body: Body, rules: Rules) -> dict[str, str]:
    """Give the values of a document's custom fields in QuickBooks, by their names; an empty one is not to be there."""
    known = _texts(body)
    return {name: write_text(template, known) for name, template in rules.custom_fields.of(kind).items()}


def list_origins(filled: Body) -> list[Body]:
    """Give where the lines of a filled document come from; nothing of a document that is no sale."""
    origins = [line.get("origin") for line in _list(filled, "lines")]
    return [origin for origin in origins if isinstance(origin, Mapping)]


def _list(body: Body, field: str) -> list[Body]:
    found = body.get(field)
    return [part for part in found if isinstance(part, Mapping)] if isinstance(found, list) else []


def write_text(template: str, known: Mapping[str, str]) -> str:
    """Put values in for their ``{names}``; what is not there leaves no gap."""
    text = PLACEHOLDER.sub(lambda found: known.get(found[1], ""), template)
    return " ".join(text.split(" ")).strip(" ,;-") if PLACEHOLDER.search(template) else text


def _texts(body: Body) -> dict[str, str]:
    """Give the plain values of a document or a line, and its own fields before them."""
    own = body.get("fields")
    plain = {name: value for name, value in body.items() if isinstance(value, str)}
    return {**plain, **({str(name): str(value) for name, value in own.items()} if isinstance(own, Mapping) else {})}


def _with_account(body: Body, field: str, account: str | None) -> Body:
    return body if account is None or body.get(field) else {**body, field: {"full_name": account}}


def _needs_account(body: Body, field: str, account: str | None, *, rule: str) -> Body:
    filled = _with_account(body, field, account)
    if not filled.get(field):
        message = f"it names no {field}, and neither does the rule {rule}"
        raise AccountNotConfiguredError(message, field=field, remedy=f"set {rule} with `rules import`")
    return filled
