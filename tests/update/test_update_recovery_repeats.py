"""What is sent again after a lost answer, and is refused because it was done the first time, has not failed."""

import pytest

from qbwc_service.store import Database, ProblemReason
from qbwc_service.sync import enqueue_qbxml
from qbwc_service.sync.problems import list_problems
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
