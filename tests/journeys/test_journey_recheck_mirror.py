"""Where the mirror shows that something changed that a problem is about, the problem is checked again at once."""

from decimal import Decimal

import pytest

from qbwc_service.errors import StateError
from qbwc_service.store import ProblemRecord
from qbwc_service.sync import pull
from tests.office import Office
from tests.rows import customer, invoice, item, payment
from tests.statements import counted_statements

LINE = {"item": {"external_id": "haul"}, "quantity": "1", "rate": "100.00"}
FIVE_MINUTES = 300


@pytest.fixture
def synced(office: Office) -> Office:
    """A customer, an item and an invoice over 100.00 are in QuickBooks, and the company is mirrored."""
    haul = item("haul", income_account={"full_name": "Freight Income"})
    office.put(customer("c1"), haul, invoice("i1", lines=[LINE]))
    office.update()
    with office.database.writing() as db:
        pull.start_pull(db, office.connection_id, now=office.clock())
    office.update()
    return office


def look(office: Office) -> list[str]:
    """The next look at what changed; long before a problem is checked by itself."""
    office.pass_time(FIVE_MINUTES)
    return office.update()


def add_by_hand(office: Office, number: str) -> str:
    list_id = office.entry("customer", "c1").list_id
    values = {"CustomerRef": {"ListID": list_id}, "RefNumber": number, "InvoiceLineAdd": [{"Desc": "By hand"}]}
    return office.person.add_transaction("Invoice", values).txn_id


def test_a_number_that_is_free_again_is_taken_at_once(synced: Office) -> None:
    theirs = add_by_hand(synced, "I2")
    synced.put(invoice("i2", lines=[LINE]))
    synced.update()
    problem = synced.problem("duplicate_number")

    synced.person.delete(theirs)
    look(synced)

    assert (synced.state("invoice", "i2"), synced.problems()) == ("synced", [])
    assert synced.closed_by(problem.id) == "itself"


def test_an_invoice_that_owes_again_takes_its_payment_at_once(synced: Office) -> None:
    theirs = synced.person.pay(synced.txn("invoice", "i1").txn_id)
    synced.put(payment("p1", apply=[{"invoice": {"external_id": "i1"}, "amount": "100.00"}]))
    synced.update()
    assert synced.problem("already_paid")

    synced.person.delete(theirs.txn_id)
    look(synced)

    assert (synced.state("payment", "p1"), synced.balance("i1"), synced.problems()) == ("synced", Decimal(0), [])


def test_a_customer_that_is_active_again_is_linked_at_once(synced: Office) -> None:
    theirs = synced.person.add_entry("Customer", {"Name": "Customer c2"})
    synced.person.set_active(theirs.list_id, is_active=False)
    synced.put(customer("c2"))
    synced.update()
    assert synced.problem("customer_inactive")

    synced.person.set_active(theirs.list_id, is_active=True)
    look(synced)

    assert (synced.document("customer", "c2").quickbooks_id, synced.problems()) == (theirs.list_id, [])


def test_what_names_an_entry_goes_at_once_when_somebody_makes_it(synced: Office) -> None:
    synced.put(invoice("i2", lines=[LINE], terms={"full_name": "Net 77"}))
    synced.update()
    assert synced.problem("reference_missing")

    synced.person.add_entry("StandardTerms", {"Name": "Net 77"})
    look(synced)

    assert (synced.state("invoice", "i2"), synced.problems()) == ("synced", [])


def test_what_is_there_twice_no_more_is_no_problem(synced: Office) -> None:
    synced.rule(duplicate_numbers="send")
    synced.put(invoice("i2", lines=[LINE]))
    wake = synced.fall_asleep()
    synced.update()
    wake()
    problem = synced.problem("made_twice")

    synced.person.delete(str(problem.evidence["other"]))
    look(synced)

    assert (synced.problems(), synced.closed_by(problem.id)) == ([], "itself")


def test_the_last_one_of_what_was_there_twice_is_not_deleted(synced: Office) -> None:
    synced.rule(duplicate_numbers="send")
    synced.put(invoice("i2", lines=[LINE]))
    wake = synced.fall_asleep()
    synced.update()
    wake()
    other = str(synced.problem("made_twice").evidence["other"])
    look(synced)
    synced.person.delete(synced.txn("invoice", "i2").txn_id)
    look(synced)

    with pytest.raises(StateError, match="was deleted in QuickBooks"):
        synced.act("made_twice", "delete_other")

    synced.update()
    assert other in synced.company.tables.transactions


def test_what_changes_elsewhere_checks_nothing_and_costs_one_statement(synced: Office) -> None:
    theirs = add_by_hand(synced, "I2")
    synced.put(invoice("i2", lines=[LINE]))
    synced.update()
    look(synced)
    before = synced.problem("duplicate_number")

    other = synced.person.add_entry("Customer", {"Name": "Somebody else"})
    synced.pass_time(FIVE_MINUTES)
    with counted_statements(synced.database) as statements:
        asked = synced.update()

    assert "CustomerQueryRq" in asked
    assert synced.problem("duplicate_number").seen_at == before.seen_at
    assert len([one for one in statements if ProblemRecord.__tablename__ in one and one.startswith("UPDATE")]) == 1
    assert {other.list_id, theirs} <= {*synced.company.tables.entries, *synced.company.tables.transactions}


def test_the_first_sync_checks_nothing(office: Office) -> None:
    office.put(customer("c1"), item("haul", income_account={"full_name": "Freight Income"}))
    office.update()
    add_by_hand(office, "I2")
    office.put(invoice("i2", lines=[LINE]))
    office.update()
    before = office.problem("duplicate_number")

    office.pass_time(4 * FIVE_MINUTES)
    with office.database.writing() as db:
        pull.start_pull(db, office.connection_id, now=office.clock())
    office.update()

    assert office.problem("duplicate_number").seen_at == before.seen_at
