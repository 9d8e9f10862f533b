"""Many documents at once cost few statements."""

import pytest

from qbwc_service.store import Database
from qbwc_service.sync import AcceptedDocument, enqueue_documents
from tests.conftest import LinkedCompany, StandingClock
from tests.rows import customer, document_states, invoice, item, put
from tests.statements import counted_statements

PER_LOOKUP = 400
OTHERWISE = 11
MOST_VALUES = 1000
"""What the oldest SQLite takes in one statement."""


def test_a_thousand_documents_take_a_handful_of_statements(
    database: Database, company: LinkedCompany, clock: StandingClock
) -> None:
    line = {"item": {"external_id": "s1"}, "amount": "1.00"}
    documents = [
        item("s1"),
        *(customer(f"c{number}") for number in range(333)),
        *(invoice(f"i{number}", f"c{number % 333}", lines=[line]) for number in range(666)),
    ]
    assert len(documents) == 1000
    with database.writing() as db, counted_statements(database) as statements:
        results = enqueue_documents(db, company.connection_id, documents, now=clock())
    assert all(isinstance(result, AcceptedDocument) and result.change == "created" for result in results)
    assert len(statements) <= OTHERWISE + 1000 // PER_LOOKUP
    states = list(document_states(database, company.connection_id).values())
    assert (states.count("pending"), states.count("blocked")) == (334, 666)

    with database.writing() as db, counted_statements(database) as statements:
        results = enqueue_documents(db, company.connection_id, documents, now=clock())
    assert all(isinstance(result, AcceptedDocument) and result.change == "unchanged" for result in results)
    assert len(statements) <= OTHERWISE + 1000 // PER_LOOKUP


def test_a_chain_of_three_hundred_documents_is_sorted(
    database: Database, company: LinkedCompany, clock: StandingClock
) -> None:
    chain = [customer(f"c{number}", parent={"external_id": f"c{number + 1}"}) for number in range(299)]
    results = put(database, company.connection_id, *chain, customer("c299"), now=clock())
    assert all(isinstance(result, AcceptedDocument) for result in results)
    states = document_states(database, company.connection_id)
    assert [name for name, state in states.items() if state == "pending"] == ["c299"]


def test_a_hundred_jobs_that_change_take_no_more(
    database: Database, company: LinkedCompany, clock: StandingClock
) -> None:
    parents = [customer(f"c{number}") for number in range(100)]
    jobs = [customer(f"j{number}", parent={"external_id": f"c{number}"}) for number in range(100)]
    put(database, company.connection_id, *parents, *jobs, now=clock())
    changed = [(kind, {**body, "phone": "555-0100"}) for kind, body in jobs]
    with database.writing() as db, counted_statements(database) as statements:
        results = enqueue_documents(db, company.connection_id, changed, now=clock())
    assert all(isinstance(result, AcceptedDocument) and result.change == "changed" for result in results)
    assert len(statements) <= 2 * OTHERWISE


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_statement_holds_more_values_than_every_database_takes(
    database: Database, company: LinkedCompany, clock: StandingClock
) -> None:
    documents = [customer(f"c{number}") for number in range(501)]
    put(database, company.connection_id, *documents, now=clock())
    changed = [(kind, {**body, "phone": "555-0100"}) for kind, body in documents]
    with database.writing() as db, counted_statements(database) as statements:
        results = enqueue_documents(db, company.connection_id, changed, now=clock())
    assert {getattr(result, "change", None) for result in results} == {"changed"}
    assert max(statement.count("?") for statement in statements) < MOST_VALUES
