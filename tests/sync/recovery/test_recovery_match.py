"""When a record in QuickBooks is what was sent."""

from decimal import Decimal

import pytest

from qbwc_service.sync.compare import agrees
from qbwc_service.sync.recovery.match import has_mark
from tests.sync.recovery.writes import GUID, sent_write

SENT = {
    "CustomerRef": {"ListID": "80000001-1"},
    "RefNumber": "A-1",
    "TxnDate": "2026-11-20",
    "IsToBePrinted": "false",
    "InvoiceLineAdd": [{"ItemRef": {"FullName": "Freight"}, "Quantity": "2", "Rate": "150.0"}],
    "BillAddress": {"Addr1": "1 Main St"},
}
FOUND = {
    "TxnID": "A1-1",
    "CustomerRef": {"ListID": "80000001-1", "FullName": "Ann"},
    "RefNumber": "A-1",
    "TxnDate": "2026-11-20",
    "IsToBePrinted": False,
    "Subtotal": Decimal("300.00"),
    "InvoiceLineRet": [
        {
            "TxnLineID": "B1-1",
            "ItemRef": {"ListID": "8-1", "FullName": "freight"},
            "Quantity": Decimal(2),
            "Rate": Decimal(150),
        }
    ],
    "BillAddress": {"Addr1": "1  Main St", "City": "Albany"},
}


def test_a_record_agrees_that_has_everything_that_was_sent_and_more() -> None:
    assert agrees(SENT, FOUND)


@pytest.mark.parametrize(
    "change",
    [
        {"CustomerRef": {"ListID": "80000002-1", "FullName": "Ann"}},
        {"RefNumber": "a-1"},
        {"TxnDate": "2026-11-21"},
        {"IsToBePrinted": True},
        {"InvoiceLineRet": []},
        {"InvoiceLineRet": [{"ItemRef": {"FullName": "Freight"}, "Quantity": Decimal(3), "Rate": Decimal(150)}]},
        {"InvoiceLineRet": FOUND["InvoiceLineRet"] * 2},
        {"BillAddress": {"Addr1": "2 Main St"}},
    ],
)
def test_one_difference_is_enough(change: dict[str, object]) -> None:
    assert not agrees(SENT, FOUND | change)


def test_what_a_record_does_not_show_says_nothing_against_it() -> None:
    assert agrees(SENT, {"RefNumber": "A-1"})
    assert not agrees(SENT, {"TxnID": "A1-1"}), "but something has to be seen"


def test_the_amount_of_a_payment_is_compared_under_both_its_names() -> None:
    sent = {"AppliedToTxnAdd": [{"TxnID": "A1-1", "PaymentAmount": "100.00"}]}
    assert agrees(sent, {"AppliedToTxnRet": [{"TxnID": "A1-1", "Amount": Decimal(100)}]})
    assert not agrees(sent, {"AppliedToTxnRet": [{"TxnID": "A1-1", "Amount": Decimal(99)}]})


def test_a_new_line_may_have_any_id_and_a_kept_one_its_own() -> None:
    lines = [{"TxnLineID": "B1-1"}, {"TxnLineID": "-1", "Desc": "new"}]
    shown = [{"TxnLineID": "B1-1"}, {"TxnLineID": "B2-1", "Desc": "new"}]
    assert agrees({"InvoiceLineMod": lines}, {"InvoiceLineRet": shown})
    assert not agrees({"InvoiceLineMod": lines}, {"InvoiceLineRet": [{"TxnLineID": "B9-1"}, shown[1]]})


@pytest.mark.parametrize(
    ("theirs", "answer"),
    [
        (GUID, True),
        (GUID.strip("{}"), True),
        (f"\n{GUID.lower()} ", True),
        ("{00000000-0000-0000-0000-000000000001}", False),
        ("", None),
        (None, None),
    ],
)
def test_the_mark_is_read_in_any_spelling(theirs: str | None, answer: bool | None) -> None:  # noqa: FBT001
    write = sent_write("InvoiceAddRq", {"ExternalGUID": GUID})
    assert has_mark(write, {"ExternalGUID": theirs}) is answer


def test_a_kind_that_carries_no_mark_has_none() -> None:
    assert has_mark(sent_write("ClassAddRq", {"Name": "East"}), {"ExternalGUID": GUID}) is None
