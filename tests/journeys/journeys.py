"""The journeys that have to survive everything: what goes in, and what has to stand in QuickBooks afterwards, once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from qbwc_service.clock import system_clock
from qbwc_service.queue import list_operations
from qbwc_service.simulator import Company, QuickBooks, SdkClient, Switches
from qbwc_service.simulator.quickbooks.balances import invoice_balance
from qbwc_service.simulator.quickbooks.records import Entry, Transaction
from qbwc_service.store import DocumentKind
from qbwc_service.sync import (
    AcceptedDocument,
    cancel_operation,
    delete_document,
    enqueue_documents,
    enqueue_qbxml,
    link_operation,
)

NAME = "Acme Trucking"
PATH = rf"C:\Books\{NAME}.qbw"
IMPORTED = 25

Counts = Mapping[str, int]
"""How often each thing stands in the company as it should: 1 everywhere at the end."""


@dataclass(frozen=True)
class Journey:
    """``begin`` puts the work into the queue; ``count`` looks into the company what has come of it."""

    name: str
    begin: Callable[[Session, int, Company], None]
    count: Callable[[Company], Counts]


def make_company(switches: Switches | None = None) -> Company:
    """A small company: an open invoice 1-1 that is changed, 1-2 to void, 1-3 to delete, a customer nobody bills."""
    company = Company.create(name=NAME, path=PATH, customers=3, items=3, jobs=0, switches=switches)
    with SdkClient(QuickBooks(company)) as client:
        for number in (1, 2, 3):
            item = f"<ItemRef><FullName>{_any_item(company)}</FullName></ItemRef>"
            line = f"{item}<Quantity>2</Quantity><Rate>50.00</Rate>"
            answer = client.ask(
                f"<InvoiceAddRq><InvoiceAdd><CustomerRef><FullName>{_any_customer(company)}</FullName></CustomerRef>"
                f"<RefNumber>1-{number}</RefNumber><InvoiceLineAdd>{line}</InvoiceLineAdd></InvoiceAdd></InvoiceAddRq>"
            )
            assert answer.get("statusCode") == "0", answer.get("statusMessage")
        answer = client.ask("<CustomerAddRq><CustomerAdd><Name>Nobody</Name></CustomerAdd></CustomerAddRq>")
        assert answer.get("statusCode") == "0"
    return company


def _add(db: Session, connection_id: int, *documents: tuple[str, dict[str, object]]) -> None:
    for result in enqueue_documents(db, connection_id, documents):
        assert isinstance(result, AcceptedDocument), result


def _new(db: Session, connection_id: int, _company: Company) -> None:
    ann = {"external_id": "c-1"}
    line = {"item": {"external_id": "i-1"}, "quantity": "2", "rate": "150.00"}
    item = {"kind": "service", "name": "Haul", "income_account": {"full_name": "Freight Income"}}
    invoice = {"customer": {"external_id": "c-2"}, "ref_number": "1001", "lines": [line]}
    paid = {"invoice": {"external_id": "inv-1"}, "amount": "100.00"}
    _add(
        db,
        connection_id,
        ("customer", {"external_id": "c-1", "name": "Ann's Bakery"}),
        ("customer", {"external_id": "c-2", "name": "Oven", "parent": ann}),
        ("item", {"external_id": "i-1", **item}),
        ("invoice", {"external_id": "inv-1", **invoice}),
        ("payment", {"external_id": "p-1", "customer": {"external_id": "c-2"}, "amount": "120.00", "apply": [paid]}),
    )


def _count_new(company: Company) -> Counts:
    entries, transactions = _entries(company), company.list_transactions()
    names = [company.tables.full_name(entry) for entry in entries]
    invoices = [one for one in transactions if one.ref_number == "1001"]
    payments = [one for one in transactions if one.kind == "ReceivePayment"]
    open_amounts = [invoice_balance(company.tables, invoice) for invoice in invoices]
    return {
        "customer": names.count("Ann's Bakery"),
        "job": names.count("Ann's Bakery:Oven"),
        "item": names.count("Haul"),
        "invoice": len(invoices),
        "payment": len([one for one in payments if one.total == Decimal(120)]),
        "nothing else": 1 - (len(payments) - 1),
        "paid once": open_amounts.count(Decimal(200)),
    }


def _change(db: Session, connection_id: int, company: Company) -> None:
    customer, invoice = _named(company, "Nobody"), _numbered(company, "1-1")
    changes = {"ListID": customer.list_id, "Phone": "555-0100"}
    enqueue_qbxml(db, connection_id, "CustomerModRq", {"CustomerMod": changes})
    lines = [{"TxnLineID": invoice.lines[0].line_id}, {"TxnLineID": "-1", "ItemRef": {"FullName": _any_item(company)}}]
    lines[1] |= {"Quantity": "1", "Rate": "7.00"}
    changes = {"TxnID": invoice.txn_id, "Memo": "changed", "InvoiceLineMod": lines}
    enqueue_qbxml(db, connection_id, "InvoiceModRq", {"InvoiceMod": changes})


def _count_changed(company: Company) -> Counts:
    invoice = _numbered(company, "1-1")
    return {
        "customer": [entry.values.get("Phone") for entry in _entries(company)].count("555-0100"),
        "invoice": [one.values.get("Memo") for one in company.list_transactions()].count("changed"),
        "line": [line.amount for line in invoice.lines].count(Decimal(7)),
        "amount": [one.subtotal for one in company.list_transactions()].count(Decimal(107)),
    }


def _void(db: Session, connection_id: int, company: Company) -> None:
    body = {"TxnVoidType": "Invoice", "TxnID": _numbered(company, "1-2").txn_id}
    enqueue_qbxml(db, connection_id, "TxnVoidRq", body)


def _count_void(company: Company) -> Counts:
    void = [one.ref_number for one in company.list_transactions() if one.is_void]
    return {"voided": void.count("1-2"), "nothing else": len(void)}


def _delete(db: Session, connection_id: int, company: Company) -> None:
    body = {"TxnDelType": "Invoice", "TxnID": _numbered(company, "1-3").txn_id}
    enqueue_qbxml(db, connection_id, "TxnDelRq", body)
    body = {"ListDelType": "Customer", "ListID": _named(company, "Nobody").list_id}
    enqueue_qbxml(db, connection_id, "ListDelRq", body)


def _count_deleted(company: Company) -> Counts:
    deleted = [deletion.name for deletion in company.tables.deletions]
    there = len([one for one in company.list_transactions() if one.ref_number == "1-3"])
    return {"invoice": deleted.count("1-3"), "customer": deleted.count("Nobody"), "gone": 1 - there}


def _import(db: Session, connection_id: int, company: Company) -> None:
    customers = [("customer", {"external_id": f"c-{n}", "name": f"Imported {n}"}) for n in range(IMPORTED)]
    line = {"item": {"full_name": _any_item(company)}, "quantity": "1", "rate": "10.00"}
    invoices = [
        (
            "invoice",
            {
                "external_id": f"inv-{n}",
                "customer": {"external_id": f"c-{n}"},
                "ref_number": f"D{n}",
                "lines": [line],
            },
        )
        for n in range(IMPORTED)
    ]
    _add(db, connection_id, *customers, *invoices)


def _count_imported(company: Company) -> Counts:
    names = [entry.name for entry in _entries(company)]
    numbers = [one.ref_number for one in company.list_transactions()]
    counts = {f"customer {n}": names.count(f"Imported {n}") for n in range(IMPORTED)}
    return counts | {f"invoice {n}": numbers.count(f"D{n}") for n in range(IMPORTED)}


def _edit(db: Session, connection_id: int, company: Company) -> None:
    """Two documents that are in QuickBooks change there, and a third one leaves it."""
    customer = {"external_id": "c-1", "name": "Nobody"}
    line = {"item": {"full_name": _any_item(company)}, "quantity": "2", "rate": "50.00"}
    invoices = [
        {
            "external_id": f"inv-{n}",
            "customer": {"full_name": _any_customer(company)},
            "ref_number": f"1-{n}",
            "lines": [line],
        }
        for n in (1, 3)
    ]
    _add(db, connection_id, ("customer", customer), *(("invoice", one) for one in invoices))
    records = (_named(company, "Nobody").list_id, _numbered(company, "1-1").txn_id, _numbered(company, "1-3").txn_id)
    for operation, record_id in zip(list_operations(db, connection_id)[::-1], records, strict=True):
        cancel_operation(db, connection_id, operation.id, reason="it is there", now=system_clock())
        link_operation(db, connection_id, operation.id, quickbooks_id=record_id, now=system_clock())
    more = [line, {**line, "quantity": "1", "rate": "7.00"}]
    _add(
        db,
        connection_id,
        ("customer", {**customer, "phone": "555-0100"}),
        ("invoice", {**invoices[0], "memo": "changed", "lines": more}),
    )
    delete_document(db, connection_id, DocumentKind.INVOICE, "inv-3", now=system_clock())


def _count_edited(company: Company) -> Counts:
    deleted = [deletion.name for deletion in company.tables.deletions]
    return {**_count_changed(company), "deleted": deleted.count("1-3")}


def _entries(company: Company) -> list[Entry]:
    return list(company.tables.entries.values())


def _any_item(company: Company) -> str:
    return next(company.tables.full_name(one) for one in _entries(company) if one.kind == "ItemService")


def _any_customer(company: Company) -> str:
    return next(company.tables.full_name(one) for one in _entries(company) if one.kind == "Customer")


def _named(company: Company, name: str) -> Entry:
    return next(entry for entry in _entries(company) if entry.name == name)


def _numbered(company: Company, number: str) -> Transaction:
    return next(one for one in company.list_transactions() if one.ref_number == number)


NEW = Journey("new", _new, _count_new)
CHANGE = Journey("change", _change, _count_changed)
VOID = Journey("void", _void, _count_void)
DELETE = Journey("delete", _delete, _count_deleted)
IMPORT = Journey("import", _import, _count_imported)
EDIT = Journey("edit", _edit, _count_edited)
JOURNEYS = (NEW, CHANGE, VOID, DELETE, IMPORT)
