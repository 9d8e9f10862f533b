"""A request is written in Intuit's order, or refused with everything that is wrong with it."""

from datetime import date
from decimal import Decimal

import pytest

from qbwc_service import qbxml
from qbwc_service.errors import InvalidRequestError
from tests.qbxml.built import build, errors, rules

INVOICE = {"CustomerRef": {"ListID": "80000001-1"}}


def test_an_invoice_is_written_in_intuits_order_whatever_the_callers_order() -> None:
    xml = build(
        "InvoiceAddRq",
        {
            "invoice_add": {
                "invoice_line_add": [
                    {
                        "amount": Decimal(300),
                        "quantity": 2,
                        "item_ref": {"full_name": "Freight"},
                        "desc": "Load <1> & 2",
                    },
                    {"Rate": "150.00", "ItemRef": {"ListID": "8000002A-1416570432"}},
                ],
                "memo": "",
                "po_number": "PO 77",
                "due_date": None,
                "ref_number": 1001,
                "txn_date": date(2026, 11, 20),
                "is_pending": False,
                "customer_ref": {"full_name": "Acme:Dock 4"},
            }
        },
    )

    assert xml == (
        "<InvoiceAddRq><InvoiceAdd><CustomerRef><FullName>Acme:Dock 4</FullName></CustomerRef>"
        "<TxnDate>2026-11-20</TxnDate><RefNumber>1001</RefNumber><IsPending>false</IsPending>"
        "<PONumber>PO 77</PONumber><Memo></Memo>"
        "<InvoiceLineAdd><ItemRef><FullName>Freight</FullName></ItemRef><Desc>Load &lt;1&gt; &amp; 2</Desc>"
        "<Quantity>2</Quantity><Amount>300.00</Amount></InvoiceLineAdd>"
        "<InvoiceLineAdd><ItemRef><ListID>8000002A-1416570432</ListID></ItemRef><Rate>150.00</Rate></InvoiceLineAdd>"
        "</InvoiceAdd></InvoiceAddRq>"
    )


def test_all_errors_come_at_once_each_with_its_path() -> None:
    found = errors(
        "InvoiceAddRq",
        {
            "InvoiceAdd": {
                "CustomerRef": {},
                "RefNumber": "123456789012",
                "TxnDate": "22.11.2026",
                "Colour": "red",
                "IsTaxIncluded": True,
                "InvoiceLineAdd": [
                    {"Quantity": 1.5},
                    {"Rate": "1", "RatePercent": "2"},
                    {"Desc": "x" * 4096, "OptionForPriceRuleConflict": "Maybe"},
                ],
            }
        },
    )

    assert {(error.path, error.rule) for error in found} == {
        ("InvoiceAdd.CustomerRef", "reference"),
        ("InvoiceAdd.RefNumber", "max_length"),
        ("InvoiceAdd.TxnDate", "format"),
        ("InvoiceAdd.Colour", "unknown"),
        ("InvoiceAdd.IsTaxIncluded", "edition"),
        ("InvoiceAdd.InvoiceLineAdd[0].Quantity", "format"),
        ("InvoiceAdd.InvoiceLineAdd[1].RatePercent", "choice"),
        ("InvoiceAdd.InvoiceLineAdd[2].Desc", "max_length"),
        ("InvoiceAdd.InvoiceLineAdd[2].OptionForPriceRuleConflict", "enum"),
    }
    number = next(error for error in found if error.path == "InvoiceAdd.RefNumber")
    assert (number.limit, number.length) == ("11", 12)


def test_a_required_element_is_asked_for() -> None:
    assert rules("CustomerAddRq", {"CustomerAdd": {}}) == {("CustomerAdd.Name", "required")}
    assert rules("CustomerAddRq", {"CustomerAdd": {"Name": ""}}) == {("CustomerAdd.Name", "required")}
    assert rules("CustomerAddRq", {}) == {("CustomerAdd", "required")}
    assert rules("InvoiceModRq", {"InvoiceMod": {"TxnID": "1"}}) == {("InvoiceMod.EditSequence", "required")}


def test_a_close_name_is_suggested() -> None:
    (error,) = errors("InvoiceAddRq", {"InvoiceAdd": INVOICE | {"txndate": "2026-01-01"}})
    assert "txn_date" in error.message
    (error,) = errors("InvoiceAdRq", {})
    assert (error.path, error.rule) == ("name", "unknown")
    assert "InvoiceAddRq" in error.message


def test_a_payment_is_applied_automatically_or_by_hand_but_not_both() -> None:
    payment = {"CustomerRef": {"ListID": "1"}, "TotalAmount": "5"}
    applied = [{"TxnID": "5-1", "PaymentAmount": "5"}]

    assert "<IsAutoApply>true" in build("ReceivePaymentAddRq", {"ReceivePaymentAdd": payment | {"IsAutoApply": True}})
    assert rules("ReceivePaymentAddRq", {"ReceivePaymentAdd": payment}) == {("ReceivePaymentAdd", "choice")}
    both = payment | {"IsAutoApply": True, "AppliedToTxnAdd": applied}
    assert rules("ReceivePaymentAddRq", {"ReceivePaymentAdd": both}) == {
        ("ReceivePaymentAdd.AppliedToTxnAdd", "choice")
    }


def test_a_query_by_id_takes_no_filters_beside() -> None:
    assert build("InvoiceQueryRq", {}) == "<InvoiceQueryRq></InvoiceQueryRq>"
    assert rules("InvoiceQueryRq", {"TxnID": ["1"], "MaxReturned": 5}) == {("MaxReturned", "choice")}
    assert rules("InvoiceQueryRq", {"MaxReturned": 0}) == {("MaxReturned", "format")}
    xml = build(
        "InvoiceQueryRq",
        {
            "include_line_items": True,
            "paid_status": "NotPaidOnly",
            "modified_date_range_filter": {"from_modified_date": "2026-11-01T08:00:00"},
            "max_returned": 100,
            "owner_id": 0,
        },
    )
    assert xml == (
        "<InvoiceQueryRq><MaxReturned>100</MaxReturned><ModifiedDateRangeFilter><FromModifiedDate>2026-11-01T08:00:00"
        "</FromModifiedDate></ModifiedDateRangeFilter><PaidStatus>NotPaidOnly</PaidStatus>"
        "<IncludeLineItems>true</IncludeLineItems><OwnerID>0</OwnerID></InvoiceQueryRq>"
    )


def test_lines_of_two_kinds_keep_the_callers_order() -> None:
    line, group = {"Desc": "a"}, {"ItemGroupRef": {"FullName": "Kit"}}
    lines = [{"InvoiceLineAdd": line}, {"invoice_line_group_add": group}, {"InvoiceLineAdd": {"Desc": "b"}}]

    xml = build("InvoiceAddRq", {"InvoiceAdd": INVOICE | {"lines": lines}})

    positions = [xml.index(text) for text in ("<Desc>a", "Kit", "<Desc>b")]
    assert positions == sorted(positions)


def test_lines_of_two_kinds_in_two_lists_are_written_in_the_order_of_the_keys() -> None:
    values = INVOICE | {
        "InvoiceLineGroupAdd": [{"ItemGroupRef": {"FullName": "Kit"}}],
        "InvoiceLineAdd": [{"Desc": "a"}],
    }
    xml = build("InvoiceAddRq", {"InvoiceAdd": values})
    assert xml.index("Kit") < xml.index("<Desc>a")


def test_mixed_lines_are_checked_with_their_position() -> None:
    lines: list[object] = [
        {"InvoiceLineAdd": {"Amount": "x"}},
        {"Nonsense": {}},
        {"InvoiceLineAdd": {}, "Other": {}},
        "a",
    ]
    assert rules("InvoiceAddRq", {"InvoiceAdd": INVOICE | {"lines": lines}}) == {
        ("InvoiceAdd.lines[0].InvoiceLineAdd.Amount", "format"),
        ("InvoiceAdd.lines[1].Nonsense", "unknown"),
        ("InvoiceAdd.lines[2]", "format"),
        ("InvoiceAdd.lines[3]", "format"),
    }
    both = INVOICE | {"lines": [{"InvoiceLineAdd": {}}], "InvoiceLineAdd": [{}]}
    assert rules("InvoiceAddRq", {"InvoiceAdd": both}) == {("InvoiceAdd.InvoiceLineAdd", "choice")}
    assert rules("CustomerAddRq", {"CustomerAdd": {"Name": "A"}, "lines": [{}]}) == {("lines", "unknown")}


def test_a_credit_memo_needs_a_line() -> None:
    values = {"CreditMemoAdd": {"CustomerRef": {"ListID": "1"}}}
    assert rules("CreditMemoAddRq", values) == {("CreditMemoAdd", "choice")}


def test_what_stands_once_takes_no_list_and_no_second_spelling() -> None:
    assert rules("CustomerAddRq", {"CustomerAdd": {"Name": ["A", "B"]}}) == {("CustomerAdd.Name", "repeat")}
    assert rules("CustomerAddRq", {"CustomerAdd": {"Name": "A", "name": "B"}}) == {("CustomerAdd.name", "repeat")}


def test_what_repeats_takes_one_value_as_well() -> None:
    assert build("CustomerQueryRq", {"ListID": "1"}) == build("CustomerQueryRq", {"list_id": ["1"]})
    assert rules("CustomerQueryRq", {"list_id": ["1", None]}) == {("ListID[1]", "format")}


def test_an_aggregate_and_a_value_are_not_mistaken_for_each_other() -> None:
    assert rules("InvoiceAddRq", {"InvoiceAdd": {"CustomerRef": "Acme"}}) == {("InvoiceAdd.CustomerRef", "format")}
    assert rules("CustomerAddRq", {"CustomerAdd": {"Name": {"Name": "A"}}}) == {("CustomerAdd.Name", "format")}
    assert rules("InvoiceAddRq", {"InvoiceAdd": ["a"]}) == {("InvoiceAdd", "repeat")}


def test_lengths_and_elements_follow_the_edition() -> None:
    values = {"InvoiceAdd": INVOICE | {"CustomerSalesTaxCodeRef": {"FullName": "GSTFRE"}}}
    assert "GSTFRE" in build("InvoiceAddRq", values, country="AU")
    assert rules("InvoiceAddRq", values) == {("InvoiceAdd.CustomerSalesTaxCodeRef.FullName", "max_length")}
    assert build("InvoiceAddRq", {"InvoiceAdd": INVOICE | {"IsTaxIncluded": True}}, country="UK")
    assert rules("InventorySiteQueryRq", {}, country="AU") == {("InventorySiteQueryRq", "edition")}
    assert rules("PayrollLastPeriodQueryRq", {}) == {("PayrollLastPeriodQueryRq", "edition")}


def test_an_element_newer_than_the_document_is_refused() -> None:
    line = {"Amount": "5", "CustomerRef": {"FullName": "A"}, "ExpirationDateForSerialLotNumber": "1"}
    bill = {"BillAdd": {"VendorRef": {"FullName": "V"}, "ItemLineAdd": [{"ItemRef": {"FullName": "I"}} | line]}}
    assert rules("BillAddRq", bill) == {("BillAdd.ItemLineAdd[0].ExpirationDateForSerialLotNumber", "version")}
    assert build("BillAddRq", bill, version="16.0")


def test_an_unknown_version_or_country_is_refused() -> None:
    assert rules("HostQueryRq", {}, version="12.0", country="NZ") == {("version", "version"), ("country", "edition")}


def test_a_field_is_cleared_with_an_empty_string_where_that_is_possible() -> None:
    mod = {"TxnID": "1", "EditSequence": "1"}
    xml = build("InvoiceModRq", {"InvoiceMod": mod | {"Memo": "", "DueDate": "", "ClassRef": {"FullName": ""}}})
    assert "<DueDate></DueDate>" in xml
    assert "<ClassRef><FullName></FullName></ClassRef>" in xml
    customer = {"ListID": "1", "EditSequence": "1", "JobStatus": ""}
    assert rules("CustomerModRq", {"CustomerMod": customer}) == {("CustomerMod.JobStatus", "enum")}


def test_macros_are_defined_and_used() -> None:
    invoice = build("InvoiceAddRq", {"InvoiceAdd": INVOICE | {"@defMacro": "TxnID:i1"}})
    assert '<InvoiceAdd defMacro="TxnID:i1">' in invoice
    applied = [{"TxnID": {"@useMacro": "TxnID:i1"}, "PaymentAmount": "5"}]
    payment = {"CustomerRef": {"ListID": "1"}, "AppliedToTxnAdd": applied}
    xml = build("ReceivePaymentAddRq", {"ReceivePaymentAdd": payment})
    assert '<TxnID useMacro="TxnID:i1"></TxnID>' in xml
    payment = {"CustomerRef": {"ListID": "1"}}
    assert rules("CustomerAddRq", {"CustomerAdd": {"Name": "A", "@defMacro": "x"}}) == {("CustomerAdd", "unknown")}
    assert rules("HostQueryRq", {"@defMacro": "x"}) == {("@defMacro", "unknown")}
    for bad in ("", "a\nb", 5):
        assert rules("InvoiceAddRq", {"InvoiceAdd": INVOICE | {"@defMacro": bad}}) == {("InvoiceAdd", "format")}
        payment["AppliedToTxnAdd"] = [{"TxnID": {"@useMacro": bad}, "PaymentAmount": "5"}]
        assert rules("ReceivePaymentAddRq", {"ReceivePaymentAdd": payment}) == {
            ("ReceivePaymentAdd.AppliedToTxnAdd[0].TxnID", "format")
        }


def test_attributes_are_checked_and_written() -> None:
    request = qbxml.Request(
        name="CustomerQueryRq",
        values={"max_returned": 10},
        request_id='op "7"',
        attributes={"iterator": "Continue", "iterator_id": "{eb05f701}", "meta_data": "MetaDataAndResponseData"},
    )
    assert qbxml.build_request(request).xml.startswith(
        '<CustomerQueryRq requestID="op &quot;7&quot;" iterator="Continue" iteratorID="{eb05f701}"'
        ' metaData="MetaDataAndResponseData">'
    )


@pytest.mark.parametrize(
    ("name", "attributes", "request_id", "expected"),
    [
        ("CustomerQueryRq", {"iterator": "Begin"}, None, ("@iterator", "enum")),
        ("CustomerQueryRq", {"iterator": "Start"}, None, ("MaxReturned", "required")),
        ("CustomerQueryRq", {"iterator": "Stop"}, None, ("@iteratorID", "required")),
        ("AccountQueryRq", {"iterator": "Start"}, None, ("@iterator", "unknown")),
        ("CustomerQueryRq", {"metaData": "All"}, None, ("@metaData", "enum")),
        ("HostQueryRq", {}, "x" * 51, ("@requestID", "max_length")),
        ("HostQueryRq", {}, "x\ny", ("@requestID", "characters")),
    ],
)
def test_attributes_that_quickbooks_would_refuse_are_refused(
    name: str, attributes: dict[str, str], request_id: str | None, expected: tuple[str, str]
) -> None:
    found = errors(name, {}, attributes=attributes, request_id=request_id)
    assert expected in {(error.path, error.rule) for error in found}


def test_deleting_and_voiding_name_the_kind_and_the_id() -> None:
    assert build("TxnDelRq", {"TxnDelType": "Invoice", "TxnID": "5-1"}) == (
        "<TxnDelRq><TxnDelType>Invoice</TxnDelType><TxnID>5-1</TxnID></TxnDelRq>"
    )
    assert rules("TxnVoidRq", {"TxnVoidType": "ReceivePayment", "TxnID": "5-1"}) == {("TxnVoidType", "enum")}
    assert rules("ListDelRq", {"ListDelType": "Customer"}) == {("ListID", "required")}


def test_the_message_of_the_error_tells_everything() -> None:
    with pytest.raises(InvalidRequestError, match=r"CustomerAddRq cannot be sent: CustomerAdd\.Name: is required"):
        build("CustomerAddRq", {"CustomerAdd": {}})
