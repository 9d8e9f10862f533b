from collections.abc import Mapping
from datetime import date
from decimal import Decimal, localcontext

import pytest

from qbwc_service import qbxml
from qbwc_service.errors import FieldError, InvalidRequestError


def build(name: str, values: Mapping[str, object], *, version: str = "13.0", country: str = "US") -> str:
    return qbxml.build_request(qbxml.Request(name=name, values=values), version=version, country=country).xml


def errors(
    name: str,
    values: Mapping[str, object],
    *,
    version: str = "13.0",
    country: str = "US",
    attributes: Mapping[str, str] | None = None,
    request_id: str | None = None,
    characters: qbxml.Characters = qbxml.Characters.TRANSLITERATE,
) -> list[FieldError]:
    request = qbxml.Request(name=name, values=values, attributes=attributes or {}, request_id=request_id)
    with pytest.raises(InvalidRequestError) as caught:
        qbxml.build_request(request, version=version, country=country, characters=characters)
    return list(caught.value.errors)


def rules(
    name: str, values: Mapping[str, object], *, version: str = "13.0", country: str = "US"
) -> set[tuple[str, str]]:
    return {(error.path, error.rule) for error in errors(name, values, version=version, country=country)}


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


def test_a_name_of_a_list_entry_has_no_colon() -> None:
    assert rules("CustomerAddRq", {"CustomerAdd": {"Name": "A:B"}}) == {("CustomerAdd.Name", "characters")}
    assert rules("ItemServiceModRq", {"ItemServiceMod": {"ListID": "1", "EditSequence": "1", "Name": "A:B"}}) == {
        ("ItemServiceMod.Name", "characters")
    }
    assert "A:B" in build("CustomerQueryRq", {"NameFilter": {"MatchCriterion": "StartsWith", "Name": "A:B"}})
    assert "A:B" in build("CustomerAddRq", {"CustomerAdd": {"Name": "A", "ParentRef": {"FullName": "A:B"}}})


def test_transliteration_is_reported_with_its_path() -> None:
    request = qbxml.Request(name="CustomerAddRq", values={"customer_add": {"name": "Łukasz", "notes": "a\r\nb"}})

    built = qbxml.build_request(request)

    assert "<Name>Lukasz</Name>" in built.xml
    assert "<Notes>a\nb</Notes>" in built.xml
    assert built.changed == (qbxml.TextChange(path="CustomerAdd.Name", before="Łukasz", after="Lukasz"),)


def test_what_windows_1252_has_goes_as_a_numeric_reference() -> None:
    assert "Caf&#233; &#8220;5&#8364;&#8221;" in build("CustomerAddRq", {"CustomerAdd": {"Name": "Café “5€”"}})


def test_the_refuse_policy_names_the_characters() -> None:
    values = {"CustomerAdd": {"Name": "Łukasz"}}
    (error,) = errors("CustomerAddRq", values, characters=qbxml.Characters.REFUSE)
    assert (error.path, error.rule) == ("CustomerAdd.Name", "characters")
    assert "Ł (U+0141)" in error.message


def test_the_length_counts_what_is_sent() -> None:
    assert build("CustomerAddRq", {"CustomerAdd": {"Name": "&" * 41}})
    values = {"CustomerAdd": {"Name": "A" * 40 + "…x"}}
    assert rules("CustomerAddRq", values) == {("CustomerAdd.Name", "max_length")}
    notes = {"CustomerAdd": {"Name": "A", "Notes": "a\r\n" * 2047 + "b"}}
    assert build("CustomerAddRq", notes).count("a\n") == 2047  # A line end is one character, however it came.
    values = {"CustomerAdd": {"Name": "ß" * 40 + "ﬁ"}}
    (error,) = errors("CustomerAddRq", values)
    assert (error.rule, error.limit, error.length) == ("max_length", "41", 42)


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


def rules_of(request: str, values: dict[str, object], **options: object) -> list[tuple[str, str]]:
    with pytest.raises(InvalidRequestError) as caught:
        qbxml.build(request, values, **options)  # type: ignore[arg-type]  # Wrong on purpose.
    return [(error.path, error.rule) for error in caught.value.errors]


def test_nothing_in_a_list_and_an_empty_list_never_ask_for_the_whole_company() -> None:
    assert rules_of("invoice_query", {"txn_id": [None]}) == [("txn_id[0]", "format")]
    assert rules_of("invoice_query", {"txn_id": []}) == [("txn_id", "required")]
    assert rules_of("invoice_query", {"ref_number": ()}) == [("ref_number", "required")]
    assert ("entity_filter.list_id", "required") in rules_of("invoice_query", {"entity_filter": {"list_id": []}})
    assert "<InvoiceQueryRq></InvoiceQueryRq>" in qbxml.build("invoice_query", {"include_ret_element": []}).xml
    paged: dict[str, object] = {"iterator": "Start"}
    assert rules_of("invoice_query", {"max_returned": []}, attributes=paged) == [("max_returned", "required")]
    payment = {"customer_ref": {"list_id": "1"}, "applied_to_txn_add": [None]}
    assert rules_of("receive_payment_add", payment) == [("receive_payment_add.applied_to_txn_add[0]", "format")]


def test_an_unknown_key_is_named_even_where_its_value_is_nothing() -> None:
    assert rules_of("invoice_query", {"bogus": None, "more": []}) == [("bogus", "unknown"), ("more", "unknown")]


@pytest.mark.parametrize(
    ("values", "options", "path"),
    [
        ({1: "x"}, {}, "1"),
        ({}, {"request_id": 5}, "@requestID"),
        ({"max_returned": 10**5000}, {}, "max_returned"),
        ({"max_returned": Decimal("sNaN")}, {}, "max_returned"),
        ({"from_modified_date": 10**5000}, {}, "from_modified_date"),
        ({"full_name": [10**5000]}, {}, "full_name[0]"),
        ({}, {"attributes": {"iteratorID": "x"}}, "@iteratorID"),
        ({"max_returned": 1}, {"attributes": {"iteratorID": "x", "iterator": "Start"}}, "@iteratorID"),
        ({"max_returned": 1}, {"attributes": {"iteratorID": "x\x01", "iterator": "Continue"}}, "@iteratorID"),
        (
            {"max_returned": 1},
            {"attributes": {"iteratorID": "x", "iterator_id": "y", "iterator": "Stop"}},
            "@iteratorID",
        ),
        ({}, {"attributes": {"metaData": 5}}, "@metaData"),
    ],
)
def test_whatever_is_given_the_error_is_ours(values: dict[str, object], options: dict[str, object], path: str) -> None:
    assert [each for each, _ in rules_of("customer_query", values, **options)] == [path]


@pytest.mark.parametrize(
    "value",
    [Decimal("sNaN"), Decimal("NaN"), 10**5000, -(10**5000), [], object()],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.parametrize("type_name", ["AMT", "QTY", "FLOAT", "INT", "BOOL", "STR", "DATE", "DATETIME", "GUID", "ENUM"])
def test_a_value_that_is_none_is_refused_and_no_crash(value: object, type_name: str) -> None:
    assert not isinstance(qbxml.format_value(value, type_name), str)


def test_money_is_exact_whatever_precision_the_caller_uses() -> None:
    with localcontext(prec=6):
        assert qbxml.format_value(Decimal("12345678.90"), "AMT") == "12345678.90"
        assert qbxml.format_value("1234567.12345", "QTY") == "1234567.12345"


def test_an_error_about_many_foreign_characters_stays_short() -> None:
    text = "".join(chr(0x4E00 + number) for number in range(4000))
    with pytest.raises(InvalidRequestError) as caught:
        qbxml.build("customer_add", {"name": "A", "notes": text})
    assert len(caught.value.errors[0].message) < 400
