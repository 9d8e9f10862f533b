"""Payments as QuickBooks gets them: applied, automatic, unapplied; with discounts and credits."""

from collections.abc import Callable

import pytest
from lxml import etree

from qbwc_service.store import Database
from qbwc_service.update import UpdateService
from tests.conftest import LinkedCompany, StandingClock
from tests.far_side import FarSide, SentRequest, document, read_set, success
from tests.rows import credit_memo, invoice, payment, put


@pytest.fixture
def far(company: LinkedCompany, make_service: Callable[..., UpdateService]) -> FarSide:
    return FarSide(make_service(), company.user_name, company.password, company.owner_id, company.file_id)


def _inside(request: SentRequest) -> str:
    """What is inside ReceivePaymentAdd, without our GUID."""
    (added,) = request.element
    return "".join(etree.tostring(part).decode() for part in added if part.tag != "ExternalGUID")


def _sent(far: FarSide, company: LinkedCompany, **details: object) -> str:
    """Bring a payment to QuickBooks; what it looked like there."""
    number = len(_sent.__dict__)
    _sent.__dict__[str(number)] = True
    put(far.service.database, company.connection_id, payment(f"p{number}", None, **details), now=far.service.clock())
    (request,) = read_set(far.begin()).requests
    far.receive(document(success(request)))
    far.close()
    return _inside(request)


def test_how_the_money_is_applied(
    far: FarSide, database: Database, company: LinkedCompany, clock: StandingClock
) -> None:
    put(
        database,
        company.connection_id,
        invoice("i1", None),
        invoice("i2", None),
        credit_memo("m1", None),
        credit_memo("m2", None),
        now=clock(),
    )
    requests = read_set(far.begin()).requests
    ids = ("A1-1", "A2-1", "B1-1", "B2-1")
    far.receive(document(*(success(request, txn_id) for request, txn_id in zip(requests, ids, strict=True))))
    far.close()
    head = "<CustomerRef><FullName>Somebody</FullName></CustomerRef>"
    one, two = ({"external_id": name} for name in ("i1", "i2"))

    assert _sent(far, company) == f"{head}<TotalAmount>100.00</TotalAmount><IsAutoApply>false</IsAutoApply>"
    assert _sent(far, company, apply="none", amount=5) == (
        f"{head}<TotalAmount>5.00</TotalAmount><IsAutoApply>false</IsAutoApply>"
    )
    assert _sent(far, company, apply="auto") == (
        f"{head}<TotalAmount>100.00</TotalAmount><IsAutoApply>true</IsAutoApply>"
    )
    assert _sent(
        far,
        company,
        txn_date="2026-11-20",
        ref_number="1001",
        payment_method={"full_name": "Check"},
        memo="Thanks",
        deposit_to={"quickbooks_id": "80000007-1"},
        apply=[{"invoice": two, "amount": "40.00"}, {"invoice": one, "amount": "60"}],
    ) == (
        f"{head}<TxnDate>2026-11-20</TxnDate><RefNumber>1001</RefNumber><TotalAmount>100.00</TotalAmount>"
        "<PaymentMethodRef><FullName>Check</FullName></PaymentMethodRef><Memo>Thanks</Memo>"
        "<DepositToAccountRef><ListID>80000007-1</ListID></DepositToAccountRef>"
        "<AppliedToTxnAdd><TxnID>A2-1</TxnID><PaymentAmount>40.00</PaymentAmount></AppliedToTxnAdd>"
        "<AppliedToTxnAdd><TxnID>A1-1</TxnID><PaymentAmount>60.00</PaymentAmount></AppliedToTxnAdd>"
    )
    assert _sent(
        far,
        company,
        apply=[
            {
                "invoice": one,
                "amount": "60.00",
                "discount": "2.50",
                "discount_account": {"full_name": "Discounts Given"},
            },
            {"invoice": {"quickbooks_id": "C9-1"}, "amount": "1.00"},
        ],
        credits=[
            {"credit_memo": {"external_id": "m1"}, "invoice": one, "amount": "10.00"},
            {"credit_memo": {"quickbooks_id": "B9-1"}, "invoice": {"quickbooks_id": "C9-1"}, "amount": "3.00"},
            {"credit_memo": {"external_id": "m2"}, "invoice": one, "amount": "7.00"},
        ],
    ) == (
        f"{head}<TotalAmount>100.00</TotalAmount><AppliedToTxnAdd><TxnID>A1-1</TxnID>"
        "<PaymentAmount>60.00</PaymentAmount>"
        "<SetCredit><CreditTxnID>B1-1</CreditTxnID><AppliedAmount>10.00</AppliedAmount></SetCredit>"
        "<SetCredit><CreditTxnID>B2-1</CreditTxnID><AppliedAmount>7.00</AppliedAmount></SetCredit>"
        "<DiscountAmount>2.50</DiscountAmount>"
        "<DiscountAccountRef><FullName>Discounts Given</FullName></DiscountAccountRef></AppliedToTxnAdd>"
        "<AppliedToTxnAdd><TxnID>C9-1</TxnID><PaymentAmount>1.00</PaymentAmount>"
        "<SetCredit><CreditTxnID>B9-1</CreditTxnID><AppliedAmount>3.00</AppliedAmount></SetCredit></AppliedToTxnAdd>"
    )


def test_a_payment_waits_for_all_its_invoices_and_credits(
    far: FarSide, database: Database, company: LinkedCompany, clock: StandingClock
) -> None:
    used = {"credit_memo": {"external_id": "m1"}, "invoice": {"external_id": "i1"}, "amount": "1.00"}
    put(
        database,
        company.connection_id,
        invoice("i1", None),
        credit_memo("m1", None),
        payment("p1", None, apply=[{"invoice": {"external_id": "i1"}, "amount": "1.00"}], credits=[used]),
        now=clock(),
    )
    first = read_set(far.begin())
    assert first.names == ("InvoiceAddRq", "CreditMemoAddRq")
    bill, _credit = first.requests
    assert far.receive(document(success(bill))) < 100, "the credit memo was not mentioned, so it is unknown"
    assert read_set(far.send()).names == (), "and asked for, before the payment goes"
