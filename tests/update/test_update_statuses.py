"""What each status code of an answer does to its operation: done, failed, tried again, unknown."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from qbwc_service.queue import RetryPolicy
from qbwc_service.store import Database
from qbwc_service.sync import enqueue_qbxml
from qbwc_service.update import UpdatePolicy, UpdateService
from tests.conftest import LinkedCompany, StandingClock
from tests.far_side import FarSide, document, read_set, refusal, success
from tests.rows import (
    attempts,
    customer,
    document_state,
    document_states,
    invoice,
    operation_states,
    operations,
    put,
)

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


# What each status does to an invoice: its operation's state, its document's, and the text people see.
STATUSES = [
    (0, "done", "synced", None),
    (500, "done", "synced", None),
    (530, "done", "synced", None),
    (1000, "unknown", "unknown", "The words of 1000."),
    (1010, "waiting", "pending", "The words of 1010."),
    (3100, "failed", "problem", "The words of 3100."),
    (3120, "failed", "problem", "The words of 3120."),
    (3140, "failed", "problem", "The words of 3140."),
    (3170, "failed", "problem", "The words of 3170."),
    (3175, "waiting", "pending", "The words of 3175."),
    (3176, "waiting", "pending", "The words of 3176."),
    (3180, "failed", "problem", "The words of 3180."),
    (3200, "failed", "problem", "The words of 3200."),
    (3231, "waiting", "pending", "The words of 3231."),
    (3260, "failed", "problem", "The words of 3260."),
    (9001, "unknown", "unknown", "The words of 9001."),
    (12345, "unknown", "unknown", "The words of 12345."),
]


def test_each_status_code_has_its_own_end(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, *(invoice(f"i{code}", None) for code, *_ in STATUSES), now=clock())
    requests = read_set(far.begin()).requests
    answers = [
        success(request, code=code, message=f"The words of {code}.")
        if code < 1000
        else refusal(request, code, f"The words of {code}.")
        for request, (code, *_) in zip(requests, STATUSES, strict=True)
    ]
    assert 0 < far.receive(document(*answers)) < 100, "what is unknown is asked for"
    assert operation_states(database, connection_id) == [state for _, state, _, _ in STATUSES]
    for code, _, state, text in STATUSES:
        row = document_state(database, connection_id, f"i{code}")
        assert (row.state, row.message, row.status_code) == (state, text, str(code))
    kept = attempts(database, connection_id)
    assert [attempt.status_message for attempt in kept] == [f"The words of {code}." for code, *_ in STATUSES]
    assert all(attempt.answered_at == clock() for attempt in kept)
    assert far.close() == "3 done, 7 failed, 3 unknown (handed out, no answer); 4 waiting."


def test_texts_of_locks_are_retried_where_the_code_alone_says_nothing(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), customer("c2"), now=clock())
    one, two = read_set(far.begin()).requests
    far.receive(document(refusal(one, 3180, "The list element is in use by another user."), refusal(two, 3170)))
    assert operation_states(database, connection_id) == ["waiting", "failed"]


def test_success_without_an_id_is_unknown(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), now=clock())
    (request,) = read_set(far.begin()).requests
    assert 0 < far.receive(document(refusal(request, 0, "Status OK", severity="Info"))) < 100
    assert document_states(database, connection_id) == {"c1": "unknown"}
    assert "without an id" in (document_state(database, connection_id, "c1").message or "")


def test_a_query_without_a_match_is_done_and_one_with_keeps_a_summary(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    with database.writing() as db:
        for _ in range(2):
            enqueue_qbxml(db, connection_id, "CustomerQueryRq", {"MaxReturned": 50}, now=clock())
    (none,) = read_set(far.begin()).requests
    text = "A query request did not find a matching object in QuickBooks"
    assert far.receive(document(refusal(none, 1, text, severity="Info"))) == 50
    (many,) = read_set(far.send()).requests
    found = "".join(f"<CustomerRet><ListID>8000{n:04}-1</ListID><Name>N</Name></CustomerRet>" for n in range(30))
    assert (
        far.receive(
            document(
                f'<CustomerQueryRs requestID="{many.request_id}" statusCode="0" retCount="30">{found}</CustomerQueryRs>'
            )
        )
        == 100
    )
    empty, full = attempts(database, connection_id)
    assert (empty.status_code, empty.status_message, empty.result) == ("1", text, {"objects": 0, "ids": []})
    assert full.result == {"objects": 30, "ret_count": 30, "ids": [f"8000{n:04}-1" for n in range(20)]}
    assert operation_states(database, connection_id) == ["done", "done"]


def test_a_lock_is_tried_again_later_and_later_and_given_up_in_the_end(
    make_far: MakeFar, database: Database, connection_id: int, clock: StandingClock
) -> None:
    policy = RetryPolicy(max_attempts=4, first_delay=timedelta(minutes=1), longest_delay=timedelta(minutes=3))
    far = make_far(retries=policy)
    put(database, connection_id, customer("c1"), invoice("i1", "c1"), now=clock())
    waits = []
    for attempt in range(1, 5):
        text = far.begin()
        assert read_set(text).names == ("CustomerAddRq",)
        (request,) = read_set(text).requests
        assert far.receive(document(refusal(request, 3175, "There is a lock."))) == 100
        far.close()
        row = operations(database, connection_id)[0]
        if attempt < 4:
            assert (row.state, row.attempts, row.reason) == ("waiting", attempt, "There is a lock.")
            waits.append((row.not_before - clock()).total_seconds())
            assert document_state(database, connection_id, "c1").state == "pending"
            assert far.authenticate() == ["", "none"], "not due yet"
            clock.advance(seconds=waits[-1] + 1)
    for waited, (least, most) in zip(waits, ((45, 60), (90, 120), (135, 180)), strict=True):
        assert least <= waited <= most
    assert re.fullmatch(r"There is a lock\. \(given up after 4 attempts\)", row.reason or "")
    assert document_states(database, connection_id) == {"c1": "problem", "i1": "blocked"}
    assert [attempt.status_code for attempt in attempts(database, connection_id)] == ["3175"] * 4


def test_a_custom_field_is_set_although_the_answer_names_no_record(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    field = {"OwnerID": "0", "DataExtName": "Region", "DataExtValue": "North"}
    record = {"ListDataExtType": "Customer", "ListObjRef": {"ListID": "80000001-1700000000"}}
    with database.writing() as db:
        enqueue_qbxml(db, connection_id, "DataExtModRq", {"DataExtMod": {**field, **record}}, now=clock())
    (sent,) = read_set(far.begin()).requests

    said = "".join(f"<{name}>{value}</{name}>" for name, value in field.items())
    attributes = f'requestID="{sent.request_id}" statusCode="0" statusSeverity="Info" statusMessage="Status OK"'
    far.receive(document(f"<DataExtModRs {attributes}><DataExtRet>{said}</DataExtRet></DataExtModRs>"))

    assert operation_states(database, connection_id) == ["done"]
