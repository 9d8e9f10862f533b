"""Bad values fail their own request with a 3xxx status; the rest of the set goes on."""

import pytest

from qbwc_service.simulator.quickbooks.company import Company
from qbwc_service.simulator.quickbooks.program import QuickBooks
from qbwc_service.simulator.quickbooks.sdk_client import SdkClient

CUSTOMER = "<CustomerAddRq><CustomerAdd><Name>N</Name>{}</CustomerAdd></CustomerAddRq>"
LINE = (
    "<InvoiceAddRq><InvoiceAdd><CustomerRef><FullName>Alpine Bakery</FullName></CustomerRef>"
    "<InvoiceLineAdd><ItemRef><FullName>Pallet</FullName></ItemRef>{}</InvoiceLineAdd></InvoiceAdd></InvoiceAddRq>"
)

BACKWARDS = (
    "<CustomerQueryRq><FromModifiedDate>2026-02-01</FromModifiedDate>"
    "<ToModifiedDate>2026-01-01</ToModifiedDate></CustomerQueryRq>"
)


@pytest.mark.parametrize(
    ("request_xml", "status"),
    [
        (CUSTOMER.format("<CreditLimit>12.5</CreditLimit>"), "3040"),
        (CUSTOMER.format("<CreditLimit>1,000.00</CreditLimit>"), "3040"),
        (CUSTOMER.format("<CreditLimit>12345678901234.00</CreditLimit>"), "3040"),
        (CUSTOMER.format("<IsActive>yes</IsActive>"), "3010"),
        (CUSTOMER.format("<JobStartDate>01/02/2026</JobStartDate>"), "3020"),
        (CUSTOMER.format("<JobStartDate>2026-02-30</JobStartDate>"), "3020"),
        (CUSTOMER.format("<ExternalGUID>8c1c3a1e-0000-0000-0000-000000000000</ExternalGUID>"), "3065"),
        (CUSTOMER.format(f"<CompanyName>{'x' * 42}</CompanyName>"), "3070"),
        (CUSTOMER.format("<JobStatus>Sleeping</JobStatus>"), "3110"),
        (CUSTOMER.format("<ParentRef><ListID>not an id</ListID></ParentRef>"), "3000"),
        (CUSTOMER.replace("<Name>N<", "<Name>A:B<").format(""), "3090"),
        (LINE.format("<Quantity>1.123456</Quantity>"), "3060"),
        (LINE.format("<Rate>12,5</Rate>"), "3045"),
        (LINE.format("<RatePercent>ten</RatePercent>"), "3050"),
        ("<InvoiceQueryRq><MaxReturned>0</MaxReturned></InvoiceQueryRq>", "3085"),
        (
            "<CustomerQueryRq><FromModifiedDate>2026-01-01T00:00:00Z</FromModifiedDate></CustomerQueryRq>",
            "3020",
        ),
        (
            "<CustomerQueryRq><FromModifiedDate>2026-02</FromModifiedDate></CustomerQueryRq>",
            "3020",
        ),
        (BACKWARDS, "3030"),
        ("<InvoiceQueryRq><PaidStatus>Half</PaidStatus></InvoiceQueryRq>", "3110"),
    ],
)
def test_a_bad_value_fails_only_its_own_request(
    client: SdkClient, company: Company, request_xml: str, status: str
) -> None:
    answer = client.send(request_xml + "<HostQueryRq />")
    assert [rs.get("statusCode") for rs in answer] == [status, "0"]
    assert answer[0].get("statusSeverity") == "Error"
    assert company.writes == ()


def test_a_length_counts_characters_after_unescaping(client: SdkClient) -> None:
    name = "&amp;" * 41
    assert client.ask(f"<CustomerAddRq><CustomerAdd><Name>{name}</Name></CustomerAdd></CustomerAddRq>")[0] is not None


def test_an_element_of_another_edition_is_left_out_with_a_warning(client: SdkClient, company: Company) -> None:
    answer = client.ask(CUSTOMER.format("<SalesTaxCountry>Canada</SalesTaxCountry>"))
    assert (answer.get("statusCode"), answer.get("statusSeverity")) == ("530", "Warn")
    assert company.count_writes(ref_number="N") == 1
    assert answer.find(".//SalesTaxCountry") is None


def test_the_edition_decides_which_elements_are_known(company: Company) -> None:
    client = SdkClient(QuickBooks(company, country="CA"))
    answer = client.ask(CUSTOMER.format("<SalesTaxCountry>Canada</SalesTaxCountry>"))
    assert answer.findtext(".//SalesTaxCountry") == "Canada"


def test_characters_outside_windows_1252_become_question_marks(client: SdkClient) -> None:
    answer = client.ask(CUSTOMER.format("<CompanyName>Caf\u00e9 \u20ac \u2019 \u4e2d</CompanyName>"))
    assert answer.findtext(".//CompanyName") == "Caf\u00e9 \u20ac \u2019 ?"


@pytest.mark.parametrize(
    ("element", "given", "shown"),
    [
        ("Quantity", "2.50000", "2.5"),
        ("Quantity", "+3", "3"),
        ("Rate", "103", "103.00"),
        ("Rate", "0.12345", "0.12345"),
        ("Amount", "7", "7.00"),
    ],
)
def test_numbers_are_shown_as_quickbooks_writes_them(client: SdkClient, element: str, given: str, shown: str) -> None:
    answer = client.ask(LINE.format(f"<{element}>{given}</{element}>"))
    assert answer.findtext(f".//InvoiceLineRet/{element}") == shown
