"""Several documents that are looked for in one message set: the result is as if they had come one by one."""

import pytest

from tests.office import Office
from tests.rows import Content, customer, invoice, item

LINE = {"item": {"external_id": "haul"}, "quantity": "1", "rate": "100.00"}


@pytest.fixture
def synced(office: Office) -> Office:
    """A customer and an item are in QuickBooks."""
    office.put(customer("c1"), item("haul", income_account={"full_name": "Freight Income"}))
    office.update()
    assert office.problems() == []
    return office


def numbers(office: Office) -> list[str]:
    """The numbers of all invoices in QuickBooks."""
    transactions = office.company.tables.transactions.values()
    return sorted(str(one.ref_number) for one in transactions if one.kind == "Invoice")


def add_by_hand(office: Office, number: str) -> str:
    """Somebody enters an invoice of this number for the same customer."""
    list_id = office.entry("customer", "c1").list_id
    values = {"CustomerRef": {"ListID": list_id}, "RefNumber": number, "InvoiceLineAdd": [{"Desc": "By hand"}]}
    return office.person.add_transaction("Invoice", values).txn_id


def two(number: str) -> tuple[Content, Content]:
    """Two invoices of one number."""
    return (invoice("a", ref_number=number, lines=[LINE]), invoice("b", ref_number=number, lines=[LINE]))


def test_of_two_customers_with_the_address_of_one_the_first_is_linked(office: Office) -> None:
    theirs = office.person.add_entry("Customer", {"Name": "Harborview", "Email": "ap@harbor.example"})

    office.put(customer("c1", email="ap@harbor.example"), customer("c2", email="ap@harbor.example"))
    office.update()

    assert office.document("customer", "c1").quickbooks_id == theirs.list_id
    assert office.entry("customer", "c2").name == "Customer c2", "it is another customer"
    assert office.problems() == []


def test_of_two_items_with_the_name_of_one_the_second_is_shown(office: Office) -> None:
    account = {"full_name": "Freight Income"}
    values = {"Name": "Haul", "SalesOrPurchase": {"AccountRef": {"FullName": "Freight Income"}}}
    theirs = office.person.add_entry("ItemService", values)

    office.put(item("i1", name="Haul", income_account=account), item("i2", name="Haul", income_account=account))
    office.update()

    assert office.document("item", "i1").quickbooks_id == theirs.list_id
    assert office.problem("name_in_use").external_id == "i2"


def test_of_two_invoices_with_the_number_of_one_the_first_is_linked(synced: Office) -> None:
    synced.rule(duplicate_numbers="link")
    theirs = add_by_hand(synced, "7")

    synced.put(*two("7"))
    synced.update()

    assert synced.document("invoice", "a").quickbooks_id == theirs
    assert synced.problem("duplicate_number").external_id == "b"
    assert numbers(synced) == ["7"]


def test_two_invoices_of_one_number_do_not_go_out_together(synced: Office) -> None:
    synced.put(*two("7"))
    synced.update()

    problem = synced.problem("duplicate_number")
    (candidate,) = problem.evidence["candidates"]  # type: ignore[misc]  # A list of one.
    assert (problem.external_id, candidate["TxnID"]) == ("b", synced.txn("invoice", "a").txn_id)
    assert (synced.state("invoice", "a"), numbers(synced)) == ("synced", ["7"])


def test_two_invoices_of_one_number_do_not_get_the_same_other_one(synced: Office) -> None:
    synced.rule(duplicate_numbers="renumber")
    add_by_hand(synced, "7")

    synced.put(*two("7"))
    synced.update()

    assert numbers(synced) == ["7", "7-2", "7-3"]
    assert synced.problems() == []


def test_a_number_stays_with_an_invoice_that_could_not_go_out_yet(synced: Office) -> None:
    first, second = two("7")
    synced.put(first)
    for _ in range(2):
        synced.refuse_next(3175, "It is open in another window.")
        synced.update()
    assert synced.state("invoice", "a") == "pending"

    synced.put(second)
    assert "InvoiceAddRq" not in synced.update()
    synced.pass_time(120)
    synced.update()

    assert (synced.state("invoice", "a"), synced.problem("duplicate_number").external_id) == ("synced", "b")
    assert numbers(synced) == ["7"]
