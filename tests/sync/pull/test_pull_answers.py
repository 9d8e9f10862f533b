"""Answers that are not as usual: statuses that prove little, empty pages, answers that were kept but not applied."""

import re
from collections.abc import Callable
from contextlib import suppress

import pytest
from sqlalchemy import func, select, update

from qbwc_service.store import Cursor, Database, PullPhase
from qbwc_service.sync.pull.entities import ITEM
from qbwc_service.update import UpdateService
from qbwc_service.update.keep_answer import Answer, Kept, Progress
from tests.conftest import StandingClock
from tests.mirror import CutError, MirrorSide, assert_equal, export_mirror
from tests.sync.pull.conftest import MakeSide

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Change = Callable[[str, str], str]


def spoil(side: MirrorSide, change: Change) -> None:
    """Have answers changed on their way: ``change(request, answer)``."""
    process = side.quickbooks.process
    side.quickbooks.process = lambda session, qbxml: change(qbxml, process(session, qbxml))  # type: ignore[method-assign]


def with_status(answer: str, name: str, *, code: int) -> str:
    """Give an answer in which one query found nothing, with that status."""
    pattern = rf'<{name}QueryRs requestID="([^"]+)".*?(?:/>|</{name}QueryRs>)'
    nothing = rf'<{name}QueryRs requestID="\1" statusCode="{code}" statusSeverity="Warn" statusMessage="?"/>'
    return re.sub(pattern, nothing, answer, flags=re.DOTALL)


@pytest.mark.parametrize(("code", "is_gone"), [(500, True), (1, True), (0, False), (501, False), (510, False)])
def test_only_what_quickbooks_does_not_find_is_gone(
    make_side: MakeSide,
    database: Database,
    connection_id: int,
    clock: StandingClock,
    code: int,
    is_gone: bool,  # noqa: FBT001
) -> None:
    side = make_side(customers=3, items=3, invoices=4, payments=0.0, credits_share=0.0, years=0.1)
    side.run()
    invoice = side.quickbooks.company.list_transactions("Invoice")[0].txn_id

    def hide(request: str, answer: str) -> str:
        return with_status(answer, "Invoice", code=code) if f"<TxnID>{invoice}" in request else answer

    spoil(side, hide)
    side.quickbooks.person.pay(invoice, "1.00")
    clock.advance(minutes=5)
    side.run()

    assert any(f"<TxnID>{invoice}" in request for request, _ in side.log)
    assert (invoice not in export_mirror(database, connection_id)["Invoice"]) is is_gone
    assert side.run() == 0, "it is not asked for again and again"


def test_a_page_without_anything_that_is_mirrored_is_not_the_last_one(
    make_side: MakeSide, database: Database, connection_id: int
) -> None:
    """A QuickBooks of tomorrow may have kinds of items that nobody knows today."""
    side = make_side(customers=2, items=140, invoices=0)
    page = ["<ItemQueryRq"]

    def rename(request: str, answer: str) -> str:
        if not page or page[0] not in request or "metaData" in request:
            return answer
        page.clear()
        return re.sub(r"<(/?)Item\w+Ret>", r"<\1ItemOfTomorrowRet>", answer)

    spoil(side, rename)
    side.run(most=4)

    exported = side.quickbooks.company.export()
    items = sum(len(entries) for kind, entries in exported.items() if kind.startswith("Item"))
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(ITEM.table)) == items - 100


def test_an_empty_page_that_promises_more_loses_nothing(
    make_side: MakeSide, database: Database, connection_id: int
) -> None:
    side = make_side(customers=2, items=140, invoices=0)
    page = ["<ItemQueryRq"]

    def empty(request: str, answer: str) -> str:
        if not page or page[0] not in request or "metaData" in request:
            return answer
        page.clear()
        return re.sub(r"(<ItemQueryRs [^>]*>).*</ItemQueryRs>", r"\1</ItemQueryRs>", answer, flags=re.DOTALL)

    spoil(side, empty)
    side.run()

    assert_equal(database, connection_id, side.quickbooks.company)


def test_pages_of_changes_leave_the_count_of_the_history_alone(
    make_side: MakeSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    side = make_side(customers=2, items=2, invoices=150, payments=0.0, credits_share=0.0, years=5.0)
    invoices = side.quickbooks.company.list_transactions("Invoice")

    def count() -> tuple[PullPhase, int | None]:
        with database.reading() as db:
            cursor = db.get_one(Cursor, (connection_id, "Invoice"))
            return cursor.phase, cursor.remaining_count

    side.run(most=1)
    while count()[1] is None:
        side.run(most=1)
    before = count()
    assert before[0] is PullPhase.HISTORY
    clock.advance(minutes=20)
    for invoice in invoices[:110]:
        side.quickbooks.person.change(invoice.txn_id, {"Memo": "changed"})
    clock.advance(minutes=20)
    side.run(most=1)

    assert "iteratorRemainingCount" in side.log[-1][1]
    assert count() == before


def test_what_changed_without_saying_so_is_not_lost_with_a_cut(
    make_side: MakeSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    """A look for items finds those whose quantity changed, too; their EditSequence is as it was."""
    side = make_side(customers=2, items=140, invoices=0)
    side.run()
    tables, person = side.quickbooks.company.tables, side.quickbooks.person
    items = [one for kind in ("ItemService", "ItemNonInventory", "ItemInventory") for one in tables.entries_of(kind)]
    clock.advance(minutes=5)
    person.rename(items[-1].list_id, "Changed")
    clock.advance(minutes=15)
    side.run()
    for number, item in enumerate(items[:-1]):
        person.rename(item.list_id, f"Changed {number}")
    items[-1].values["QuantityOnHand"] = "7"
    clock.advance(minutes=15)
    with database.writing() as db:
        db.execute(update(Cursor).values(page_size=25), execution_options={"synchronize_session": False})
    left = ["<ItemQueryRq"]

    def cut(_percent: int) -> None:
        if left and left[0] in side.log[-1][0]:
            raise CutError

    side.after_answer = cut
    with pytest.raises(CutError):
        side.run()
    left.clear()
    clock.advance(minutes=20)
    side.run()

    assert_equal(database, connection_id, side.quickbooks.company)


class Crash:
    """The service dies after it has kept an answer that holds a certain word, and before it has applied it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, word: str, *, time: int) -> None:
        self.word, self.left, self.apply = word, time, UpdateService._apply  # noqa: SLF001 - no other door leads there
        monkeypatch.setattr(UpdateService, "_apply", lambda *given: self.answer(*given))  # noqa: PLW0108 - a method

    def answer(self, service: UpdateService, ticket: str, kept: Kept, answer: Answer) -> Progress:
        self.left -= self.word in answer.response
        if self.left == 0:
            self.left = -1
            raise CutError
        return self.apply(service, ticket, kept, answer)


@pytest.mark.parametrize(("word", "time"), [("<AccountRet>", 1), ("<CustomerRet>", 1), ("<CustomerRet>", 2)])
def test_a_crash_between_keeping_and_applying_an_answer_loses_nothing(
    make_side: MakeSide, database: Database, connection_id: int, clock: StandingClock, monkeypatch: pytest.MonkeyPatch,
    word: str, time: int,
) -> None:  # fmt: skip
    side = make_side(customers=150, items=3, invoices=4, years=0.1)
    Crash(monkeypatch, word, time=time)
    with pytest.raises(CutError):
        side.run()

    clock.advance(minutes=1)
    side.run()

    assert_equal(database, connection_id, side.quickbooks.company)


def test_the_next_page_is_not_asked_for_while_one_before_it_is_kept_but_not_applied(
    make_side: MakeSide, database: Database, connection_id: int, clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process died, and the same update session goes on at another one: QuickBooks' iterator is a page ahead."""
    side = make_side(customers=150, items=2, invoices=0)
    side.run()
    clock.advance(minutes=5)
    for number, customer in enumerate(list(side.quickbooks.company.tables.entries_of("Customer"))):
        side.quickbooks.person.rename(customer.list_id, f"Changed {number}")
    with database.writing() as db:
        db.execute(update(Cursor).values(page_size=25), execution_options={"synchronize_session": False})
    ticket, _ = side.service.authenticate(side.user_name, side.password)
    session = side.quickbooks.open_session(app_name="x", owner_id=side.owner_id, file_id="", company_file="")
    hcp, percent = side.quickbooks.host_company_preferences(session), 0
    crash = Crash(monkeypatch, "<CustomerRet>", time=3)
    while percent < 100:
        request = side.service.send_request_xml(
            ticket, hcp, company_file_name=side.quickbooks.company_file, country="US", major_version=16,
            minor_version=0,
        )  # fmt: skip
        hcp, answer = "", side.quickbooks.process(session, request)
        with suppress(CutError):
            percent = side.service.receive_response_xml(ticket, answer, hresult="", message="")

    assert crash.left < 0
    assert_equal(database, connection_id, side.quickbooks.company)
