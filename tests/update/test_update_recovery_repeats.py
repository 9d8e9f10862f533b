"""What is sent again after a lost answer, and is refused because it was done the first time, has not failed."""

import pytest

from qbwc_service.qbxml import read_answer
from qbwc_service.queue import RetryPolicy
from qbwc_service.store import Database, OperationState, ProblemReason
from qbwc_service.sync import enqueue_qbxml
from qbwc_service.sync.judge import judge_response
from qbwc_service.sync.problems import list_problems
from qbwc_service.sync.sent import Sent
from tests.conftest import StandingClock
from tests.far_side import FarSide, document, not_stored, read_set, refusal
from tests.rows import operation_states

FIELD = {"OwnerID": "0", "DataExtName": "Route", "ListDataExtType": "Customer", "ListObjRef": {"ListID": "80000001-1"}}
ADD = {"DataExtAdd": {**FIELD, "DataExtValue": "7"}}


def repeat(far: FarSide, database: Database, connection_id: int, request: str, body: object, *, now: object) -> str:
    """Lose the answer to a request of which nothing can be asked; give the set in which it goes again."""
    with database.writing() as db:
        enqueue_qbxml(db, connection_id, request, body, now=now)  # type: ignore[arg-type]  # The test's own words.
    far.begin()
    far.begin()
    far.receive(not_stored())
    text = far.send()
    assert read_set(text).names == (request,)
    return text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("code", "state"), [(3180, "unknown"), (3200, "unknown"), (3140, "failed")])
def test_a_value_that_exists_at_the_second_time_is_for_a_person(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock, *, code: int, state: str
) -> None:
    (again,) = read_set(repeat(far, database, connection_id, "DataExtAddRq", ADD, now=clock())).requests

    far.receive(document(refusal(again, code, "The value is there.")))

    assert operation_states(database, connection_id) == [state]
    with database.reading() as db:
        (problem,) = list_problems(db, connection_id)
    assert (problem.reason is ProblemReason.OUTCOME_UNKNOWN) is (state == "unknown")
    assert "The value is there." in problem.message


def test_what_is_gone_at_the_second_time_is_deleted(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    (again,) = read_set(
        repeat(far, database, connection_id, "DataExtDelRq", {"DataExtDel": FIELD}, now=clock())
    ).requests

    far.receive(document(refusal(again, 3120, "There is no such value.")))

    assert operation_states(database, connection_id) == ["done"]


def test_a_value_that_exists_at_the_first_time_is_refused(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    with database.writing() as db:
        enqueue_qbxml(db, connection_id, "DataExtAddRq", ADD, now=clock())
    (first,) = read_set(far.begin()).requests

    far.receive(document(refusal(first, 3180, "The value is there.")))

    assert operation_states(database, connection_id) == ["failed"]


@pytest.mark.parametrize(("document_id", "state"), [(1, OperationState.FAILED), (None, OperationState.UNKNOWN)])
def test_a_field_of_a_document_is_left_to_no_person_for_it_is_set_another_way(
    clock: StandingClock, *, document_id: int | None, state: OperationState
) -> None:
    sent = Sent(
        operation_id=1,
        request="DataExtModRq",
        is_write=True,
        retries=0,
        readings=0,
        external_guid=None,
        document_id=document_id,
        fingerprint=None,
        was_lost=True,
    )
    (refused,) = read_answer(
        '<QBXML><QBXMLMsgsRs><DataExtAddRs requestID="1" statusCode="3180" statusSeverity="Error" '
        'statusMessage="The value is there."/></QBXMLMsgsRs></QBXML>'
    )

    assert judge_response(refused, sent, policy=RetryPolicy(), now=clock()).outcome.state is state
