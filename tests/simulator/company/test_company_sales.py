"""Invoices, credit memos and sales receipts: lines, tax, totals, changes."""

from decimal import Decimal

import pytest
from lxml import etree

from qbwc_service.simulator.quickbooks.company import Company
from qbwc_service.simulator.quickbooks.person import Person
from qbwc_service.simulator.quickbooks.sdk_client import SdkClient
from qbwc_service.simulator.quickbooks.stepping_clock import SteppingClock

GUID = "{8C1C3A1E-1111-2222-3333-444444444444}"


def line(item: str, more: str = "") -> str:
    return f"<InvoiceLineAdd><ItemRef><FullName>{item}</FullName></ItemRef>{more}</InvoiceLineAdd>"


def amount_line(item: str, amount: str, tax: str = "") -> str:
    code = f"<SalesTaxCodeRef><FullName>{tax}</FullName></SalesTaxCodeRef>" if tax else ""
    return line(item, f"<Amount>{amount}</Amount>{code}")


def add_invoice(client: SdkClient, lines: str, *, customer: str = "Alpine Bakery", header: str = "") -> etree._Element:
    rs = client.ask(
        f"<InvoiceAddRq><InvoiceAdd><CustomerRef><FullName>{customer}</FullName></CustomerRef>{header}{lines}"
        "</InvoiceAdd></InvoiceAddRq>"
    )
    assert rs.get("statusMessage") == "Status OK"
    return rs[0]


def modify(client: SdkClient, invoice: etree._Element, change: str) -> etree._Element:
    return client.ask(
        f"<InvoiceModRq><InvoiceMod><TxnID>{invoice.findtext('TxnID')}</TxnID>"
        f"<EditSequence>{invoice.findtext('EditSequence')}</EditSequence>{change}</InvoiceMod></InvoiceModRq>"
    )


def money(invoice: etree._Element) -> tuple[str | None, ...]:
    return tuple(invoice.findtext(name) for name in ("Subtotal", "SalesTaxTotal", "AppliedAmount", "BalanceRemaining"))


def amounts(invoice: etree._Element) -> list[str | None]:
    return [node.findtext("Amount") for node in invoice.findall("InvoiceLineRet")]


@pytest.mark.parametrize(
    ("given", "rate", "amount"),
    [
        ("<Quantity>3</Quantity><Rate>1.335</Rate>", "1.335", "4.01"),
        ("<Quantity>4</Quantity><Amount>10.00</Amount>", "2.50", "10.00"),
        ("<Quantity>3</Quantity><Amount>10.00</Amount>", "3.33333", "10.00"),
        ("<Rate>5.00</Rate>", "5.00", "5.00"),
        ("<Quantity>2</Quantity><Rate>9.00</Rate><Amount>10.00</Amount>", "5.00", "10.00"),
    ],
)
def test_rate_and_amount_are_derived_from_each_other(client: SdkClient, given: str, rate: str, amount: str) -> None:
    shown = add_invoice(client, line("Pallet", given))[-1]
    assert (shown.findtext("Rate"), shown.findtext("Amount")) == (rate, amount)


def test_a_line_takes_price_and_text_of_its_item(client: SdkClient, person: Person) -> None:
    person.add(
        "ItemService", {"Name": "Packing", "SalesOrPurchase": {"Desc": "By hand", "Price": "12.50", "AccountRef": {}}}
    )
    shown = add_invoice(client, line("Packing", "<Quantity>2</Quantity>"))[-1]
    assert [shown.findtext(name) for name in ("Desc", "Rate", "Amount")] == ["By hand", "12.50", "25.00"]


def test_taxable_lines_of_a_taxable_customer_are_taxed(client: SdkClient) -> None:
    invoice = add_invoice(client, amount_line("Pallet", "100.00", "Tax") + amount_line("Line Haul", "50.00", "Non"))
    assert invoice.findtext("SalesTaxPercentage") == "4.00"
    assert money(invoice) == ("150.00", "4.00", "0.00", "154.00")


def test_a_customer_without_tax_pays_none(client: SdkClient) -> None:
    invoice = add_invoice(client, amount_line("Pallet", "100.00", "Tax"), customer="Blue Ridge Bakery")
    assert money(invoice) == ("100.00", "0.00", "0.00", "100.00")


def test_a_tax_group_adds_its_rates(client: SdkClient) -> None:
    header = "<ItemSalesTaxRef><FullName>Local Tax</FullName></ItemSalesTaxRef>"
    invoice = add_invoice(client, amount_line("Pallet", "100.00", "Tax"), header=header)
    assert (invoice.findtext("SalesTaxPercentage"), invoice.findtext("SalesTaxTotal")) == ("7.25", "7.25")


def test_a_line_without_tax_code_is_not_taxed_unless_the_switch_says_so(client: SdkClient, company: Company) -> None:
    assert add_invoice(client, amount_line("Fuel Surcharge", "100.00")).findtext("SalesTaxTotal") == "0.00"
    company.switches.line_tax_from_item = True
    assert add_invoice(client, amount_line("Fuel Surcharge", "100.00")).findtext("SalesTaxTotal") == "4.00"


def test_a_discount_takes_its_percent_of_the_line_above(client: SdkClient) -> None:
    invoice = add_invoice(
        client, amount_line("Line Haul", "50.00") + amount_line("Pallet", "30.00") + line("Discount 10")
    )
    assert amounts(invoice) == ["50.00", "30.00", "-3.00"]
    assert invoice[-1].findtext("RatePercent") == "-10.00"
    assert invoice.findtext("Subtotal") == "77.00"


def test_a_subtotal_sums_up_and_a_discount_may_follow_it(client: SdkClient) -> None:
    lines = amount_line("Line Haul", "50.00") + amount_line("Pallet", "30.00") + line("Subtotal") + line("Discount 10")
    invoice = add_invoice(client, lines)
    assert amounts(invoice) == ["50.00", "30.00", "80.00", "-8.00"]
    assert invoice.findtext("Subtotal") == "72.00"


def test_a_discounts_amount_is_always_taken_off(client: SdkClient) -> None:
    invoice = add_invoice(client, amount_line("Line Haul", "50.00") + amount_line("Discount 10", "5.00"))
    assert amounts(invoice) == ["50.00", "-5.00"]


def test_a_group_is_opened_into_its_lines(client: SdkClient) -> None:
    group = "<InvoiceLineGroupAdd><ItemGroupRef><FullName>Starter Kit</FullName></ItemGroupRef><Quantity>2</Quantity>"
    invoice = add_invoice(client, group + "</InvoiceLineGroupAdd>" + amount_line("Pallet", "1.00"))
    shown = invoice.find("InvoiceLineGroupRet")
    assert shown is not None
    inner = shown.findall("InvoiceLineRet")
    assert [node.findtext("Quantity") for node in inner] == ["2", "2"]
    total = sum(Decimal(node.findtext("Amount") or "") for node in inner)
    assert shown.findtext("TotalAmount") == f"{total:.2f}"
    assert invoice.findtext("Subtotal") == f"{total + 1:.2f}"
    assert [node.tag for node in invoice][-2:] == ["InvoiceLineGroupRet", "InvoiceLineRet"]


def test_the_header_is_completed_from_customer_and_terms(client: SdkClient) -> None:
    invoice = add_invoice(client, amount_line("Pallet", "1.00"), header="<TxnDate>2026-07-01</TxnDate>")
    assert invoice.findtext("TermsRef/FullName") == "Net 15"
    assert invoice.findtext("DueDate") == "2026-07-16"
    assert invoice.findtext("BillAddress/City") == "Albany"
    assert invoice.findtext("BillAddressBlock/Addr2") == "Albany, NY 12207"
    assert invoice.findtext("ARAccountRef/FullName") == "Accounts Receivable"


@pytest.mark.parametrize(("day", "due"), [("2026-07-01", "2026-07-10"), ("2026-07-08", "2026-08-10")])
def test_date_driven_terms_lead_to_a_day_of_the_month(client: SdkClient, day: str, due: str) -> None:
    header = f"<TxnDate>{day}</TxnDate><TermsRef><FullName>10th of month</FullName></TermsRef>"
    assert add_invoice(client, amount_line("Pallet", "1.00"), header=header).findtext("DueDate") == due


def test_terms_with_discount_suggest_it(client: SdkClient) -> None:
    header = "<TxnDate>2026-07-01</TxnDate><TermsRef><FullName>1% 10 Net 30</FullName></TermsRef>"
    invoice = add_invoice(client, amount_line("Pallet", "50.00"), header=header)
    assert invoice.findtext("SuggestedDiscountAmount") == "0.50"
    assert invoice.findtext("SuggestedDiscountDate") == "2026-07-11"


def test_the_same_ref_number_is_taken_twice(client: SdkClient) -> None:
    first = add_invoice(client, amount_line("Pallet", "1.00"), header="<RefNumber>77</RefNumber>")
    second = add_invoice(client, amount_line("Pallet", "1.00"), header="<RefNumber>77</RefNumber>")
    assert first.findtext("TxnID") != second.findtext("TxnID")
    rs = client.ask("<InvoiceQueryRq><RefNumber>77</RefNumber></InvoiceQueryRq>")
    assert len(rs) == 2


def test_a_missing_ref_number_stays_blank_unless_the_switch_says_so(client: SdkClient, company: Company) -> None:
    assert add_invoice(client, amount_line("Pallet", "1.00")).find("RefNumber") is None
    company.switches.auto_number = True
    assert add_invoice(client, amount_line("Pallet", "1.00")).findtext("RefNumber")


def test_the_external_guid_comes_back(client: SdkClient, company: Company) -> None:
    invoice = add_invoice(client, amount_line("Pallet", "1.00"), header=f"<ExternalGUID>{GUID}</ExternalGUID>")
    assert invoice.findtext("ExternalGUID") == GUID
    assert company.count_writes(external_guid=GUID) == 1


def test_a_mod_without_lines_keeps_them(client: SdkClient) -> None:
    invoice = add_invoice(client, amount_line("Pallet", "1.00") + amount_line("Line Haul", "2.00"))
    changed = modify(client, invoice, "<Memo>hello</Memo>")[0]
    assert (changed.findtext("Memo"), amounts(changed)) == ("hello", ["1.00", "2.00"])


def test_a_mod_with_lines_replaces_them(client: SdkClient) -> None:
    invoice = add_invoice(client, amount_line("Pallet", "1.00") + amount_line("Line Haul", "2.00"))
    kept = invoice.findall("InvoiceLineRet")[1].findtext("TxnLineID")
    change = (
        f"<InvoiceLineMod><TxnLineID>{kept}</TxnLineID></InvoiceLineMod><InvoiceLineMod><TxnLineID>-1</TxnLineID>"
        "<ItemRef><FullName>Pallet</FullName></ItemRef><Amount>9.00</Amount></InvoiceLineMod>"
    )
    changed = modify(client, invoice, change)[0]
    assert amounts(changed) == ["2.00", "9.00"]
    ids = [node.findtext("TxnLineID") for node in changed.findall("InvoiceLineRet")]
    assert ids[0] == kept
    assert ids[1] not in {None, "-1"}


def test_a_changed_quantity_is_priced_again(client: SdkClient) -> None:
    invoice = add_invoice(client, line("Pallet", "<Quantity>2</Quantity><Rate>5.00</Rate>"))
    line_id = invoice[-1].findtext("TxnLineID")
    change = f"<InvoiceLineMod><TxnLineID>{line_id}</TxnLineID><Quantity>3</Quantity></InvoiceLineMod>"
    assert amounts(modify(client, invoice, change)[0]) == ["15.00"]


def test_lines_out_of_order_are_3290_and_unknown_ones_3120(client: SdkClient) -> None:
    invoice = add_invoice(client, amount_line("Pallet", "1.00") + amount_line("Line Haul", "2.00"))
    ids = [node.findtext("TxnLineID") for node in invoice.findall("InvoiceLineRet")]
    lines = [f"<InvoiceLineMod><TxnLineID>{line_id}</TxnLineID></InvoiceLineMod>" for line_id in (*ids, "FFF-1")]
    assert modify(client, invoice, lines[1] + lines[0]).get("statusCode") == "3290"
    assert modify(client, invoice, lines[2]).get("statusCode") == "3120"


def test_an_old_edit_sequence_is_3200(client: SdkClient, clock: SteppingClock) -> None:
    invoice = add_invoice(client, amount_line("Pallet", "1.00"))
    clock.advance(2)
    assert modify(client, invoice, "<Memo>one</Memo>").get("statusCode") == "0"
    assert modify(client, invoice, "<Memo>two</Memo>").get("statusCode") == "3200"


def test_the_customer_cannot_be_cleared(client: SdkClient) -> None:
    invoice = add_invoice(client, amount_line("Pallet", "1.00"))
    assert modify(client, invoice, "<CustomerRef></CustomerRef>").get("statusCode") == "3090"


def test_an_invoice_needs_a_customer(client: SdkClient) -> None:
    rs = client.ask("<InvoiceAddRq><InvoiceAdd><CustomerRef></CustomerRef></InvoiceAdd></InvoiceAddRq>")
    assert rs.get("statusCode") == "3150"


def test_a_locked_invoice_is_3175(client: SdkClient, company: Company) -> None:
    invoice = add_invoice(client, amount_line("Pallet", "1.00"))
    company.lock(str(invoice.findtext("TxnID")))
    assert modify(client, invoice, "<Memo>one</Memo>").get("statusCode") == "3175"
    company.unlock(str(invoice.findtext("TxnID")))
    assert modify(client, invoice, "<Memo>one</Memo>").get("statusCode") == "0"


def test_a_closed_period_is_3171(client: SdkClient, company: Company) -> None:
    header = "<TxnDate>2026-06-30</TxnDate>"
    invoice = add_invoice(client, amount_line("Pallet", "1.00"), header=header)
    company.switches.closing_date = "2026-06-30"
    assert modify(client, invoice, "<Memo>one</Memo>").get("statusCode") == "3171"
    assert modify(client, invoice, "<TxnDate>2026-07-01</TxnDate>").get("statusCode") == "3171"


def test_an_account_that_is_no_receivable_is_refused(client: SdkClient) -> None:
    rs = client.ask(
        "<InvoiceAddRq><InvoiceAdd><CustomerRef><FullName>Alpine Bakery</FullName></CustomerRef>"
        "<ARAccountRef><FullName>Checking</FullName></ARAccountRef></InvoiceAdd></InvoiceAddRq>"
    )
    assert rs.get("statusCode") == "3210"


def test_a_voided_invoice_stays_with_nothing_in_it(client: SdkClient, clock: SteppingClock) -> None:
    invoice = add_invoice(client, amount_line("Pallet", "100.00", "Tax"), header="<Memo>note</Memo>")
    txn_id = invoice.findtext("TxnID")
    clock.advance(10)
    rs = client.ask(f"<TxnVoidRq><TxnVoidType>Invoice</TxnVoidType><TxnID>{txn_id}</TxnID></TxnVoidRq>")
    assert rs.findtext("TxnID") == txn_id
    shown = client.ask(
        f"<InvoiceQueryRq><TxnID>{txn_id}</TxnID><IncludeLineItems>true</IncludeLineItems></InvoiceQueryRq>"
    )[0]
    assert money(shown) == ("0.00", "0.00", "0.00", "0.00")
    assert shown.findtext("Memo") == "VOID: note"
    assert shown.findtext("EditSequence") != invoice.findtext("EditSequence")


def test_a_deleted_invoice_is_gone_and_reported(client: SdkClient) -> None:
    invoice = add_invoice(client, amount_line("Pallet", "1.00"), header="<RefNumber>D1</RefNumber>")
    txn_id = invoice.findtext("TxnID")
    delete = f"<TxnDelRq><TxnDelType>Invoice</TxnDelType><TxnID>{txn_id}</TxnID></TxnDelRq>"
    rs = client.ask(delete)
    assert (rs.findtext("TxnID"), rs.findtext("RefNumber")) == (txn_id, "D1")
    assert client.ask(delete).get("statusCode") == "3120"
    assert client.ask(f"<InvoiceQueryRq><TxnID>{txn_id}</TxnID></InvoiceQueryRq>").get("statusCode") == "500"
    reported = client.ask("<TxnDeletedQueryRq><TxnDelType>Invoice</TxnDelType></TxnDeletedQueryRq>")
    assert [node.findtext("TxnID") for node in reported] == [txn_id]


def test_credit_memos_and_sales_receipts_follow_the_same_rules(client: SdkClient) -> None:
    for kind, total in (("CreditMemo", "CreditRemaining"), ("SalesReceipt", "TotalAmount")):
        tax = "<SalesTaxCodeRef><FullName>Tax</FullName></SalesTaxCodeRef>"
        rs = client.ask(
            f"<{kind}AddRq><{kind}Add><CustomerRef><FullName>Alpine Bakery</FullName></CustomerRef><{kind}LineAdd>"
            f"<ItemRef><FullName>Pallet</FullName></ItemRef><Amount>100.00</Amount>{tax}</{kind}LineAdd></{kind}Add>"
            f"</{kind}AddRq>"
        )
        assert rs[0].findtext("TotalAmount") == "104.00"
        assert rs[0].findtext(total) == "104.00"


def test_a_custom_field_of_a_line_is_kept_for_its_owner(client: SdkClient) -> None:
    field = "<DataExt><OwnerID>0</OwnerID><DataExtName>Bay</DataExtName><DataExtValue>7</DataExtValue></DataExt>"
    invoice = add_invoice(client, line("Pallet", field))
    query = (
        f"<InvoiceQueryRq><TxnID>{invoice.findtext('TxnID')}</TxnID><IncludeLineItems>true</IncludeLineItems>"
        "{}</InvoiceQueryRq>"
    )
    assert client.ask(query.format("")).find(".//DataExtRet") is None
    assert client.ask(query.format("<OwnerID>0</OwnerID>")).findtext(".//DataExtRet/DataExtValue") == "7"
