"""What happens to an update session that is interrupted, repeated or out of step."""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from qbwc_service.queue import RetryPolicy
from qbwc_service.store import Database, Document, MessageSet, MessageSetPurpose, MessageSetState
from qbwc_service.sync import BatchLimits
from qbwc_service.update import UpdatePolicy
from qbwc_service.update.keep_answer import Answer, keep_answer
from tests.conftest import LinkedCompany, StandingClock
from tests.far_side import FarSide, answer_all, document, read_set, refusal, stored, success
from tests.rows import customer, document_states, operation_states, put


@pytest.fixture
def far(company: LinkedCompany, make_service: object) -> FarSide:
    service = make_service(UpdatePolicy(limits=BatchLimits(writes=1), retries=RetryPolicy(max_attempts=3)))
    return FarSide(service, company.user_name, company.password, company.owner_id, company.file_id)


def test_a_process_that_dies_between_keeping_and_applying_leaves_the_answer_and_an_unknown(
    far: FarSide, database: Database, company: LinkedCompany, clock: StandingClock
) -> None:
    put(database, company.connection_id, customer("c1"), now=clock())
    answer = Answer(response=answer_all(far.begin()), hresult="", message="")
    with database.writing() as db:
        keep_answer(db, far.ticket, answer, policy=far.service.policy, now=clock())

    far.authenticate()

    assert document_states(database, company.connection_id) == {"c1": "unknown"}
    with database.reading() as db:
        kept = db.scalars(select(MessageSet).where(MessageSet.purpose == MessageSetPurpose.WORK)).one()
        assert (kept.state, kept.answer) == (MessageSetState.APPLY_FAILED, answer.response)
        assert kept.apply_error


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_full_disk_is_named_and_loses_nothing(
    far: FarSide, database: Database, company: LinkedCompany, clock: StandingClock
) -> None:
    put(database, company.connection_id, customer("c1"), now=clock())
    (request,) = read_set(far.begin()).requests
    answer = answer_all(far.send())
    filler = secrets.token_hex(200_000)
    with full_disk(database), capture_logs() as log, pytest.raises(OperationalError, match="full"):
        far.receive(f"{answer}<!-- {filler} -->")

    assert [line["database"] for line in log if line["event"] == "disk_full"] == [database.engine.url.database]
    assert operation_states(database, company.connection_id) == ["sent"]
    question = read_set(far.begin())  # There is room again, and QuickBooks kept its answer.
    assert (question.requests, "oldMessageSetID" in question.attributes) == ((), True)
    far.receive(stored(success(request, "80000001-1")))
    assert document_states(database, company.connection_id) == {"c1": "synced"}


@contextmanager
def full_disk(database: Database) -> Iterator[None]:
    """Let SQLite's file grow no more while the block runs."""

    def limit(connection: sqlite3.Connection, *_facts: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    pages = 1  # SQLite takes this for what the file has already.
    event.listen(database.engine, "checkout", limit)
    yield
    pages = 2**30
    with database.reading():
        event.remove(database.engine, "checkout", limit)


def test_a_closed_quickbooks_uses_up_no_retries(
    far: FarSide, database: Database, company: LinkedCompany, clock: StandingClock
) -> None:
    put(database, company.connection_id, customer("c1"), now=clock())
    for _ in range(5):
        far.begin()
        far.receive(hresult="0x80040408")
        far.close()

    (request,) = read_set(far.begin()).requests
    far.receive(document(refusal(request, 3175)))

    assert operation_states(database, company.connection_id) == ["waiting"]


def test_an_older_answer_that_comes_again_leaves_the_set_that_is_out_alone(
    far: FarSide, database: Database, company: LinkedCompany, clock: StandingClock
) -> None:
    put(database, company.connection_id, customer("c1"), customer("c2"), now=clock())
    first = answer_all(far.begin())
    told = far.receive(first)
    second = far.send()

    assert far.receive(first) == told

    assert operation_states(database, company.connection_id) == ["done", "sent"]
    assert far.receive(answer_all(second)) == 100
    assert operation_states(database, company.connection_id) == ["done", "done"]


def test_what_could_not_be_rendered_is_counted_as_failed(
    far: FarSide, database: Database, company: LinkedCompany, clock: StandingClock
) -> None:
    put(database, company.connection_id, customer("c1"), now=clock())
    with database.writing() as db:
        db.execute(update(Document).values(body={"external_id": "c1", "name": "x" * 42}))

    far.begin()
    far.receive(far.host())

    assert far.close() == "0 done, 1 failed; nothing is waiting."


def test_closing_without_an_answer_says_what_is_unknown(
    far: FarSide, database: Database, company: LinkedCompany, clock: StandingClock
) -> None:
    put(database, company.connection_id, customer("c1"), now=clock())
    far.begin()

    assert far.close() == "0 done, 1 unknown (handed out, no answer); nothing is waiting."
