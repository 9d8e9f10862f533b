"""What a person sees of the queue and does about it, after real update sessions."""

from collections.abc import Callable
from typing import Any

import pytest

from qbwc_service.sync import enqueue_documents, enqueue_qbxml

HOST = """<?xml version="1.0" ?><QBXML><QBXMLMsgsRs><HostQueryRs statusCode="0"><HostRet>
<ProductName>QuickBooks</ProductName><MajorVersion>33</MajorVersion><MinorVersion>0</MinorVersion><Country>US</Country>
<SupportedQBXMLVersion>13.0</SupportedQBXMLVersion></HostRet></HostQueryRs><CompanyQueryRs statusCode="0"><CompanyRet>
<CompanyName>Acme</CompanyName></CompanyRet></CompanyQueryRs></QBXMLMsgsRs></QBXML>"""
INVOICE = {
    "external_id": "i-1",
    "customer": {"external_id": "c-1"},
    "ref_number": "1001",
    "lines": [{"description": "text"}],
}
REFUSAL = (
    '<?xml version="1.0" ?><QBXML><QBXMLMsgsRs><CustomerAddRs requestID="{}" statusCode="3140" statusSeverity="Error" '
    'statusMessage="The name &quot;Ann&quot; of the list element is already in use."/></QBXMLMsgsRs></QBXML>'
)


class Office:
    """A connection with a customer and an invoice that waits for it, and its Web Connector."""

    def __init__(self, database: Any, company: Any, service: Any, clock: Any) -> None:
        self.database, self.company, self.service, self.clock = database, company, service, clock
        self.connection = company.connection_id
        with database.writing() as db:
            customer, invoice = enqueue_documents(
                db,
                self.connection,
                [("customer", {"external_id": "c-1", "name": "Ann"}), ("invoice", INVOICE)],
                now=clock(),
            )
        self.customer, self.invoice = customer.operation_id, invoice.operation_id

    def hand_out(self) -> str:
        ticket, _ = self.service.authenticate(self.company.user_name, self.company.password)[:2]
        self.service.send_request_xml(
            ticket, HOST, company_file_name="C:\\a.qbw", country="US", major_version=13, minor_version=0
        )
        return str(ticket)

    def lose_the_answer(self) -> None:
        self.service.close_connection(self.hand_out())

    def refuse(self) -> None:
        ticket = self.hand_out()
        self.service.receive_response_xml(ticket, REFUSAL.format(self.customer), hresult="", message="")
        self.service.close_connection(ticket)


@pytest.fixture
def office(database: Any, company: Any, make_service: Callable[..., Any], clock: Any) -> Office:
    return Office(database, company, make_service(), clock)


def state_of(cli: Any, connection: int, kind: str, external_id: str) -> tuple[str, str]:
    shown = cli.json("documents", "show", connection, kind, external_id)
    return shown["document"]["state"], shown["operations"][0]["state"]


def test_a_failed_operation_goes_back_to_waiting_with_its_document(cli: Any, office: Office) -> None:
    office.refuse()
    assert state_of(cli, office.connection, "customer", "c-1") == ("problem", "failed")

    result = cli("operations", "retry", office.connection, office.customer)

    assert result.exit_code == 0
    assert result.stdout == f"Operation {office.customer} (customer 'c-1') is waiting again.\n"
    assert state_of(cli, office.connection, "customer", "c-1") == ("pending", "waiting")


def test_an_unknown_write_is_sent_again_only_by_somebody_who_looked(cli: Any, office: Office) -> None:
    office.lose_the_answer()
    assert state_of(cli, office.connection, "customer", "c-1") == ("unknown", "unknown")

    refused = cli("operations", "retry", office.connection, office.customer)
    assert refused.exit_code == 5
    assert "look in QuickBooks for the Customer 'Ann', ExternalGUID {" in refused.stderr
    assert "--yes-it-is-not-in-quickbooks" in refused.stderr
    assert state_of(cli, office.connection, "customer", "c-1") == ("unknown", "unknown")

    cli("operations", "retry", office.connection, office.customer, "--yes-it-is-not-in-quickbooks")
    assert state_of(cli, office.connection, "customer", "c-1") == ("pending", "waiting")


def test_an_operation_in_quickbooks_hands_is_neither_retried_nor_cancelled(cli: Any, office: Office) -> None:
    office.hand_out()

    retried = cli("operations", "retry", office.connection, office.customer, "--yes-it-is-not-in-quickbooks")
    cancelled = cli("operations", "cancel", office.connection, office.customer)

    assert (retried.exit_code, cancelled.exit_code) == (5, 5)
    assert state_of(cli, office.connection, "customer", "c-1")[1] == "sent"


def test_a_cancelled_operation_leaves_its_document_with_the_reason(cli: Any, office: Office) -> None:
    answer = cli.json("operations", "cancel", office.connection, office.customer, "--reason", "sold")

    document = cli.json("documents", "show", office.connection, "customer", "c-1")["document"]
    assert (document["state"], document["message"]) == ("cleared", "cancelled: sold")
    assert answer["blocked_ids"] == [office.invoice]


def test_a_cancelled_operation_can_be_retried_and_waits_for_its_parents(cli: Any, office: Office) -> None:
    cli("operations", "cancel", office.connection, office.invoice)

    cli("operations", "retry", office.connection, office.invoice)

    assert state_of(cli, office.connection, "invoice", "i-1") == ("blocked", "blocked")


def test_an_operation_shows_its_relatives_and_attempts(cli: Any, office: Office) -> None:
    office.refuse()

    shown = cli.json("operations", "show", office.connection, office.customer)

    assert [one["id"] for one in shown["needed_by"]] == [office.invoice]
    assert [attempt["status_code"] for attempt in shown["attempts"]] == ["3140"]
    assert "already in use" in cli("operations", "show", office.connection, office.customer).stdout


def test_operations_are_listed_by_state_and_page_by_page(cli: Any, office: Office) -> None:
    first = cli.json("operations", "list", office.connection, "--limit", "1")
    second = cli.json("operations", "list", office.connection, "--limit", "1", "--before", first["next_before"])
    blocked = cli.json("operations", "list", office.connection, "--state", "blocked")

    ids = [page["operations"][0]["id"] for page in (first, second)]
    assert ids == [office.invoice, office.customer]
    assert second["next_before"] is None
    assert [one["id"] for one in blocked["operations"]] == [office.invoice]


def test_documents_are_listed_by_kind_and_state(cli: Any, office: Office) -> None:
    listed = cli.json("documents", "list", office.connection, "--kind", "customers", "--state", "pending")
    assert [one["external_id"] for one in listed["documents"]] == ["c-1"]

    assert cli.json("documents", "list", office.connection, "--state", "synced")["documents"] == []
    assert cli("documents", "show", office.connection, "invoice", "c-1").exit_code == 4


def test_an_unknown_request_says_what_to_look_for(cli: Any, office: Office) -> None:
    with office.database.writing() as db:
        body = {"CustomerAdd": {"Name": "Bea"}}
        request = enqueue_qbxml(db, office.connection, "CustomerAddRq", body, now=office.clock())
    office.lose_the_answer()

    refused = cli("operations", "retry", office.connection, request.operation_id)

    assert "look in QuickBooks for the Customer 'Bea'" in refused.stderr


def test_message_sets_are_shown_byte_for_byte(cli: Any, office: Office) -> None:
    office.refuse()
    (listed,) = cli.json("message-sets", "list", office.connection)["message_sets"]

    request = cli("message-sets", "show", office.connection, listed["id"], "--request").stdout_bytes
    answer = cli("message-sets", "show", office.connection, listed["id"], "--answer").stdout_bytes
    shown = cli.json("message-sets", "show", office.connection, listed["id"])

    assert request.startswith(b"<?xml")
    assert b"<CustomerAddRq" in request
    assert answer == REFUSAL.format(office.customer).encode()
    assert shown["message_set"]["operation_ids"] == [office.customer]
    assert shown["request"] == request.decode()


def test_an_answer_that_is_not_there_is_a_wrong_state(cli: Any, office: Office) -> None:
    office.lose_the_answer()
    (listed,) = cli.json("message-sets", "list", office.connection, "--state", "unknown")["message_sets"]

    assert cli("message-sets", "show", office.connection, listed["id"], "--answer").exit_code == 5
    assert "(none)" in cli("message-sets", "show", office.connection, listed["id"]).stdout


def test_one_connection_sees_nothing_of_another(cli: Any, office: Office, link_company: Any) -> None:
    other = link_company("Other").connection_id

    assert cli("operations", "show", other, office.customer).exit_code == 4
    assert cli("operations", "cancel", other, office.customer).exit_code == 4
    assert cli("operations", "retry", other, office.customer).exit_code == 4
    assert cli.json("operations", "list", other)["operations"] == []
