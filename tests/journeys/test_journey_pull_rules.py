"""What people change and delete in QuickBooks, by the rules of the other direction."""

from datetime import datetime

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qbwc_service.store import Cursor
from qbwc_service.store.mirror_transactions import qb_invoices
from qbwc_service.sync import enqueue_documents, gone
from qbwc_service.sync.gone import note_deleted
from qbwc_service.sync.pull import PullSettings, start_pull
from qbwc_service.sync.repair.audit import list_deeds
from qbwc_service.sync.repair.undo import undo_deed
from qbwc_service.sync.rules import Rules, load_rules
from tests.office import Office
from tests.rows import customer, invoice, item, payment

LINE = {"item": {"external_id": "haul"}, "quantity": "1", "rate": "100.00", "description": "Haul"}
A_LOOK = 600
RECENT = PullSettings(oldest="2026-11-01")


@pytest.fixture
def billed(office: Office) -> Office:
    """An office with an invoice in QuickBooks."""
    account = {"full_name": "Freight Income"}
    office.put(
        customer("c1"),
        item("haul", income_account=account),
        invoice("i1", lines=[LINE, {**LINE, "description": "Back"}], memo="Ours"),
    )
    office.update()
    assert office.problems() == []
    return office


def rule(office: Office, **pull: dict[str, bool]) -> None:
    office.rule(pull=pull)


def edit_over_there(office: Office) -> None:
    """Somebody writes another memo, another text into the first line, and another line."""
    bill = office.txn("invoice", "i1")
    lines: list[dict[str, object]] = [{"TxnLineID": line.line_id} for line in bill.lines]
    lines[0]["Desc"] = "Theirs"
    lines.append({"TxnLineID": "-1", "ItemRef": {"FullName": "Fuel Surcharge"}, "Quantity": "1", "Rate": "5.00"})
    office.person.change(bill.txn_id, {"Memo": "Theirs", "PONumber": "PO 1", "InvoiceLineMod": lines})


def contents(office: Office) -> tuple[object, list[object]]:
    bill = office.txn("invoice", "i1")
    return bill.values.get("Memo"), [line.values.get("Desc") for line in bill.lines]


def change_here(office: Office) -> None:
    office.put(invoice("i1", lines=[LINE, {**LINE, "description": "Back"}], memo="Ours", other="Gate 3"))
    office.update()
    assert office.problems() == []


def test_what_people_change_in_quickbooks_stays_by_default(billed: Office) -> None:
    edit_over_there(billed)
    change_here(billed)
    memo, texts = contents(billed)
    assert (memo, texts[:2], len(texts)) == ("Theirs", ["Theirs", "Back"], 3)


def test_where_edits_in_quickbooks_are_not_taken_the_document_stands(billed: Office) -> None:
    rule(billed, invoice={"update": False})
    edit_over_there(billed)
    change_here(billed)
    assert contents(billed) == ("Ours", ["Haul", "Back"])
    assert billed.txn("invoice", "i1").values["PONumber"] == "PO 1"  # The document says nothing of it.
    assert billed.balance("i1") == 200


def test_an_edit_of_both_sides_asks_nobody_where_those_of_quickbooks_are_not_taken(billed: Office) -> None:
    rule(billed, invoice={"update": False})
    edit_over_there(billed)
    billed.put(invoice("i1", lines=[LINE, {**LINE, "description": "Back"}], memo="New"))
    billed.update()
    assert (billed.problems(), contents(billed)[0]) == ([], "New")


def test_another_customer_over_there_is_shown_before_it_is_taken_back(billed: Office) -> None:
    rule(billed, invoice={"update": False})
    other = billed.person.add_entry("Customer", {"Name": "Other"})
    bill = billed.txn("invoice", "i1")
    billed.person.change(bill.txn_id, {"CustomerRef": {"ListID": other.list_id}})
    billed.put(invoice("i1", lines=[LINE, {**LINE, "description": "Back"}], memo="New"))
    billed.update()
    billed.act("customer_changed", "use_app")
    billed.update()
    assert billed.txn("invoice", "i1").customer == billed.entry("customer", "c1").list_id


def delete_over_there(office: Office, kind: str, external_id: str, *, seen_by_mirror: bool = False) -> None:
    """Somebody deletes a record, and that is seen: by the mirror, or as the mirror would say it."""
    record = office.txn(kind, external_id)
    if seen_by_mirror:
        with office.database.writing() as db:
            start_pull(db, office.connection_id, settings=RECENT, now=office.clock())
        office.update()
    office.person.delete(record.txn_id)
    if seen_by_mirror:
        see(office)
        return
    with office.database.writing() as db:
        note_deleted(db, office.connection_id, [record.kind], [record.txn_id], now=office.clock())


def see(office: Office) -> None:
    office.pass_time(A_LOOK)
    office.update()


def test_what_is_deleted_in_quickbooks_is_a_problem_at_once(billed: Office) -> None:
    delete_over_there(billed, "invoice", "i1", seen_by_mirror=True)
    assert billed.problem("deleted_in_quickbooks").external_id == "i1"
    assert billed.state("invoice", "i1") == "problem"
    billed.act("deleted_in_quickbooks", "unlink")
    billed.update()
    assert (billed.state("invoice", "i1"), billed.balance("i1"), billed.problems()) == ("synced", 200, [])
    billed.delete("invoice", "i1")  # What is deleted here is no news from QuickBooks.
    billed.update()
    see(billed)
    assert (billed.state("invoice", "i1"), billed.problems()) == ("deleted", [])


@pytest.mark.parametrize(
    ("action", "state"), [("use_quickbooks", "deleted"), ("clear", "cleared")], ids=["deleted here too", "cleared"]
)
@pytest.mark.parametrize("changed_here", [False, True], ids=["as it was", "with a change on its way"])
def test_a_person_takes_the_deletion_or_puts_it_off_the_list(
    billed: Office, action: str, state: str, *, changed_here: bool
) -> None:
    delete_over_there(billed, "invoice", "i1")
    if changed_here:
        billed.put(invoice("i1", memo="New"))
        billed.update()
    billed.act("deleted_in_quickbooks", action)
    billed.update()
    assert (billed.state("invoice", "i1"), billed.problems()) == (state, [])


def test_a_deletion_is_looked_at_again_when_somebody_says_so(billed: Office) -> None:
    delete_over_there(billed, "invoice", "i1")
    billed.act("deleted_in_quickbooks", "retry")
    assert billed.problems() == []
    billed.update()
    assert billed.problem("deleted_in_quickbooks").external_id == "i1"


def test_what_was_cleared_is_taken_back(billed: Office) -> None:
    delete_over_there(billed, "invoice", "i1")
    billed.act("deleted_in_quickbooks", "clear")
    with billed.database.writing() as db:
        (deed,) = list_deeds(db, billed.connection_id)
        undo_deed(db, billed.connection_id, deed.id, by="Ann", now=billed.clock())
    billed.update()
    assert billed.problem("deleted_in_quickbooks").external_id == "i1"


def test_by_rule_what_is_deleted_in_quickbooks_is_deleted_here(billed: Office) -> None:
    rule(billed, payment={"delete": True})
    paid = payment("p1", amount="50.00", apply=[{"invoice": {"external_id": "i1"}, "amount": "50.00"}])
    billed.put(paid)
    billed.update()
    delete_over_there(billed, "payment", "p1", seen_by_mirror=True)
    assert (billed.state("payment", "p1"), billed.problems()) == ("deleted", [])
    billed.put(paid)
    billed.update()
    assert (billed.state("payment", "p1"), billed.balance("i1")) == ("synced", 150)


def test_what_is_on_its_way_finds_out_itself(billed: Office) -> None:
    billed.put(invoice("i1", memo="New"))
    delete_over_there(billed, "invoice", "i1")
    assert (billed.state("invoice", "i1"), billed.problems()) == ("pending", [])


@pytest.mark.parametrize("delete", [False, True], ids=["a problem", "deleted here"])
def test_what_goes_on_its_way_at_the_same_instant_stays_on_it(
    billed: Office, monkeypatch: pytest.MonkeyPatch, *, delete: bool
) -> None:
    rule(billed, invoice={"delete": delete})
    now: datetime = billed.clock()

    def change_meanwhile(db: Session, connection_id: int) -> Rules:
        enqueue_documents(db, connection_id, [invoice("i1", memo="New")], now=now)
        return load_rules(db, connection_id)

    monkeypatch.setattr(gone, "load_rules", change_meanwhile)
    linked = billed.document("invoice", "i1").quickbooks_id
    delete_over_there(billed, "invoice", "i1")
    assert (billed.state("invoice", "i1"), billed.problems()) == ("pending", [])
    assert billed.document("invoice", "i1").quickbooks_id == linked


def test_a_problem_closes_where_the_record_is_there_again(billed: Office) -> None:
    tables, record = billed.company.tables, billed.txn("invoice", "i1")
    delete_over_there(billed, "invoice", "i1", seen_by_mirror=True)
    problem = billed.problem("deleted_in_quickbooks")

    tables.transactions[record.txn_id] = record  # Somebody restores a backup.
    tables.deletions.clear()
    billed.person.change(record.txn_id, {"Memo": "Here again"})
    see(billed)

    assert (billed.state("invoice", "i1"), billed.problems()) == ("synced", [])
    assert billed.closed_by(problem.id) == "itself"
    assert billed.document("invoice", "i1").message is None


def test_an_answer_with_no_ids_at_all_is_no_deletion_of_documents(billed: Office) -> None:
    with billed.database.writing() as db:
        start_pull(db, billed.connection_id, settings=RECENT, now=billed.clock())
    billed.update()
    billed.person.delete(billed.txn("invoice", "i1").txn_id)
    billed.company.tables.deletions.clear()
    with billed.database.writing() as db:
        now = billed.clock()
        db.execute(update(Cursor).where(Cursor.entity == "Invoice").values(compare_at=now, due_at=now))
    see(billed)

    with billed.database.reading() as db:
        assert db.scalar(select(qb_invoices.c.deleted_at)) is not None
    assert (billed.state("invoice", "i1"), billed.problems()) == ("synced", [])
