"""What is of one customer keeps its order, also while QuickBooks could not do the first of it; others go on."""

import pytest

from tests.office import Office
from tests.rows import credit_memo, customer, invoice, item, payment

LINE = {"item": {"external_id": "haul"}, "quantity": "1", "rate": "100.00"}
LOCKED = "The record is locked by another user."
LONGER_THAN_A_BACK_OFF = 3600


@pytest.fixture
def locked(office: Office) -> Office:
    """The first invoice of customer c1 was locked, and waits for its next attempt."""
    office.put(customer("c1"), customer("c2"), item("haul", income_account={"full_name": "Freight Income"}))
    office.update()
    office.put(invoice("i1", lines=[LINE]))
    lock(office)
    assert office.state("invoice", "i1") == "pending"
    return office


def lock(office: Office) -> None:
    """What is next is locked twice, so that it waits for longer than the next update is away."""
    for _ in range(2):
        office.refuse_next(3175, LOCKED)
        office.update()


def states(office: Office, *names: str) -> list[str]:
    return [office.state(*name.split()) for name in names]


def place(office: Office, kind: str, external_id: str) -> int:
    """The place of a record among all that were made."""
    return office.txn(kind, external_id).number


def test_a_later_operation_of_the_customer_waits_and_another_customers_does_not(locked: Office) -> None:
    locked.put(invoice("i2", lines=[LINE]), credit_memo("m1", lines=[LINE]), invoice("i3", "c2", lines=[LINE]))
    locked.update()
    assert states(locked, "invoice i1", "invoice i2", "credit_memo m1", "invoice i3") == [
        "pending", "pending", "pending", "synced",
    ]  # fmt: skip
    locked.pass_time(LONGER_THAN_A_BACK_OFF)
    locked.update()
    assert states(locked, "invoice i1", "invoice i2", "credit_memo m1") == ["synced"] * 3
    assert place(locked, "invoice", "i1") < place(locked, "invoice", "i2") < place(locked, "credit_memo", "m1")


def test_one_that_is_locked_again_holds_back_what_was_due_with_it(locked: Office) -> None:
    locked.put(invoice("i2", lines=[LINE]))
    locked.update()
    locked.pass_time(LONGER_THAN_A_BACK_OFF)
    locked.refuse_next(3175, LOCKED)
    locked.update()
    assert states(locked, "invoice i1", "invoice i2") == ["pending", "pending"]
    locked.pass_time(2 * LONGER_THAN_A_BACK_OFF)
    locked.update()
    assert place(locked, "invoice", "i1") < place(locked, "invoice", "i2")


def test_one_that_is_given_up_holds_back_nothing(locked: Office) -> None:
    locked.put(payment("p1"))
    for _ in range(8):
        locked.pass_time(2 * LONGER_THAN_A_BACK_OFF)
        locked.refuse_next(3175, LOCKED)
        locked.update()
    assert locked.problem("record_locked").external_id == "i1"
    locked.pass_time(LONGER_THAN_A_BACK_OFF)
    locked.update()
    assert locked.state("payment", "p1") == "synced"


def test_a_change_of_the_customer_itself_holds_back_its_documents(office: Office) -> None:
    office.put(customer("c1"), item("haul", income_account={"full_name": "Freight Income"}))
    office.update()
    office.put(customer("c1", email="new@one.example"))
    lock(office)
    office.put(invoice("i1", lines=[LINE]))
    office.update()
    assert states(office, "customer c1", "invoice i1") == ["pending", "pending"]
