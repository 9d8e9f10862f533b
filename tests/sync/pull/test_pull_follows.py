"""What changes without QuickBooks saying so, case by case; the random day of edits has them all at once."""

from decimal import Decimal

import pytest

from qbwc_service.simulator import Switches
from qbwc_service.store import Database
from tests.conftest import StandingClock
from tests.mirror import MirrorSide, assert_equal, export_mirror
from tests.statements import counted_statements
from tests.sync.pull.conftest import MakeSide

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def side(make_side: MakeSide) -> MirrorSide:
    """A company that is mirrored already; its payments leave the time of their invoices as it was."""
    side = make_side(customers=4, items=4, invoices=8, payments=0.0, years=0.1, switches=Switches())
    side.run()
    return side


def look(side: MirrorSide, clock: StandingClock) -> None:
    clock.advance(minutes=5)
    side.run()


def test_a_payment_changes_the_invoice_the_customer_and_the_accounts(
    side: MirrorSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    invoice = side.quickbooks.company.list_transactions("Invoice")[0].txn_id

    side.quickbooks.person.pay(invoice, "1.00")
    look(side, clock)

    assert_equal(database, connection_id, side.quickbooks.company)
    shown = export_mirror(database, connection_id)["Invoice"][invoice]
    assert Decimal(shown["AppliedAmount"]) == -1
    assert [linked["TxnType"] for linked in shown["LinkedTxn"]] == ["ReceivePayment"]


def test_a_deleted_payment_gives_the_balance_back(
    side: MirrorSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    invoice = side.quickbooks.company.list_transactions("Invoice")[0].txn_id
    payment = side.quickbooks.person.pay(invoice, "1.00")
    look(side, clock)

    clock.advance(seconds=10)
    side.quickbooks.person.delete(payment.txn_id)
    look(side, clock)

    assert_equal(database, connection_id, side.quickbooks.company)


def test_a_renamed_parent_renames_its_children_and_all_that_refer_to_them(
    side: MirrorSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    person, company = side.quickbooks.person, side.quickbooks.company
    parent = person.add_entry("Customer", {"Name": "Parent"})
    child = person.add_entry("Customer", {"Name": "Job", "ParentRef": {"ListID": parent.list_id}})
    grandchild = person.add_entry("Customer", {"Name": "Part", "ParentRef": {"ListID": child.list_id}})
    item = next(company.tables.entries_of("ItemService")).list_id
    lines = [{"ItemRef": {"ListID": item}, "Quantity": 1}]
    person.add("Invoice", {"CustomerRef": {"ListID": grandchild.list_id}, "InvoiceLineAdd": lines})
    look(side, clock)

    clock.advance(seconds=10)
    person.rename(parent.list_id, "Another")
    look(side, clock)

    assert_equal(database, connection_id, company)
    names = {one["FullName"] for one in export_mirror(database, connection_id)["Customer"].values()}
    assert names >= {"Another", "Another:Job", "Another:Job:Part"}


def test_many_renames_at_once_take_no_more_statements_than_a_few(
    make_side: MakeSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    side = make_side(customers=30, items=4, invoices=30, years=0.1)
    side.run()
    customers = list(side.quickbooks.company.tables.entries_of("Customer"))
    items = list(side.quickbooks.company.tables.entries_of("ItemService"))
    clock.advance(minutes=5)
    for entry in (*customers, *items):
        side.quickbooks.person.rename(entry.list_id, f"Changed {entry.number}")

    with counted_statements(database) as statements:
        side.run()

    assert_equal(database, connection_id, side.quickbooks.company)
    renames = [one for one in statements if one.startswith("UPDATE qb_")]
    assert len(renames) < len(customers)


def test_a_merged_customer_is_noticed_by_the_daily_count(
    side: MirrorSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    loser, winner, *_ = (entry.list_id for entry in side.quickbooks.company.tables.entries_of("Customer"))

    side.quickbooks.person.merge(loser, into=winner)
    clock.advance(hours=25)
    side.run()

    assert_equal(database, connection_id, side.quickbooks.company)
    assert loser not in export_mirror(database, connection_id)["Customer"]


def test_an_inactive_entry_is_not_a_deleted_one(
    side: MirrorSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    (entry, *_) = side.quickbooks.company.tables.entries_of("Customer")

    side.quickbooks.person.set_active(entry.list_id, is_active=False)
    look(side, clock)

    assert export_mirror(database, connection_id)["Customer"][entry.list_id]["IsActive"] == "false"
    assert_equal(database, connection_id, side.quickbooks.company)


def test_a_credit_that_changes_no_document_is_found_by_the_daily_sweep(
    side: MirrorSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    company, person = side.quickbooks.company, side.quickbooks.person
    invoice = company.list_transactions("Invoice")[0]
    item = next(company.tables.entries_of("ItemService")).list_id
    lines = [{"ItemRef": {"ListID": item}, "Quantity": 1, "Rate": "5.00"}]
    values = {"CustomerRef": {"ListID": invoice.customer}, "CreditMemoLineAdd": lines}
    credit = person.add_transaction("CreditMemo", values)
    look(side, clock)

    person.apply_credit(credit.txn_id, invoice.txn_id, "2.00")
    clock.advance(hours=25)
    side.run()

    assert_equal(database, connection_id, company)


def test_only_what_is_as_old_as_wanted_is_pulled(make_side: MakeSide, database: Database, connection_id: int) -> None:
    side = make_side(years=2.0, settings={"oldest": "2026-06-01"})

    side.run()

    invoices = export_mirror(database, connection_id)["Invoice"].values()
    wanted = [one for one in side.quickbooks.company.list_transactions("Invoice") if one.date >= "2026-06-01"]
    assert len(invoices) == len(wanted) > 0
    assert min(one["TxnDate"] for one in invoices) >= "2026-06-01"
    assert side.run() == 0
