from decimal import Decimal

import pytest

from qbwc_service import qbxml
from qbwc_service.errors import FieldError, InvalidRequestError

INVOICE = {
    "ref_number": "1001",
    "customer_ref": {"full_name": "Acme"},
    "lines": [{"desc": "Load 1", "amount": Decimal(300)}, {"item_ref": {"full_name": "Freight"}, "quantity": 2}],
}
BODY = (
    "<InvoiceAddRq><InvoiceAdd><CustomerRef><FullName>Acme</FullName></CustomerRef><RefNumber>1001</RefNumber>"
    "<InvoiceLineAdd><Desc>Load 1</Desc><Amount>300.00</Amount></InvoiceLineAdd>"
    "<InvoiceLineAdd><ItemRef><FullName>Freight</FullName></ItemRef><Quantity>2</Quantity></InvoiceLineAdd>"
    "</InvoiceAdd></InvoiceAddRq>"
)


def document(body: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><?qbxml version="13.0"?>'
        f'<QBXML><QBXMLMsgsRq onError="continueOnError">{body}</QBXMLMsgsRq></QBXML>'
    )


def errors_of(request_type: str, values: dict[str, object], **options: str) -> list[FieldError]:
    with pytest.raises(InvalidRequestError) as caught:
        qbxml.build(request_type, values, **options)  # type: ignore[arg-type]  # The options are text here.
    return list(caught.value.errors)


def paths(request_type: str, values: dict[str, object], **options: str) -> dict[str, str]:
    return {error.path: error.rule for error in errors_of(request_type, values, **options)}


@pytest.mark.parametrize("request_type", ["invoice_add", "InvoiceAdd", "InvoiceAddRq", "invoice_add_rq"])
@pytest.mark.parametrize("wrapper", [None, "InvoiceAdd", "invoice_add"])
def test_one_call_makes_a_whole_document_of_plain_values(request_type: str, wrapper: str | None) -> None:
    values = INVOICE if wrapper is None else {wrapper: INVOICE}

    assert qbxml.build(request_type, values).xml == document(BODY)


def test_what_stands_beside_the_wrapper_stays_beside_it() -> None:
    xml = qbxml.build("customer_add", {"name": "Ann", "include_ret_element": ["ListID"]}).xml
    assert "</CustomerAdd><IncludeRetElement>ListID</IncludeRetElement></CustomerAddRq>" in xml


def test_a_query_takes_its_attributes() -> None:
    attributes = {"iterator": "Start", "meta_data": "NoMetaData"}
    built = qbxml.build("customer_query", {"max_returned": 10}, request_id="7", attributes=attributes)
    assert '<CustomerQueryRq requestID="7" iterator="Start" metaData="NoMetaData"><MaxReturned>10' in built.xml
    assert qbxml.build("host_query").xml == document("<HostQueryRq></HostQueryRq>")


def test_all_errors_come_at_once_in_the_callers_own_words() -> None:
    lines = [{"desc": "a"}, {"quantity": 2.5}, {"desc": "x" * 4096, "weight": 1}]
    found = errors_of("invoice_add", {"customer_ref": {}, "ref_number": "x" * 12, "lines": lines})

    assert [(error.path, error.rule, error.limit, error.length) for error in found] == [
        ("invoice_add.customer_ref", "reference", None, None),
        ("invoice_add.ref_number", "max_length", "11", 12),
        ("invoice_add.lines[1].quantity", "format", None, None),
        ("invoice_add.lines[2].weight", "unknown", None, None),
        ("invoice_add.lines[2].desc", "max_length", "4095", 4096),
    ]


def test_who_writes_intuits_names_reads_them_in_the_errors() -> None:
    line = {"Desc": "x" * 4096}
    assert paths("InvoiceAdd", {"CustomerRef": {"ListID": "1"}, "InvoiceLineAdd": [{}, line]}) == {
        "InvoiceAdd.InvoiceLineAdd[1].Desc": "max_length"
    }
    assert paths("InvoiceAdd", {"Memo": "a"}) == {"InvoiceAdd.CustomerRef": "required"}
    assert paths("invoice_add", {"memo": "a"}) == {"invoice_add.customer_ref": "required"}
    assert paths("InvoiceAdd", {"CustomerRef": {"ListID": "1"}, "InvoiceLineAdd": line}) == {
        "InvoiceAdd.InvoiceLineAdd.Desc": "max_length"
    }


def test_the_request_the_version_and_the_edition_are_checked_too() -> None:
    assert paths("invoice_ad", {}, version="12.0", country="NZ") == {
        "version": "version",
        "country": "edition",
        "name": "unknown",
    }
    assert paths("customer_query", {}, request_id="x" * 51) == {"@requestID": "max_length"}


def test_a_plain_line_among_lines_is_the_one_kind_that_is_no_group() -> None:
    group = {"invoice_line_group_add": {"item_group_ref": {"full_name": "Kit"}}}
    xml = qbxml.build("invoice_add", INVOICE | {"lines": [{"desc": "a"}, group, {"InvoiceLineAdd": {"Desc": "b"}}]}).xml
    assert [xml.index(text) for text in ("<Desc>a", "Kit", "<Desc>b")] == sorted(
        xml.index(text) for text in ("<Desc>a", "Kit", "<Desc>b")
    )


def test_a_debit_is_never_guessed() -> None:
    assert paths("journal_entry_add", {"lines": [{"amount": "5", "memo": "a"}]}) == {
        "journal_entry_add.lines[0]": "format"
    }


def test_transliteration_is_reported_in_the_callers_own_words() -> None:
    built = qbxml.build("invoice_add", INVOICE | {"customer_ref": {"full_name": "Łódź"}})
    assert built.changed == (qbxml.TextChange(path="invoice_add.customer_ref.full_name", before="Łódź", after="Lódz"),)


def test_many_requests_stand_in_one_document_in_their_order() -> None:
    requests = [
        qbxml.Request(name="invoice_add", values=INVOICE, request_id="1"),
        qbxml.Request(name="CustomerQueryRq", request_id="2"),
    ]
    built = qbxml.build_document(requests, on_error="stopOnError", new_message_set_id="b", old_message_set_id="a")
    head = '<QBXMLMsgsRq onError="stopOnError" newMessageSetID="b" oldMessageSetID="a"><InvoiceAddRq requestID="1">'
    assert head in built.xml
    assert '</InvoiceAddRq><CustomerQueryRq requestID="2"></CustomerQueryRq></QBXMLMsgsRq>' in built.xml


def test_the_errors_of_many_requests_and_of_their_document_come_at_once() -> None:
    requests = [qbxml.Request(name="nonsense"), qbxml.Request(name="customer_add", values={"name": "x" * 42})]
    with pytest.raises(InvalidRequestError) as caught:
        qbxml.build_document(requests, version="1.0", on_error="rollbackOnError", new_message_set_id="x" * 25)
    assert [error.path for error in caught.value.errors] == [
        "version",
        "requests[0].name",
        "on_error",
        "new_message_set_id",
    ]
    with pytest.raises(InvalidRequestError) as caught:
        qbxml.build_document(requests, new_message_set_id="x" * 25)
    assert [error.path for error in caught.value.errors] == [
        "requests[0].name",
        "requests[1].customer_add.name",
        "new_message_set_id",
    ]


def test_a_document_without_requests_is_a_status_check() -> None:
    assert 'oldMessageSetID="a"></QBXMLMsgsRq>' in qbxml.build_document([], old_message_set_id="a").xml
    with pytest.raises(InvalidRequestError, match="needs a request"):
        qbxml.build_document([])
