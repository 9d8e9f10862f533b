"""What QuickBooks cannot or will not answer is put off by itself; everything else goes on."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from qbwc_service.simulator import HresultError
from qbwc_service.store import Database
from qbwc_service.sync import pull
from tests.conftest import StandingClock
from tests.mirror import MirrorSide, assert_equal
from tests.sync.pull.conftest import MakeSide

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What goes out, and when, does not depend on the database."""

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


class Refusing(MirrorSide):
    """A Web Connector whose QuickBooks refuses documents that hold a certain word."""

    word = ""

    def _talk(self, ticket: str, session: str, most: int) -> int:
        process = self.quickbooks.process
        hcp, percent, sets = self.quickbooks.host_company_preferences(session), 0, 0
        while percent < 100 and sets < most:
            request = self.service.send_request_xml(
                ticket, hcp, company_file_name=self.quickbooks.company_file, country="US", major_version=16,
                minor_version=0,
            )  # fmt: skip
            hcp, sets = "", sets + 1
            if self.word in request:
                percent = self.service.receive_response_xml(ticket, "", hresult="0x80040400", message="Parse error")
            else:
                answer = process(session, request)
                percent = self.service.receive_response_xml(ticket, answer, hresult="", message="")
            assert percent > 0, self.service.get_last_error(ticket)
        self.service.close_connection(ticket)
        return sets


def errors(database: Database, connection_id: int) -> dict[str, str]:
    with database.reading() as db:
        rests = pull.get_pull_status(db, connection_id, now=NOW).rests
    return {one.entity: one.reason for one in rests}


def test_a_query_that_is_refused_holds_up_nothing_else(
    make_side: MakeSide, database: Database, connection_id: int
) -> None:
    side = make_side()
    refusing = Refusing(**{name: getattr(side, name) for name in side.__dataclass_fields__})
    refusing.word = "<SalesTaxCodeQueryRq"

    refusing.run()

    assert errors(database, connection_id) == {"SalesTaxCode": "Parse error"}
    with database.reading() as db:
        entities = pull.get_pull_status(db, connection_id, now=NOW).entities
    assert [one.entity for one in entities if one.phase != "incremental"] == ["SalesTaxCode"]


def test_a_status_that_will_not_change_rests_for_a_day_and_heals_by_itself(
    make_side: MakeSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    side = make_side()
    process = side.quickbooks.process
    side.quickbooks.process = without_classes(process)  # type: ignore[method-assign]  # A feature that is off.
    side.run()
    assert errors(database, connection_id) == {"Class": "3250: This feature is not enabled"}

    side.quickbooks.process = process  # type: ignore[method-assign]
    clock.advance(minutes=30)
    side.run()
    assert errors(database, connection_id).keys() == {"Class"}
    clock.advance(hours=24)
    side.run()

    assert errors(database, connection_id) == {}
    assert_equal(database, connection_id, side.quickbooks.company)


def without_classes(process: Callable[[str, str], str]) -> Callable[[str, str], str]:
    def refuse(session: str, qbxml: str) -> str:
        answer = process(session, qbxml)
        head, found, rest = answer.partition("<ClassQueryRs ")
        if not found:
            return answer
        attributes, _, rest = rest.partition(">")
        tail = rest.partition("</ClassQueryRs>")[2] if not attributes.endswith("/") else rest
        request_id = attributes.partition('requestID="')[2].partition('"')[0]
        return (
            f'{head}<ClassQueryRs requestID="{request_id}" statusCode="3250" statusSeverity="Error" '
            f'statusMessage="This feature is not enabled"/>{tail}'
        )

    return refuse


def test_an_answer_that_breaks_off_is_asked_for_again(
    make_side: MakeSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    side = make_side()
    process, cuts = side.quickbooks.process, [6]

    def cut(session: str, qbxml: str) -> str:
        answer = process(session, qbxml)
        cuts[0] -= 1
        return answer[: len(answer) * 2 // 3] if cuts[0] == 0 else answer

    side.quickbooks.process = cut  # type: ignore[method-assign]
    with pytest.raises(AssertionError, match="could not be read to its end"):
        side.run()

    clock.advance(minutes=6)
    side.run_until_done()

    assert_equal(database, connection_id, side.quickbooks.company)
    assert errors(database, connection_id) == {}


def test_rows_that_can_never_be_read_are_asked_for_less_and_less(
    make_side: MakeSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    side = make_side()
    process = side.quickbooks.process

    def spoil(session: str, qbxml: str) -> str:
        answer = process(session, qbxml)
        head, found, rest = answer.partition("<ClassRet>")
        return f"{head}{found}<ListID>80" if found and "<ListID>" in rest else answer

    side.quickbooks.process = spoil  # type: ignore[method-assign]
    with pytest.raises(AssertionError, match="could not be read to its end"):
        side.run()

    assert "Class" in errors(database, connection_id)
    side.quickbooks.process = process  # type: ignore[method-assign]
    clock.advance(minutes=6)
    side.run_until_done()
    assert_equal(database, connection_id, side.quickbooks.company)


def test_a_session_that_quickbooks_ends_loses_nothing(
    make_side: MakeSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    side = make_side()
    process, left = side.quickbooks.process, [5]

    def fail(session: str, qbxml: str) -> str:
        left[0] -= 1
        if left[0] == 0:
            raise HresultError("0x8004040D")
        return process(session, qbxml)

    side.quickbooks.process = fail  # type: ignore[method-assign]
    with pytest.raises(HresultError):
        side.run()
    clock.advance(minutes=1)
    side.run_until_done()

    assert_equal(database, connection_id, side.quickbooks.company)


def test_accounts_that_may_not_be_read_let_the_session_end(
    make_side: MakeSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    side = make_side()
    side.run()
    refusing = Refusing(**{name: getattr(side, name) for name in side.__dataclass_fields__})
    refusing.word = "<AccountQueryRq"
    invoice = next(one for one in refusing.quickbooks.company.list_transactions("Invoice") if not one.is_void)
    refusing.quickbooks.person.change(invoice.txn_id, {"Memo": "changed by a person"})
    clock.advance(minutes=10)

    assert refusing.run(most=60) < 30, "the session ends, although the accounts are still asked for later"
    assert errors(database, connection_id) == {"Account": "Parse error"}
