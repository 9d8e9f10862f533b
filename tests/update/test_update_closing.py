"""connectionError, getLastError and closeConnection: how a session ends, and what people are told."""

from collections.abc import Callable

from qbwc_service import connections
from qbwc_service.queue import RetryPolicy, measure_queue
from qbwc_service.store import Database, MessageSetState, ProblemReason, SessionEnd
from qbwc_service.sync import BatchLimits, enqueue_qbxml
from qbwc_service.sync.problems import list_problems
from qbwc_service.update import UpdatePolicy, UpdateService
from tests.conftest import LinkCompany, StandingClock
from tests.far_side import PATH, FarSide, answer_all, document, read_set, refusal, success
from tests.lost import answer_questions, deleted, look_up, lose
from tests.rows import customer, document_state, invoice, message_sets, operation_states, operations, put, sessions


def _info(far: FarSide, connection_id: int) -> connections.ConnectionInfo:
    with far.service.database.reading() as db:
        return connections.get_connection(db, connection_id, now=far.service.clock())


def test_without_a_known_path_there_is_nothing_else_to_try(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), now=clock())
    far.authenticate()
    assert far.connection_error("0x80040408", "Could not start QuickBooks.") == "done"
    assert "QuickBooks could not be started" in far.last_error()
    assert sessions(database, connection_id)[-1].end_reason is SessionEnd.CONNECTION_ERROR
    assert operation_states(database, connection_id) == ["waiting"]
    info = _info(far, connection_id)
    assert (info.status, info.status_since) == ("waiting", clock())
    assert far.last_error() in info.status_text


def test_the_known_path_is_tried_then_the_open_file_then_no_more(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    far.run()
    put(database, connection_id, customer("c1"), now=clock())
    for _session in range(2):
        far.authenticate()
        answers = [far.connection_error("0x80040408") for _ in range(5)]
        assert answers == [PATH, "", "done", "done", "done"]
        assert far.send(far.host()) == ""
        assert far.close() == far.last_error()
    assert operation_states(database, connection_id) == ["waiting"]


def test_a_missing_permission_ends_it_at_once(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    far.run()
    put(database, connection_id, customer("c1"), now=clock())
    for hresult in ("0x80040418", "0x8004041A", "0x8004041d", "0x80040420"):
        far.authenticate()
        assert far.connection_error(hresult) == "done", hresult
        assert "As Admin" in far.last_error(), hresult
        assert _info(far, connection_id).status == "waiting", hresult


def test_an_unknown_or_empty_hresult_is_shown_as_it_came(far: FarSide, connection_id: int) -> None:
    for hresult, message, told in (
        ("0x8004FFFF", "Something odd.", "0x8004FFFF: Something odd."),
        ("", "", "no hresult: "),
        ("x" * 500, "y" * 5000, "x" * 500),
    ):
        far.authenticate()
        assert far.connection_error(hresult, message) == "done"
        assert told in far.last_error()
        assert told in _info(far, connection_id).status_text


def test_it_goes_on_by_itself_when_the_second_try_works(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    far.run()
    put(database, connection_id, customer("c1"), now=clock())
    far.authenticate()
    assert far.connection_error("0x8004040A") == PATH
    assert _info(far, connection_id).status == "waiting"
    text = far.send(far.host())
    assert read_set(text).names == ("CustomerAddRq",)
    assert far.last_error() == "No error is recorded for this update."
    assert _info(far, connection_id).status == "online"
    assert far.receive(answer_all(text)) == 100
    assert far.close() == "1 done; nothing is waiting."


def test_the_status_remembers_since_when(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    far.run()
    put(database, connection_id, customer("c1"), now=clock())
    closed_at = clock.advance(minutes=5)
    for _ in range(3):
        far.authenticate()
        far.connection_error("0x80040408")
        clock.advance(minutes=5)
        assert (_info(far, connection_id).status, _info(far, connection_id).status_since) == ("waiting", closed_at)
    far.begin()
    info = _info(far, connection_id)
    assert (info.status, info.status_since) == ("online", clock())
    assert info.status_text == "Connected: QuickBooks answered at the last contact."


def test_the_closing_sentence_says_what_was_done_and_what_is_left(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), customer("c2"), customer("c3"), invoice("i2", "c2"), now=clock())
    one, two, three = read_set(far.begin()).requests
    far.receive(document(success(one), refusal(two, 3140), refusal(three, 3175)))
    assert far.close() == "1 done, 1 failed; 2 waiting."
    assert far.close() == "1 done, 1 failed; 2 waiting."
    assert sessions(database, connection_id)[-1].end_reason is SessionEnd.CLOSED
    assert far.service.close_connection("") == "Nothing to do."
    assert far.service.close_connection("1.unknown") == "Nothing was open."


def test_a_set_that_is_out_at_the_close_is_unknown_and_its_reads_are_asked_again(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), now=clock())
    with database.writing() as db:
        enqueue_qbxml(db, connection_id, "CustomerQueryRq", {"MaxReturned": 1}, now=clock())
    far.begin()
    far.close()
    assert operation_states(database, connection_id) == ["unknown", "waiting"]
    assert "no answer came back" in (document_state(database, connection_id, "c1").message or "")
    assert read_set(far.begin()).names == (), "a question about what is unknown comes first"
    far.close()
    assert operation_states(database, connection_id) == ["unknown", "waiting"]
    rows = message_sets(database, connection_id)
    assert [row.state for row in rows] == [MessageSetState.UNKNOWN] * 2
    assert operations(database, connection_id)[1].not_before == clock()


def test_a_read_that_never_comes_back_goes_alone_then_fails_and_what_stands_behind_it_goes(
    database: Database,
    far: FarSide,
    make_service: Callable[..., UpdateService],
    connection_id: int,
    clock: StandingClock,
) -> None:
    far.service = make_service(UpdatePolicy(limits=BatchLimits(reads=20), retries=RetryPolicy(max_attempts=4)))
    with database.writing() as db:
        for _ in range(20):
            enqueue_qbxml(db, connection_id, "CustomerQueryRq", {"MaxReturned": 1}, now=clock())

    sizes = [len(read_set(far.begin()).requests) for _ in range(4)]  # Each begin ends the session before it.
    assert sizes == [20, 16, 8, 4]
    behind = read_set(far.begin())

    assert operation_states(database, connection_id) == ["failed"] * 4 + ["sent"] * 4 + ["waiting"] * 12
    assert len(behind.requests) == 4
    with database.reading() as db:
        found = list_problems(db, connection_id)
    assert [one.reason for one in found] == [ProblemReason.REJECTED_BY_QUICKBOOKS] * 4
    assert "asked 4 times" in found[0].message


def test_what_nobody_could_decide_is_named_at_the_end_of_every_session(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, invoice("inv1", None), now=clock())
    lose(far)
    far.receive(answer_questions(look_up(far), {"TxnDeletedQueryRq": [deleted("Invoice", "INV1")]}))

    assert "1 undecided" in far.close()
    with database.reading() as db:
        depth = measure_queue(db, connection_id, now=clock())
    assert (depth.due, depth.later, depth.unsettled, depth.undecided) == (0, 0, 0, 1)


def test_the_text_of_an_error_is_never_empty_and_never_noop(
    far: FarSide, database: Database, link_company: LinkCompany, clock: StandingClock
) -> None:
    def told() -> str:
        text = far.last_error()
        assert text.strip()
        assert text.casefold() != "noop"
        return text

    assert told() == "This update session is unknown or has expired."
    far.begin()
    told()
    far.receive("")
    told()
    far.receive("", hresult="0x0", message="")
    told()
    far.close()
    told()
    ticket = far.ticket
    stranger = link_company("Bolt Freight")
    for wrong in (
        "",
        " ",
        ticket.upper(),
        ticket + "x",
        f"{stranger.connection_id}.{ticket.partition('.')[2]}",
        "9" * 400,
    ):
        assert far.service.get_last_error(wrong) == "This update session is unknown or has expired."
