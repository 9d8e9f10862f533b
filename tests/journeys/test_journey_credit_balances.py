"""What is left of a credit memo, and of an invoice, as people see it in the list of documents."""

from decimal import Decimal

import pytest
from sqlalchemy import update

from qbwc_service.store.mirror_transactions import qb_credit_memos
from qbwc_service.sync.pull import PullSettings, start_pull
from tests.office import Office
from tests.rows import Content, credit_memo, customer, invoice, item, payment

LINE = {"item": {"external_id": "haul"}, "quantity": "1", "rate": "100.00"}
A_LOOK = 600
RECENT = PullSettings(oldest="2026-11-01")


@pytest.fixture
def credited(office: Office) -> Office:
    """An invoice and a credit memo over 100.00 each are in QuickBooks."""
    office.put(customer("c1"), item("haul", income_account={"full_name": "Freight Income"}))
    office.put(invoice("i1", lines=[LINE]), credit_memo("m1", lines=[LINE]))
    office.update()
    return office


def using(external_id: str, *amounts: str, **more: object) -> Content:
    """A payment of 40.00 that uses a credit memo beside."""
    mine = {"invoice": {"external_id": "i1"}}
    credits_ = [{"credit_memo": {"external_id": "m1"}, **mine, "amount": amount} for amount in amounts]
    return payment(external_id, amount="40.00", apply=[{**mine, "amount": "40.00"}], credits=credits_, **more)


def mirror(office: Office) -> None:
    with office.database.writing() as db:
        start_pull(db, office.connection_id, settings=RECENT, now=office.clock())
    office.update()


def left(office: Office, kind: str, external_id: str) -> Decimal | None:
    return office.document(kind, external_id).balance_remaining


def test_what_a_payment_uses_of_a_credit_memo_is_taken_off(credited: Office) -> None:
    assert left(credited, "credit_memo", "m1") == 100
    credited.put(using("p1", "30.00"))
    credited.update()
    assert (left(credited, "credit_memo", "m1"), left(credited, "invoice", "i1")) == (70, 30)


def test_what_a_deleted_payment_gives_back_is_told_by_the_mirror(credited: Office) -> None:
    credited.put(using("p1", "30.00"))
    credited.update()
    credited.delete("payment", "p1")
    credited.update()
    assert left(credited, "credit_memo", "m1") is None  # No answer says it.
    mirror(credited)
    assert (left(credited, "credit_memo", "m1"), left(credited, "invoice", "i1")) == (70, 70)

    credited.person.apply_credit(
        credited.txn("credit_memo", "m1").txn_id, credited.txn("invoice", "i1").txn_id, "20.00"
    )
    credited.pass_time(A_LOOK)
    credited.update()
    assert (left(credited, "credit_memo", "m1"), left(credited, "invoice", "i1")) == (50, 50)

    credited.put(using("p2", "5.00"))  # What our own operations tell is newer than the mirror now.
    credited.update()
    assert (left(credited, "credit_memo", "m1"), left(credited, "invoice", "i1")) == (45, 5)


def test_a_change_that_fails_makes_no_balance_newer(credited: Office) -> None:
    mirror(credited)
    bill, credit = credited.txn("invoice", "i1").txn_id, credited.txn("credit_memo", "m1").txn_id
    credited.person.apply_credit(credit, bill, "20.00")
    credited.person.pay(bill, "30.00")
    credited.pass_time(A_LOOK)
    credited.update()
    for changed in (invoice("i1", lines=[LINE], memo="Thanks"), credit_memo("m1", lines=[LINE], memo="Thanks")):
        credited.put(changed)
        credited.refuse_next(3180, "It could not be saved.")
        credited.update()
    assert (credited.state("invoice", "i1"), credited.state("credit_memo", "m1")) == ("problem", "problem")
    assert (left(credited, "invoice", "i1"), left(credited, "credit_memo", "m1")) == (50, 80)

    credited.put(using("p1", "5.00"))
    credited.update()
    assert (left(credited, "invoice", "i1"), left(credited, "credit_memo", "m1")) == (5, 75)


def test_what_the_mirror_has_seen_of_a_payment_is_not_taken_off_again(credited: Office) -> None:
    mirror(credited)
    credited.put(using("p1", "30.00"))
    credited.update(until_answer=1)  # QuickBooks took it, and its answer is lost.
    with credited.database.writing() as db:
        seen = {"credit_remaining_cents": Decimal("70.00"), "pulled_at": credited.clock()}
        db.execute(update(qb_credit_memos).values(seen))
    credited.update()
    assert (credited.state("payment", "p1"), left(credited, "credit_memo", "m1")) == ("synced", 70)
