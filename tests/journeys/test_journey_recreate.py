"""A record is deleted in QuickBooks and its document sent as a new one: once, whatever is lost in between."""

from decimal import Decimal

import pytest

from qbwc_service.errors import StateError
from qbwc_service.sync import list_deeds, preview_action, undo_deed
from qbwc_service.sync.problems import ProblemAction
from tests.office import Office
from tests.rows import customer, invoice, item, payment

LINE = {"item": {"external_id": "haul"}, "quantity": "1", "rate": "100.00"}


@pytest.fixture
def moved(office: Office) -> Office:
    """An invoice is in QuickBooks, partly paid, and has another customer here meanwhile."""
    office.put(customer("c1"), customer("c2"), item("haul", income_account={"full_name": "Freight Income"}))
    office.put(invoice("i1", lines=[LINE]))
    office.put(payment("p1", amount="40.00", apply=[{"invoice": {"external_id": "i1"}, "amount": "40.00"}]))
    office.update()
    office.put(invoice("i1", "c2", lines=[LINE]))
    office.update()
    assert office.problem("customer_changed").external_id == "i1"
    return office


def bills(office: Office) -> list[tuple[str | None, str]]:
    """The invoices in the company file: whose, and with which number."""
    return [
        (one.customer, one.ref_number) for one in office.company.tables.transactions.values() if one.kind == "Invoice"
    ]


def undo(office: Office) -> None:
    with office.database.writing() as db:
        (last,) = list_deeds(db, office.connection_id, limit=1)
        undo_deed(db, office.connection_id, last.id, by="Bea", now=office.clock())


def assert_recreated(office: Office) -> None:
    assert bills(office) == [(office.document("customer", "c2").quickbooks_id, "I1")]
    assert (office.state("invoice", "i1"), office.balance("i1"), office.problems()) == ("synced", Decimal(100), [])


def test_customer_changed_is_recreated(moved: Office) -> None:
    before = moved.document("invoice", "i1").quickbooks_id
    moved.act("customer_changed", "recreate")
    assert moved.state("invoice", "i1") == "pending"
    sent = moved.update()
    assert sent.index("TxnDelRq") < sent.index("InvoiceAddRq")
    assert moved.document("invoice", "i1").quickbooks_id != before
    assert_recreated(moved)


@pytest.mark.parametrize("answers", range(4))
@pytest.mark.parametrize("keeps_answers", [True, False], ids=["answers kept", "answers lost"])
def test_nothing_is_lost_or_doubled_where_an_answer_is_lost(
    moved: Office, answers: int, *, keeps_answers: bool
) -> None:
    moved.company.switches.recovery = keeps_answers
    moved.act("customer_changed", "recreate")
    moved.update(until_answer=answers)
    for _ in range(3):
        moved.pass_time(3600)
        moved.update()
    assert_recreated(moved)


def test_the_dry_run_says_what_comes_off(moved: Office) -> None:
    problem_id = moved.problem("customer_changed").id
    with moved.database.reading() as db:
        found = preview_action(db, moved.connection_id, problem_id, ProblemAction.RECREATE)
    assert "comes off" in found.warnings[0]
    assert "of 100.00 40.00 is paid" in found.warnings[1]
    assert moved.problem("customer_changed").id == problem_id


def test_it_is_taken_back_while_the_deletion_has_not_gone_out(moved: Office) -> None:
    moved.act("customer_changed", "recreate")
    undo(moved)
    assert "TxnDelRq" not in moved.update()
    assert moved.problem("customer_changed").external_id == "i1"

    moved.act("customer_changed", "recreate")
    moved.update()
    with pytest.raises(StateError, match="went on"):
        undo(moved)


def test_content_that_comes_meanwhile_is_that_of_the_new_record(moved: Office) -> None:
    moved.act("customer_changed", "recreate")
    moved.put(invoice("i1", "c2", lines=[LINE]))  # The same again: nothing changes.
    moved.put(invoice("i1", "c2", lines=[LINE], memo="Newer"))
    moved.update()
    assert_recreated(moved)
    assert moved.txn("invoice", "i1").values["Memo"] == "Newer"


def test_what_is_accepted_meanwhile_waits_for_the_new_record(moved: Office) -> None:
    moved.act("customer_changed", "recreate")
    moved.put(payment("p2", "c2", amount="25.00", apply=[{"invoice": {"external_id": "i1"}, "amount": "25.00"}]))
    moved.update()
    assert (moved.state("payment", "p2"), moved.balance("i1"), moved.problems()) == ("synced", Decimal(75), [])


def test_a_deletion_that_is_refused_is_a_problem_and_goes_on_when_it_is_repaired(moved: Office) -> None:
    moved.act("customer_changed", "recreate")
    moved.refuse_next(3260, "Insufficient permission level to perform this action.")
    moved.update()
    assert moved.problem("permission_denied").external_id == "i1"
    assert len(bills(moved)) == 1
    moved.act("permission_denied", "retry")
    moved.update()
    assert_recreated(moved)


def test_a_deletion_that_is_wanted_meanwhile_is_one_for_good(moved: Office) -> None:
    moved.act("customer_changed", "recreate")
    moved.delete("invoice", "i1")
    moved.update()
    assert (moved.state("invoice", "i1"), bills(moved), moved.problems()) == ("deleted", [], [])
