"""People work while the first sync goes on, and in ways that nothing mirrored tells of: the mirror is right."""

from collections.abc import Callable

import pytest

from qbwc_service.simulator import Switches
from qbwc_service.store import Database
from tests.conftest import StandingClock
from tests.mirror import MirrorSide, assert_equal, export_mirror
from tests.sync.pull.conftest import MakeSide

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def when(side: MirrorSide, seen: str, work: Callable[[], object]) -> None:
    """Have people do something as soon as QuickBooks has first shown something."""
    left = [work]

    def after(_request: str, answer: str) -> None:
        if left and seen in answer:
            left.pop()()

    side.before_answer = after


def list_unpaid(side: MirrorSide) -> list[str]:
    company = side.quickbooks.company
    return [one.txn_id for one in company.list_transactions("Invoice") if not company.tables.links_to[one.txn_id]]


@pytest.fixture
def side(make_side: MakeSide, clock: StandingClock) -> MirrorSide:
    """A small company whose payments leave the time of their invoices as it was.

    Not all of its entries are of one second: a look for changes does not bring all of them again.
    """
    side = make_side(customers=4, items=4, invoices=14, payments=0.5, years=0.8, switches=Switches())
    for kind in ("Account", "Customer"):
        entry = next(side.quickbooks.company.tables.entries_of(kind))
        side.quickbooks.person.rename(entry.list_id, f"The first {kind}")
    clock.advance(hours=1)
    return side


def test_money_that_moves_during_the_first_sync_is_right_at_its_end(
    side: MirrorSide, database: Database, connection_id: int
) -> None:
    company, person = side.quickbooks.company, side.quickbooks.person
    unpaid, payment = list_unpaid(side)[0], company.list_transactions("ReceivePayment")[0].txn_id

    def work() -> None:
        person.pay(unpaid, "1.00")
        person.delete(payment)

    when(side, "<CustomerRet>", work)
    side.run()

    assert_equal(database, connection_id, company)


def test_a_payment_during_the_first_sync_reaches_the_invoice_that_was_here_before(
    side: MirrorSide, database: Database, connection_id: int
) -> None:
    unpaid = list_unpaid(side)[-1]

    when(side, unpaid, lambda: side.quickbooks.person.pay(unpaid, "1.00"))
    side.run()

    assert_equal(database, connection_id, side.quickbooks.company)


def test_what_was_renamed_before_it_came_is_renamed_where_it_is_referred_to(
    side: MirrorSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    """Payment methods are refused at first, so the payments come before them, with the name of that day."""
    process = side.quickbooks.process
    side.quickbooks.process = refuse("PaymentMethod", process)  # type: ignore[method-assign]
    side.run()
    check = side.quickbooks.company.find_entry(("PaymentMethod",), name="Check")
    assert check is not None
    side.quickbooks.person.rename(check.list_id, "Cheque")

    side.quickbooks.process = process  # type: ignore[method-assign]
    clock.advance(hours=25)
    side.run()

    assert_equal(database, connection_id, side.quickbooks.company)
    methods = {
        one.get("PaymentMethodRef", {}).get("FullName")
        for one in export_mirror(database, connection_id)["ReceivePayment"].values()
    }
    assert methods == {"Cheque"}


def refuse(kind: str, process: Callable[[str, str], str]) -> Callable[[str, str], str]:
    def answer(session: str, qbxml: str) -> str:
        head, found, rest = process(session, qbxml).partition(f"<{kind}QueryRs ")
        if not found:
            return head
        attributes, _, rest = rest.partition(">")
        request_id = attributes.partition('requestID="')[2].partition('"')[0]
        tail = rest if attributes.endswith("/") else rest.partition(f"</{kind}QueryRs>")[2]
        refused = (
            f'<{kind}QueryRs requestID="{request_id}" statusCode="3250" statusSeverity="Error" statusMessage="off"/>'
        )
        return f"{head}{refused}{tail}"

    return answer


def test_a_journal_entry_moves_balances_and_the_daily_sweep_finds_it(
    side: MirrorSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    side.run()
    company, person = side.quickbooks.company, side.quickbooks.person
    receivable = company.find_entry(("Account",), name="Accounts Receivable")
    customer = next(company.tables.entries_of("Customer"))
    assert receivable is not None

    person.book(receivable.list_id, "12.34")
    person.book(customer.list_id, "12.34")
    clock.advance(hours=25)
    side.run()

    assert_equal(database, connection_id, company)
    assert side.run() == 0
