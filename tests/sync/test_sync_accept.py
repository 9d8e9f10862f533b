"""Accepting documents: kept once, put on their way, changed while that is possible, refused when it is not."""

import pytest
from sqlalchemy import func, select

from qbwc_service.errors import InvalidDocumentError, StateError
from qbwc_service.store import Database, Document
from qbwc_service.sync import AcceptedDocument, RefusedDocument, enqueue_document, enqueue_documents
from qbwc_service.sync.accept import Result
from tests.conftest import StandingClock
from tests.far_side import FarSide, answer_all, document, read_set, refusal, success
from tests.rows import (
    credit_memo,
    customer,
    document_state,
    document_states,
    invoice,
    item,
    operation_states,
    operations,
    payment,
    put,
)


def _changes(results: list[Result]) -> list[str]:
    return [result.change if isinstance(result, AcceptedDocument) else "refused" for result in results]


def _reason(result: Result) -> str:
    assert isinstance(result, RefusedDocument)
    return result.error.message


def test_every_kind_is_accepted_whole_and_in_any_order(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    full_line = {
        "item": {"external_id": "s1"},
        "description": "Load 7",
        "quantity": "1.5",
        "rate": "2.25",
        "amount": "3.38",
        "class": {"full_name": "West"},
        "sales_tax_code": {"full_name": "Non"},
        "service_date": "2026-11-01",
    }
    sale = {
        "txn_date": "2026-11-20",
        "due_date": "2026-12-20",
        "terms": {"full_name": "Net 30"},
        "class": {"quickbooks_id": "80000009-1"},
        "po_number": "PO 1",
        "memo": "Thank you",
        "bill_address": {"line1": "1 Main St", "city": "Salem", "state": "OR", "postal_code": "97301", "country": "US"},
        "ship_address": {"line1": "2 Side St", "note": "Dock 4"},
        "sales_tax_item": {"external_id": "s2"},
        "lines": [full_line, {"description": "A line of text"}],
        "fields": {"driver": "Ann"},
    }
    results = put(
        database,
        connection_id,
        payment(
            "p1",
            amount="3.38",
            apply=[{"invoice": {"external_id": "i1"}, "amount": "3.38"}],
            deposit_to={"full_name": "Undeposited Funds"},
            payment_method={"full_name": "Check"},
            ref_number="1001",
            memo="Thanks",
            txn_date="2026-11-20",
        ),
        invoice("i1", "job", **sale),
        credit_memo("m1", **sale),
        customer(
            "job",
            parent={"external_id": "c1"},
            company_name="Ann Ltd",
            first_name="Ann",
            last_name="Lee",
            email="ann@example.com",
            phone="555-0100",
            terms={"full_name": "Net 30"},
            tax_item={"external_id": "s2"},
            account_number="A-1",
            notes="Pays on Fridays",
            is_active=True,
        ),
        item("s2", kind="other_charge", parent={"external_id": "s1"}, price="1.25", description="Fuel"),
        item("s1", kind="non_inventory", is_active=True, sales_tax_code={"full_name": "Tax"}),
        customer("c1"),
        now=clock(),
    )
    assert [(result.kind, result.external_id) for result in results] == [
        ("payment", "p1"),
        ("invoice", "i1"),
        ("credit_memo", "m1"),
        ("customer", "job"),
        ("item", "s2"),
        ("item", "s1"),
        ("customer", "c1"),
    ]
    assert _changes(results) == ["created"] * 7
    waiting = {name for name, state in document_states(database, connection_id).items() if state == "pending"}
    assert waiting == {"c1", "s1"}

    order, text = [], far.begin()
    while True:
        order.append(set(read_set(text).names))
        if far.receive(answer_all(text)) == 100:
            break
        text = far.send()
    assert order == [
        {"CustomerAddRq", "ItemNonInventoryAddRq"},
        {"ItemOtherChargeAddRq"},
        {"CustomerAddRq", "CreditMemoAddRq"},
        {"InvoiceAddRq"},
        {"ReceivePaymentAddRq"},
    ]
    assert set(document_states(database, connection_id).values()) == {"synced"}


def test_the_same_content_again_is_unchanged_before_and_after_it_was_sent(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    documents = [customer("c1"), invoice("i1")]
    assert _changes(put(database, connection_id, *documents, now=clock())) == ["created", "created"]
    assert _changes(put(database, connection_id, *documents, now=clock())) == ["unchanged", "unchanged"]
    kind, body = invoice("i1")
    reordered = {key: body[key] for key in reversed(body)}
    assert _changes(put(database, connection_id, (kind, reordered), now=clock())) == ["unchanged"]
    assert len(operations(database, connection_id)) == 2
    far.run()
    results = put(database, connection_id, *documents, now=clock())
    assert _changes(results) == ["unchanged", "unchanged"]
    assert [result.state for result in results if isinstance(result, AcceptedDocument)] == ["synced", "synced"]
    assert len(operations(database, connection_id)) == 2


def test_changed_content_before_sending_replaces_the_operation(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), invoice("i1"), payment("p1"), now=clock())
    (result,) = put(database, connection_id, customer("c1", name="Ann"), now=clock())
    assert isinstance(result, AcceptedDocument)
    newest = operations(database, connection_id)[-1].id
    assert (result.change, result.state, result.operation_id) == ("changed", "pending", newest)
    assert operation_states(database, connection_id) == ["superseded", "blocked", "blocked", "waiting"]
    assert operations(database, connection_id)[0].reason == f"replaced by operation {newest}"

    first = read_set(far.begin())
    assert [request.text("CustomerAdd/Name") for request in first.requests] == ["Ann"]
    far.receive(document(success(first.requests[0], "80000001-1")))
    second = read_set(far.send())
    assert second.names == ("InvoiceAddRq", "ReceivePaymentAddRq"), "what waited for the old one waits for the new one"


def test_a_blocked_and_a_failed_document_can_be_changed_too(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), invoice("i1"), now=clock())
    put(database, connection_id, invoice("i1", memo="Changed while blocked"), now=clock())
    (request,) = read_set(far.begin()).requests
    far.receive(document(refusal(request, 3140, "The name is in use.")))
    assert document_states(database, connection_id) == {"c1": "problem", "i1": "blocked"}

    put(database, connection_id, customer("c1", name="Another name"), now=clock())
    state = document_state(database, connection_id, "c1")
    assert (state.state, state.message, state.status_code) == ("pending", None, None)
    text = far.send()
    assert read_set(text).requests[0].text("CustomerAdd/Name") == "Another name"
    far.receive(answer_all(text))
    (bill,) = read_set(far.send()).requests
    assert bill.text("InvoiceAdd/Memo") == "Changed while blocked"


def test_changed_content_is_refused_while_it_is_handed_out(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), now=clock())
    text = far.begin()
    (out,) = put(database, connection_id, customer("c1", name="Ann"), now=clock())
    assert "has been handed to QuickBooks and is not settled" in _reason(out)
    far.close()
    (unknown,) = put(database, connection_id, customer("c1", name="Ann"), now=clock())
    assert "is not settled" in _reason(unknown)
    far.receive(answer_all(text))
    (linked,) = put(database, connection_id, customer("c1", name="Ann"), now=clock())
    assert _changes([linked]) == ["changed"]
    assert operation_states(database, connection_id) == ["done", "waiting"]


def test_a_refusal_is_raised_where_one_document_is_given(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    put(database, connection_id, customer("c1"), now=clock())
    far.begin()
    with pytest.raises(StateError, match="not settled"), database.writing() as db:
        enqueue_document(db, connection_id, *customer("c1", name="Ann"), now=clock())
    assert operation_states(database, connection_id) == ["sent"]


def test_a_document_that_stands_in_a_batch_twice_is_taken_once(
    database: Database, connection_id: int, clock: StandingClock
) -> None:
    results = put(
        database, connection_id, customer("x"), customer("x", name="Other"), item("x"), customer("x"), now=clock()
    )
    assert _changes(results) == ["created", "refused", "created", "refused"]
    assert "twice (first as number 1)" in _reason(results[1])
    error = results[3].error if isinstance(results[3], RefusedDocument) else None
    assert isinstance(error, InvalidDocumentError)
    assert [(found.path, found.rule) for found in error.errors] == [("external_id", "repeat")]
    assert document_states(database, connection_id) == {"x": "pending"}


def test_one_bad_document_takes_along_only_what_refers_to_it(
    database: Database, connection_id: int, clock: StandingClock
) -> None:
    results = put(
        database,
        connection_id,
        customer("good"),
        customer("bad", name="x" * 42),
        invoice("of-bad", "bad"),
        payment("of-of-bad", "good", apply=[{"invoice": {"external_id": "of-bad"}, "amount": "1.00"}]),
        invoice("of-good", "good"),
        now=clock(),
    )
    assert _changes(results) == ["created", "refused", "refused", "refused", "created"]
    error = results[3].error if isinstance(results[3], RefusedDocument) else None
    assert isinstance(error, InvalidDocumentError)
    assert [(found.path, found.rule) for found in error.errors] == [("apply[0].invoice.external_id", "reference")]
    assert "invoice 'of-bad' is not known" in error.message


def test_the_callers_transaction_decides_whether_it_happened(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    class CallersError(Exception):
        pass

    far.run()

    def enqueue_and_fail() -> None:
        with database.writing() as db:
            enqueue_document(db, connection_id, *customer("c1"), now=clock())
            raise CallersError

    with pytest.raises(CallersError):
        enqueue_and_fail()
    assert document_states(database, connection_id) == {}
    assert far.authenticate() == ["", "none"]

    with database.writing() as db:
        enqueue_document(db, connection_id, *customer("c1"), now=clock())
        assert db.scalar(select(func.count()).select_from(Document)) == 1
    assert read_set(far.begin()).names == ("CustomerAddRq",)


def test_what_was_written_differently_is_reported_by_field(
    database: Database, connection_id: int, clock: StandingClock
) -> None:
    (result,) = put(
        database,
        connection_id,
        invoice("i1", None, memo="Zoë “ok”", lines=[{"description": "Łódź"}, {"description": "plain"}]),
        now=clock(),
    )
    assert isinstance(result, AcceptedDocument)
    assert [(change.path, change.before, change.after) for change in result.text_changes] == [
        ("lines[0].description", "Łódź", "Lódz")
    ]


def test_an_empty_batch_and_a_batch_of_refusals_change_nothing(
    database: Database, connection_id: int, clock: StandingClock
) -> None:
    assert put(database, connection_id, now=clock()) == []
    with database.writing() as db:
        (result,) = enqueue_documents(db, connection_id, [("customer", {})], now=clock())
    assert isinstance(result, RefusedDocument)
    assert (result.kind, result.external_id) == ("customer", None)
    assert document_states(database, connection_id) == {}
