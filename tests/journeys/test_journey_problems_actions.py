"""Actions on problems are on record, can be tried first, done to many at once, and some taken back."""

import pytest

from qbwc_service.errors import StateError
from qbwc_service.store import ProblemReason
from qbwc_service.sync import Deed, act_on_problems, list_deeds, preview_action, undo_deed
from qbwc_service.sync.problems import ProblemAction
from tests.office import Office
from tests.rows import customer, invoice, item, payment

LINE = {"item": {"external_id": "haul"}, "quantity": "1", "rate": "100.00"}


@pytest.fixture
def synced(office: Office) -> Office:
    """A customer, an item and an invoice over 100.00 are in QuickBooks."""
    office.put(customer("c1"), item("haul", income_account={"full_name": "Freight Income"}))
    office.put(invoice("i1", lines=[LINE]))
    office.update()
    return office


def add_by_hand(office: Office, number: str) -> str:
    values = {
        "CustomerRef": {"ListID": office.entry("customer", "c1").list_id},
        "RefNumber": number,
        "TxnDate": "2026-11-01",
        "InvoiceLineAdd": [{"Desc": "By hand"}],
    }
    return office.person.add_transaction("Invoice", values).txn_id


def undo(office: Office) -> None:
    """Take the last action back."""
    with office.database.writing() as db:
        (last,) = list_deeds(db, office.connection_id, limit=1)
        assert undo_deed(db, office.connection_id, last.id, by="Bea", now=office.clock()).undone_by == "Bea"


def test_an_action_is_on_record_with_before_and_after(synced: Office) -> None:
    theirs = add_by_hand(synced, "I2")
    synced.put(invoice("i2", lines=[LINE]))
    synced.update()
    synced.act("duplicate_number", "link", quickbooks_id=theirs, note="It is the same load.")

    with synced.database.reading() as db:
        (entry,) = list_deeds(db, synced.connection_id)

    assert (entry.action, entry.done_by, entry.note, entry.external_id) == ("link", "Ann", "It is the same load.", "i2")
    assert (entry.before["state"], entry.before["link"]) == ("problem", None)
    assert entry.after["state"] == "synced"
    assert entry.after["link"]["quickbooks_id"] == theirs  # type: ignore[index,call-overload]


def test_a_dry_run_shows_what_is_different_and_changes_nothing(synced: Office) -> None:
    theirs = add_by_hand(synced, "I2")
    synced.put(invoice("i2", lines=[LINE], txn_date="2026-11-20"))
    synced.update()
    problem_id = synced.problem("duplicate_number").id

    with synced.database.reading() as db:
        found = preview_action(db, synced.connection_id, problem_id, ProblemAction.LINK, quickbooks_id=theirs)
        blind = preview_action(db, synced.connection_id, problem_id, ProblemAction.LINK, quickbooks_id="1-1")
        again = preview_action(db, synced.connection_id, problem_id, ProblemAction.SEND_AGAIN)

    assert [(one.field, one.ours, one.quickbooks) for one in found.differences] == [
        ("txn_date", "2026-11-20", "2026-11-01"),
        ("amount", "100.00", "0.00"),
    ]
    assert "nothing is known here" in blind.warnings[0]
    assert "twice" in again.warnings[0]
    assert synced.problem("duplicate_number").id == problem_id


def test_a_link_is_taken_back(synced: Office) -> None:
    theirs = add_by_hand(synced, "I2")
    synced.put(invoice("i2", lines=[LINE]))
    synced.update()
    synced.act("duplicate_number", "link", quickbooks_id=theirs)

    undo(synced)
    assert (synced.state("invoice", "i2"), synced.document("invoice", "i2").quickbooks_id) == ("problem", None)

    synced.person.delete(theirs)
    synced.act("rejected_by_quickbooks", "retry")
    synced.update()
    assert (synced.txn("invoice", "i2").ref_number, synced.problems()) == ("I2", [])


def test_an_unlink_is_taken_back_before_the_document_went_out(synced: Office) -> None:
    txn_id = synced.txn("invoice", "i1").txn_id
    values = synced.company.tables.transactions.pop(txn_id)
    synced.put(invoice("i1", lines=[LINE], memo="New"))
    synced.update()
    synced.act("deleted_in_quickbooks", "unlink")
    synced.company.tables.transactions[txn_id] = values  # Somebody restored the file.

    undo(synced)
    synced.update()

    assert synced.document("invoice", "i1").quickbooks_id == txn_id
    assert (synced.txn("invoice", "i1").values["Memo"], synced.problems()) == ("New", [])


@pytest.mark.parametrize("action", ["clear", "accept_external"])
def test_what_was_cleared_or_accepted_goes_again(synced: Office, action: str) -> None:
    theirs = synced.person.pay(synced.txn("invoice", "i1").txn_id)
    synced.put(payment("p1", apply=[{"invoice": {"external_id": "i1"}, "amount": "100.00"}]))
    synced.update()
    synced.act("already_paid", action)
    assert synced.update() == []

    synced.person.delete(theirs.txn_id)
    undo(synced)
    synced.update()

    assert (synced.state("payment", "p1"), synced.problems()) == ("synced", [])


def test_what_cannot_be_taken_back_says_so(synced: Office) -> None:
    add_by_hand(synced, "I2")
    synced.put(invoice("i2", lines=[LINE]))
    synced.update()
    synced.act("duplicate_number", "send_again")

    with pytest.raises(StateError, match="cannot be taken back"):
        undo(synced)


def test_all_of_a_reason_at_once(synced: Office) -> None:
    synced.put(*(invoice(f"x{number}", lines=[LINE], terms={"full_name": "Net 77"}) for number in range(5)))
    synced.update()
    assert len(synced.problems()) == 5
    synced.person.add_entry("StandardTerms", {"Name": "Net 77", "StdDueDays": "77"})

    deed = Deed(action=ProblemAction.RETRY, by="Ann", now=synced.clock())
    with synced.database.writing() as db:
        done, failed = act_on_problems(db, synced.connection_id, deed, reason=ProblemReason.REFERENCE_MISSING)
    assert (len(done), failed) == (5, [])
    synced.update()

    assert synced.problems() == []
    assert {synced.state("invoice", f"x{number}") for number in range(5)} == {"synced"}
