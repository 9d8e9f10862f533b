"""What an answer shows of a transaction: header, totals, what is applied and linked, and lines when asked for."""

from collections.abc import Sequence
from dataclasses import dataclass

from qbwc_service.simulator.quickbooks.balances import applied_to, invoice_balance, unapplied
from qbwc_service.simulator.quickbooks.company_file import CompanyFile
from qbwc_service.simulator.quickbooks.entities import SALES
from qbwc_service.simulator.quickbooks.entry_views import address_block
from qbwc_service.simulator.quickbooks.records import ZERO, Link, Ref, Transaction, Value, Values
from qbwc_service.simulator.quickbooks.render import LINES
from qbwc_service.simulator.quickbooks.sale_defaults import suggested_discount
from qbwc_service.simulator.quickbooks.sale_lines import view_extensions, view_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What the request asked to see: lines, linked transactions, custom fields of these owners."""

    lines: bool = True
    links: bool = False
    owners: tuple[str, ...] = ()


def view_transaction(company: CompanyFile, txn: Transaction, view: View) -> Values:
    """Give everything that a Ret of this transaction may show, by element name."""
    values: Values = {
        **txn.values,
        "TxnID": txn.txn_id,
        "TimeCreated": company.wall.show(txn.created),
        "TimeModified": company.wall.show(txn.modified),
        "EditSequence": str(txn.modified),
        "TxnNumber": txn.number,
        "TxnDate": txn.date,
    }
    if txn.customer is not None:
        values["CustomerRef"] = Ref(txn.customer)
    if txn.ref_number:
        values["RefNumber"] = txn.ref_number
    if txn.external_guid:
        values["ExternalGUID"] = txn.external_guid
    if view.owners and txn.extensions:
        values["DataExtRet"] = view_extensions(txn.extensions, view.owners)
    if txn.kind in SALES:
        _add_sale(company, txn, values, view)
    elif txn.kind == "ReceivePayment":
        _add_payment(company, txn, values, view)
    else:
        values["DepositTotal"] = txn.total
        if view.lines:
            values["DepositLineRet"] = [{**line.values, "TxnLineID": line.line_id} for line in txn.lines]
    return values


def _add_sale(company: CompanyFile, txn: Transaction, values: Values, view: View) -> None:
    values["Subtotal"] = txn.subtotal
    values["SalesTaxPercentage"] = txn.tax_rate
    values["SalesTaxTotal"] = txn.tax
    for name in ("BillAddress", "ShipAddress"):
        if name in values:
            values[f"{name}Block"] = address_block(values[name])
    if txn.kind == "Invoice":
        _add_invoice(company, txn, values)
    else:
        values["TotalAmount"] = txn.total
    if txn.kind == "CreditMemo":
        values["CreditRemaining"] = unapplied(company.tables, txn)
    if view.links:
        values["LinkedTxn"] = _linked(company, txn)
    if view.lines:
        values[LINES] = view_lines(txn.lines, kind=txn.kind, owners=view.owners)


def _add_invoice(company: CompanyFile, txn: Transaction, values: Values) -> None:
    balance = invoice_balance(company.tables, txn)
    values["AppliedAmount"] = -applied_to(company.tables, txn) + ZERO
    values["BalanceRemaining"] = balance
    values["IsPaid"] = balance == ZERO
    values.update(suggested_discount(company, txn.values, txn.date, total=txn.total))


def _add_payment(company: CompanyFile, txn: Transaction, values: Values, view: View) -> None:
    values["TotalAmount"] = txn.total
    values["UnusedPayment"] = unapplied(company.tables, txn)
    values["UnusedCredits"] = ZERO
    if view.lines:
        links = company.tables.links_from.get(txn.txn_id, ())
        values["AppliedToTxnRet"] = [_applied(company, txn, link) for link in links]


def _applied(company: CompanyFile, payment: Transaction, link: Link) -> Value:
    """Show one application; here the amount is positive [a live ReceivePaymentRet: 112.35, balance 0.00]."""
    invoice = company.tables.transactions[link.target]
    applied: Values = {
        **link.values,
        "TxnID": invoice.txn_id,
        "TxnType": invoice.kind,
        "TxnDate": invoice.date,
        "BalanceRemaining": invoice_balance(company.tables, invoice),
        "Amount": link.amount,
    }
    if invoice.ref_number:
        applied["RefNumber"] = invoice.ref_number
    if link.discount:
        applied["DiscountAmount"] = link.discount
    credits_set = [
        _link_of(company.tables.transactions[one.source], one)
        for one in company.tables.links_to.get(link.target, ())
        if one.is_credit and one.payment == payment.txn_id
    ]
    if credits_set:
        applied["LinkedTxn"] = credits_set
    return applied


def _linked(company: CompanyFile, txn: Transaction) -> list[Value]:
    tables = company.tables
    links: Sequence[Link] = tables.links_to.get(txn.txn_id, ())
    found: list[Value] = [_link_of(tables.transactions[link.source], link) for link in links]
    given: Sequence[Link] = tables.links_from.get(txn.txn_id, ())
    return found + [_link_of(tables.transactions[link.target], link) for link in given]


def _link_of(other: Transaction, link: Link) -> Value:
    """Show a linked transaction: the amount is negative, as on a live InvoiceRet."""
    linked: Values = {
        "TxnID": other.txn_id,
        "TxnType": other.kind,
        "TxnDate": other.date,
        "LinkType": "AMTTYPE",
        "Amount": -(link.amount + link.discount),
    }
    if other.ref_number:
        linked["RefNumber"] = other.ref_number
    return linked
