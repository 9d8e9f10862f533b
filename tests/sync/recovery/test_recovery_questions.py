"""What QuickBooks is asked about a write."""

from qbwc_service.store import Inquiry
from qbwc_service.sync.recovery.questions import Question, full_name, plan_questions
from tests.sync.recovery.writes import GUID, sent_write

INVOICE = {"CustomerRef": {"ListID": "80000001-1"}, "RefNumber": "A-1", "ExternalGUID": GUID}


def asked(question: Question) -> tuple[str, dict[str, object]]:
    return question.request.name, dict(question.request.values)


def test_an_invoice_is_looked_for_by_number_by_customer_and_among_the_deleted() -> None:
    by_number, by_customer, among_deleted = plan_questions([sent_write("InvoiceAddRq", INVOICE)])

    assert asked(by_number) == ("InvoiceQueryRq", {"RefNumber": ["A-1"], "IncludeLineItems": True})
    since = {"ModifiedDateRangeFilter": {"FromModifiedDate": "2026-11-18"}}
    partner = {"EntityFilter": {"ListID": ["80000001-1"]}}
    assert asked(by_customer) == ("InvoiceQueryRq", {**since, **partner, "IncludeLineItems": True})
    deleted = {"TxnDelType": ["Invoice"], "DeletedDateRangeFilter": {"FromDeletedDate": "2026-11-18"}}
    assert asked(among_deleted) == ("TxnDeletedQueryRq", deleted)


def test_the_same_question_about_several_writes_is_asked_once() -> None:
    first = sent_write("InvoiceAddRq", INVOICE, number=3)
    second = sent_write("InvoiceAddRq", INVOICE | {"RefNumber": "A-2"}, number=4)

    questions = plan_questions([first, second])

    assert [question.operation_ids for question in questions] == [(3,), (3, 4), (3, 4), (4,)]
    numbers = [question.request.request_id for question in questions]
    assert numbers == ["3-0", "3-1", "3-2", "4-0"]
    assert questions == plan_questions([first, second]), "the same writes give the same plan"


def test_a_list_entry_is_looked_for_by_name_and_in_the_whole_list_since() -> None:
    by_name, since, among_deleted = plan_questions([sent_write("CustomerAddRq", {"Name": "Ann"})])

    assert asked(by_name) == ("CustomerQueryRq", {"FullName": ["Ann"]})
    assert asked(since) == ("CustomerQueryRq", {"FromModifiedDate": "2026-11-18", "ActiveStatus": "All"})
    assert among_deleted.request.values["ListDelType"] == ["Customer"]


def test_a_full_name_is_known_where_the_parents_is() -> None:
    assert full_name(sent_write("CustomerAddRq", {"Name": "Oven", "ParentRef": {"FullName": "Ann"}})) == "Ann:Oven"
    assert full_name(sent_write("CustomerAddRq", {"Name": "Oven", "ParentRef": {"ListID": "80000001-1"}})) is None
    assert full_name(sent_write("InvoiceAddRq", INVOICE)) is None


def test_changes_deletions_voids_and_merges_ask_for_the_record_itself() -> None:
    record = {"TxnID": ["A1-1"], "IncludeLineItems": True}
    entry = {"ListID": ["80000001-1"]}
    merge = {"ListMergeType": "Vendor", "MergeFrom": {"ListID": "80000001-1"}, "MergeTo": {"ListID": "80000002-1"}}
    for write, expected in [
        (sent_write("InvoiceModRq", {"TxnID": "A1-1"}), ("InvoiceQueryRq", record)),
        (sent_write("TxnDelRq", {"TxnDelType": "CreditMemo", "TxnID": "A1-1"}), ("CreditMemoQueryRq", record)),
        (sent_write("TxnVoidRq", {"TxnVoidType": "Bill", "TxnID": "A1-1"}), ("BillQueryRq", record)),
        (sent_write("ListDelRq", {"ListDelType": "Account", "ListID": "80000001-1"}), ("AccountQueryRq", entry)),
        (sent_write("ListMergeRq", merge), ("VendorQueryRq", entry)),
    ]:
        (question,) = plan_questions([write])
        assert asked(question) == expected


def test_names_are_asked_for_in_the_list_that_they_have_to_be_unique_in() -> None:
    for request, expected in {
        "CustomerAddRq": "EntityQueryRq",
        "VendorAddRq": "EntityQueryRq",
        "OtherNameAddRq": "EntityQueryRq",
        "ItemServiceAddRq": "ItemQueryRq",
        "AccountAddRq": "AccountQueryRq",
        "ClassAddRq": "ClassQueryRq",
    }.items():
        (question,) = plan_questions([sent_write(request, {"Name": "Ann"}, Inquiry.NAME)])
        assert asked(question) == (expected, {"FullName": ["Ann"]})
