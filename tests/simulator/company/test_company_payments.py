"""Payments, credits, deposits, and the balances they make."""

from decimal import Decimal

import pytest
from lxml import etree

from qbwc_service.simulator.quickbooks.company import Company
from qbwc_service.simulator.quickbooks.person import Person
from qbwc_service.simulator.quickbooks.records import Transaction
from qbwc_service.simulator.quickbooks.sdk_client import SdkClient
from qbwc_service.simulator.quickbooks.statuses import StatusError
from qbwc_service.simulator.quickbooks.stepping_clock import SteppingClock

ALPINE = "Alpine Bakery"


def sale(
    person: Person, amount: str, *, kind: str = "Invoice", customer: str = ALPINE, day: str = "2026-07-01"
) -> Transaction:
    item_line = {"ItemRef": {"FullName": "Pallet"}, "Amount": amount}
    return person.add_transaction(
        kind, {"CustomerRef": {"FullName": customer}, "TxnDate": day, f"{kind}LineAdd": [item_line]}
    )


def pay(client: SdkClient, total: str, applied: str, *, customer: str = ALPINE, header: str = "") -> etree._Element:
    return client.ask(
        f"<ReceivePaymentAddRq><ReceivePaymentAdd><CustomerRef><FullName>{customer}</FullName></CustomerRef>"
        f"{header}<TotalAmount>{total}</TotalAmount>{applied}</ReceivePaymentAdd></ReceivePaymentAddRq>"
    )


def to(invoice: Transaction, amount: str, more: str = "") -> str:
    target = f"<TxnID>{invoice.txn_id}</TxnID>"
    return f"<AppliedToTxnAdd>{target}<PaymentAmount>{amount}</PaymentAmount>{more}</AppliedToTxnAdd>"


def invoice_money(client: SdkClient, invoice: Transaction) -> tuple[str | None, ...]:
    shown = client.ask(f"<InvoiceQueryRq><TxnID>{invoice.txn_id}</TxnID></InvoiceQueryRq>")[0]
    return tuple(shown.findtext(name) for name in ("AppliedAmount", "BalanceRemaining", "IsPaid"))


def balances(client: SdkClient, customer: str = ALPINE) -> tuple[str | None, ...]:
    shown = client.ask(f"<CustomerQueryRq><FullName>{customer}</FullName></CustomerQueryRq>")[0]
    return shown.findtext("Balance"), shown.findtext("TotalBalance")


def test_a_partial_payment_shows_negative_on_the_invoice(client: SdkClient, person: Person) -> None:
    invoice = sale(person, "100.00")
    rs = pay(client, "55.00", to(invoice, "55.00"))
    assert rs[0].findtext("UnusedPayment") == "0.00"
    assert rs[0].findtext("AppliedToTxnRet/Amount") == "55.00"
    assert rs[0].findtext("AppliedToTxnRet/BalanceRemaining") == "45.00"
    assert rs[0].findtext("DepositToAccountRef/FullName") == "Undeposited Funds"
    assert invoice_money(client, invoice) == ("-55.00", "45.00", "false")
    assert balances(client) == ("45.00", "45.00")


def test_a_journal_entry_moves_the_balance_of_a_customer(client: SdkClient, person: Person) -> None:
    sale(person, "100.00")
    customer = person.company.find_entry(("Customer",), name=ALPINE)
    assert customer is not None

    person.book(customer.list_id, "-30.00")

    assert balances(client) == ("70.00", "70.00")


def test_a_linked_payment_is_shown_only_when_asked_for(client: SdkClient, person: Person) -> None:
    invoice = sale(person, "100.00")
    payment = pay(client, "55.00", to(invoice, "55.00"))[0]
    query = f"<InvoiceQueryRq><TxnID>{invoice.txn_id}</TxnID>{{}}</InvoiceQueryRq>"
    assert client.ask(query.format(""))[0].find("LinkedTxn") is None
    linked = client.ask(query.format("<IncludeLinkedTxns>true</IncludeLinkedTxns>"))[0].find("LinkedTxn")
    assert linked is not None
    assert linked.findtext("TxnID") == payment.findtext("TxnID")
    assert [linked.findtext(name) for name in ("TxnType", "LinkType", "Amount")] == [
        "ReceivePayment",
        "AMTTYPE",
        "-55.00",
    ]


def test_one_payment_pays_several_invoices_and_keeps_the_rest(client: SdkClient, person: Person) -> None:
    first, second = sale(person, "100.00"), sale(person, "50.00")
    rs = pay(client, "170.00", to(first, "100.00") + to(second, "50.00"))
    assert rs[0].findtext("UnusedPayment") == "20.00"
    assert invoice_money(client, first) == ("-100.00", "0.00", "true")
    assert balances(client) == ("-20.00", "-20.00")


@pytest.mark.parametrize(
    ("total", "amount", "status"),
    [("200.00", "150.00", "3210"), ("50.00", "80.00", "3210"), ("50.00", "0.00", "3150"), ("50.00", "-1.00", "3210")],
)
def test_more_than_is_due_or_received_is_refused(
    client: SdkClient, person: Person, total: str, amount: str, status: str
) -> None:
    invoice = sale(person, "100.00")
    assert pay(client, total, to(invoice, amount)).get("statusCode") == status
    assert invoice_money(client, invoice) == ("0.00", "100.00", "false")


def test_one_invoice_named_twice_cannot_be_overpaid(client: SdkClient, person: Person) -> None:
    invoice = sale(person, "100.00")
    assert pay(client, "120.00", to(invoice, "60.00") + to(invoice, "60.00")).get("statusCode") == "3210"


def test_a_paid_invoice_cannot_be_found_any_more(client: SdkClient, person: Person) -> None:
    invoice = sale(person, "100.00")
    person.pay(invoice.txn_id)
    rs = pay(client, "10.00", to(invoice, "10.00"))
    assert rs.get("statusCode") == "3120"
    assert "cannot be found" in str(rs.get("statusMessage"))


def test_another_customers_invoice_or_a_missing_one_is_3120(client: SdkClient, person: Person) -> None:
    invoice = sale(person, "100.00")
    assert pay(client, "10.00", to(invoice, "10.00"), customer="Blue Ridge Bakery").get("statusCode") == "3120"
    person.delete(invoice.txn_id)
    assert pay(client, "10.00", to(invoice, "10.00")).get("statusCode") == "3120"


def test_another_receivables_account_does_not_find_the_invoice(client: SdkClient, person: Person) -> None:
    invoice = sale(person, "100.00")
    person.add("Account", {"Name": "Other Receivables", "AccountType": "AccountsReceivable"})
    header = "<ARAccountRef><FullName>Other Receivables</FullName></ARAccountRef>"
    assert pay(client, "10.00", to(invoice, "10.00"), header=header).get("statusCode") == "3120"


def test_a_customer_may_pay_for_its_job_and_the_balance_rolls_up(client: SdkClient, person: Person) -> None:
    invoice = sale(person, "100.00", customer="Alpine Bakery:Warehouse move")
    assert balances(client) == ("0.00", "100.00")
    assert balances(client, "Alpine Bakery:Warehouse move") == ("100.00", "100.00")
    assert pay(client, "40.00", to(invoice, "40.00")).get("statusCode") == "0"
    assert balances(client) == ("0.00", "60.00")


def test_auto_apply_takes_the_exact_amount_else_the_oldest(client: SdkClient, person: Person) -> None:
    old, exact = sale(person, "100.00", day="2026-06-01"), sale(person, "70.00", day="2026-07-01")
    pay(client, "70.00", "<IsAutoApply>true</IsAutoApply>")
    assert invoice_money(client, exact)[2] == "true"
    pay(client, "30.00", "<IsAutoApply>true</IsAutoApply>")
    assert invoice_money(client, old) == ("-30.00", "70.00", "false")


def test_without_auto_apply_the_payment_stays_unused(client: SdkClient, person: Person) -> None:
    sale(person, "100.00")
    assert pay(client, "100.00", "<IsAutoApply>false</IsAutoApply>")[0].findtext("UnusedPayment") == "100.00"


def test_a_discount_is_part_of_what_is_applied(client: SdkClient, person: Person) -> None:
    invoice = sale(person, "100.00")
    account = "<DiscountAccountRef><FullName>Sales Discounts</FullName></DiscountAccountRef>"
    discount = f"<DiscountAmount>2.00</DiscountAmount>{account}"
    rs = pay(client, "98.00", to(invoice, "98.00", discount))
    applied = rs[0].find("AppliedToTxnRet")
    assert applied is not None
    assert applied.findtext("DiscountAmount") == "2.00"
    assert applied.findtext("DiscountAccountRef/FullName") == "Sales Discounts"
    assert invoice_money(client, invoice) == ("-100.00", "0.00", "true")


def test_a_credit_is_set_in_a_payment(client: SdkClient, person: Person) -> None:
    invoice, credit = sale(person, "100.00"), sale(person, "30.00", kind="CreditMemo")
    setting = f"<SetCredit><CreditTxnID>{credit.txn_id}</CreditTxnID><AppliedAmount>30.00</AppliedAmount></SetCredit>"
    assert pay(client, "70.00", to(invoice, "70.00", setting)).get("statusCode") == "0"
    assert invoice_money(client, invoice) == ("-100.00", "0.00", "true")
    shown = client.ask(f"<CreditMemoQueryRq><TxnID>{credit.txn_id}</TxnID></CreditMemoQueryRq>")[0]
    assert shown.findtext("CreditRemaining") == "0.00"


def test_a_credit_is_set_with_the_invoice_and_seen_on_asking_again(client: SdkClient, person: Person) -> None:
    credit = sale(person, "30.00", kind="CreditMemo")
    setting = f"<SetCredit><CreditTxnID>{credit.txn_id}</CreditTxnID><AppliedAmount>{{}}</AppliedAmount></SetCredit>"
    add = (
        "<InvoiceAddRq><InvoiceAdd><CustomerRef><FullName>Alpine Bakery</FullName></CustomerRef>{}<InvoiceLineAdd>"
        "<ItemRef><FullName>Pallet</FullName></ItemRef><Amount>100.00</Amount></InvoiceLineAdd></InvoiceAdd></InvoiceAddRq>"
    )
    assert client.ask(add.format(setting.format("31.00"))).get("statusCode") == "3210"
    added = client.ask(add.format(setting.format("20.00")))[0]
    assert added.find("LinkedTxn") is None
    shown = client.ask(
        f"<InvoiceQueryRq><TxnID>{added.findtext('TxnID')}</TxnID><IncludeLinkedTxns>1</IncludeLinkedTxns></InvoiceQueryRq>"
    )[0]
    assert shown.findtext("BalanceRemaining") == "80.00"
    assert shown.findtext("LinkedTxn/TxnType") == "CreditMemo"
    assert balances(client) == ("70.00", "70.00")


def test_changed_applications_replace_the_old_ones(client: SdkClient, person: Person, clock: SteppingClock) -> None:
    first, second = sale(person, "100.00"), sale(person, "50.00")
    payment = pay(client, "60.00", to(first, "60.00"))[0]
    clock.advance(3)
    rs = client.ask(
        f"<ReceivePaymentModRq><ReceivePaymentMod><TxnID>{payment.findtext('TxnID')}</TxnID>"
        f"<EditSequence>{payment.findtext('EditSequence')}</EditSequence><AppliedToTxnMod><TxnID>{second.txn_id}</TxnID>"
        "<PaymentAmount>50.00</PaymentAmount></AppliedToTxnMod></ReceivePaymentMod></ReceivePaymentModRq>"
    )
    assert rs[0].findtext("UnusedPayment") == "10.00"
    assert invoice_money(client, first) == ("0.00", "100.00", "false")
    assert invoice_money(client, second) == ("-50.00", "0.00", "true")


def test_a_refused_change_leaves_the_payment_as_it_was(client: SdkClient, person: Person, company: Company) -> None:
    invoice = sale(person, "100.00")
    payment = person.pay(invoice.txn_id, "60.00")
    with pytest.raises(StatusError) as caught:
        person.change(payment.txn_id, {"TotalAmount": "50.00"})
    assert caught.value.code == 3210
    assert payment.total == Decimal("60.00")
    assert invoice_money(client, invoice) == ("-60.00", "40.00", "false")


def test_a_change_takes_back_the_credits_set_in_the_payment_too(client: SdkClient, person: Person) -> None:
    invoice, credit = sale(person, "100.00"), sale(person, "30.00", kind="CreditMemo")
    setting = {"CreditTxnID": credit.txn_id, "AppliedAmount": "30.00"}
    application = {"TxnID": invoice.txn_id, "PaymentAmount": "70.00", "SetCredit": [setting]}
    payment = person.add_transaction(
        "ReceivePayment",
        {"CustomerRef": {"FullName": ALPINE}, "TotalAmount": "70.00", "AppliedToTxnAdd": [application]},
    )
    for _ in range(2):
        person.change(payment.txn_id, {"AppliedToTxnMod": [application]})
        assert invoice_money(client, invoice) == ("-100.00", "0.00", "true")
    person.change(payment.txn_id, {"Memo": "nothing else"})
    assert invoice_money(client, invoice) == ("-100.00", "0.00", "true")
    person.change(payment.txn_id, {"AppliedToTxnMod": [{"TxnID": invoice.txn_id, "PaymentAmount": "10.00"}]})
    assert invoice_money(client, invoice) == ("-10.00", "90.00", "false")


def test_a_negative_payment_is_refused(client: SdkClient) -> None:
    assert pay(client, "-5.00", "<IsAutoApply>false</IsAutoApply>").get("statusCode") == "3210"


def test_a_deposited_sales_receipt_keeps_its_lines(person: Person) -> None:
    receipt = sale(person, "40.00", kind="SalesReceipt")
    person.deposit([receipt.txn_id], account="Checking")
    line = {"TxnLineID": receipt.lines[0].line_id, "Amount": "30.00"}
    with pytest.raises(StatusError) as caught:
        person.change(receipt.txn_id, {"SalesReceiptLineMod": [line]})
    assert caught.value.code == 3170
    person.change(receipt.txn_id, {"Memo": "fine"})


def test_a_deleted_payment_opens_the_invoice_again(client: SdkClient, person: Person) -> None:
    invoice = sale(person, "100.00")
    payment = person.pay(invoice.txn_id)
    rs = client.ask(f"<TxnDelRq><TxnDelType>ReceivePayment</TxnDelType><TxnID>{payment.txn_id}</TxnID></TxnDelRq>")
    assert rs.get("statusCode") == "0"
    assert invoice_money(client, invoice) == ("0.00", "100.00", "false")


def test_a_payment_cannot_be_voided(person: Person) -> None:
    payment = person.pay(sale(person, "100.00").txn_id)
    with pytest.raises(StatusError):
        person.void(payment.txn_id)


def test_a_deleted_or_voided_invoice_leaves_the_money_unused(client: SdkClient, person: Person) -> None:
    for remove in (person.delete, person.void):
        invoice = sale(person, "100.00")
        payment = person.pay(invoice.txn_id)
        remove(invoice.txn_id)
        shown = client.ask(f"<ReceivePaymentQueryRq><TxnID>{payment.txn_id}</TxnID></ReceivePaymentQueryRq>")[0]
        assert shown.findtext("UnusedPayment") == "100.00"
        person.delete(payment.txn_id)


def test_a_smaller_invoice_frees_what_was_paid_beyond_it(client: SdkClient, person: Person) -> None:
    invoice = sale(person, "100.00")
    payment = person.pay(invoice.txn_id)
    line_id = invoice.lines[0].line_id
    person.change(invoice.txn_id, {"InvoiceLineMod": [{"TxnLineID": line_id, "Amount": "80.00"}]})
    assert invoice_money(client, invoice) == ("-80.00", "0.00", "true")
    shown = client.ask(f"<ReceivePaymentQueryRq><TxnID>{payment.txn_id}</TxnID></ReceivePaymentQueryRq>")[0]
    assert shown.findtext("UnusedPayment") == "20.00"


def test_a_pending_invoice_does_not_post(client: SdkClient, person: Person) -> None:
    invoice = sale(person, "100.00")
    person.change(invoice.txn_id, {"IsPending": True})
    assert balances(client) == ("0.00", "0.00")
    assert pay(client, "10.00", to(invoice, "10.00")).get("statusCode") == "3120"


@pytest.mark.parametrize("touches", [False, True])
def test_whether_a_payment_touches_the_invoice_is_a_switch(
    person: Person, company: Company, clock: SteppingClock, *, touches: bool
) -> None:
    company.switches.payments_touch_invoices = touches
    invoice = sale(person, "100.00")
    before = invoice.modified
    clock.advance(30)
    payment = person.pay(invoice.txn_id, "10.00")
    assert (invoice.modified > before) is touches
    between = invoice.modified
    clock.advance(30)
    person.delete(payment.txn_id)
    assert (invoice.modified > between) is touches


def test_a_locked_invoice_locks_its_payment_with_3176(client: SdkClient, person: Person, company: Company) -> None:
    invoice = sale(person, "100.00")
    company.lock(invoice.txn_id, times=1)
    assert pay(client, "10.00", to(invoice, "10.00")).get("statusCode") == "3176"
    assert pay(client, "10.00", to(invoice, "10.00")).get("statusCode") == "0"


def test_applied_lines_of_a_payment_are_shown_only_when_asked_for(client: SdkClient, person: Person) -> None:
    payment = person.pay(sale(person, "100.00").txn_id)
    query = f"<ReceivePaymentQueryRq><TxnID>{payment.txn_id}</TxnID>{{}}</ReceivePaymentQueryRq>"
    assert client.ask(query.format("")).find(".//AppliedToTxnRet") is None
    assert client.ask(query.format("<IncludeLineItems>true</IncludeLineItems>")).find(".//AppliedToTxnRet") is not None


FEE = {"AccountRef": {"FullName": "Merchant Fees"}, "Amount": "-3.20", "Memo": "fee"}


def test_a_deposit_takes_payments_out_of_undeposited_funds(client: SdkClient, person: Person) -> None:
    payment = person.pay(sale(person, "100.00").txn_id)
    waiting = client.ask("<ReceivePaymentToDepositQueryRq />")
    assert [node.findtext("TxnID") for node in waiting] == [payment.txn_id]
    rs = client.ask(
        "<DepositAddRq><DepositAdd><DepositToAccountRef><FullName>Checking</FullName></DepositToAccountRef>"
        f"<DepositLineAdd><PaymentTxnID>{payment.txn_id}</PaymentTxnID></DepositLineAdd><DepositLineAdd>"
        "<AccountRef><FullName>Merchant Fees</FullName></AccountRef><Amount>-3.20</Amount></DepositLineAdd>"
        "</DepositAdd></DepositAddRq>"
    )
    assert rs[0].findtext("DepositTotal") == "96.80"
    assert [node.findtext("TxnType") for node in rs[0].findall("DepositLineRet")] == ["ReceivePayment", None]
    assert client.ask("<ReceivePaymentToDepositQueryRq />").get("statusCode") == "1"
    accounts = client.ask("<AccountQueryRq />")
    shown = {node.findtext("Name"): node.findtext("Balance") for node in accounts}
    assert (shown["Checking"], shown["Undeposited Funds"], shown["Accounts Receivable"]) == ("96.80", "0.00", "0.00")


def test_a_payment_is_deposited_once_and_then_stands(client: SdkClient, person: Person) -> None:
    payment = person.pay(sale(person, "100.00").txn_id)
    deposit = person.deposit([payment.txn_id], account="Checking", fee=FEE)
    with pytest.raises(StatusError) as caught:
        person.deposit([payment.txn_id], account="Checking")
    assert caught.value.code == 3120
    with pytest.raises(StatusError) as caught:
        person.delete(payment.txn_id)
    assert caught.value.code == 3160
    with pytest.raises(StatusError) as caught:
        person.change(payment.txn_id, {"TotalAmount": "90.00"})
    assert caught.value.code == 3170
    person.change(payment.txn_id, {"Memo": "a memo is no money"})
    person.delete(deposit.txn_id)
    person.delete(payment.txn_id)


def test_changed_deposit_lines_free_the_payments_left_out(client: SdkClient, person: Person) -> None:
    first, second = (person.pay(sale(person, amount).txn_id) for amount in ("100.00", "50.00"))
    deposit = person.deposit([first.txn_id, second.txn_id], account="Checking")
    person.change(deposit.txn_id, {"DepositLineMod": [{"TxnLineID": deposit.lines[1].line_id}]})
    assert deposit.total == Decimal("50.00")
    waiting = client.ask("<ReceivePaymentToDepositQueryRq />")
    assert [node.findtext("TxnID") for node in waiting] == [first.txn_id]
