"""The two sets of rules of which everybody asks, as whole stories, with the mirror on."""

from decimal import Decimal

import pytest
from sqlalchemy import Table, select

from qbwc_service.store.mirror_lists import qb_customers
from qbwc_service.store.mirror_transactions import qb_invoices
from tests.mirror import assert_equal, start
from tests.office import Office
from tests.rows import credit_memo, customer, invoice, item, payment

LINE = {"item": {"external_id": "haul"}, "quantity": "1", "rate": "100.00"}
A_LOOK = 600
NOT = {"create": False, "update": False, "delete": False}


def see(office: Office) -> None:
    """A little later the mirror looks, and is the company again."""
    office.pass_time(A_LOOK)
    office.update()
    assert_equal(office.database, office.connection_id, office.company)


def mirrored(office: Office, table: Table, *columns: str) -> dict[str, tuple[object, ...]]:
    """What the mirror says of each object of a kind, by its id."""
    query = select(table.primary_key.columns[1], *(table.c[name] for name in columns))
    with office.database.reading() as db:
        return {
            key: tuple(rest) for key, *rest in db.execute(query.where(table.c.connection_id == office.connection_id))
        }


def test_invoices_and_customers_come_from_quickbooks_and_payments_go_both_ways(office: Office) -> None:
    start(office.database, office.connection_id, now=office.clock())
    only_from_quickbooks = dict.fromkeys(("customer", "item", "invoice", "credit_memo", "sales_receipt"), NOT)
    office.rule(push=only_from_quickbooks, pull={"payment": {"delete": True}})
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
    see(office)
    balances = mirrored(office, qb_invoices, "ref_number", "balance_remaining_cents")
    assert balances == {bills[0]: ("1", Decimal("100.00")), bills[1]: ("2", Decimal("100.00"))}
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
    see(office)
    assert [mirrored(office, qb_invoices, "balance_remaining_cents")[one] for one in bills] == [(0,), (Decimal(70),)]

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
    see(office)
    assert [mirrored(office, qb_invoices, "balance_remaining_cents")[one] for one in bills] == [(Decimal(100),), (0,)]

    office.person.delete(office.txn("payment", "p2").txn_id)  # Somebody takes a payment of ours back over there.
    see(office)
    assert (office.state("payment", "p2"), office.problems()) == ("deleted", [])
    assert mirrored(office, qb_invoices, "balance_remaining_cents")[bills[1]] == (Decimal(30),)


def test_everything_is_pushed_but_edits_of_customers(office: Office) -> None:
    start(office.database, office.connection_id, now=office.clock())
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
    see(office)
    bill, buyer = office.txn("invoice", "i1").txn_id, office.entry("customer", "c1").list_id
    assert mirrored(office, qb_invoices, "is_paid", "balance_remaining_cents")[bill] == (False, Decimal(100))
    assert mirrored(office, qb_customers, "email", "balance_cents")[buyer] == ("ap@one.example", Decimal(100))
