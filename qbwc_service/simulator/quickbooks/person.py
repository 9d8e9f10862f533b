"""What a person at the screen of QuickBooks does: no qbXML, no EditSequence, no log of executed writes.

Values are given by Intuit's element names, as a request would have them: ``{"CustomerRef": {"FullName": "Acme"}}``.
The same rules of the books hold as for requests (StatusError says which one did not).
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from qbwc_service.qbxml.grammar import Element, find_request
from qbwc_service.simulator.quickbooks.balances import invoice_balance
from qbwc_service.simulator.quickbooks.company_file import CompanyFile
from qbwc_service.simulator.quickbooks.deletes import delete_transaction, void_transaction
from qbwc_service.simulator.quickbooks.deposits import add_deposit, modify_deposit
from qbwc_service.simulator.quickbooks.document import Node
from qbwc_service.simulator.quickbooks.entities import SALES
from qbwc_service.simulator.quickbooks.intake import read_given
from qbwc_service.simulator.quickbooks.links import CreditRequest, check_credits, put_credits
from qbwc_service.simulator.quickbooks.lists import add_entry, change_entry, delete_entry
from qbwc_service.simulator.quickbooks.merge import merge_entries
from qbwc_service.simulator.quickbooks.payments import add_payment, modify_payment
from qbwc_service.simulator.quickbooks.queries import wanted_element
from qbwc_service.simulator.quickbooks.records import Entry, Transaction
from qbwc_service.simulator.quickbooks.sales import add_sale, modify_sale
from qbwc_service.simulator.quickbooks.tables import ExtensionDefinition


class Person:
    """Somebody who works in the company file."""

    def __init__(self, company: CompanyFile) -> None:
        self.company = company

    def add(self, kind: str, values: Mapping[str, object]) -> Entry | Transaction:
        """Add an entry or a transaction (``add("Invoice", {...})``)."""
        body, element = _body(kind, "Add", values)
        if kind in SALES:
            return add_sale(self.company, body, element, kind=kind)
        if kind == "ReceivePayment":
            return add_payment(self.company, body, element)
        if kind == "Deposit":
            return add_deposit(self.company, body, element)
        return add_entry(self.company, body, element, kind=kind)

    def add_transaction(self, kind: str, values: Mapping[str, object]) -> Transaction:
        """Add a transaction. TypeError when ``kind`` is a list."""
        added = self.add(kind, values)
        if not isinstance(added, Transaction):
            raise TypeError(kind)
        return added

    def add_entry(self, kind: str, values: Mapping[str, object]) -> Entry:
        """Add a list entry. TypeError when ``kind`` is a transaction."""
        added = self.add(kind, values)
        if not isinstance(added, Entry):
            raise TypeError(kind)
        return added

    def change(self, object_id: str, values: Mapping[str, object]) -> None:
        """Change an entry or a transaction: only what is given, lines replace lines (TxnLineID, ``-1``)."""
        entry = self.company.tables.entries.get(object_id)
        if entry is not None:
            action = "Mod" if find_request(f"{entry.kind}ModRq") is not None else "Add"
            body, element = _body(entry.kind, action, values)
            change_entry(self.company, entry, read_given(self.company, body, element, kind=entry.kind))
            return
        txn = self.company.tables.transactions[object_id]
        keys = {"TxnID": txn.txn_id, "EditSequence": str(txn.modified)}
        body, element = _body(txn.kind, "Mod", {**keys, **values})
        if txn.kind in SALES:
            modify_sale(self.company, body, element, kind=txn.kind)
        elif txn.kind == "ReceivePayment":
            modify_payment(self.company, body, element)
        else:
            modify_deposit(self.company, body, element)

    def define_field(self, name: str, *, of: Sequence[str] = ("Customer",)) -> None:
        """Define a custom field that everybody sees."""
        field = ExtensionDefinition(owner_id="0", name=name, type="STR255TYPE", assigned_to=tuple(of))
        self.company.tables.definitions["0", name.casefold()] = field

    def rename(self, list_id: str, name: str) -> None:
        """Rename an entry; full names below it change with it."""
        self.change(list_id, {"Name": name})

    def set_active(self, list_id: str, *, is_active: bool) -> None:
        """Make an entry active or inactive."""
        self.change(list_id, {"IsActive": is_active})

    def delete(self, object_id: str) -> None:
        """Delete an entry or a transaction."""
        entry = self.company.tables.entries.get(object_id)
        if entry is not None:
            delete_entry(self.company, entry.kind, object_id)
        else:
            delete_transaction(self.company, self.company.tables.transactions[object_id].kind, object_id)

    def void(self, txn_id: str) -> None:
        """Void a transaction."""
        void_transaction(self.company, self.company.tables.transactions[txn_id].kind, txn_id)

    def merge(self, list_id: str, *, into: str) -> None:
        """Merge an entry into another one of its list: its ListID is gone, everything points to the other."""
        merge_entries(self.company, list_id, into)

    def pay(self, invoice_id: str, amount: Decimal | str | None = None, *, ref_number: str = "") -> Transaction:
        """Receive a payment for one invoice; without amount all that is due."""
        invoice = self.company.get_transaction("Invoice", invoice_id)
        paid = invoice_balance(self.company.tables, invoice) if amount is None else Decimal(amount)
        account = invoice.values["ARAccountRef"]
        return self.add_transaction(
            "ReceivePayment",
            {
                "CustomerRef": {"ListID": invoice.customer or ""},
                "ARAccountRef": {"ListID": getattr(account, "list_id", "")},
                "RefNumber": ref_number,
                "TotalAmount": paid,
                "AppliedToTxnAdd": [{"TxnID": invoice_id, "PaymentAmount": paid}],
            },
        )

    def apply_credit(self, credit_id: str, invoice_id: str, amount: Decimal | str) -> None:
        """Apply a credit memo to an invoice."""
        invoice = self.company.get_transaction("Invoice", invoice_id)
        requests = [CreditRequest(txn_id=credit_id, amount=Decimal(amount))]
        check_credits(self.company, invoice, requests, due=None)
        put_credits(self.company, invoice, requests)

    def book(self, list_id: str, amount: Decimal | str) -> None:
        """Book an amount on a customer or an account by a journal entry, of which only the balance is kept here."""
        self.company.tables.booked[list_id] += Decimal(amount)

    def deposit(
        self, payment_ids: Sequence[str], *, account: str, fee: Mapping[str, object] | None = None
    ) -> Transaction:
        """Deposit payments to an account; ``fee`` is a line of its own (AccountRef, Amount …)."""
        lines: list[object] = [{"PaymentTxnID": payment_id} for payment_id in payment_ids]
        if fee is not None:
            lines.append(fee)
        return self.add_transaction("Deposit", {"DepositToAccountRef": {"FullName": account}, "DepositLineAdd": lines})


def _body(kind: str, action: str, values: Mapping[str, object]) -> tuple[Node, Element]:
    request = find_request(f"{kind}{action}Rq")
    if request is None:
        raise LookupError(f"QuickBooks has no {kind}{action}")
    body = Node(f"{kind}{action}", children=_children(values))
    return body, wanted_element(request, body.name)


def _children(values: Mapping[str, object]) -> list[Node]:
    nodes: list[Node] = []
    for name, value in values.items():
        several = value if isinstance(value, Sequence) and not isinstance(value, str) else (value,)
        nodes += [_node(name, one) for one in several]
    return nodes


def _node(name: str, value: object) -> Node:
    if isinstance(value, Mapping):
        return Node(name, children=_children(value))
    if isinstance(value, bool):
        return Node(name, "true" if value else "false")
    return Node(name, "" if value is None else str(value))
