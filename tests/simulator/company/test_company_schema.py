"""Answers against Intuit's own schema 13.0, where it is at hand."""

from pathlib import Path

import pytest
from lxml import etree

from qbwc_service.simulator.quickbooks.company import Company
from qbwc_service.simulator.quickbooks.person import Person
from qbwc_service.simulator.quickbooks.program import QuickBooks
from qbwc_service.simulator.quickbooks.sdk_client import SdkClient
from qbwc_service.simulator.quickbooks.stepping_clock import SteppingClock

SCHEMA = Path(__file__).parents[4] / "shared" / "data" / "xsd" / "qbxmlops130.xsd"
QUERIES = (
    "Customer", "Vendor", "Employee", "OtherName", "Item", "Account", "Class", "Terms", "PaymentMethod", "SalesTaxCode",
    "ItemInventory", "StandardTerms", "DateDrivenTerms", "ShipMethod", "CustomerMsg", "CustomerType", "JobType",
)  # fmt: skip
TRANSACTIONS = ("Invoice", "CreditMemo", "ReceivePayment", "SalesReceipt", "Deposit")


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    if not SCHEMA.exists():
        pytest.skip("Intuit's schemas are not at hand; the shapes are asserted in the other tests of this folder")
    return etree.XMLSchema(etree.parse(SCHEMA))


@pytest.fixture(scope="module")
def busy_company() -> Company:
    company = Company.create(customers=6, items=10, invoices=30, clock=SteppingClock())
    person = Person(company)
    line = {"ItemRef": {"FullName": "Pallet"}, "Quantity": "2", "Rate": "3.50"}
    alpine = {"FullName": "Alpine Bakery"}
    person.add("SalesReceipt", {"CustomerRef": alpine, "SalesReceiptLineAdd": [line]})
    group = {"ItemGroupRef": {"FullName": "Starter Kit"}, "Quantity": "2"}
    invoice = person.add_transaction(
        "Invoice", {"CustomerRef": alpine, "InvoiceLineAdd": [line], "InvoiceLineGroupAdd": [group]}
    )
    payment = person.pay(invoice.txn_id)
    person.deposit(
        [payment.txn_id], account="Checking", fee={"AccountRef": {"FullName": "Merchant Fees"}, "Amount": "-1.00"}
    )
    person.void(person.add_transaction("Invoice", {"CustomerRef": alpine, "InvoiceLineAdd": [line]}).txn_id)
    person.delete(person.add_transaction("Invoice", {"CustomerRef": alpine, "RefNumber": "gone"}).txn_id)
    person.delete(person.add_entry("Customer", {"Name": "Gone"}).list_id)
    return company


def check(schema: etree.XMLSchema, answer: str) -> None:
    document = etree.fromstring(answer.encode())
    assert schema.validate(document), schema.error_log


def test_queries_answer_as_the_schema_says(schema: etree.XMLSchema, busy_company: Company) -> None:
    client = SdkClient(QuickBooks(busy_company))
    asked = "".join(f"<{kind}QueryRq requestID='{kind}' />" for kind in QUERIES)
    for kind in TRANSACTIONS:
        links = "<IncludeLinkedTxns>true</IncludeLinkedTxns>" if kind in {"Invoice", "CreditMemo"} else ""
        asked += (
            f"<{kind}QueryRq requestID='{kind}' metaData='MetaDataAndResponseData'>"
            f"<IncludeLineItems>true</IncludeLineItems>{links}</{kind}QueryRq>"
        )
    asked += "<TxnDeletedQueryRq><TxnDelType>Invoice</TxnDelType></TxnDeletedQueryRq>"
    asked += "<ListDeletedQueryRq><ListDelType>Customer</ListDelType></ListDeletedQueryRq>"
    asked += "<ReceivePaymentToDepositQueryRq />"
    answer = client.quickbooks.process(client.session, client.wrap(asked))
    statuses = {rs.get("statusCode") for rs in etree.fromstring(answer.encode())[0]}
    assert statuses == {"0"}
    check(schema, answer)


def test_host_company_and_preferences_answer_as_the_schema_says(schema: etree.XMLSchema, busy_company: Company) -> None:
    quickbooks = QuickBooks(busy_company)
    quickbooks.register(
        owner_id="{7E2B1D64-0C53-4B9B-9F0E-5F8A2C6D1A10}", file_id="{7E2B1D64-0C53-4B9B-9F0E-5F8A2C6D1A11}"
    )
    client = SdkClient(quickbooks)
    check(schema, quickbooks.host_company_preferences(client.session))


def test_writes_and_refusals_answer_as_the_schema_says(schema: etree.XMLSchema, busy_company: Company) -> None:
    client = SdkClient(QuickBooks(busy_company))
    customer = "<CustomerAddRq><CustomerAdd><Name>{}</Name></CustomerAdd></CustomerAddRq>"
    invoice = (
        "<InvoiceAddRq requestID='5'><InvoiceAdd><CustomerRef><FullName>Alpine Bakery</FullName></CustomerRef>"
        "<InvoiceLineAdd><ItemRef><FullName>Pallet</FullName></ItemRef><Quantity>1</Quantity></InvoiceLineAdd>"
        "<InvoiceLineAdd><ItemRef><FullName>Discount 10</FullName></ItemRef></InvoiceLineAdd></InvoiceAdd>"
        "</InvoiceAddRq>"
    )
    payment = (
        "<ReceivePaymentAddRq><ReceivePaymentAdd><CustomerRef><FullName>Alpine Bakery</FullName></CustomerRef>"
        "<TotalAmount>10.00</TotalAmount><IsAutoApply>true</IsAutoApply></ReceivePaymentAdd></ReceivePaymentAddRq>"
    )
    body = customer.format("A &amp; B &lt;x&gt; &quot;q&quot;") + customer.format("Alpine Bakery") + invoice + payment
    check(
        schema,
        client.quickbooks.process(client.session, client.wrap(body, attributes='newMessageSetID="S1"')),
    )
