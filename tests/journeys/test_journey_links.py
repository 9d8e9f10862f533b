"""A person says which record in QuickBooks a document is: what cannot be is refused, what is not known is asked for."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from qbwc_service.errors import InputError, QbwcServiceError, StateError
from qbwc_service.simulator import Switches
from qbwc_service.store import DocumentKind
from qbwc_service.sync import (
    Deed,
    delete_document,
    get_document,
    link_document,
    list_deeds,
    preview_link,
    preview_unlink,
    retry_operation,
    undo_deed,
    unlink_document,
)
from qbwc_service.sync.problems import ProblemAction
from qbwc_service.sync.references import Target
from tests.office import MakeOffice, Office
from tests.rows import credit_memo, customer, invoice, item, payment

LINE = {"item": {"external_id": "haul"}, "quantity": "1", "rate": "100.00"}
NOBODY = "80000999-1795366036"


@pytest.fixture
def synced(office: Office) -> Office:
    """A customer, an item and an invoice over 100.00 are in QuickBooks."""
    office.put(
        customer("c1"), item("haul", income_account={"full_name": "Freight Income"}), invoice("i1", lines=[LINE])
    )
    office.update()
    return office


def ambiguous(office: Office) -> tuple[str, str]:
    """A customer of whom QuickBooks has two: their ids."""
    people = [
        office.person.add_entry("Customer", {"Name": name, "Email": "ap@harbor.example"}) for name in ("North", "South")
    ]
    office.put(customer("c9", email="ap@harbor.example"))
    office.update()
    return people[0].list_id, people[1].list_id


def do(office: Office, action: str, kind: str, external_id: str, quickbooks_id: str | None = None) -> None:
    """Link or unlink a document."""
    act: Callable[[Session, int, Target, Deed], object] = link_document if action == "link" else unlink_document
    deed = Deed(action=ProblemAction(action), by="Ann", quickbooks_id=quickbooks_id, now=office.clock())
    with office.database.writing() as db:
        act(db, office.connection_id, Target(DocumentKind(kind), external_id), deed)


def undo(office: Office) -> None:
    with office.database.writing() as db:
        (last,) = list_deeds(db, office.connection_id, limit=1)
        undo_deed(db, office.connection_id, last.id, by="Bea", now=office.clock())


def id_of(office: Office, kind: str, external_id: str) -> str:
    return office.document(kind, external_id).quickbooks_id or ""


@pytest.mark.parametrize(
    ("quickbooks_id", "error", "text"),
    [
        ("the second one", InputError, "cannot be an id of QuickBooks"),
        ("{c1}", StateError, "linked to another document: customer 'c1'"),
        ("{vendor}", InputError, "is the Vendor Customer c2"),
    ],
)
def test_what_a_document_cannot_be_is_refused(
    synced: Office, quickbooks_id: str, error: type[QbwcServiceError], text: str
) -> None:
    vendor = synced.person.add_entry("Vendor", {"Name": "Customer c2"})
    synced.put(customer("c2"))
    synced.update()
    named = quickbooks_id.format(c1=id_of(synced, "customer", "c1"), vendor=vendor.list_id)

    with pytest.raises(error, match=text):
        do(synced, "link", "customer", "c2", named)

    assert synced.problem("name_in_use").external_id == "c2"


def test_a_candidate_is_linked_at_once(office: Office) -> None:
    _, south = ambiguous(office)

    do(office, "link", "customer", "c9", south.lower())

    assert (office.state("customer", "c9"), id_of(office, "customer", "c9")) == ("synced", south)
    assert (office.problems(), office.update()) == ([], [])


def test_what_is_not_known_here_is_asked_for(office: Office) -> None:
    ambiguous(office)
    third = office.person.add_entry("Customer", {"Name": "West"})

    do(office, "link", "customer", "c9", third.list_id)
    assert (office.state("customer", "c9"), office.problems()) == ("pending", [])

    assert office.update() == ["CustomerQueryRq"]
    assert (office.state("customer", "c9"), id_of(office, "customer", "c9")) == ("synced", third.list_id)
    office.put(customer("c9", email="ap@harbor.example", phone="555-0100"))
    office.update()
    assert office.entry("customer", "c9").values["Phone"] == "555-0100"


def test_what_quickbooks_does_not_have_is_not_linked_and_a_retry_asks_for_it_again(office: Office) -> None:
    ambiguous(office)
    do(office, "link", "customer", "c9", NOBODY)
    office.update()
    assert NOBODY in office.problem("reference_missing").message
    assert id_of(office, "customer", "c9") == ""

    office.act("reference_missing", "retry")
    office.update()
    assert NOBODY in office.problem("reference_missing").message


@pytest.mark.parametrize("is_asked_for", [False, True])
def test_a_link_to_what_is_not_there_is_forgotten_by_unlinking(office: Office, *, is_asked_for: bool) -> None:
    ambiguous(office)
    do(office, "link", "customer", "c9", NOBODY)
    if is_asked_for:
        do(office, "unlink", "customer", "c9")
    else:
        office.update()
        office.act("reference_missing", "unlink")
    office.update()

    assert office.problem("customer_ambiguous").external_id == "c9"


def test_a_link_to_what_is_not_there_is_replaced_by_the_right_one(office: Office) -> None:
    _, south = ambiguous(office)
    do(office, "link", "customer", "c9", NOBODY)
    office.update()

    office.act("reference_missing", "link", quickbooks_id=south)

    office.update()
    assert (id_of(office, "customer", "c9"), office.problems()) == (south, [])


def test_an_unknown_outcome_stays_unknown_until_its_record_is_found(make_office: MakeOffice) -> None:
    office = make_office(switches=Switches(recovery=False))
    office.put(customer("c1"), item("haul", income_account={"full_name": "Freight Income"}))
    office.update()
    office.put(invoice("i1", lines=[LINE]))
    assert office.update(until_answer=1) == ["InvoiceQueryRq", "InvoiceAddRq"]
    (made,) = [one for one in office.company.list_transactions() if one.kind == "Invoice"]
    office.person.delete(made.txn_id)
    office.update()
    assert office.problem("outcome_unknown").external_id == "i1"

    office.act("outcome_unknown", "link", quickbooks_id="FFF-1795366036")
    assert office.state("invoice", "i1") == "unknown"
    office.update()
    assert "no Invoice of the id FFF-1795366036" in office.problem("outcome_unknown").message

    values = {"CustomerRef": {"ListID": id_of(office, "customer", "c1")}, "InvoiceLineAdd": [{"Desc": "By hand"}]}
    theirs = office.person.add_transaction("Invoice", values).txn_id
    office.act("outcome_unknown", "link", quickbooks_id=theirs)
    office.update()
    assert (office.state("invoice", "i1"), id_of(office, "invoice", "i1")) == ("synced", theirs)
    assert office.problems() == []


def test_a_linked_document_gets_another_record_and_its_own_again(synced: Office) -> None:
    first = id_of(synced, "invoice", "i1")
    values = {"CustomerRef": {"ListID": id_of(synced, "customer", "c1")}, "InvoiceLineAdd": [{"Desc": "By hand"}]}
    theirs = synced.person.add_transaction("Invoice", values).txn_id

    do(synced, "link", "invoice", "i1", theirs)
    assert [one for one in synced.update() if one.endswith(("AddRq", "ModRq"))] == []
    assert (synced.state("invoice", "i1"), id_of(synced, "invoice", "i1")) == ("synced", theirs)

    undo(synced)
    assert (synced.state("invoice", "i1"), id_of(synced, "invoice", "i1")) == ("synced", first)
    synced.put(invoice("i1", lines=[LINE], memo="New"))
    synced.update()
    assert (synced.txn("invoice", "i1").values["Memo"], synced.problems()) == ("New", [])


def test_an_unlinked_document_goes_out_as_a_new_one(synced: Office) -> None:
    first = id_of(synced, "invoice", "i1")
    target = Target(DocumentKind.INVOICE, "i1")
    with synced.database.reading() as db:
        preview = preview_unlink(db, synced.connection_id, target)
    assert preview.warnings == (f"if the record {first} is still in QuickBooks, it is there twice afterwards",)

    synced.person.delete(first)
    do(synced, "unlink", "invoice", "i1")
    synced.update()

    assert (synced.state("invoice", "i1"), synced.problems()) == ("synced", [])
    assert id_of(synced, "invoice", "i1") not in {first, ""}


def test_what_is_not_linked_cannot_be_unlinked(office: Office) -> None:
    ambiguous(office)
    with pytest.raises(StateError, match="customer 'c9' is linked to no record"):
        do(office, "unlink", "customer", "c9")


def test_a_dry_run_of_a_link_says_what_differs(synced: Office) -> None:
    other = synced.person.add_entry("Customer", {"Name": "Somebody"})
    values = {"CustomerRef": {"ListID": other.list_id}, "RefNumber": "I2", "InvoiceLineAdd": [{"Desc": "By hand"}]}
    theirs = synced.person.add_transaction("Invoice", values).txn_id
    synced.put(invoice("i2", lines=[LINE]))
    synced.update()
    with synced.database.reading() as db:
        target = Target(DocumentKind.INVOICE, "i2")
        found = preview_link(db, synced.connection_id, target, theirs)

    assert {one.field: (one.ours, one.quickbooks) for one in found.differences} == {
        "customer": ("Customer c1", "Somebody"),
        "amount": ("100.00", "0.00"),
    }


def test_what_names_a_record_that_is_not_there_says_so(synced: Office) -> None:
    """A customer that QuickBooks lost: the invoice is not to blame, and no entry is created by its id."""
    synced.company.tables.entries.pop(id_of(synced, "customer", "c1"))
    synced.put(invoice("i2", lines=[LINE]))
    synced.update()

    assert synced.problem("reference_missing").external_id == "i2"
    with pytest.raises(StateError, match="does not say which entry"):
        synced.act("reference_missing", "create_missing")


@pytest.mark.parametrize("lost", ["invoice", "credit_memo"])
def test_a_payment_of_what_is_not_there_names_it(synced: Office, lost: str) -> None:
    """One of them is looked up before the payment goes out, the other one QuickBooks cannot find."""
    synced.put(credit_memo("m1", lines=[{**LINE, "rate": "20.00"}]))
    synced.update()
    gone = id_of(synced, lost, "i1" if lost == "invoice" else "m1")
    synced.company.tables.transactions.pop(gone)
    to = {"invoice": {"external_id": "i1"}}
    used = {"credit_memo": {"external_id": "m1"}, **to, "amount": "20.00"}

    synced.put(payment("p1", amount="80.00", apply=[{**to, "amount": "80.00"}], credits=[used]))
    synced.update()

    problem = synced.problem("reference_missing")
    assert (problem.external_id, gone in problem.message) == ("p1", True)


def test_what_a_person_named_is_never_sent_as_a_new_one_by_itself(synced: Office) -> None:
    synced.put(payment("p1", apply="none"))
    synced.update()
    do(synced, "link", "payment", "p1", "FFF-1795366036")
    synced.update()
    assert synced.problem("reference_missing").external_id == "p1"

    synced.pass_time(3600)
    asked = synced.update()

    assert "ReceivePaymentQueryRq" in asked, "it is asked for again"
    assert "ReceivePaymentAddRq" not in asked
    assert [one.kind for one in synced.company.list_transactions()].count("ReceivePayment") == 1


def test_what_is_linked_again_is_not_sent_a_second_time(synced: Office) -> None:
    synced.put(payment("p1", apply="none"))
    synced.update()
    do(synced, "unlink", "payment", "p1")
    with synced.database.reading() as db:
        anew = get_document(db, synced.connection_id, DocumentKind.PAYMENT, external_id="p1").operations[0]
    undo(synced)

    with pytest.raises(StateError, match="a second time"), synced.database.writing() as db:
        retry_operation(db, synced.connection_id, anew.id, now=synced.clock())
    synced.update()

    assert [one.kind for one in synced.company.list_transactions()].count("ReceivePayment") == 1


def test_what_waits_for_something_that_was_taken_out_has_a_problem(office: Office) -> None:
    office.put(customer("c1"), item("haul", income_account={"full_name": "Freight Income"}))
    office.put(invoice("i1", lines=[LINE]))

    with office.database.writing() as db:
        delete_document(db, office.connection_id, DocumentKind.CUSTOMER, "c1", now=office.clock())
    office.update()
    assert office.problem("customer_not_synced").external_id == "i1"

    office.put(customer("c1"))
    office.update()
    assert (office.state("invoice", "i1"), office.problems()) == ("synced", [])
