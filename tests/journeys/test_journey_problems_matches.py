"""Before a new document goes out QuickBooks is asked what it has: links, duplicate numbers, paid invoices."""

from decimal import Decimal

import pytest

from tests.office import Office
from tests.rows import Content, credit_memo, customer, invoice, item, payment

LINE = {"item": {"external_id": "haul"}, "quantity": "1", "rate": "100.00"}


def haul(**more: object) -> Content:
    return item("haul", income_account={"full_name": "Freight Income"}, **more)


def applied(amount: str, to: str = "i1") -> list[dict[str, object]]:
    return [{"invoice": {"external_id": to}, "amount": amount}]


@pytest.fixture
def synced(office: Office) -> Office:
    """A customer, an item and an invoice over 100.00 are in QuickBooks."""
    office.put(customer("c1"), haul(), invoice("i1", lines=[LINE]))
    office.update()
    assert office.problems() == []
    return office


def test_a_customer_is_found_by_one_of_several_addresses(office: Office) -> None:
    theirs = office.person.add_entry("Customer", {"Name": "Harborview", "Email": "Ap@Harbor.example; x@y.example"})

    office.put(customer("c1", name="Harborview Imports", email="ann@harbor.example, AP@harbor.example"))
    office.update()

    assert office.document("customer", "c1").quickbooks_id == theirs.list_id
    assert office.entry("customer", "c1").name == "Harborview", "it is linked and not changed"
    office.put(customer("c1", name="Harborview Imports", email="ap@harbor.example", phone="555-0100"))
    office.update()
    assert office.entry("customer", "c1").values["Phone"] == "555-0100"


def test_a_customer_a_job_and_an_item_are_found_by_name(office: Office) -> None:
    parent = office.person.add_entry("Customer", {"Name": "Harborview"})
    job = office.person.add_entry("Customer", {"Name": "Reefer", "ParentRef": {"ListID": parent.list_id}})
    office.person.add_entry("Customer", {"Name": "Reefer"})
    theirs = office.person.add_entry(
        "ItemNonInventory",
        {"Name": "Pallets", "SalesOrPurchase": {"Price": "5.00", "AccountRef": {"FullName": "Freight Income"}}},
    )

    office.put(
        customer("c1", name="HARBORVIEW"),
        customer("c2", name="Reefer", parent={"external_id": "c1"}),
        item("p", name="Pallets", price="7.00", income_account={"full_name": "Freight Income"}),
    )
    office.update()

    found = [office.document(kind, name).quickbooks_id for kind, name in (("customer", "c1"), ("customer", "c2"))]
    assert found == [parent.list_id, job.list_id]
    assert office.document("item", "p").quickbooks_id == theirs.list_id
    assert office.document("item", "p").object_type == "ItemNonInventory"


def test_a_name_and_a_number_are_found_as_quickbooks_writes_them(synced: Office) -> None:
    theirs = synced.person.add_entry("Customer", {"Name": "Kodz"})
    add_by_hand(synced, "No.5")

    synced.put(customer("c2", name="Kodź"), invoice("i2", ref_number="№5", lines=[LINE]))
    synced.update()

    assert synced.document("customer", "c2").quickbooks_id == theirs.list_id
    assert synced.problem("duplicate_number").external_id == "i2"


@pytest.mark.parametrize("action", ["link", "send_again"])
def test_customer_ambiguous(office: Office, action: str) -> None:
    one, other = (
        office.person.add_entry("Customer", {"Name": name, "Email": "ap@harbor.example"}) for name in ("North", "South")
    )
    office.put(customer("c1", email="ap@harbor.example"))
    office.update()

    candidates = office.problem("customer_ambiguous").evidence["candidates"]
    assert {found["ListID"] for found in candidates} == {one.list_id, other.list_id}  # type: ignore[attr-defined]

    office.act("customer_ambiguous", action, **({"quickbooks_id": other.list_id} if action == "link" else {}))
    office.update()

    is_other = office.document("customer", "c1").quickbooks_id == other.list_id
    assert is_other is (action == "link")
    assert (office.state("customer", "c1"), office.problems()) == ("synced", [])


def test_customer_inactive(office: Office) -> None:
    theirs = office.person.add_entry("Customer", {"Name": "Customer c1"})
    office.person.set_active(theirs.list_id, is_active=False)
    office.put(customer("c1"))
    office.update()
    assert office.problem("customer_inactive").evidence["candidates"][0]["ListID"] == theirs.list_id  # type: ignore[index]

    office.person.set_active(theirs.list_id, is_active=True)
    office.act("customer_inactive", "retry")
    office.update()

    assert office.document("customer", "c1").quickbooks_id == theirs.list_id
    assert office.problems() == []


def test_item_ambiguous(office: Office) -> None:
    account = {"AccountRef": {"FullName": "Freight Income"}}
    theirs = office.person.add_entry("ItemService", {"Name": "Container-Haul", "SalesOrPurchase": account})
    office.rule(match={"items": ["full_name", "similar_name"]})
    office.put(haul(name="Container Haul"))
    office.update()
    assert office.problem("item_ambiguous").evidence["candidates"][0]["FullName"] == "Container-Haul"  # type: ignore[index]

    office.act("item_ambiguous", "link", quickbooks_id=theirs.list_id)
    office.put(invoice("i1", lines=[LINE]), customer("c1"))
    office.update()

    (line,) = office.lines("invoice", "i1")
    assert getattr(line["ItemRef"], "list_id", None) == theirs.list_id
    assert office.problems() == []


def add_by_hand(office: Office, number: str) -> str:
    """Somebody enters an invoice of this number for the same customer."""
    list_id = office.entry("customer", "c1").list_id
    values = {"CustomerRef": {"ListID": list_id}, "RefNumber": number, "InvoiceLineAdd": [{"Desc": "By hand"}]}
    return office.person.add_transaction("Invoice", values).txn_id


def test_duplicate_number_links(synced: Office) -> None:
    theirs = add_by_hand(synced, "I2")
    synced.put(invoice("i2", lines=[LINE]))
    synced.update()
    assert synced.problem("duplicate_number").evidence["candidates"][0]["TxnID"] == theirs  # type: ignore[index]
    assert synced.state("invoice", "i2") == "problem"

    synced.act("duplicate_number", "link", quickbooks_id=theirs)

    assert synced.update() == []
    assert (synced.state("invoice", "i2"), synced.txn("invoice", "i2").txn_id) == ("synced", theirs)
    assert synced.problems() == []


@pytest.mark.parametrize(("action", "number"), [("renumber", "I2-3"), ("send_again", "I2")])
def test_duplicate_number_goes_out(synced: Office, action: str, number: str) -> None:
    add_by_hand(synced, "i2")
    add_by_hand(synced, "I2-2")
    synced.put(invoice("i2", lines=[LINE]))
    synced.update()

    synced.act("duplicate_number", action)
    synced.update()

    assert synced.txn("invoice", "i2").ref_number == number
    assert (synced.state("invoice", "i2"), synced.problems()) == ("synced", [])


def test_duplicate_number_goes_when_the_other_one_is_deleted(synced: Office) -> None:
    theirs = add_by_hand(synced, "I2")
    synced.put(invoice("i2", lines=[LINE]))
    synced.update()

    synced.person.delete(theirs)
    synced.act("duplicate_number", "retry")
    synced.update()

    assert synced.txn("invoice", "i2").ref_number == "I2"


def test_a_number_is_looked_for_again_when_what_was_missing_is_there(synced: Office) -> None:
    synced.put(invoice("i2", lines=[LINE], **{"class": {"full_name": "North"}}))
    synced.update()
    add_by_hand(synced, "I2")  # While it waits for the class, somebody types it.

    synced.act("reference_missing", "create_missing")

    assert "InvoiceAddRq" not in synced.update()
    assert (synced.state("invoice", "i2"), synced.problem("duplicate_number").external_id) == ("problem", "i2")


@pytest.mark.parametrize(("policy", "number"), [("link", "I2"), ("renumber", "I2-2"), ("send", "I2")])
def test_a_rule_decides_about_duplicate_numbers(synced: Office, policy: str, number: str) -> None:
    synced.rule(duplicate_numbers=policy)
    theirs = add_by_hand(synced, "I2")
    synced.put(invoice("i2", lines=[LINE]))
    synced.update()

    assert synced.txn("invoice", "i2").ref_number == number
    assert (synced.txn("invoice", "i2").txn_id == theirs) is (policy == "link")
    assert synced.problems() == []


@pytest.mark.parametrize("action", ["accept_external", "link", "use_quickbooks"])
def test_already_paid(synced: Office, action: str) -> None:
    theirs = synced.person.pay(synced.txn("invoice", "i1").txn_id)
    synced.put(payment("p1", apply=applied("100.00")))
    synced.update()
    evidence = synced.problem("already_paid").evidence
    assert evidence["paid_by"][0]["TxnID"] == theirs.txn_id  # type: ignore[index]

    synced.act("already_paid", action, **({"quickbooks_id": theirs.txn_id} if action == "link" else {}))
    synced.update()

    payments = [txn for txn in synced.company.tables.transactions.values() if txn.kind == "ReceivePayment"]
    expected = {"accept_external": ("accepted", 1), "link": ("synced", 1), "use_quickbooks": ("synced", 2)}
    assert (synced.state("payment", "p1"), len(payments)) == expected[action]
    assert (synced.balance("i1"), synced.problems()) == (Decimal(0), [])


def test_amount_exceeds_balance(synced: Office) -> None:
    synced.person.pay(synced.txn("invoice", "i1").txn_id, "70.00")
    synced.put(payment("p1", apply=applied("100.00")))
    synced.update()
    evidence = synced.problem("amount_exceeds_balance").evidence
    assert (evidence["balance"], evidence["wanted"]) == ("30.00", "100.00")

    synced.act("amount_exceeds_balance", "use_quickbooks")
    synced.update()

    assert (synced.balance("i1"), synced.txn("payment", "p1").total) == (Decimal(0), Decimal("100.00"))
    assert synced.document("payment", "p1").balance_remaining == Decimal("70.00"), "the rest stays unapplied"


def test_two_payments_of_one_invoice_are_looked_into_once_more(synced: Office) -> None:
    synced.put(payment("p1", apply=applied("100.00")), payment("p2", apply=applied("100.00")))
    synced.update()

    assert synced.state("payment", "p1") == "synced"
    assert synced.problem("already_paid").external_id == "p2"


def test_payments_in_part_for_several_with_credits_and_a_rest(synced: Office) -> None:
    synced.put(
        invoice("i2", lines=[LINE]),
        credit_memo("m1", lines=[{**LINE, "rate": "20.00"}]),
        payment(
            "p1",
            amount="150.00",
            apply=[*applied("60.00"), *applied("80.00", "i2")],
            credits=[{"credit_memo": {"external_id": "m1"}, "invoice": {"external_id": "i2"}, "amount": "20.00"}],
        ),
    )
    synced.update()
    synced.update()

    assert synced.problems() == []
    assert (synced.balance("i1"), synced.balance("i2")) == (Decimal("40.00"), Decimal(0))
    assert synced.document("payment", "p1").balance_remaining == Decimal("10.00")

    synced.delete("payment", "p1")
    synced.update()
    assert (synced.balance("i1"), synced.balance("i2")) == (Decimal("100.00"), Decimal("80.00")), "the credit stays"


def test_a_payment_goes_to_the_account_of_its_invoice(synced: Office) -> None:
    account = synced.person.add_entry("Account", {"Name": "A/R East", "AccountType": "AccountsReceivable"})
    txn_id = synced.txn("invoice", "i1").txn_id
    synced.person.change(txn_id, {"ARAccountRef": {"ListID": account.list_id}})

    synced.put(payment("p1", apply=applied("100.00")))
    synced.update()

    assert synced.problems() == []
    assert synced.balance("i1") == Decimal(0)
