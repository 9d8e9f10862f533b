"""Invoices, credit memos and sales receipts: the three documents with item lines, by one rule.

A Mod is partial in the header and replaces the lines (see ``sale_lines``). The signs are QuickBooks' own: money that
was applied to an invoice shows as a NEGATIVE AppliedAmount, so that Subtotal + SalesTaxTotal + AppliedAmount is the
BalanceRemaining [a live InvoiceRet in quickbooks-php: 100.00, 0.00, -55.00, 45.00].
"""

from collections.abc import Sequence

from qbwc_service.qbxml.grammar import Element
from qbwc_service.simulator.quickbooks import statuses
from qbwc_service.simulator.quickbooks.company_file import CompanyFile
from qbwc_service.simulator.quickbooks.document import Node
from qbwc_service.simulator.quickbooks.intake import merge, read_given, take_ref, take_text, without_nothing
from qbwc_service.simulator.quickbooks.line_amounts import add_up, price_lines
from qbwc_service.simulator.quickbooks.links import (
    check_credits,
    credit_requests,
    fit_links,
    put_credits,
    unlink_source,
    unlink_target,
)
from qbwc_service.simulator.quickbooks.records import ZERO, Given, Line, Transaction, Values
from qbwc_service.simulator.quickbooks.sale_defaults import check_receivable, due_date, fill_defaults
from qbwc_service.simulator.quickbooks.sale_lines import names_lines, number_lines, read_changed_lines, read_new_lines
from qbwc_service.simulator.quickbooks.sales_tax import tax_amount, tax_rate

_NOT_CLEARABLE = ("CustomerRef", "ARAccountRef", "TemplateRef")


def add_sale(company: CompanyFile, node: Node, grammar: Element, *, kind: str) -> Transaction:
    """Add a document. StatusError 3120, 3140, 3171, 3210."""
    given = read_given(company, node, grammar, kind=kind)
    lines = read_new_lines(company, node, grammar, kind=kind)
    _drop_lines(given, kind)
    if given.pop("LinkToTxnID", None):
        raise statuses.not_found(node.value("LinkToTxnID"))
    credits_given = credit_requests(given)
    txn = make_sale(company, kind, given, lines=lines)
    check_credits(company, txn, credits_given, due=txn.total)
    store_sale(company, txn)
    put_credits(company, txn, credits_given)
    return txn


def make_sale(
    company: CompanyFile, kind: str, given: Given, *, lines: list[Line], at: int | None = None
) -> Transaction:
    """Make a document from values, complete but not stored yet. StatusError 3171, 3210."""
    customer = take_ref(given, "CustomerRef")
    moment = company.now() if at is None else at
    day = take_text(given, "TxnDate") or company.wall.day(moment).isoformat()
    company.check_closing_date(day)
    ref_number = take_text(given, "RefNumber") or ""
    guid = take_text(given, "ExternalGUID")
    values = without_nothing(given)
    entry = None if customer is None else company.tables.entries[customer.list_id]
    fill_defaults(company, kind, values, customer=entry, day=day)
    check_receivable(company, values.get("ARAccountRef"))
    if customer is None and kind != "SalesReceipt":
        raise statuses.missing_element("CustomerRef")
    txn = Transaction(
        kind=kind,
        txn_id="",
        number=0,
        created=moment,
        modified=moment,
        date=day,
        customer=None if customer is None else customer.list_id,
        ref_number=ref_number,
        external_guid=guid,
        values=values,
        lines=lines,
    )
    compute_totals(company, txn)
    return txn


def store_sale(company: CompanyFile, txn: Transaction) -> None:
    """Give a made document its ids and put it into the books."""
    txn.txn_id, txn.number = company.new_txn_id(txn.created)
    if not txn.ref_number and company.switches.auto_number:
        txn.ref_number = str(txn.number)
    number_lines(company, txn.lines, txn.created)
    company.tables.put_transaction(txn)


def modify_sale(company: CompanyFile, node: Node, grammar: Element, *, kind: str) -> Transaction:
    """Change a document. StatusError 3090, 3120, 3140, 3171, 3175, 3200, 3210, 3290."""
    txn = company.get_transaction(kind, node.value("TxnID"))
    company.check_lock(txn.txn_id)
    company.check_edit_sequence(txn, node.value("EditSequence"))
    given = read_given(company, node, grammar, kind=kind)
    lines = txn.lines
    if names_lines(node, kind):
        lines = read_changed_lines(company, node, grammar, kind=kind, known=txn.lines)
    _drop_lines(given, kind)
    change_sale(company, txn, given, lines=lines)
    return txn


def change_sale(company: CompanyFile, txn: Transaction, given: Given, *, lines: list[Line]) -> None:
    """Change a document by values; a smaller total frees money that was applied beyond it."""
    for name in _NOT_CLEARABLE:
        if name in given and given[name] is None:
            raise statuses.cannot_store("", name)
    for name in ("TxnID", "EditSequence"):
        given.pop(name, None)
    if txn.txn_id in company.tables.deposit_of and lines is not txn.lines:
        raise statuses.cannot_modify(txn.txn_id, why="This transaction has already been deposited.")
    credits_given = credit_requests(given)
    day = take_text(given, "TxnDate") or txn.date
    company.check_closing_date(txn.date, day)
    customer = take_ref(given, "CustomerRef")
    ref_number = take_text(given, "RefNumber")
    renewed = _changed_values(company, txn, given, day=day)
    check_receivable(company, renewed.get("ARAccountRef"))
    check_credits(company, txn, credits_given, due=None)
    new_customer = txn.customer if customer is None else customer.list_id
    if new_customer != txn.customer:
        unlink_source(company, txn)
        unlink_target(company, txn)
    company.tables.forget_transaction(txn)
    txn.customer, txn.date, txn.values, txn.lines = new_customer, day, renewed, lines
    if ref_number is not None:
        txn.ref_number = ref_number
    company.tables.put_transaction(txn)
    number_lines(company, lines, company.now())
    compute_totals(company, txn)
    put_credits(company, txn, credits_given)
    fit_links(company, txn)
    company.touch(txn)


def compute_totals(company: CompanyFile, txn: Transaction) -> None:
    """Price the lines and add up the document."""
    price_lines(company, txn.lines)
    txn.subtotal = add_up(company, txn.lines)
    txn.tax_rate = tax_rate(company, txn.values)
    txn.tax = tax_amount(company, txn.values, txn.lines)
    txn.total = txn.subtotal + txn.tax


def void_lines(lines: Sequence[Line]) -> None:
    """Take the money out of lines: quantities, rates and amounts become zero."""
    for line in lines:
        for name in ("Quantity", "Rate", "Amount"):
            if name in line.values:
                line.values[name] = ZERO
        void_lines(line.members or ())


def _changed_values(company: CompanyFile, txn: Transaction, given: Given, *, day: str) -> Values:
    terms_changed = "TermsRef" in given or day != txn.date
    values = merge(txn.values, given)
    if terms_changed and "DueDate" not in given and txn.kind != "SalesReceipt":
        values["DueDate"] = due_date(company, values, day)
    return values


def _drop_lines(given: Given, kind: str) -> None:
    for suffix in ("LineAdd", "LineGroupAdd", "LineMod", "LineGroupMod"):
        given.pop(f"{kind}{suffix}", None)
