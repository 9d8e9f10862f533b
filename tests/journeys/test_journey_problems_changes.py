"""Problems of changes and deletions: each is made in the simulated books, shown, repaired, and gone."""

from decimal import Decimal

import pytest

from tests.office import Office
from tests.rows import customer, invoice, item, payment

LINE = {"item": {"external_id": "haul"}, "quantity": "1", "rate": "100.00"}


@pytest.fixture
def synced(office: Office) -> Office:
    """Two customers, an item and an invoice are in QuickBooks."""
    office.put(
        customer("c1"),
        customer("c2"),
        item("haul", income_account={"full_name": "Freight Income"}),
        invoice("i1", lines=[LINE]),
    )
    office.update()
    assert office.problems() == []
    return office


def change_both_sides(office: Office) -> None:
    office.person.change(office.txn("invoice", "i1").txn_id, {"Memo": "Theirs"})
    office.put(invoice("i1", lines=[LINE], memo="Ours", po_number="PO 1"))
    office.update()


@pytest.mark.parametrize(("action", "memo"), [("use_app", "Ours"), ("use_quickbooks", "Theirs")])
def test_edit_conflict(synced: Office, action: str, memo: str) -> None:
    change_both_sides(synced)

    problem = synced.problem("edit_conflict")
    assert problem.evidence["conflicts"] == [
        {"path": "Memo", "agreed": None, "ours": "Ours", "quickbooks": "Theirs"},
    ]
    assert synced.state("invoice", "i1") == "problem"
    assert synced.txn("invoice", "i1").values.get("PONumber") is None, "nothing went out"

    synced.act("edit_conflict", action)
    synced.update()

    values = synced.txn("invoice", "i1").values
    assert (values["Memo"], values["PONumber"]) == (memo, "PO 1")
    assert synced.state("invoice", "i1") == "synced"


def test_edit_conflict_goes_when_the_sides_agree(synced: Office) -> None:
    change_both_sides(synced)
    synced.put(invoice("i1", lines=[LINE], memo="Theirs", po_number="PO 1"))
    assert synced.problems() == []

    synced.update()

    assert synced.problems() == []
    assert synced.txn("invoice", "i1").values["PONumber"] == "PO 1"


def test_edit_conflict_of_a_line(synced: Office) -> None:
    (line,) = synced.lines("invoice", "i1")
    synced.person.change(
        synced.txn("invoice", "i1").txn_id, {"InvoiceLineMod": [{"TxnLineID": line["TxnLineID"], "Quantity": "4"}]}
    )
    synced.put(invoice("i1", lines=[{**LINE, "quantity": "3"}]))
    synced.update()

    (conflict,) = synced.problem("edit_conflict").evidence["conflicts"]  # type: ignore[misc]
    assert conflict == {"path": "lines[0].Quantity", "agreed": "1", "ours": "3", "quickbooks": "4"}
    synced.act("edit_conflict", "use_app")
    synced.update()
    assert synced.balance("i1") == Decimal("300.00")


@pytest.mark.parametrize(("action", "owner"), [("use_app", "c2"), ("use_quickbooks", "c1")])
def test_customer_changed(synced: Office, action: str, owner: str) -> None:
    synced.put(invoice("i1", "c2", lines=[LINE], memo="New"))
    synced.update()

    (conflict,) = synced.problem("customer_changed").evidence["conflicts"]  # type: ignore[misc]
    assert conflict["ours"] == {"ListID": synced.document("customer", "c2").quickbooks_id}
    assert conflict["quickbooks"]["FullName"] == "Customer c1"

    synced.act("customer_changed", action)
    synced.update()

    assert synced.txn("invoice", "i1").customer == synced.document("customer", owner).quickbooks_id
    assert synced.txn("invoice", "i1").values["Memo"] == "New"
    assert (synced.state("invoice", "i1"), synced.problems()) == ("synced", [])


@pytest.mark.parametrize(("action", "email"), [("use_app", "a@b.example"), ("use_quickbooks", None)])
def test_drift(synced: Office, action: str, email: str | None) -> None:
    synced.rule(push={"customer": {"update": False}})
    synced.put(customer("c1", email="a@b.example"))

    assert synced.update() == []
    assert synced.state("customer", "c1") == "synced"
    assert synced.problem("drift").evidence["ours"] == customer("c1", email="a@b.example")[1]

    synced.act("drift", action)
    synced.update()

    assert synced.entry("customer", "c1").values.get("Email") == email
    assert (synced.state("customer", "c1"), synced.problems()) == ("synced", [])


def test_drift_goes_when_the_content_is_as_agreed_again(synced: Office) -> None:
    synced.rule(push={"customer": {"update": False}})
    synced.put(customer("c1", email="a@b.example"))
    synced.put(customer("c1"))

    assert synced.problems() == []


def test_deleted_in_quickbooks(synced: Office) -> None:
    first = synced.txn("invoice", "i1").txn_id
    synced.person.delete(first)
    synced.put(invoice("i1", lines=[LINE], memo="New"))
    synced.update()
    assert synced.problem("deleted_in_quickbooks").external_id == "i1"

    synced.act("deleted_in_quickbooks", "unlink")
    synced.update()

    assert synced.txn("invoice", "i1").txn_id != first
    assert synced.txn("invoice", "i1").values["Memo"] == "New"
    assert (synced.state("invoice", "i1"), synced.problems()) == ("synced", [])


@pytest.mark.parametrize(("action", "is_there"), [("use_app", False), ("use_quickbooks", True)])
def test_deleted_in_app(synced: Office, action: str, *, is_there: bool) -> None:
    txn_id = synced.txn("invoice", "i1").txn_id
    synced.rule(push={"invoice": {"delete": False}})
    synced.delete("invoice", "i1")

    assert synced.update() == []
    assert synced.problem("deleted_in_app").evidence["quickbooks_id"] == txn_id

    synced.act("deleted_in_app", action)
    synced.update()

    assert (txn_id in synced.company.tables.transactions) is is_there
    assert synced.state("invoice", "i1") == ("cleared" if is_there else "deleted")
    assert synced.problems() == []


def test_already_deposited(synced: Office) -> None:
    synced.put(payment("p1", apply=[{"invoice": {"external_id": "i1"}, "amount": "100.00"}]))
    synced.update()
    deposit = synced.person.deposit([synced.txn("payment", "p1").txn_id], account="Checking")
    synced.delete("payment", "p1")
    synced.update()

    assert "already been deposited" in synced.problem("already_deposited").message
    assert synced.balance("i1") == Decimal(0), "the payment stays"

    synced.person.delete(deposit.txn_id)
    synced.act("already_deposited", "retry")
    synced.update()

    assert (synced.state("payment", "p1"), synced.balance("i1")) == ("deleted", Decimal("100.00"))
    assert synced.problems() == []
