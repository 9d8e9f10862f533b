"""While a problem is being checked again a person's word comes first, and what was given up counts from nought."""

import pytest

from tests.office import Office
from tests.rows import customer, invoice, item

HOUR = 3600
LINE = {"item": {"external_id": "haul"}, "quantity": "1", "rate": "100.00"}


@pytest.fixture
def synced(office: Office) -> Office:
    """A customer and an item are in QuickBooks, and an invoice of the number I2 that somebody wrote by hand."""
    office.put(customer("c1"), item("haul", income_account={"full_name": "Freight Income"}))
    office.update()
    list_id = office.entry("customer", "c1").list_id
    values = {"CustomerRef": {"ListID": list_id}, "RefNumber": "I2", "InvoiceLineAdd": [{"Desc": "By hand"}]}
    office.person.add_transaction("Invoice", values)
    return office


def theirs(office: Office) -> str:
    (first, *_) = [txn.txn_id for txn in office.company.list_transactions() if txn.ref_number == "I2"]
    return first


def begin_recheck(office: Office) -> None:
    """The problem is checked again, and the line breaks before the first answer."""
    office.pass_time(HOUR)
    office.update(until_answer=0)


@pytest.mark.parametrize("action", ["retry", "link", "renumber", "send_again", "clear"])
def test_a_person_comes_before_a_check_that_waits(synced: Office, action: str) -> None:
    synced.put(invoice("i2", lines=[LINE]))
    synced.update()
    begin_recheck(synced)
    other = theirs(synced)
    if action == "retry":
        synced.person.delete(other)

    synced.act("duplicate_number", action, **({"quickbooks_id": other} if action == "link" else {}))
    synced.update()

    numbers = [txn.ref_number for txn in synced.company.list_transactions()]
    state = synced.state("invoice", "i2")
    assert synced.problems() == []
    assert (state, numbers) == {
        "retry": ("synced", ["I2"]),
        "link": ("synced", ["I2"]),
        "renumber": ("synced", ["I2", "I2-2"]),
        "send_again": ("synced", ["I2", "I2"]),
        "clear": ("cleared", ["I2"]),
    }[action]


def test_what_is_missing_is_created_while_a_check_waits(synced: Office) -> None:
    synced.put(invoice("i3", lines=[LINE], terms={"full_name": "Net 77"}))
    synced.update()
    begin_recheck(synced)

    synced.act("reference_missing", "create_missing")
    synced.update()

    assert (synced.state("invoice", "i3"), synced.problems()) == ("synced", [])


def test_what_a_person_retries_goes_before_newer_work(synced: Office) -> None:
    synced.put(invoice("i2", lines=[LINE]))
    synced.update()
    begin_recheck(synced)
    synced.update()
    synced.person.delete(theirs(synced))
    synced.act("duplicate_number", "retry")
    synced.put(invoice("i3", lines=[LINE]))

    synced.update()

    assert [txn.ref_number for txn in synced.company.list_transactions()] == ["I2", "I3"]


LOCKED = (3175, "There was an error when saving the invoice: somebody has it open.")


@pytest.fixture
def given_up(synced: Office) -> Office:
    """An invoice was given up because what it needs was locked each time."""
    synced.rule(duplicate_numbers="send")
    synced.put(invoice("i4", lines=[LINE]))
    for _ in range(8):
        synced.refuse_next(*LOCKED)
        synced.update()
        synced.pass_time(3700)
    assert "given up after 8" in synced.problem("record_locked").message
    return synced


def test_a_check_of_what_was_given_up_may_be_lost_like_any_other(given_up: Office) -> None:
    given_up.fall_asleep()

    given_up.update()

    assert (given_up.state("invoice", "i4"), given_up.problems()) == ("synced", [])


def test_a_check_of_what_is_locked_still_is_tried_once(given_up: Office) -> None:
    before = given_up.problem("record_locked")
    given_up.refuse_next(*LOCKED)

    asked = given_up.update()

    assert asked.count("InvoiceAddRq") == 1
    after = given_up.problem("record_locked")
    assert after.id == before.id
    assert after.seen_at > before.seen_at
    assert given_up.update() == []
