"""Lists: customers with jobs, items, accounts, terms and their names."""

import pytest

from qbwc_service.simulator.quickbooks.company import Company
from qbwc_service.simulator.quickbooks.person import Person
from qbwc_service.simulator.quickbooks.sdk_client import SdkClient
from qbwc_service.simulator.quickbooks.statuses import StatusError
from qbwc_service.simulator.quickbooks.stepping_clock import SteppingClock

GUID = "{8C1C3A1E-1111-2222-3333-444444444444}"


def add_customer(client: SdkClient, name: str, more: str = "") -> "dict[str, str | None]":
    rs = client.ask(f"<CustomerAddRq><CustomerAdd><Name>{name}</Name>{more}</CustomerAdd></CustomerAddRq>")
    return {"status": rs.get("statusCode"), "message": rs.get("statusMessage"), "id": rs.findtext(".//ListID")}


def customer(client: SdkClient, name: str) -> "dict[str, str | None]":
    rs = client.ask(f"<CustomerQueryRq><FullName>{name}</FullName></CustomerQueryRq>")
    return {node.tag: node.text for node in rs[0]}


def modify(client: SdkClient, name: str, change: str, *, edit_sequence: str = "") -> str | None:
    known = customer(client, name)
    sequence = edit_sequence or known["EditSequence"]
    return client.ask(
        f"<CustomerModRq><CustomerMod><ListID>{known['ListID']}</ListID><EditSequence>{sequence}</EditSequence>"
        f"{change}</CustomerMod></CustomerModRq>"
    ).get("statusCode")


def test_a_customer_comes_back_with_ids_of_the_known_shape(client: SdkClient, clock: SteppingClock) -> None:
    added = add_customer(client, "New", f"<ExternalGUID>{GUID}</ExternalGUID>")
    shown = customer(client, "New")
    second = int(clock().timestamp())
    counter, _, moment = str(added["id"]).partition("-")
    assert len(counter) == 8
    assert counter.startswith("8000")
    assert moment == str(second)
    assert shown["EditSequence"] == str(second)
    assert shown["ExternalGUID"] == GUID
    assert shown["Sublevel"] == "0"
    assert shown["IsActive"] == "true"


def test_a_job_has_its_parents_name_in_front(client: SdkClient) -> None:
    job = customer(client, "alpine bakery:warehouse MOVE")
    assert (job["FullName"], job["Name"], job["Sublevel"]) == ("Alpine Bakery:Warehouse move", "Warehouse move", "1")


def test_names_are_unique_across_customers_vendors_employees_and_other_names(client: SdkClient) -> None:
    for taken in ("alpine bakery", "Diesel Depot", "Jane Brown", "Petty Cash Holder"):
        refused = add_customer(client, taken)
        assert refused["status"] == "3100"
        assert taken in str(refused["message"])


def test_a_job_may_be_named_like_another_customers_job(client: SdkClient) -> None:
    parent = "<ParentRef><FullName>Blue Ridge Bakery</FullName></ParentRef>"
    assert add_customer(client, "Warehouse move", parent)["status"] == "0"
    assert add_customer(client, "Warehouse move", parent)["status"] == "3100"


def test_items_have_names_of_their_own_across_all_kinds(client: SdkClient) -> None:
    service = "<ItemServiceAddRq><ItemServiceAdd><Name>{}</Name><SalesOrPurchase /></ItemServiceAdd></ItemServiceAddRq>"
    assert client.ask(service.format("Subtotal")).get("statusCode") == "3100"
    assert client.ask(service.format("Alpine Bakery")).get("statusCode") == "0"


def test_a_missing_reference_is_3140_and_names_type_and_value(client: SdkClient) -> None:
    refused = add_customer(client, "N", "<TermsRef><FullName>Net 99</FullName></TermsRef>")
    assert refused["status"] == "3140"
    assert 'Terms "Net 99" in the Customer' in str(refused["message"])


def test_an_inactive_entry_cannot_be_used(client: SdkClient, company: Company, person: Person) -> None:
    terms = company.find_entry(("StandardTerms",), name="Net 30")
    assert terms is not None
    person.set_active(terms.list_id, is_active=False)
    assert add_customer(client, "N", "<TermsRef><FullName>Net 30</FullName></TermsRef>")["status"] == "3140"


def test_a_mod_changes_only_what_is_given_and_clears_what_is_empty(client: SdkClient, clock: SteppingClock) -> None:
    add_customer(client, "N", "<CompanyName>C</CompanyName><Phone>1</Phone><Fax>2</Fax>")
    clock.advance(5)
    assert modify(client, "N", "<Phone>3</Phone><Fax></Fax>") == "0"
    shown = customer(client, "N")
    assert (shown["CompanyName"], shown["Phone"], shown.get("Fax")) == ("C", "3", None)
    assert shown["EditSequence"] == str(int(clock().timestamp()))


def test_an_old_edit_sequence_is_3200_and_changes_nothing(client: SdkClient, clock: SteppingClock) -> None:
    before = customer(client, "Alpine Bakery")
    clock.advance(1)
    assert modify(client, "Alpine Bakery", "<Phone>1</Phone>") == "0"
    assert modify(client, "Alpine Bakery", "<Phone>2</Phone>", edit_sequence=str(before["EditSequence"])) == "3200"
    assert customer(client, "Alpine Bakery")["Phone"] == "1"


def test_two_changes_in_one_second_keep_one_edit_sequence(client: SdkClient) -> None:
    first = customer(client, "Alpine Bakery")["EditSequence"]
    assert modify(client, "Alpine Bakery", "<Phone>1</Phone>") == "0"
    assert customer(client, "Alpine Bakery")["EditSequence"] == first


def test_a_renamed_parent_renames_its_jobs_and_keeps_the_ids(client: SdkClient) -> None:
    before = customer(client, "Alpine Bakery:Warehouse move")
    assert modify(client, "Alpine Bakery", "<Name>Summit Bakery</Name>") == "0"
    after = customer(client, "Summit Bakery:Warehouse move")
    assert after["ListID"] == before["ListID"]
    assert (
        client.ask("<CustomerQueryRq><FullName>Alpine Bakery</FullName></CustomerQueryRq>").get("statusCode") == "500"
    )


def test_a_customer_cannot_become_its_own_job(client: SdkClient) -> None:
    change = "<ParentRef><FullName>Alpine Bakery:Warehouse move</FullName></ParentRef>"
    assert modify(client, "Alpine Bakery", change) == "3090"


def test_a_mod_of_something_that_is_not_there_is_3120(client: SdkClient) -> None:
    rs = client.ask(
        "<CustomerModRq><CustomerMod><ListID>80000FFF-1</ListID><EditSequence>1</EditSequence></CustomerMod></CustomerModRq>"
    )
    assert rs.get("statusCode") == "3120"


def test_a_locked_entry_is_refused_as_often_as_asked(client: SdkClient, company: Company) -> None:
    company.lock(str(customer(client, "Alpine Bakery")["ListID"]), code=3170, times=1)
    assert modify(client, "Alpine Bakery", "<Phone>1</Phone>") == "3170"
    assert modify(client, "Alpine Bakery", "<Phone>1</Phone>") == "0"


def delete(client: SdkClient, kind: str, list_id: str | None) -> str | None:
    return client.ask(f"<ListDelRq><ListDelType>{kind}</ListDelType><ListID>{list_id}</ListID></ListDelRq>").get(
        "statusCode"
    )


def test_an_unused_entry_is_deleted_and_its_deletion_is_reported(client: SdkClient) -> None:
    list_id = add_customer(client, "Short")["id"]
    assert delete(client, "Customer", list_id) == "0"
    assert delete(client, "Customer", list_id) == "3120"
    rs = client.ask("<ListDeletedQueryRq><ListDelType>Customer</ListDelType></ListDeletedQueryRq>")
    assert (rs[0].findtext("ListID"), rs[0].findtext("FullName")) == (list_id, "Short")


def test_an_entry_in_use_cannot_be_deleted(client: SdkClient, company: Company) -> None:
    assert delete(client, "Customer", customer(client, "Alpine Bakery")["ListID"]) == "3160"
    terms = company.find_entry(("StandardTerms",), name="Net 15")
    assert terms is not None
    assert delete(client, "StandardTerms", terms.list_id) == "3160"


def test_in_multi_user_mode_a_deleted_entry_is_only_inactive(client: SdkClient, company: Company) -> None:
    company.switches.multi_user = True
    list_id = add_customer(client, "Short")["id"]
    assert delete(client, "Customer", list_id) == "0"
    assert customer(client, "Short")["IsActive"] == "false"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("ItemNonInventory", "<SalesAndPurchase><SalesPrice>1.50</SalesPrice></SalesAndPurchase>"),
        ("ItemOtherCharge", "<SalesOrPurchase><PricePercent>5</PricePercent></SalesOrPurchase>"),
        ("ItemInventory", "<SalesPrice>9.99</SalesPrice>"),
        ("ItemDiscount", "<DiscountRate>5</DiscountRate>"),
        ("ItemSalesTax", "<TaxRate>7.25</TaxRate>"),
        ("ItemSubtotal", "<ItemDesc>sum</ItemDesc>"),
        ("ItemPayment", "<PaymentMethodRef><FullName>Cash</FullName></PaymentMethodRef>"),
        ("Class", ""),
        ("StandardTerms", "<StdDueDays>45</StdDueDays>"),
        ("DateDrivenTerms", "<DayOfMonthDue>15</DayOfMonthDue>"),
        ("PaymentMethod", "<PaymentMethodType>Visa</PaymentMethodType>"),
        ("Account", "<AccountType>Bank</AccountType>"),
        ("Vendor", "<CompanyName>V</CompanyName>"),
        ("OtherName", "<CompanyName>V</CompanyName>"),
    ],
)
def test_every_list_takes_new_entries_and_finds_them_by_name(client: SdkClient, kind: str, body: str) -> None:
    added = client.ask(f"<{kind}AddRq><{kind}Add><Name>Fresh</Name>{body}</{kind}Add></{kind}AddRq>")
    assert added.get("statusMessage") == "Status OK"
    by_name = "" if kind in {"Vendor", "OtherName"} else "<FullName>fresh</FullName>"
    found = client.ask(f"<{kind}QueryRq>{by_name}</{kind}QueryRq>")
    assert "Fresh" in [ret.findtext("Name") for ret in found]


def test_special_accounts_can_be_recognised(client: SdkClient) -> None:
    rs = client.ask("<AccountQueryRq><AccountType>OtherCurrentAsset</AccountType></AccountQueryRq>")
    special = {ret.findtext("SpecialAccountType"): ret.findtext("FullName") for ret in rs}
    assert special["UndepositedFunds"] == "Undeposited Funds"


def test_mixed_queries_answer_with_several_kinds(client: SdkClient) -> None:
    kinds = {ret.tag for ret in client.ask("<TermsQueryRq />")}
    assert kinds == {"StandardTermsRet", "DateDrivenTermsRet"}
    assert {"ItemServiceRet", "ItemDiscountRet", "ItemGroupRet"} <= {ret.tag for ret in client.ask("<ItemQueryRq />")}


def test_a_person_meets_the_same_rules(person: Person) -> None:
    with pytest.raises(StatusError) as caught:
        person.add("Vendor", {"Name": "Alpine Bakery"})
    assert caught.value.code == 3100
