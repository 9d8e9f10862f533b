"""Problems whose cause lies in QuickBooks heal by themselves when it goes away there, and are left alone until then."""

from decimal import Decimal

import pytest

from tests.office import Office
from tests.rows import Content, customer, invoice, item, payment

HOUR = 3600
LINE = {"item": {"external_id": "haul"}, "quantity": "1", "rate": "100.00"}


def paid(external_id: str = "p1") -> Content:
    return payment(external_id, apply=[{"invoice": {"external_id": "i1"}, "amount": "100.00"}])


def add_by_hand(office: Office, number: str) -> str:
    """Somebody enters an invoice of this number for the same customer."""
    list_id = office.entry("customer", "c1").list_id
    values = {"CustomerRef": {"ListID": list_id}, "RefNumber": number, "InvoiceLineAdd": [{"Desc": "By hand"}]}
    return office.person.add_transaction("Invoice", values).txn_id


@pytest.fixture
def synced(office: Office) -> Office:
    """A customer, an item and an invoice over 100.00 are in QuickBooks."""
    haul = item("haul", income_account={"full_name": "Freight Income"})
    office.put(customer("c1"), haul, invoice("i1", lines=[LINE]))
    office.update()
    assert office.problems() == []
    return office


def test_a_duplicate_number_goes_when_the_other_one_is_deleted(synced: Office) -> None:
    theirs = add_by_hand(synced, "I2")
    synced.put(invoice("i2", lines=[LINE]))
    synced.update()
    problem = synced.problem("duplicate_number")

    synced.person.delete(theirs)
    synced.pass_time(HOUR)
    synced.update()

    assert (synced.state("invoice", "i2"), synced.txn("invoice", "i2").ref_number) == ("synced", "I2")
    assert synced.problems() == []
    assert synced.closed_by(problem.id) == "itself"


def test_a_paid_invoice_takes_the_payment_when_the_other_one_is_deleted(synced: Office) -> None:
    theirs = synced.person.pay(synced.txn("invoice", "i1").txn_id)
    synced.put(paid())
    synced.update()
    assert synced.problem("already_paid")

    synced.person.delete(theirs.txn_id)
    synced.pass_time(HOUR)
    synced.update()

    assert (synced.state("payment", "p1"), synced.balance("i1")) == ("synced", Decimal(0))
    assert synced.problems() == []


def test_an_inactive_customer_is_linked_when_it_is_active_again(office: Office) -> None:
    theirs = office.person.add_entry("Customer", {"Name": "Customer c1"})
    office.person.set_active(theirs.list_id, is_active=False)
    office.put(customer("c1"))
    office.update()
    assert office.problem("customer_inactive")

    office.person.set_active(theirs.list_id, is_active=True)
    office.pass_time(HOUR)
    office.update()

    assert office.document("customer", "c1").quickbooks_id == theirs.list_id
    assert office.problems() == []


def test_what_names_missing_terms_goes_when_somebody_creates_them(synced: Office) -> None:
    synced.put(invoice("i2", lines=[LINE], terms={"full_name": "Net 77"}))
    synced.update()
    missing = synced.problem("reference_missing")
    synced.pass_time(HOUR)
    asked = synced.update()
    assert asked.count("InvoiceAddRq") == 1, "it is sent once, and no more"
    assert synced.problem("reference_missing").id == missing.id, "a look that finds nothing closes nothing"
    assert synced.problem("reference_missing").seen_at > missing.seen_at

    synced.person.add_entry("StandardTerms", {"Name": "Net 77"})
    synced.pass_time(HOUR)
    synced.update()

    assert (synced.state("invoice", "i2"), synced.problems()) == ("synced", [])
    assert synced.closed_by(missing.id) == "itself"


def test_what_stays_as_it_is_is_looked_at_once_an_hour_and_stays_the_same_problem(synced: Office) -> None:
    add_by_hand(synced, "I2")
    synced.put(invoice("i2", lines=[LINE]))
    synced.update()
    before = synced.problem("duplicate_number")

    assert synced.update() == [], "not before its time, not even a session is opened"
    synced.pass_time(HOUR)
    assert [name for name in synced.update() if name == "InvoiceQueryRq"] == ["InvoiceQueryRq"]
    assert synced.update() == []

    after = synced.problem("duplicate_number")
    assert (after.id, after.opened_at, after.evidence) == (before.id, before.opened_at, before.evidence)
    assert after.seen_at > before.seen_at
    assert synced.state("invoice", "i2") == "problem"


def test_another_reason_takes_the_place_of_the_one_that_went(synced: Office) -> None:
    theirs = add_by_hand(synced, "I2")
    synced.put(invoice("i2", lines=[LINE], terms={"full_name": "Net 77"}))
    synced.update()

    synced.person.delete(theirs)
    synced.pass_time(HOUR)
    synced.update()

    assert [problem.reason.value for problem in synced.problems()] == ["reference_missing"]


def test_a_problem_is_checked_again_after_a_session_that_broke_off(synced: Office) -> None:
    theirs = add_by_hand(synced, "I2")
    synced.put(invoice("i2", lines=[LINE]))
    synced.update()
    problem = synced.problem("duplicate_number")
    synced.person.delete(theirs)
    synced.pass_time(HOUR)

    synced.update(until_answer=0)
    assert synced.problem("duplicate_number").id == problem.id, "open until the outcome is known"
    synced.pass_time(HOUR)
    synced.update()

    numbers = [txn.ref_number for txn in synced.company.tables.transactions.values() if txn.kind == "Invoice"]
    assert numbers.count("I2") == 1
    assert synced.problems() == []


@pytest.mark.parametrize(
    ("code", "text", "reason"),
    [
        (3171, "The books are closed for this date.", "closed_period"),
        (3250, "This feature is not enabled.", "feature_disabled"),
        (3261, "The application has no permission.", "permission_denied"),
    ],
)
def test_what_quickbooks_refused_is_sent_once_more(synced: Office, code: int, text: str, reason: str) -> None:
    synced.refuse_next(code, text)
    synced.put(invoice("i2", lines=[LINE]))
    synced.update()
    assert synced.problem(reason)

    synced.pass_time(HOUR)
    synced.update()

    assert (synced.state("invoice", "i2"), synced.problems()) == ("synced", [])
