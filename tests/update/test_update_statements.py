"""How many SQL statements each call may cost: a call is made at every poll of every company file there is."""

from collections.abc import Callable

import pytest

from qbwc_service.store import Database, allocate_ids
from qbwc_service.sync import enqueue_qbxml
from qbwc_service.update import UpdateService
from tests.conftest import LinkedCompany, StandingClock
from tests.far_side import FarSide, answer_all, document, read_set, refusal, success
from tests.rows import credit_memo, customer, document_states, invoice, item, operation_states, payment, put
from tests.statements import counted_statements

AUTHENTICATE, SEND, RECEIVE, CLOSE = 3, 10, 15, 3
PROBLEM = 6
"""What a problem costs that opens: whom it holds up, its number (the first one makes the counter), its row; and of
what was there before, what it takes the place of, and what ends because others of the set go on."""

ABOUT = 4
"""What it costs more for problems that are checked again: to keep the records that they are about."""

RECHECK = 1
"""What it costs, once in a session, to see that no problem is to be checked again."""


@pytest.fixture
def far(company: LinkedCompany, make_service: Callable[..., UpdateService], database: Database) -> FarSide:
    """A far side that was here before: the first session of a deployment makes its counters, and so does a problem."""
    with database.writing() as db:
        allocate_ids(db, "problems")
    far = FarSide(make_service(), company.user_name, company.password, company.owner_id, company.file_id)
    far.run()
    return far


def test_a_poll_with_nothing_due(far: FarSide, database: Database, clock: StandingClock) -> None:
    clock.advance(minutes=5)
    for _ in range(2):
        with counted_statements(database) as statements:
            assert far.authenticate() == ["", "none"]
        assert len(statements) <= AUTHENTICATE
        with counted_statements(database) as statements:
            far.service.authenticate(far.user_name, "wrong")
            far.service.authenticate("nobody.1.999", "wrong")
            far.service.authenticate("nobody", "wrong")
        assert len(statements) <= AUTHENTICATE


def test_the_first_set_of_a_session_with_twenty_invoices(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, *(customer(f"c{n}") for n in range(20)), item("s1"), now=clock())
    far.run()
    line = {"item": {"external_id": "s1"}, "amount": "1.00"}
    put(database, connection_id, *(invoice(f"i{n}", f"c{n}", lines=[line]) for n in range(20)), now=clock())
    clock.advance(minutes=5)
    far.authenticate()
    clock.advance(seconds=1)
    with counted_statements(database) as statements:
        text = far.send(far.host(company_name="Renamed Trucking"))
    assert len(read_set(text).requests) == 20
    assert len(statements) <= SEND + RECHECK
    with counted_statements(database) as statements:
        assert far.send() == text
    assert len(statements) <= SEND


def test_an_answer_to_twenty_operations_of_all_kinds_and_outcomes(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, *(customer(f"c{n}") for n in range(5)), now=clock())
    far.run()
    put(database, connection_id, *(invoice(f"i{n}", f"c{n % 5}") for n in range(10)), now=clock())
    far.run()
    put(
        database,
        connection_id,
        *(customer(f"d{n}") for n in range(4)),
        *(item(f"s{n}") for n in range(4)),
        *(credit_memo(f"m{n}") for n in range(2)),
        *(payment(f"p{n}", apply=[{"invoice": {"external_id": f"i{n}"}, "amount": "5.00"}]) for n in range(10)),
        # These wait for what is in the set, and are let go by its answer.
        *(invoice(f"j{n}", f"d{n}") for n in range(4)),
        now=clock(),
    )
    clock.advance(minutes=5)
    requests = read_set(far.begin()).requests
    assert len(requests) == 20
    answers = []
    for number, request in enumerate(requests):
        applied = (
            f"<AppliedToTxnRet><TxnID>{request.text('ReceivePaymentAdd/AppliedToTxnAdd/TxnID')}</TxnID>"
            "<BalanceRemaining>1.00</BalanceRemaining></AppliedToTxnRet>"
        )
        details = applied if request.name == "ReceivePaymentAddRq" else ""
        outcomes = {3: refusal(request, 3175), 7: refusal(request, 3140), 13: refusal(request, 1000), 17: ""}
        answers.append(outcomes.get(number, success(request, details=details)))
    clock.advance(seconds=5)
    with counted_statements(database) as statements:
        assert 0 < far.receive(document(*answers)) < 100
    assert len(statements) <= RECEIVE + PROBLEM + ABOUT
    assert sorted(operation_states(database, connection_id)[15:35]) == sorted(
        ["done"] * 16 + ["failed"] + ["unknown"] * 2 + ["waiting"]
    )
    assert set(document_states(database, connection_id).values()) >= {"synced", "pending", "problem", "unknown"}


def test_an_hresult_a_replay_and_a_query_cost_no_more(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, *(customer(f"c{n}") for n in range(20)), now=clock())
    with database.writing() as db:
        enqueue_qbxml(db, connection_id, "CustomerQueryRq", {"MaxReturned": 1}, now=clock())
    text = far.begin()
    for call in (
        lambda: far.receive(hresult="0x80040400"),
        far.send,
        lambda: far.receive(hresult="0x80040414"),
        lambda: far.receive(hresult="0x80040414"),
        far.send,
        lambda: far.receive("garbage"),
        far.send,
        lambda: far.receive(answer_all(text)),
        far.last_error,
    ):
        clock.advance(seconds=1)
        with counted_statements(database) as statements:
            call()
        assert len(statements) <= RECEIVE + PROBLEM


def test_a_close(far: FarSide, database: Database, connection_id: int, clock: StandingClock) -> None:
    put(database, connection_id, customer("c1"), now=clock())
    assert far.receive(answer_all(far.begin())) == 100
    clock.advance(seconds=1)
    for _ in range(2):
        with counted_statements(database) as statements:
            assert far.close() == "1 done; nothing is waiting."
        assert len(statements) <= CLOSE
    with counted_statements(database) as statements:
        far.service.close_connection("")
    assert statements == []
