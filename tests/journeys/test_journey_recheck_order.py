"""What one document frees in QuickBooks another one of the same delivery may use, in whatever order they come."""

from decimal import Decimal

import pytest

from tests.office import Office
from tests.rows import Content, customer, invoice, item, payment

LINE = {"item": {"external_id": "haul"}, "quantity": "1", "rate": "100.00"}


def pay(external_id: str, amount: str) -> Content:
    return payment(external_id, amount=amount, apply=[{"invoice": {"external_id": "i1"}, "amount": amount}])


@pytest.fixture
def paid(office: Office) -> Office:
    """An invoice over 100.00 is in QuickBooks, and a payment of all of it."""
    haul = item("haul", income_account={"full_name": "Freight Income"})
    office.put(customer("c1"), haul, invoice("i1", lines=[LINE]), pay("p1", "100.00"))
    office.update()
    assert office.balance("i1") == Decimal(0)
    return office


@pytest.mark.parametrize("is_first", [True, False])
def test_a_lowered_payment_makes_room_for_another_one(paid: Office, *, is_first: bool) -> None:
    both = [pay("p1", "60.00"), pay("p2", "40.00")]
    for one in both if is_first else both[::-1]:
        paid.put(one)

    paid.update()

    assert [paid.state("payment", one) for one in ("p1", "p2")] == ["synced", "synced"]
    assert (paid.balance("i1"), paid.txn("payment", "p2").total, paid.problems()) == (Decimal(0), Decimal("40.00"), [])


@pytest.mark.parametrize("is_first", [True, False])
def test_a_payment_that_leaves_makes_room_for_another_one(paid: Office, *, is_first: bool) -> None:
    if not is_first:
        paid.put(pay("p2", "100.00"))
    paid.put(customer("c1", phone="555-0100"))  # A question that stands in front of both.
    paid.delete("payment", "p1")
    if is_first:
        paid.put(pay("p2", "100.00"))

    paid.update()

    assert (paid.state("payment", "p2"), paid.balance("i1"), paid.problems()) == ("synced", Decimal(0), [])


@pytest.mark.parametrize("is_first", [True, False])
def test_an_invoice_that_grows_takes_more(paid: Office, *, is_first: bool) -> None:
    both = [invoice("i1", lines=[{**LINE, "rate": "150.00"}]), pay("p2", "50.00")]
    for one in both if is_first else both[::-1]:
        paid.put(one)

    paid.update()

    assert (paid.state("payment", "p2"), paid.balance("i1"), paid.problems()) == ("synced", Decimal(0), [])
