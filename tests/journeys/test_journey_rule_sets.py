"""The two sets of rules of which everybody asks, as whole stories."""

from decimal import Decimal

import pytest

from tests.office import Office
from tests.rows import credit_memo, customer, invoice, item, payment

LINE = {"item": {"external_id": "haul"}, "quantity": "1", "rate": "100.00"}
NOT = {"create": False, "update": False, "delete": False}


def test_invoices_and_customers_come_from_quickbooks_and_payments_go_both_ways(office: Office) -> None:
    office.rule(push=dict.fromkeys(("customer", "item", "invoice", "credit_memo", "sales_receipt"), NOT))
    buyer = office.person.add_entry("Customer", {"Name": "Harborview"})
    bills = [
        office.person.add_transaction(
            "Invoice",
            {
                "CustomerRef": {"ListID": buyer.list_id},
                "RefNumber": number,
                "InvoiceLineAdd": [{"ItemRef": {"FullName": "Line Haul"}, "Quantity": "1", "Rate": "100.00"}],
            },
        ).txn_id
        for number in ("1", "2")
    ]
    for content in (customer("c1"), invoice("i1", None), item("haul")):
        with pytest.raises(AssertionError, match="new ones are not sent"):
            office.put(content)

    def paid(external_id: str, bill: str, amount: str) -> None:
        applied = [{"invoice": {"quickbooks_id": bill}, "amount": amount}]
        body = {"external_id": external_id, "customer": {"quickbooks_id": buyer.list_id}, "amount": amount}
        office.put(("payment", {**body, "apply": applied}))

    paid("p1", bills[0], "100.00")
    paid("p2", bills[1], "30.00")
    office.update()
    assert [office.state("payment", name) for name in ("p1", "p2")] == ["synced", "synced"]

    office.person.pay(bills[1])  # The rest comes in over there,
    paid("p3", bills[1], "70.00")  # and here as well.
    office.update()
    assert office.problem("already_paid").external_id == "p3"
    office.act("already_paid", "accept_external")

    office.delete("payment", "p1")  # The bank took it back.
    office.update()
    tables = office.company.tables
    received = sum(txn.total for txn in tables.transactions.values() if txn.kind == "ReceivePayment")
    assert (received, office.problems()) == (Decimal("100.00"), [])


def test_everything_is_pushed_but_edits_of_customers(office: Office) -> None:
    office.rule(push={"customer": {"update": False}}, accounts={"deposits": "Checking", "fees": "Merchant Fees"})
    office.put(
        customer("c1", email="ap@one.example"),
        item("haul", income_account={"full_name": "Freight Income"}),
        invoice("i1", lines=[LINE, {**LINE, "quantity": "2"}]),
        credit_memo("m1", lines=[{**LINE, "rate": "50.00"}]),
        payment(
            "p1",
            amount="250.00",
            apply=[{"invoice": {"external_id": "i1"}, "amount": "250.00"}],
            credits=[{"credit_memo": {"external_id": "m1"}, "invoice": {"external_id": "i1"}, "amount": "50.00"}],
        ),
        ("deposit", {"external_id": "d1", "payments": [{"payment": {"external_id": "p1"}}], "fee": {"amount": "7.25"}}),
    )
    office.update()
    assert (office.balance("i1"), office.problems()) == (Decimal(0), [])
    assert office.txn("deposit", "d1").total == Decimal("242.75")

    office.put(customer("c1", email="new@one.example"), invoice("i1", lines=[LINE, {**LINE, "quantity": "3"}]))
    office.update()

    assert office.entry("customer", "c1").values["Email"] == "ap@one.example"
    assert office.balance("i1") == Decimal("100.00")
    assert office.problem("drift").external_id == "c1"
