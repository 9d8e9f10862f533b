"""Content that comes again, equal or changed, alone or in bulk."""

from qbwc_service.store import Database
from qbwc_service.sync import RefusedDocument
from tests.conftest import LinkedCompany, StandingClock
from tests.rows import customer, document_states, payment, put
from tests.statements import counted_statements


def test_equal_amounts_are_the_same_content_however_they_are_written(
    database: Database, company: LinkedCompany, clock: StandingClock
) -> None:
    put(database, company.connection_id, payment("p1", None, amount="150.00"), now=clock())

    (result,) = put(database, company.connection_id, payment("p1", None, amount=150), now=clock())

    assert result.change == "unchanged"


def test_a_circle_over_two_batches_is_refused(database: Database, company: LinkedCompany, clock: StandingClock) -> None:
    parent = {"external_id": "a"}
    chain = [customer("a"), customer("b", parent=parent), customer("c", parent={"external_id": "b"})]
    put(database, company.connection_id, *chain, now=clock())

    (result,) = put(database, company.connection_id, customer("a", parent={"external_id": "c"}), now=clock())

    assert isinstance(result, RefusedDocument)
    assert result.error.field == "parent.external_id"
    assert document_states(database, company.connection_id) == {"a": "pending", "b": "blocked", "c": "blocked"}


def test_a_hundred_changed_documents_cost_few_statements(
    database: Database, company: LinkedCompany, clock: StandingClock
) -> None:
    put(database, company.connection_id, *(customer(f"c{n}") for n in range(100)), now=clock())

    with counted_statements(database) as statements:
        results = put(
            database, company.connection_id, *(customer(f"c{n}", name=f"N{n}") for n in range(100)), now=clock()
        )

    assert {result.change for result in results} == {"changed"}
    assert len(statements) < 20
