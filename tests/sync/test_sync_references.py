"""References between documents: whatever the order, what is referred to goes first, and what is missing is named."""

from collections.abc import Callable

import pytest

from qbwc_service.errors import InvalidDocumentError
from qbwc_service.store import Database
from qbwc_service.sync import AcceptedDocument, RefusedDocument
from qbwc_service.sync.accept import Result
from qbwc_service.update import UpdateService
from tests.conftest import LinkCompany, LinkedCompany, StandingClock
from tests.far_side import FarSide, document, read_set, refusal, success
from tests.rows import customer, document_states, invoice, item, operation_states, payment, put


@pytest.fixture
def far(company: LinkedCompany, make_service: Callable[..., UpdateService]) -> FarSide:
    return FarSide(make_service(), company.user_name, company.password, company.owner_id, company.file_id)


@pytest.fixture
def connection_id(company: LinkedCompany) -> int:
    return company.connection_id


def _refused_paths(results: list[Result]) -> list[list[str]]:
    return [
        [found.path for found in result.error.errors]
        for result in results
        if isinstance(result, RefusedDocument) and isinstance(result.error, InvalidDocumentError)
    ]


def test_unknown_references_are_all_named_with_their_fields(
    database: Database, connection_id: int, clock: StandingClock
) -> None:
    lines = [{"item": {"full_name": "Freight"}}, {"item": {"external_id": "s9"}}, {"item": {"external_id": "s8"}}]
    results = put(
        database,
        connection_id,
        invoice("i1", "nobody", lines=lines, sales_tax_item={"external_id": "t9"}),
        payment("p1", None, apply=[{"invoice": {"external_id": "i1"}, "amount": "1.00"}]),
        customer("c1", parent={"external_id": "c0"}, tax_item={"external_id": "t9"}),
        now=clock(),
    )
    assert [sorted(paths) for paths in _refused_paths(results)] == [
        [
            "customer.external_id",
            "lines[1].item.external_id",
            "lines[2].item.external_id",
            "sales_tax_item.external_id",
        ],
        ["apply[0].invoice.external_id"],
        ["parent.external_id", "tax_item.external_id"],
    ]
    assert document_states(database, connection_id) == {}


def test_circles_are_refused_and_the_rest_is_taken(
    database: Database, connection_id: int, clock: StandingClock
) -> None:
    results = put(
        database,
        connection_id,
        customer("a", parent={"external_id": "b"}),
        customer("b", parent={"external_id": "c"}),
        customer("c", parent={"external_id": "a"}),
        customer("self", parent={"external_id": "self"}),
        item("self", parent={"external_id": "self"}),
        customer("fine"),
        now=clock(),
    )
    assert [isinstance(result, AcceptedDocument) for result in results] == [False] * 5 + [True]
    assert _refused_paths(results) == [["parent.external_id"]] * 5


def test_a_known_document_cannot_become_its_own_parent(
    database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("a"), customer("b"), now=clock())
    results = put(
        database,
        connection_id,
        customer("a", parent={"external_id": "a"}),
        now=clock(),
    )
    assert _refused_paths(results) == [["parent.external_id"]]
    results = put(
        database,
        connection_id,
        customer("a", parent={"external_id": "b"}),
        customer("b", parent={"external_id": "a"}),
        now=clock(),
    )
    assert _refused_paths(results) == [["parent.external_id"]] * 2
    assert operation_states(database, connection_id) == ["waiting", "waiting"]


def test_changed_documents_go_in_the_order_of_their_new_references(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("a", parent={"external_id": "b"}), customer("b"), now=clock())
    put(database, connection_id, customer("b", parent={"external_id": "a"}), customer("a"), now=clock())
    assert document_states(database, connection_id) == {"a": "pending", "b": "blocked"}
    (first,) = read_set(far.begin()).requests
    assert first.text("CustomerAdd/Name") == "Customer a"
    far.receive(document(success(first, "80000001-1")))
    (second,) = read_set(far.send()).requests
    assert second.text("CustomerAdd/ParentRef/ListID") == "80000001-1"


def test_what_is_linked_already_is_waited_for_no_more(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), now=clock())
    far.run()
    put(database, connection_id, invoice("i1", "c1"), now=clock())
    assert document_states(database, connection_id)["i1"] == "pending"


def test_a_failed_parent_blocks_its_children_until_it_is_healed(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), invoice("i1", "c1"), now=clock())
    (request,) = read_set(far.begin()).requests
    assert far.receive(document(refusal(request, 3140))) == 100
    far.close()
    put(database, connection_id, invoice("i2", "c1"), now=clock())
    assert document_states(database, connection_id) == {"c1": "problem", "i1": "blocked", "i2": "blocked"}
    assert far.authenticate() == ["", "none"]
    put(database, connection_id, customer("c1", name="Ann the second"), now=clock())
    far.run()
    assert set(document_states(database, connection_id).values()) == {"synced"}


def test_references_never_reach_into_another_connection(
    database: Database, connection_id: int, link_company: LinkCompany, clock: StandingClock
) -> None:
    other = link_company("Bolt Freight")
    put(database, other.connection_id, customer("c1"), now=clock())
    results = put(database, connection_id, invoice("i1", "c1"), now=clock())
    assert _refused_paths(results) == [["customer.external_id"]]


def test_quickbooks_ids_and_full_names_are_taken_as_they_are(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(
        database,
        connection_id,
        customer("job", parent={"full_name": "Ann:North"}),
        ("invoice", {**invoice("i1")[1], "customer": {"quickbooks_id": "80000001-1"}}),
        payment("p1", None, apply=[{"invoice": {"quickbooks_id": "A1-1"}, "amount": "1.00"}]),
        now=clock(),
    )
    job, bill, money = read_set(far.begin()).requests
    assert job.text("CustomerAdd/ParentRef/FullName") == "Ann:North"
    assert bill.text("InvoiceAdd/CustomerRef/ListID") == "80000001-1"
    assert money.text("ReceivePaymentAdd/AppliedToTxnAdd/TxnID") == "A1-1"
