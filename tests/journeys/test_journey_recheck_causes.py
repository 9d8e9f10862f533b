"""What is checked again heals by itself when its cause goes away in QuickBooks, in order."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from qbwc_service.sync import recheck
from tests.office import Office
from tests.rows import Content, customer, invoice, item, payment

HOUR = 3600
LINE = {"item": {"external_id": "haul"}, "quantity": "1", "rate": "100.00"}
HAUL = item("haul", income_account={"full_name": "Freight Income"})
LOCKED = (3175, "Somebody has it open.")

Undo = Callable[[], object]


@pytest.fixture
def synced(office: Office) -> Office:
    """Two customers, an item and an invoice over 100.00 are in QuickBooks."""
    office.put(customer("c1"), customer("c2"), HAUL, invoice("i1", lines=[LINE]))
    office.update()
    return office


def pay(external_id: str = "p1") -> Content:
    return payment(external_id, apply=[{"invoice": {"external_id": "i1"}, "amount": "100.00"}])


def _customer_ambiguous(office: Office) -> tuple[str, str, Undo]:
    address = {"Email": "ap@harbor.example"}
    office.person.add_entry("Customer", {"Name": "North", **address})
    other = office.person.add_entry("Customer", {"Name": "South", **address})
    office.put(customer("c9", email=address["Email"]))
    return "customer", "c9", lambda: office.person.delete(other.list_id)


def _item_ambiguous(office: Office) -> tuple[str, str, Undo]:
    account = {"AccountRef": {"FullName": "Freight Income"}}
    theirs = office.person.add_entry("ItemService", {"Name": "Container-Haul", "SalesOrPurchase": account})
    office.rule(match={"items": ["full_name", "similar_name"]})
    office.put(item("s9", name="Container Haul", income_account={"full_name": "Freight Income"}))
    return "item", "s9", lambda: office.person.delete(theirs.list_id)


def _customer_changed(office: Office) -> tuple[str, str, Undo]:
    office.put(invoice("i1", "c2", lines=[LINE]))
    list_id = office.entry("customer", "c2").list_id
    return "invoice", "i1", lambda: office.person.change(_txn(office), {"CustomerRef": {"ListID": list_id}})


def _edit_conflict(office: Office) -> tuple[str, str, Undo]:
    office.person.change(_txn(office), {"Memo": "Theirs"})
    office.put(invoice("i1", lines=[LINE], memo="Ours"))
    return "invoice", "i1", lambda: office.person.change(_txn(office), {"Memo": "Ours"})


def _name_in_use(office: Office) -> tuple[str, str, Undo]:
    vendor = office.person.add_entry("Vendor", {"Name": "Customer c9"})
    office.put(customer("c9"))
    return "customer", "c9", lambda: office.person.rename(vendor.list_id, "Somebody")


def _amount_exceeds_balance(office: Office) -> tuple[str, str, Undo]:
    theirs = office.person.pay(_txn(office), "70.00")
    office.put(pay())
    return "payment", "p1", lambda: office.person.delete(theirs.txn_id)


def _record_locked(office: Office) -> tuple[str, str, Undo]:
    office.put(customer("c9"))
    for _ in range(7):
        office.refuse_next(*LOCKED)
        office.update()
        office.pass_time(HOUR)
    office.refuse_next(*LOCKED)
    return "customer", "c9", lambda: None


def _already_deposited(office: Office) -> tuple[str, str, Undo]:
    office.put(pay())
    office.update()
    deposit = office.person.deposit([office.txn("payment", "p1").txn_id], account="Checking")
    office.delete("payment", "p1")
    return "payment", "p1", lambda: office.person.delete(deposit.txn_id)


def _txn(office: Office) -> str:
    return office.txn("invoice", "i1").txn_id


CASES = {
    "customer_ambiguous": _customer_ambiguous,
    "item_ambiguous": _item_ambiguous,
    "customer_changed": _customer_changed,
    "edit_conflict": _edit_conflict,
    "name_in_use": _name_in_use,
    "amount_exceeds_balance": _amount_exceeds_balance,
    "record_locked": _record_locked,
    "already_deposited": _already_deposited,
}


@pytest.mark.parametrize("reason", CASES)
def test_what_went_away_in_quickbooks_is_no_problem_any_more(synced: Office, reason: str) -> None:
    kind, external_id, undo = CASES[reason](synced)
    synced.update()
    problem = synced.problem(reason)
    assert problem.external_id == external_id

    undo()
    synced.pass_time(HOUR)
    synced.update()

    assert (synced.problems(), synced.closed_by(problem.id)) == ([], "itself")
    assert synced.state(kind, external_id) == ("deleted" if reason == "already_deposited" else "synced")


def test_the_oldest_are_checked_first_and_not_all_at_once(synced: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    assert recheck.MOST_RECHECKED == 50
    monkeypatch.setattr(recheck, "MOST_RECHECKED", 2)
    synced.put(*(invoice(f"i{n}", lines=[LINE], terms={"full_name": "Net 77"}) for n in (2, 3, 4)))
    synced.update()
    (first,) = [problem.id for problem in synced.problems() if problem.external_id == "i2"]
    synced.act_on(first, "retry")
    synced.update()
    assert len(synced.problems()) == 3, "the first is the one seen last"
    synced.person.add_entry("StandardTerms", {"Name": "Net 77"})
    synced.pass_time(HOUR)

    synced.update()

    assert [problem.external_id for problem in synced.problems()] == ["i2"]
    synced.update()
    assert synced.problems() == []


def test_new_work_goes_before_what_is_checked(synced: Office) -> None:
    list_id = synced.entry("customer", "c1").list_id
    values = {"CustomerRef": {"ListID": list_id}, "RefNumber": "I2", "InvoiceLineAdd": [{"Desc": "By hand"}]}
    theirs = synced.person.add_transaction("Invoice", values).txn_id
    synced.put(invoice("i2", lines=[LINE]))
    synced.update()
    synced.person.delete(theirs)
    synced.pass_time(HOUR)
    synced.put(invoice("i3", lines=[LINE]))

    synced.update()

    assert [txn.ref_number for txn in synced.company.list_transactions()] == ["I1", "I3", "I2"]
    assert (synced.balance("i2"), synced.problems()) == (Decimal(100), [])
