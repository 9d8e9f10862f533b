"""Custom fields of QuickBooks, set beside a document once its record is there."""

import pytest

from qbwc_service.errors import InvalidDocumentError
from qbwc_service.simulator.quickbooks.records import Entry, Transaction
from qbwc_service.store import DocumentKind
from qbwc_service.sync import enqueue_document, get_document
from tests.office import Office
from tests.rows import customer, invoice, item

LINE = {"item": {"external_id": "haul"}, "amount": "100.00"}
RULES = {
    "customer": {"Region": "{region}"},
    "item": {"Size": "{size}"},
    "invoice": {"Container": "{container}", "Terminal": "{terminal}"},
}


def load(**fields: str) -> tuple[str, dict[str, object]]:
    return invoice("i1", lines=[LINE], fields=fields)


def values(record: Entry | Transaction) -> dict[str, str]:
    """What somebody sees in the custom fields of a record."""
    return {one.name: one.value for one in record.extensions}


def told(office: Office, kind: str, external_id: str) -> list[tuple[str, str, str]]:
    """What ``documents show`` tells of the custom fields."""
    with office.database.reading() as db:
        details = get_document(db, office.connection_id, DocumentKind(kind), external_id=external_id)
    return [(one.name, one.value, one.state.value) for one in details.custom_fields]


def define(office: Office, *names: str) -> None:
    for name in names:
        office.person.define_field(name)


@pytest.fixture
def yard(office: Office) -> Office:
    define(office, "Region", "Size", "Container", "Terminal")
    office.rule(custom_fields=RULES)
    office.put(
        customer("c1", fields={"region": "North"}),
        item("haul", income_account={"full_name": "Freight Income"}, fields={"size": "40 ft"}),
        load(container="MSKU 1", terminal="Newark"),
    )
    office.update()
    return office


def test_values_are_set_once_the_records_are_there(yard: Office) -> None:
    assert values(yard.entry("customer", "c1")) == {"Region": "North"}
    assert values(yard.entry("item", "haul")) == {"Size": "40 ft"}
    assert values(yard.txn("invoice", "i1")) == {"Container": "MSKU 1", "Terminal": "Newark"}
    assert told(yard, "invoice", "i1") == [("Container", "MSKU 1", "done"), ("Terminal", "Newark", "done")]
    assert (yard.state("invoice", "i1"), yard.problems()) == ("synced", [])


def test_only_what_changed_is_set_again_and_what_became_empty_goes(yard: Office) -> None:
    yard.put(load(container="TGHU 2", terminal="Newark"))
    asked = yard.update()
    assert (asked.count("DataExtModRq"), asked.count("DataExtAddRq")) == (1, 0)
    assert values(yard.txn("invoice", "i1")) == {"Container": "TGHU 2", "Terminal": "Newark"}

    yard.put(load(container="TGHU 2"))
    asked = yard.update()
    assert [name for name in asked if name.startswith("DataExt")] == ["DataExtDelRq"]
    assert values(yard.txn("invoice", "i1")) == {"Container": "TGHU 2"}

    yard.put(load(container="TGHU 2", terminal="Bayonne"))
    yard.update()
    assert values(yard.txn("invoice", "i1")) == {"Container": "TGHU 2", "Terminal": "Bayonne"}
    assert (yard.state("invoice", "i1"), yard.problems()) == ("synced", [])


def test_what_somebody_set_in_quickbooks_stays_while_ours_does_not_change(yard: Office) -> None:
    next(one for one in yard.txn("invoice", "i1").extensions if one.name == "Terminal").value = "Elizabeth"

    yard.put(load(container="TGHU 2", terminal="Newark"))
    yard.update()

    assert values(yard.txn("invoice", "i1")) == {"Container": "TGHU 2", "Terminal": "Elizabeth"}


def test_a_field_that_quickbooks_does_not_have_is_a_problem_of_its_own(yard: Office) -> None:
    del yard.company.tables.definitions["0", "terminal"]
    yard.put(load(container="TGHU 2", terminal="Bayonne"))
    yard.update()

    problem = yard.problem("reference_missing")
    assert (problem.subject, problem.external_id) == ("invoice 'i1'", "i1")
    assert (problem.evidence["custom_field"], problem.evidence["value"]) == ("Terminal", "Bayonne")
    assert '"Terminal"' in problem.message
    assert (yard.state("invoice", "i1"), yard.document("invoice", "i1").message) == ("synced", None)
    assert told(yard, "invoice", "i1") == [("Container", "TGHU 2", "done"), ("Terminal", "Bayonne", "failed")]

    define(yard, "Terminal")
    yard.act("reference_missing", "retry")
    yard.update()
    assert values(yard.txn("invoice", "i1"))["Terminal"] == "Bayonne"
    assert yard.problems() == []


def test_problems_of_fields_and_of_the_document_do_not_close_each_other(yard: Office) -> None:
    del yard.company.tables.definitions["0", "terminal"]
    yard.put(load(terminal="Bayonne"))
    yard.update()
    yard.put(invoice("i1", lines=[{"item": {"full_name": "Barge"}, "amount": "1.00"}], fields={"terminal": "Bayonne"}))
    yard.update()
    found = [(one.reason.value, one.request) for one in yard.problems()]
    assert sorted(found) == [("reference_missing", "DataExtModRq"), ("reference_missing", "InvoiceModRq")]

    yard.put(load(terminal="Bayonne", container="TGHU 2"))
    yard.update()
    assert [one.request for one in yard.problems()] == ["DataExtModRq"]  # Its own cause is still there.

    yard.put(load(terminal="Elizabeth"))
    define(yard, "Terminal")
    yard.update()
    assert (values(yard.txn("invoice", "i1"))["Terminal"], yard.problems()) == ("Elizabeth", [])


def test_a_deleted_document_leaves_no_field_behind(yard: Office) -> None:
    del yard.company.tables.definitions["0", "terminal"]
    yard.put(load(terminal="Bayonne"))
    yard.update()

    yard.delete("invoice", "i1")
    yard.update()

    assert (yard.state("invoice", "i1"), yard.problems()) == ("deleted", [])


def test_a_record_that_was_there_is_linked_and_its_fields_are_left_alone(yard: Office) -> None:
    found = yard.person.add_entry("Customer", {"Name": "Harborview"})
    yard.put(customer("c2", name="Harborview", fields={"region": "South"}))
    yard.update()
    assert yard.entry("customer", "c2").list_id == found.list_id
    assert values(found) == {}

    yard.put(customer("c2", name="Harborview", fields={"region": "West"}))
    yard.update()
    assert values(found) == {"Region": "West"}


def test_nothing_waits_for_a_custom_field_that_cannot_be_set_just_then(office: Office) -> None:
    define(office, "Region")
    office.rule(custom_fields={"customer": {"Region": "{region}"}})
    office.put(item("haul", income_account={"full_name": "Freight Income"}), customer("c1"))
    office.update()
    office.put(customer("c1", fields={"region": "North"}))
    for _ in range(2):
        office.refuse_next(3175, "The record is locked by another user.")
        office.update()
    assert told(office, "customer", "c1")[0][2] == "waiting"

    office.put(invoice("i1", lines=[LINE]))
    office.update()

    assert (office.state("invoice", "i1"), told(office, "customer", "c1")[0][2]) == ("synced", "waiting")


@pytest.mark.parametrize("cut", [2, 3])
def test_a_lost_answer_sets_the_same_value_again(office: Office, cut: int) -> None:
    define(office, "Region")
    office.rule(custom_fields={"customer": {"Region": "{region}"}})
    office.put(customer("c1", fields={"region": "North"}))

    office.update(until_answer=cut)
    office.pass_time(3600)
    office.update()
    office.update()

    assert values(office.entry("customer", "c1")) == {"Region": "North"}
    assert (told(office, "customer", "c1"), office.problems()) == ([("Region", "North", "done")], [])


@pytest.mark.parametrize(
    ("region", "characters", "word"), [("n" * 256, "transliterate", "255"), ("日本", "refuse", "U+65E5")]
)
def test_what_quickbooks_would_refuse_is_refused_when_it_is_accepted(
    office: Office, region: str, characters: str, word: str
) -> None:
    office.rule(custom_fields={"customer": {"Region": "{region}"}}, characters=characters)

    with pytest.raises(InvalidDocumentError) as refused, office.database.writing() as db:
        enqueue_document(db, office.connection_id, *customer("c1", fields={"region": region}), now=office.clock())

    (error,) = refused.value.errors
    assert (error.path, word in error.message) == ("custom_fields.Region", True)
