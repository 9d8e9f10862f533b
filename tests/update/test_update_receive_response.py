"""receiveResponseXML: the answer is kept, matched to its operations, and told how far the session is."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from structlog.testing import capture_logs

from qbwc_service.store import Database, MessageSetState
from qbwc_service.sync import BatchLimits, enqueue_qbxml
from qbwc_service.update import UpdatePolicy, UpdateService
from qbwc_service.update.keep_answer import Answer, keep_answer
from tests.conftest import LinkCompany, LinkedCompany, StandingClock
from tests.far_side import FarSide, answer_all, document, read_set, refusal, stored, success
from tests.rows import (
    attempts,
    credit_memo,
    customer,
    document_state,
    document_states,
    invoice,
    item,
    links,
    message_sets,
    operation_states,
    payment,
    put,
    sessions,
)
from tests.together import together

MakeService = Callable[..., UpdateService]
MakeFar = Callable[..., FarSide]


@pytest.fixture
def make_far(company: LinkedCompany, make_service: MakeService) -> MakeFar:
    def make(**policy: object) -> FarSide:
        service = make_service(UpdatePolicy(**policy))  # type: ignore[arg-type]  # The test's own words.
        return FarSide(service, company.user_name, company.password, company.owner_id, company.file_id)

    return make


@pytest.fixture
def far(make_far: MakeFar) -> FarSide:
    return make_far()


def test_answers_are_matched_by_request_id_in_any_order(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), item("s1"), invoice("i1", None), customer("c2"), now=clock())
    requests = read_set(far.begin()).requests
    assert [request.name for request in requests] == [
        "CustomerAddRq",
        "CustomerAddRq",
        "ItemServiceAddRq",
        "InvoiceAddRq",
    ]
    ids = [f"8000000{number}-1" for number in range(1, 5)]
    answers = [success(request, list_id) for request, list_id in zip(requests[::-1], ids[::-1], strict=True)]
    answers.insert(
        1, '<CustomerAddRs requestID="999" statusCode="0"><CustomerRet><ListID>Z</ListID></CustomerRet></CustomerAddRs>'
    )
    answers.insert(2, '<CustomerAddRs requestID="not ours" statusCode="0"/>')
    answers.append(success(requests[0], "the second answer to one request counts for nothing"))

    assert far.receive(document(*answers)) == 100

    assert document_states(database, connection_id) == dict.fromkeys(("c1", "s1", "i1", "c2"), "synced")
    expected = {"c1": "80000001-1", "c2": "80000002-1", "s1": "80000003-1", "i1": "80000004-1"}
    assert links(database, connection_id) == expected
    (row,) = message_sets(database, connection_id)
    assert (row.state, row.answered_at, row.applied_at) == (MessageSetState.APPLIED, clock(), clock())
    assert row.answer == document(*answers)
    state = document_state(database, connection_id, "i1")
    assert (state.status_code, state.message, state.synced_at) == ("0", None, clock())


def test_amounts_and_balances_are_taken_from_the_answers(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, invoice("i1", None), invoice("i2", None), credit_memo("m1", None), now=clock())
    put(
        database,
        connection_id,
        payment("p1", None, apply=[{"invoice": {"external_id": "i1"}, "amount": "100.00"}]),
        payment("p2", None, amount="20.00", apply=[{"invoice": {"external_id": "i1"}, "amount": "20.00"}]),
        payment("p3", None, amount="5.00"),
        now=clock(),
    )
    i1, i2, m1, p3 = read_set(far.begin()).requests

    def amounts(external_id: str) -> tuple[Decimal | None, Decimal | None]:
        state = document_state(database, connection_id, external_id)
        return state.total, state.balance_remaining

    bill = "<Subtotal>300.00</Subtotal><SalesTaxTotal>24.75</SalesTaxTotal><BalanceRemaining>324.75</BalanceRemaining>"
    far.receive(
        document(
            success(i1, "A1-1", details=bill),
            success(i2, "A2-1", details="<Subtotal>10.00</Subtotal><BalanceRemaining>10.00</BalanceRemaining>"),
            success(m1, "A3-1", details="<TotalAmount>7.10</TotalAmount><CreditRemaining>7.10</CreditRemaining>"),
            success(p3, "A4-1", details="<TotalAmount>5.00</TotalAmount><UnusedPayment>5.00</UnusedPayment>"),
        )
    )
    assert amounts("i1") == (Decimal("324.75"), Decimal("324.75"))
    assert amounts("i2") == (Decimal("10.00"), Decimal("10.00"))
    assert amounts("m1") == (Decimal("7.10"), Decimal("7.10"))
    assert amounts("p3") == (Decimal("5.00"), Decimal("5.00"))

    p1, p2 = read_set(far.send()).requests

    def applied(balance: str) -> str:
        return (
            "<TotalAmount>1.00</TotalAmount><UnusedPayment>0.00</UnusedPayment><AppliedToTxnRet><TxnID>A1-1</TxnID>"
            f"<BalanceRemaining>{balance}</BalanceRemaining></AppliedToTxnRet>"
        )

    far.receive(document(success(p1, details=applied("224.75")), success(p2, details=applied("204.75"))))
    assert amounts("i1") == (Decimal("324.75"), Decimal("204.75")), "the last word on the invoice counts"
    assert amounts("i2") == (Decimal("10.00"), Decimal("10.00"))
    assert amounts("p1") == (Decimal("1.00"), Decimal("0.00"))


def test_progress_never_falls_and_is_100_exactly_when_nothing_is_due(
    make_far: MakeFar, database: Database, connection_id: int, clock: StandingClock
) -> None:
    far = make_far(limits=BatchLimits(writes=1))
    put(database, connection_id, *(customer(f"c{number}") for number in range(3)), now=clock())
    text, told = far.begin(), []
    for step in range(9):
        if step == 1:  # Work that comes in meanwhile does not make the bar go back.
            put(database, connection_id, *(customer(f"d{number}") for number in range(5)), now=clock())
        told.append(far.receive(answer_all(text)))
        if told[-1] == 100:
            break
        text = far.send()
    assert told == [33, 33, 37, 50, 62, 75, 87, 100]
    assert operation_states(database, connection_id) == ["done"] * 8


def test_what_waits_for_later_or_for_a_failed_parent_is_not_due(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), invoice("i1", "c1"), customer("c2"), now=clock())
    c1, c2 = read_set(far.begin()).requests
    assert far.receive(document(refusal(c1, 3140), refusal(c2, 3175))) == 100
    assert operation_states(database, connection_id) == ["failed", "waiting", "blocked"]


def test_a_thousand_waiting_operations_begin_at_1_and_end_below_100_until_the_last(
    make_far: MakeFar, database: Database, connection_id: int, clock: StandingClock
) -> None:
    far = make_far(limits=BatchLimits(writes=1))
    put(database, connection_id, *(customer(f"c{number}") for number in range(250)), now=clock())
    assert far.receive(answer_all(far.begin())) == 1
    far.close()
    far = make_far(limits=BatchLimits(writes=248))
    assert far.receive(answer_all(far.begin())) == 99
    assert far.receive(answer_all(far.send())) == 100


def test_a_replayed_answer_changes_nothing_and_is_told_the_same(
    make_far: MakeFar, database: Database, connection_id: int, clock: StandingClock
) -> None:
    far = make_far(limits=BatchLimits(writes=1))
    put(database, connection_id, customer("c1"), invoice("i1", "c1"), now=clock())
    text = far.begin()
    for percent in (50, 100):
        answer = answer_all(text)
        assert far.receive(answer) == percent
        before = _everything(database, connection_id)
        clock.advance(seconds=5)
        assert far.receive(answer) == percent
        assert far.receive(answer_all(text)) == percent
        assert _everything(database, connection_id) == before
        if percent == 50:
            text = far.send()


def test_a_replayed_answer_that_ended_in_an_error_is_told_the_error_again(
    make_far: MakeFar, database: Database, connection_id: int, clock: StandingClock
) -> None:
    far = make_far(limits=BatchLimits(writes=1))
    put(database, connection_id, customer("c1"), customer("c2"), now=clock())
    assert far.receive(answer_all(far.begin())) == 50
    far.send()
    for _ in range(2):
        assert far.receive(hresult="0x80040414", message="A modal dialog box is showing.") == -1
        assert "dialog" in far.last_error()


def test_the_same_answer_brought_twice_at_one_instant_is_applied_once(
    make_far: MakeFar, database: Database, connection_id: int, clock: StandingClock
) -> None:
    far = make_far(limits=BatchLimits(writes=3))
    put(database, connection_id, *(customer(f"c{number}") for number in range(18)), now=clock())
    text = far.begin()
    for done in range(3, 19, 3):
        answer = answer_all(text)
        one, other = together([lambda answer=answer: far.receive(answer)] * 2)
        assert one == other == 100 * done // 18
        assert operation_states(database, connection_id).count("done") == done
        assert sessions(database, connection_id)[-1].done_count == done
        text = far.send()


def test_an_answer_that_was_kept_and_not_applied_is_applied_when_it_comes_again(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), customer("c2"), now=clock())
    answer = answer_all(far.begin())
    brought = Answer(response=answer, hresult="", message="")
    with database.writing() as db:  # What the service does before it applies an answer; here it dies.
        keep_answer(db, far.ticket, brought, policy=far.service.policy, now=clock())
    assert operation_states(database, connection_id) == ["sent", "sent"]
    assert far.receive(answer) == 100
    assert document_states(database, connection_id) == {"c1": "synced", "c2": "synced"}
    assert message_sets(database, connection_id)[0].state is MessageSetState.APPLIED


def test_an_answer_that_cannot_be_applied_is_kept_and_what_was_out_becomes_unknown(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), now=clock())
    (request,) = read_set(far.begin()).requests
    assert far.receive(document(success(request, "80000001-1"))) == 100
    far.close()

    put(database, connection_id, customer("c2"), customer("c3"), now=clock())
    with database.writing() as db:
        enqueue_qbxml(db, connection_id, "CustomerQueryRq", {"MaxReturned": 1}, now=clock())
    c2, c3 = read_set(far.begin()).requests
    answer = document(success(c3), success(c2, "80000001-1"))  # The id that another document has already.
    with capture_logs() as logs:
        assert far.receive(answer) == -1
    assert [line["event"] for line in logs] == ["apply_failed", "update_call"]

    assert "kept" in far.last_error()
    assert far.receive(answer) == -1
    row = message_sets(database, connection_id)[-1]
    assert (row.state, row.answer, row.applied_at) == (MessageSetState.APPLY_FAILED, answer, None)
    assert "IntegrityError" in (row.apply_error or "")
    assert document_states(database, connection_id) == {"c1": "synced", "c2": "unknown", "c3": "unknown"}
    assert operation_states(database, connection_id) == ["done", "unknown", "unknown", "waiting"]
    far.close()

    with capture_logs() as logs:
        question = read_set(far.begin())
    assert "replay_failed" in [line["event"] for line in logs], "it was applied again, once"
    assert question.attributes["oldMessageSetID"] == row.new_message_set_id, "and then asked for"
    assert far.receive(stored(success(c2, "80000002-1"), success(c3))) < 100
    assert document_states(database, connection_id) == {"c1": "synced", "c2": "synced", "c3": "synced"}
    assert read_set(far.send()).names == ("CustomerQueryRq",), "the session goes on with the rest"


UNREADABLE = {
    "cut inside the second object": lambda one, two: document(one, two)[: document(one, two).rindex("<EditSequence>")],
    "cut before the second answer": lambda one, _two: document(one).partition("</QBXMLMsgsRs>")[0],
    "cut inside a tag": lambda one, two: document(one, two)[: document(one, two).rindex("CustomerRet><ListID>")],
}


def test_what_stands_before_the_damage_counts_and_what_is_behind_is_unknown(
    far: FarSide, database: Database, link_company: LinkCompany, clock: StandingClock
) -> None:
    for case, damage in UNREADABLE.items():
        linked = link_company("Acme")
        own = FarSide(far.service, linked.user_name, linked.password, linked.owner_id, linked.file_id)
        put(database, linked.connection_id, customer("before"), customer("behind"), now=clock())
        one, two = read_set(own.begin()).requests
        answer = damage(success(one), success(two))
        assert own.receive(answer) == -1, case
        assert "could not be read to its end" in own.last_error(), case
        assert document_states(database, linked.connection_id) == {"before": "synced", "behind": "unknown"}, case
        row = message_sets(database, linked.connection_id)[-1]
        assert (row.state, row.answer) == (MessageSetState.APPLY_FAILED, answer), case
        assert row.apply_error, case


def test_damage_inside_an_answer_never_makes_it_more_than_it_is(
    far: FarSide, database: Database, link_company: LinkCompany, clock: StandingClock
) -> None:
    for damage in ("<<< &%$", "&%$", "</x>", "<a", "< <"):
        linked = link_company("Acme")
        own = FarSide(far.service, linked.user_name, linked.password, linked.owner_id, linked.file_id)
        put(database, linked.connection_id, customer("before"), customer("behind"), now=clock())
        one, two = read_set(own.begin()).requests
        assert own.receive(document(success(one), damage, success(two))) == -1
        states = document_states(database, linked.connection_id)
        assert states["before"] in {"synced", "unknown"}
        assert states["behind"] == "unknown"


def test_an_answer_that_is_none_makes_writes_unknown_and_reads_asked_again(
    far: FarSide, database: Database, link_company: LinkCompany, clock: StandingClock
) -> None:
    for answer in ("", "garbage", "<html>Proxy error</html>", "<QBXML/>", "\x00", "<QBXML><QBXMLMsgsRs>"):
        linked = link_company("Acme")
        own = FarSide(far.service, linked.user_name, linked.password, linked.owner_id, linked.file_id)
        put(database, linked.connection_id, customer("c1"), now=clock())
        with database.writing() as db:
            enqueue_qbxml(db, linked.connection_id, "CustomerQueryRq", {"MaxReturned": 1}, now=clock())
        own.begin()
        assert own.receive(answer) == -1, answer
        assert operation_states(database, linked.connection_id) == ["unknown", "waiting"], answer
        own.close()
        question = read_set(own.begin())
        assert question.names == (), f"{answer}: first of all, did QuickBooks keep the answer?"
        assert question.attributes["newMessageSetID"] == question.attributes["oldMessageSetID"]
        assert own.receive(answer) == -1, answer
        assert operation_states(database, linked.connection_id) == ["unknown", "waiting"], answer


def test_what_the_answer_does_not_mention_is_unknown_or_asked_again(
    make_far: MakeFar, database: Database, connection_id: int, clock: StandingClock
) -> None:
    far = make_far(limits=BatchLimits(reads=2))
    put(database, connection_id, customer("c1"), customer("c2"), now=clock())
    with database.writing() as db:
        for _ in range(2):
            enqueue_qbxml(db, connection_id, "CustomerQueryRq", {"MaxReturned": 1}, now=clock())
    c1, c2 = read_set(far.begin()).requests
    assert far.receive(document(success(c2))) < 100
    assert "does not mention" in (document_state(database, connection_id, "c1").message or "")
    assert operation_states(database, connection_id) == ["unknown", "done", "waiting", "waiting"]
    assert read_set(far.send()).names == (), "did QuickBooks keep more than it said?"
    assert far.receive(stored(success(c1, "80000001-1"))) < 100
    _, second = read_set(far.send()).requests
    assert far.receive(document(refusal(second, 1, severity="Info"))) == 100
    assert operation_states(database, connection_id) == ["done", "done", "waiting", "done"]


def test_control_characters_in_an_answer_do_not_lose_it(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), customer("c2"), now=clock())
    one, two = read_set(far.begin()).requests
    answer = document(
        success(one, "80000001-1", details="<Notes>bell &#7; and \x0b raw</Notes>"),
        refusal(two, 3140, "an \x01 invalid &#2; reference"),
    )
    assert far.receive(answer) == 100
    assert links(database, connection_id) == {"c1": "80000001-1"}
    assert "invalid" in (document_state(database, connection_id, "c2").message or "")
    assert message_sets(database, connection_id)[0].answer == answer


def test_a_late_answer_resolves_what_was_unknown(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), customer("c2"), invoice("i1", "c1"), now=clock())
    text = far.begin()
    old = far.ticket
    clock.advance(minutes=1)
    put(database, connection_id, customer("c3"), now=clock())
    new = far.authenticate()[0]
    assert operation_states(database, connection_id) == ["unknown", "unknown", "blocked", "waiting"]

    far.ticket = old
    one, two = read_set(text).requests
    answer = document(success(one, "80000001-1"), refusal(two, 3140, "The name is in use."))
    assert far.receive(answer) == -1
    assert document_states(database, connection_id) == {
        "c1": "synced",
        "c2": "problem",
        "i1": "pending",
        "c3": "pending",
    }
    assert links(database, connection_id) == {"c1": "80000001-1"}
    assert far.receive(answer) == -1

    far.ticket = new
    assert read_set(far.send(far.host())).names == ("InvoiceAddRq", "CustomerAddRq")


def test_an_answer_before_any_request_is_refused_and_the_session_goes_on(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), now=clock())
    far.authenticate()
    assert far.receive(document()) == -1
    assert far.last_error() == "No request is out that this could be the answer to."
    assert read_set(far.send(far.host())).names == ("CustomerAddRq",)


def _everything(database: Database, connection_id: int) -> object:
    return (
        operation_states(database, connection_id),
        document_states(database, connection_id),
        links(database, connection_id),
        [(row.state, row.answer, row.answered_at) for row in message_sets(database, connection_id)],
        [(row.progress, row.done_count, row.failed_count) for row in sessions(database, connection_id)],
        [(row.status_code, row.answered_at) for row in attempts(database, connection_id)],
    )
