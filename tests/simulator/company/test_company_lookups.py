"""The questions by which a server finds out what became of a lost answer."""

from datetime import timedelta
from typing import Any

import pytest
from lxml import etree

from qbwc_service.simulator import Company, Person, SdkClient, SteppingClock

GUIDS = {
    kind: f"{{{number:08}-0000-4000-8000-000000000000}}"
    for number, kind in enumerate(
        (
            "Customer",
            "ItemService",
            "ItemNonInventory",
            "ItemOtherCharge",
            "Invoice",
            "CreditMemo",
            "SalesReceipt",
            "ReceivePayment",
            "Deposit",
        ),
        start=1,
    )
}
TRANSACTIONS = ("Invoice", "CreditMemo", "SalesReceipt", "ReceivePayment", "Deposit")
LISTS = ("Customer", "ItemService", "ItemNonInventory", "ItemOtherCharge")


@pytest.fixture
def customer_id(company: Company) -> str:
    entry = company.find_entry(("Customer",), name="Blue Ridge Bakery")
    assert entry is not None
    return entry.list_id


@pytest.fixture
def ours(client: SdkClient, customer_id: str, clock: SteppingClock) -> dict[str, str]:
    """One object of every kind, added over qbXML with an ExternalGUID: kind → ListID or TxnID."""
    clock.advance(timedelta(days=2).total_seconds())
    customer = f"<CustomerRef><ListID>{customer_id}</ListID></CustomerRef>"
    account = "<AccountRef><FullName>Freight Income</FullName></AccountRef>"
    item_id = ""
    made: dict[str, str] = {}

    def add(kind: str, inside: str) -> str:
        guid = f"<ExternalGUID>{GUIDS[kind]}</ExternalGUID>"
        request = f"<{kind}AddRq><{kind}Add>{inside.replace('GUID', guid)}</{kind}Add></{kind}AddRq>"
        answer = client.ask(request)
        assert answer.get("statusCode") == "0", answer.get("statusMessage")
        made[kind] = answer.findtext(".//ListID" if kind in LISTS else ".//TxnID") or ""
        return made[kind]

    add("Customer", "<Name>Lookup Ltd</Name>GUID")
    for kind in LISTS[1:]:
        item_id = add(kind, f"<Name>Lookup {kind}</Name><SalesOrPurchase>{account}</SalesOrPurchase>GUID")
    for kind in ("Invoice", "CreditMemo", "SalesReceipt"):
        line = f"<ItemRef><ListID>{item_id}</ListID></ItemRef><Quantity>1</Quantity><Rate>10.00</Rate>"
        add(kind, f"{customer}<RefNumber>L-{kind[0]}</RefNumber>GUID<{kind}LineAdd>{line}</{kind}LineAdd>")
    payment = add(
        "ReceivePayment",
        f"{customer}<RefNumber>L-P</RefNumber><TotalAmount>5.00</TotalAmount>GUID<IsAutoApply>false</IsAutoApply>",
    )
    bank = "<DepositToAccountRef><FullName>Checking</FullName></DepositToAccountRef>"
    line = f"<DepositLineAdd><PaymentTxnID>{payment}</PaymentTxnID></DepositLineAdd>"
    add("Deposit", f"{bank}GUID{line}")
    return made


def found(answer: etree._Element) -> dict[str, str | None]:
    """Id → ExternalGUID of every Ret of an answer."""
    return {ret.findtext("ListID") or ret.findtext("TxnID") or "": ret.findtext("ExternalGUID") for ret in answer}


def today(company: Company) -> str:
    return f"<FromModifiedDate>{company.today()}</FromModifiedDate>"


@pytest.mark.parametrize("kind", TRANSACTIONS)
def test_transactions_of_a_customer_since_a_day_with_their_lines(
    client: SdkClient, company: Company, ours: dict[str, str], customer_id: str, kind: str
) -> None:
    answer = client.ask(
        f"<{kind}QueryRq><ModifiedDateRangeFilter>{today(company)}</ModifiedDateRangeFilter>"
        f"<EntityFilter><ListID>{customer_id}</ListID></EntityFilter>"
        f"<IncludeLineItems>true</IncludeLineItems></{kind}QueryRq>"
    )

    assert found(answer) == {ours[kind]: GUIDS[kind]}


@pytest.mark.parametrize("kind", ["Invoice", "CreditMemo", "SalesReceipt", "Deposit", "ReceivePayment"])
def test_lines_come_where_they_are_asked_for(
    client: SdkClient, company: Company, ours: dict[str, str], kind: str
) -> None:
    query = "<{0}QueryRq><ModifiedDateRangeFilter>{1}</ModifiedDateRangeFilter>{2}</{0}QueryRq>"
    with_lines = client.ask(query.format(kind, today(company), "<IncludeLineItems>true</IncludeLineItems>"))
    without = client.ask(query.format(kind, today(company), ""))

    has_lines = kind != "ReceivePayment"
    assert any("LineRet" in str(part.tag) for part in with_lines.iter()) is has_lines
    assert not any("LineRet" in str(part.tag) for part in without.iter())


@pytest.mark.parametrize("kind", ["Invoice", "CreditMemo", "SalesReceipt", "ReceivePayment"])
def test_transactions_by_number(client: SdkClient, ours: dict[str, str], kind: str) -> None:
    number = "L-P" if kind == "ReceivePayment" else f"L-{kind[0]}"
    query = f"<{kind}QueryRq><{{0}}>{{1}}</{{0}}></{kind}QueryRq>"

    for element in ("RefNumber", "RefNumberCaseSensitive"):
        assert found(client.ask(query.format(element, number))) == {ours[kind]: GUIDS[kind]}
        assert client.ask(query.format(element, "nobody's")).get("statusCode") in {"1", "500"}
    assert found(client.ask(query.format("RefNumber", number.lower()))) == {ours[kind]: GUIDS[kind]}
    assert found(client.ask(query.format("RefNumberCaseSensitive", number.lower()))) == {}


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize("mixed", [False, True])
def test_list_entries_since_a_day_by_part_of_a_name_and_by_name(
    client: SdkClient, company: Company, ours: dict[str, str], kind: str, *, mixed: bool
) -> None:
    query = kind if not mixed else ("Item" if kind.startswith("Item") else "Entity")
    name = "Lookup Ltd" if kind == "Customer" else f"Lookup {kind}"
    contains = f"<NameFilter><MatchCriterion>Contains</MatchCriterion><Name>{name[2:]}</Name></NameFilter>"
    since = f"{today(company)}"

    for inside in (f"<FullName>{name}</FullName>", f"<ListID>{ours[kind]}</ListID>", contains, f"{since}{contains}"):
        assert found(client.ask(f"<{query}QueryRq>{inside}</{query}QueryRq>")) == {ours[kind]: GUIDS[kind]}
    assert ours[kind] in found(client.ask(f"<{query}QueryRq>{since}</{query}QueryRq>"))


def test_what_a_person_renamed_is_found_by_the_day_and_its_guid(
    client: SdkClient, company: Company, person: Person, ours: dict[str, str]
) -> None:
    person.rename(ours["Customer"], "Somebody Else")

    assert found(client.ask("<CustomerQueryRq><FullName>Lookup Ltd</FullName></CustomerQueryRq>")) == {}
    since = found(client.ask(f"<CustomerQueryRq>{today(company)}</CustomerQueryRq>"))
    assert since == {ours["Customer"]: GUIDS["Customer"]}


def test_accounts_since_a_day(client: SdkClient, company: Company, ours: dict[str, str]) -> None:
    assert client.ask(f"<AccountQueryRq>{today(company)}</AccountQueryRq>").get("statusCode") == "1"
    accounts = client.ask("<AccountQueryRq><NameFilter><MatchCriterion>Contains</MatchCriterion>"
                          "<Name>Freight</Name></NameFilter></AccountQueryRq>")  # fmt: skip
    assert len(accounts) >= 1


@pytest.mark.parametrize("kind", ["Deposit", "ReceivePayment", "SalesReceipt", "CreditMemo", "Invoice"])
def test_deleted_transactions_since_a_day(
    client: SdkClient, company: Company, person: Person, ours: dict[str, str], kind: str
) -> None:
    person.delete(ours["Deposit"])
    if kind != "Deposit":
        person.delete(ours[kind])

    day = f"<FromDeletedDate>{company.today()}</FromDeletedDate>"
    asked = f"<TxnDelType>{kind}</TxnDelType><DeletedDateRangeFilter>{day}</DeletedDateRangeFilter>"
    (deleted,) = client.ask(f"<TxnDeletedQueryRq>{asked}</TxnDeletedQueryRq>")

    numbers = {"Deposit": None, "ReceivePayment": "L-P"}
    assert deleted.findtext("TxnID") == ours[kind]
    assert deleted.findtext("RefNumber") == numbers.get(kind, f"L-{kind[0]}")
    assert deleted.findtext("TimeCreated")


def test_deleted_list_entries_since_a_day(
    client: SdkClient, company: Company, person: Person, ours: dict[str, str]
) -> None:
    person.delete(ours["Customer"])

    day = f"<FromDeletedDate>{company.today()}</FromDeletedDate>"
    asked = f"<ListDelType>Customer</ListDelType><DeletedDateRangeFilter>{day}</DeletedDateRangeFilter>"
    (deleted,) = client.ask(f"<ListDeletedQueryRq>{asked}</ListDeletedQueryRq>")

    assert (deleted.findtext("ListID"), deleted.findtext("FullName")) == (ours["Customer"], "Lookup Ltd")


def probe(client: SdkClient, set_id: str) -> etree._Element:
    attributes = f'newMessageSetID="{set_id}" oldMessageSetID="{set_id}"'
    return client.send("", attributes=attributes)


@pytest.mark.parametrize("trimmed", [False, True])
def test_a_probe_without_a_body_brings_the_kept_answer(
    client: SdkClient, company: Company, trimmed: Any, customer_id: str
) -> None:
    company.switches.trimmed_answers = trimmed
    add = (
        f'<CustomerAddRq requestID="7"><CustomerAdd><Name>Kept</Name><ExternalGUID>{GUIDS["Customer"]}</ExternalGUID>'
        '</CustomerAdd></CustomerAddRq><CustomerAddRq requestID="8"><CustomerAdd><Name>Blue Ridge Bakery</Name>'
        "</CustomerAdd></CustomerAddRq>"
    )
    client.send(add, attributes='newMessageSetID="X"')

    kept = probe(client, "X")

    assert kept.get("messageSetStatusCode") == "0"
    assert [(one.get("requestID"), one.get("statusCode")) for one in kept] == [("7", "0"), ("8", "3100")]
    assert kept[0].findtext("ErrorRecovery/ExternalGUID") == GUIDS["Customer"]
    assert (kept[0].find("CustomerRet") is None) is trimmed


@pytest.mark.parametrize("recovery", [False, True])
def test_a_probe_for_what_was_never_executed_is_9002(client: SdkClient, company: Company, *, recovery: bool) -> None:
    company.switches.recovery = recovery

    answer = probe(client, "never")

    assert (answer.get("messageSetStatusCode"), len(answer)) == ("9002", 0)
    assert company.writes == ()
