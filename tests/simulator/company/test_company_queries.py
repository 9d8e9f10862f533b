"""Queries: filters, lookups, what is shown, iterators, deletions."""

import pytest
from lxml import etree

from qbwc_service.simulator.quickbooks.company import Company
from qbwc_service.simulator.quickbooks.person import Person
from qbwc_service.simulator.quickbooks.program import QuickBooks
from qbwc_service.simulator.quickbooks.records import Transaction
from qbwc_service.simulator.quickbooks.sdk_client import SdkClient
from qbwc_service.simulator.quickbooks.stepping_clock import SteppingClock

ALPINE, BLUE, JOB = "Alpine Bakery", "Blue Ridge Bakery", "Alpine Bakery:Warehouse move"


def invoice(
    person: Person, number: str, *, customer: str = ALPINE, day: str = "2026-07-01", amount: str = "10.00"
) -> Transaction:
    item_line = {"ItemRef": {"FullName": "Pallet"}, "Amount": amount}
    return person.add_transaction(
        "Invoice",
        {"CustomerRef": {"FullName": customer}, "TxnDate": day, "RefNumber": number, "InvoiceLineAdd": [item_line]},
    )


def numbers(client: SdkClient, filters: str, *, attributes: str = "") -> list[str | None]:
    rs = client.ask(f"<InvoiceQueryRq {attributes}>{filters}</InvoiceQueryRq>")
    assert rs.get("statusCode") in {"0", "1"}, rs.get("statusMessage")
    return [ret.findtext("RefNumber") for ret in rs]


def names(rs: etree._Element) -> list[str | None]:
    return [ret.findtext("FullName") for ret in rs]


def test_nothing_found_is_status_1(client: SdkClient) -> None:
    rs = client.ask("<InvoiceQueryRq />")
    assert (rs.get("statusCode"), rs.get("statusSeverity"), len(rs)) == ("1", "Info", 0)


def test_inactive_entries_are_hidden_unless_asked_for(client: SdkClient, company: Company, person: Person) -> None:
    entry = company.find_entry(("Customer",), name=BLUE)
    assert entry is not None
    person.set_active(entry.list_id, is_active=False)
    query = "<CustomerQueryRq><ActiveStatus>{}</ActiveStatus></CustomerQueryRq>"
    assert BLUE not in names(client.ask("<CustomerQueryRq />"))
    assert names(client.ask(query.format("InactiveOnly"))) == [BLUE]
    assert BLUE in names(client.ask(query.format("All")))


def test_a_lookup_finds_what_is_there_and_warns_of_the_rest(client: SdkClient) -> None:
    rs = client.ask(f"<CustomerQueryRq><FullName>Nobody</FullName><FullName>{ALPINE}</FullName></CustomerQueryRq>")
    assert (rs.get("statusCode"), rs.get("statusSeverity")) == ("500", "Warn")
    assert names(rs) == [ALPINE]
    assert '"Nobody"' in str(rs.get("statusMessage"))


@pytest.mark.parametrize(
    ("criterion", "text", "found"),
    [("StartsWith", "blue", [BLUE]), ("EndsWith", "BAKERY", [ALPINE, BLUE]), ("Contains", "house", [JOB])],
)
def test_names_are_matched_without_case(client: SdkClient, criterion: str, text: str, found: list[str]) -> None:
    rs = client.ask(
        f"<CustomerQueryRq><NameFilter><MatchCriterion>{criterion}</MatchCriterion><Name>{text}</Name></NameFilter>"
        "</CustomerQueryRq>"
    )
    assert names(rs) == found


def test_a_range_of_names_can_be_asked_for(client: SdkClient) -> None:
    rs = client.ask("<CustomerQueryRq><NameRangeFilter><FromName>B</FromName></NameRangeFilter></CustomerQueryRq>")
    assert names(rs) == [BLUE]


def test_customers_are_found_by_balance(client: SdkClient, person: Person) -> None:
    invoice(person, "1", customer=BLUE, amount="75.00")
    rs = client.ask(
        "<CustomerQueryRq><TotalBalanceFilter><Operator>GreaterThan</Operator><Amount>50.00</Amount></TotalBalanceFilter>"
        "</CustomerQueryRq>"
    )
    assert names(rs) == [BLUE]


def test_ref_numbers_are_looked_up_with_and_without_case(client: SdkClient, person: Person) -> None:
    for number in ("ab1", "AB1", "X2"):
        invoice(person, number)
    assert sorted(map(str, numbers(client, "<RefNumber>aB1</RefNumber>"))) == ["AB1", "ab1"]
    assert numbers(client, "<RefNumberCaseSensitive>AB1</RefNumberCaseSensitive>") == ["AB1"]
    rs = client.ask("<InvoiceQueryRq><RefNumber>none</RefNumber></InvoiceQueryRq>")
    assert rs.get("statusCode") == "500"


def test_a_changed_ref_number_is_found_under_the_new_one_only(client: SdkClient, person: Person) -> None:
    txn = invoice(person, "OLD")
    person.change(txn.txn_id, {"RefNumber": "NEW"})
    assert numbers(client, "<RefNumber>NEW</RefNumber>") == ["NEW"]
    assert client.ask("<InvoiceQueryRq><RefNumber>OLD</RefNumber></InvoiceQueryRq>").get("statusCode") == "500"


def test_transactions_are_filtered_by_date_entity_number_and_paid_status(client: SdkClient, person: Person) -> None:
    first = invoice(person, "100", day="2026-06-15")
    invoice(person, "101", customer=JOB, day="2026-06-30")
    invoice(person, "200", customer=BLUE, day="2026-07-01")
    person.pay(first.txn_id)
    between = "<TxnDateRangeFilter><FromTxnDate>{}</FromTxnDate><ToTxnDate>{}</ToTxnDate></TxnDateRangeFilter>"
    assert numbers(client, between.format("2026-06-15", "2026-06-30")) == ["100", "101"]
    macro = "<TxnDateRangeFilter><DateMacro>LastMonth</DateMacro></TxnDateRangeFilter>"
    assert numbers(client, macro) == ["100", "101"]
    entity = "<EntityFilter><{0}>Alpine Bakery</{0}></EntityFilter>"
    assert numbers(client, entity.format("FullName")) == ["100"]
    assert numbers(client, entity.format("FullNameWithChildren")) == ["100", "101"]
    number = "<RefNumberFilter><MatchCriterion>StartsWith</MatchCriterion><RefNumber>10</RefNumber></RefNumberFilter>"
    assert numbers(client, number) == ["100", "101"]
    ranged = "<RefNumberRangeFilter><FromRefNumber>101</FromRefNumber></RefNumberRangeFilter>"
    assert numbers(client, ranged) == ["101", "200"]
    assert numbers(client, "<PaidStatus>PaidOnly</PaidStatus>") == ["100"]
    assert numbers(client, "<PaidStatus>NotPaidOnly</PaidStatus>") == ["101", "200"]
    account = "<AccountFilter><FullName>Checking</FullName></AccountFilter>"
    assert numbers(client, account) == []


def test_lines_are_shown_only_when_asked_for(client: SdkClient, person: Person) -> None:
    invoice(person, "1")
    assert client.ask("<InvoiceQueryRq />").find(".//InvoiceLineRet") is None
    with_lines = client.ask("<InvoiceQueryRq><IncludeLineItems>true</IncludeLineItems></InvoiceQueryRq>")
    assert with_lines.find(".//InvoiceLineRet") is not None


def test_only_the_elements_named_come_back(client: SdkClient, person: Person) -> None:
    invoice(person, "1")
    rs = client.ask(
        "<InvoiceQueryRq><IncludeLineItems>1</IncludeLineItems><IncludeRetElement>EditSequence</IncludeRetElement>"
        "<IncludeRetElement>TxnID</IncludeRetElement><IncludeRetElement>InvoiceLineRet</IncludeRetElement></InvoiceQueryRq>"
    )
    assert [node.tag for node in rs[0]] == ["TxnID", "EditSequence", "InvoiceLineRet"]


@pytest.mark.parametrize(("mode", "shown"), [("MetaDataOnly", 0), ("MetaDataAndResponseData", 3), ("NoMetaData", 3)])
def test_meta_data_tells_the_count(client: SdkClient, person: Person, mode: str, shown: int) -> None:
    for number in "123":
        invoice(person, number)
    rs = client.ask(f"<InvoiceQueryRq metaData='{mode}' />")
    assert len(rs) == shown
    assert rs.get("retCount") == (None if mode == "NoMetaData" else "3")


QUERY = "<InvoiceQueryRq iterator='{}' {}><MaxReturned>2</MaxReturned>{}</InvoiceQueryRq>"


def test_an_iterator_gives_page_after_page(client: SdkClient, person: Person) -> None:
    for number in "12345":
        invoice(person, number)
    first = client.ask(QUERY.format("Start", "", ""))
    handle = f"iteratorID='{first.get('iteratorID')}'"
    second, third = (client.ask(QUERY.format("Continue", handle, "")) for _ in range(2))
    seen = [ret.findtext("RefNumber") for page in (first, second, third) for ret in page]
    assert seen == ["1", "2", "3", "4", "5"]
    assert [page.get("iteratorRemainingCount") for page in (first, second, third)] == ["3", "1", "0"]
    assert client.ask(QUERY.format("Continue", handle, "")).get("statusCode") == "3391"


def test_a_result_that_fits_has_no_iterator(client: SdkClient, person: Person) -> None:
    invoice(person, "1")
    rs = client.ask(QUERY.format("Start", "", ""))
    assert rs.get("iteratorID") is None
    assert rs.get("iteratorRemainingCount") is None


def test_an_iterator_lives_in_its_session_only(client: SdkClient, quickbooks: QuickBooks, person: Person) -> None:
    for number in "123":
        invoice(person, number)
    handle = f"iteratorID='{client.ask(QUERY.format('Start', '', '')).get('iteratorID')}'"
    assert SdkClient(quickbooks).ask(QUERY.format("Continue", handle, "")).get("statusCode") == "3391"
    assert client.ask(QUERY.format("Continue", handle, "")).get("statusCode") == "0"


def test_an_iterator_keeps_to_its_filters_and_can_be_stopped(client: SdkClient, person: Person) -> None:
    for number in "12345":
        invoice(person, number)
    handle = f"iteratorID='{client.ask(QUERY.format('Start', '', '')).get('iteratorID')}'"
    other = client.ask(QUERY.format("Continue", handle, "<PaidStatus>PaidOnly</PaidStatus>"))
    assert other.get("statusCode") == "3391"
    assert client.ask(QUERY.format("Stop", handle, "")).get("statusCode") == "0"
    assert client.ask(QUERY.format("Continue", handle, "")).get("statusCode") == "3391"


def test_a_page_shows_what_is_true_now_and_skips_what_is_gone(client: SdkClient, person: Person) -> None:
    made = [invoice(person, number) for number in "1234"]
    handle = f"iteratorID='{client.ask(QUERY.format('Start', '', '')).get('iteratorID')}'"
    person.delete(made[2].txn_id)
    person.change(made[3].txn_id, {"RefNumber": "4b"})
    page = client.ask(QUERY.format("Continue", handle, ""))
    assert [ret.findtext("RefNumber") for ret in page] == ["4b"]


def test_a_list_without_iterator_is_cut_off(client: SdkClient) -> None:
    rs = client.ask("<AccountQueryRq metaData='MetaDataAndResponseData'><MaxReturned>3</MaxReturned></AccountQueryRq>")
    assert (len(rs), rs.get("retCount")) == (3, "12")


def test_deletions_are_reported_for_90_days_grouped_by_type(
    client: SdkClient, person: Person, clock: SteppingClock
) -> None:
    txn = invoice(person, "1")
    payment = person.pay(txn.txn_id)
    person.delete(payment.txn_id)
    person.delete(txn.txn_id)
    types = "<TxnDelType>Invoice</TxnDelType><TxnDelType>ReceivePayment</TxnDelType>"
    query = f"<TxnDeletedQueryRq>{types}{{}}</TxnDeletedQueryRq>"
    rs = client.ask(query.format(""))
    assert [node.findtext("TxnDelType") for node in rs] == ["Invoice", "ReceivePayment"]
    assert rs[0].findtext("RefNumber") == "1"
    later = "<DeletedDateRangeFilter><FromDeletedDate>2026-07-16</FromDeletedDate></DeletedDateRangeFilter>"
    assert client.ask(query.format(later)).get("statusCode") == "1"
    clock.advance(91 * 24 * 3600)
    assert client.ask(query.format("")).get("statusCode") == "1"


def test_custom_fields_are_shown_to_whom_names_the_owner(client: SdkClient) -> None:
    define = (
        "<DataExtDefAddRq><DataExtDefAdd><OwnerID>0</OwnerID><DataExtName>Route</DataExtName>"
        "<DataExtType>STR255TYPE</DataExtType><AssignToObject>Customer</AssignToObject></DataExtDefAdd></DataExtDefAddRq>"
    )
    value = (
        "<DataExt{0}Rq><DataExt{0}><OwnerID>0</OwnerID><DataExtName>Route</DataExtName>"
        "<ListDataExtType>Customer</ListDataExtType><ListObjRef><FullName>Alpine Bakery</FullName></ListObjRef>"
        "<DataExtValue>{1}</DataExtValue></DataExt{0}></DataExt{0}Rq>"
    )
    assert client.ask(value.format("Add", "9")).get("statusCode") == "3120"
    assert client.ask(define).get("statusCode") == "0"
    assert client.ask(value.format("Add", "9")).get("statusCode") == "0"
    assert client.ask(value.format("Add", "9")).get("statusCode") == "3180"
    assert client.ask(value.format("Mod", "10")).get("statusCode") == "0"
    query = "<CustomerQueryRq><FullName>Alpine Bakery</FullName>{}</CustomerQueryRq>"
    assert client.ask(query.format("")).find(".//DataExtRet") is None
    assert client.ask(query.format("<OwnerID>0</OwnerID>")).findtext(".//DataExtValue") == "10"
    found = client.ask("<DataExtDefQueryRq><OwnerID>0</OwnerID></DataExtDefQueryRq>")
    assert found[0].findtext("DataExtName") == "Route"
    assert client.ask("<DataExtDefQueryRq />").get("statusCode") == "1"
