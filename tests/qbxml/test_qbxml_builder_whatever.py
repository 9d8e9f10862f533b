"""Whatever a caller hands over, the builder refuses it with an error of ours, or writes what was meant."""

from decimal import Decimal, localcontext

import pytest

from qbwc_service import qbxml
from qbwc_service.errors import InvalidRequestError


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
