"""One bad document among five hundred: the others are done in the same session, and the bad one says what is wrong."""

import pytest
from sqlalchemy import select, update

from qbwc_service.simulator import HresultError, NoHooks, UpdateOutcome
from qbwc_service.store import Database, Document, DocumentState, OperationState, ProblemReason
from qbwc_service.sync import enqueue_documents
from qbwc_service.sync.problems import list_problems
from tests import rows
from tests.threaded_server import ServeHere
from tests.wire import ConnectFarSide, FarSide

DOCUMENTS = 500
BAD = 321
MOST_SETS = 40
"""25 sets of 20, and what it takes to find one among 20."""


@pytest.fixture
def far(database: Database, serve_here: ServeHere, connect_far_side: ConnectFarSide) -> FarSide:
    """Five hundred customers on their way."""
    side = connect_far_side(serve_here())
    with database.writing() as db:
        documents = [
            ("customer", {"external_id": f"c-{number}", "name": f"Customer {number:04}"}) for number in range(DOCUMENTS)
        ]
        enqueue_documents(db, side.connection_id, documents)
    return side


def assert_all_but_one_arrived(database: Database, far: FarSide) -> None:
    states = rows.document_states(database, far.connection_id)
    assert states.pop(f"c-{BAD}") is DocumentState.PROBLEM
    assert list(states.values()) == [DocumentState.SYNCED] * (DOCUMENTS - 1)
    names = [entry.name for entry in far.company.tables.entries.values()]
    expected = {f"Customer {number:04}": int(number != BAD) for number in range(DOCUMENTS)}
    assert {name: names.count(name) for name in expected} == expected


class RefusesSets(NoHooks):
    """A QuickBooks that cannot read a certain text, and refuses every set that holds it."""

    def __init__(self, text: str, hresult: str) -> None:
        self.text = text
        self.hresult = hresult

    def before_process(self, qbxml: str) -> str:
        if self.text in qbxml:
            raise HresultError(self.hresult)
        return qbxml


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("hresult", ["0x80040400", "0x80040423"])
def test_one_that_quickbooks_cannot_read_fails_alone_in_the_same_session(
    database: Database, far: FarSide, hresult: str
) -> None:
    report = far.web_connector.update(far.application, hooks=RefusesSets(f"Customer {BAD:04}", hresult))

    assert report.outcome is UpdateOutcome.COMPLETED, report
    assert report.close_text == "499 done, 1 failed; nothing is waiting."
    assert report.message_sets <= MOST_SETS
    assert_all_but_one_arrived(database, far)
    with database.reading() as db:
        (problem,) = list_problems(db, far.connection_id)
    assert (problem.kind, problem.external_id) == ("customer", f"c-{BAD}")
    assert problem.evidence["status_code"] == hresult
    assert problem.reason in {ProblemReason.INVALID_VALUE, ProblemReason.UNSUPPORTED_BY_VERSION}
    (failed,) = [one for one in rows.operations(database, far.connection_id) if one.state is OperationState.FAILED]
    assert failed.reason
    assert far.web_connector.update(far.application).outcome is UpdateOutcome.NO_DATA


def test_one_that_went_bad_in_our_hands_fails_with_its_element_named(database: Database, far: FarSide) -> None:
    with database.writing() as db:
        bad = select(Document.id).where(Document.external_id == f"c-{BAD}").scalar_subquery()
        db.execute(
            update(Document).where(Document.id == bad).values(body={"external_id": f"c-{BAD}", "name": "x" * 42})
        )

    report = far.web_connector.update(far.application)

    assert report.outcome is UpdateOutcome.COMPLETED, report
    assert report.close_text == "499 done, 1 failed; nothing is waiting."
    assert_all_but_one_arrived(database, far)
    with database.reading() as db:
        (problem,) = list_problems(db, far.connection_id)
    assert (problem.reason, problem.external_id) == (ProblemReason.FIELD_TOO_LONG, f"c-{BAD}")
    assert "Name" in problem.message
    assert far.web_connector.update(far.application).outcome is UpdateOutcome.NO_DATA
