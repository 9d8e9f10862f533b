"""A small company: two customers (one with a job), five items, a clock that stands still in summer."""

from collections.abc import Iterator

import pytest

from qbwc_service.simulator.quickbooks.company import Company
from qbwc_service.simulator.quickbooks.person import Person
from qbwc_service.simulator.quickbooks.program import QuickBooks
from qbwc_service.simulator.quickbooks.sdk_client import SdkClient
from qbwc_service.simulator.quickbooks.stepping_clock import SteppingClock


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def company(clock: SteppingClock) -> Company:
    """Alpine Bakery (taxable, Net 15, with the job Warehouse move) and Blue Ridge Bakery (not taxable, Net 30)."""
    company = Company.create(customers=0, items=5, clock=clock)
    person = Person(company)
    address = {"Addr1": "Alpine Bakery", "City": "Albany", "State": "NY", "PostalCode": "12207"}
    person.add(
        "Customer",
        {
            "Name": "Alpine Bakery",
            "BillAddress": address,
            "TermsRef": {"FullName": "Net 15"},
            "SalesTaxCodeRef": {"FullName": "Tax"},
            "ItemSalesTaxRef": {"FullName": "State Tax"},
        },
    )
    person.add("Customer", {"Name": "Warehouse move", "ParentRef": {"FullName": "Alpine Bakery"}})
    person.add(
        "Customer",
        {
            "Name": "Blue Ridge Bakery",
            "TermsRef": {"FullName": "Net 30"},
            "SalesTaxCodeRef": {"FullName": "Non"},
            "ItemSalesTaxRef": {"FullName": "State Tax"},
        },
    )
    return company


@pytest.fixture
def quickbooks(company: Company) -> QuickBooks:
    return QuickBooks(company)


@pytest.fixture
def person(company: Company) -> Person:
    return Person(company)


@pytest.fixture
def client(quickbooks: QuickBooks) -> Iterator[SdkClient]:
    client = SdkClient(quickbooks)
    yield client
    quickbooks.restart()
