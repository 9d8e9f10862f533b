"""What QuickBooks does with the document as a whole."""

from itertools import pairwise

import pytest
from lxml import etree

from qbwc_service.simulator.quickbooks.company import Company
from qbwc_service.simulator.quickbooks.hresult import HresultError, RegistrationConflictError
from qbwc_service.simulator.quickbooks.program import QuickBooks
from qbwc_service.simulator.quickbooks.sdk_client import OWNER_ID, SdkClient

ADD = "<CustomerAddRq requestID='1'><CustomerAdd><Name>{}</Name></CustomerAdd></CustomerAddRq>"
INVOICE = """<InvoiceAddRq requestID="9"><InvoiceAdd><CustomerRef><FullName>Alpine Bakery</FullName></CustomerRef>
<TxnDate>2026-07-01</TxnDate><RefNumber>A1</RefNumber><PONumber>P</PONumber><DueDate>2026-07-09</DueDate>
<Memo>m</Memo><InvoiceLineAdd><ItemRef><FullName>Pallet</FullName></ItemRef><Desc>d</Desc><Quantity>1</Quantity>
<Rate>2.00</Rate><Amount>2.00</Amount></InvoiceLineAdd></InvoiceAdd></InvoiceAddRq>"""


def refusal(client: SdkClient, requests: str) -> str:
    with pytest.raises(HresultError) as caught:
        client.send(requests)
    return caught.value.hresult


def test_an_answer_has_no_encoding_and_no_qbxml_instruction(client: SdkClient) -> None:
    text = client.quickbooks.process(client.session, client.wrap("<HostQueryRq requestID='7' />"))
    assert text.startswith('<?xml version="1.0" ?>\n<QBXML>\n<QBXMLMsgsRs>\n<HostQueryRs requestID="7" statusCode="0"')
    assert "<?qbxml" not in text


def test_requests_are_answered_one_by_one_in_their_order(client: SdkClient) -> None:
    answer = client.send(ADD.format("B") + "<TermsQueryRq requestID='two' />" + ADD.format("A"))
    assert [rs.tag for rs in answer] == ["CustomerAddRs", "TermsQueryRs", "CustomerAddRs"]
    assert [rs.get("requestID") for rs in answer] == ["1", "two", "1"]


def test_wrong_order_anywhere_refuses_the_whole_set_and_executes_nothing(client: SdkClient, company: Company) -> None:
    request = etree.fromstring(INVOICE)
    parents = [node for node in request.iter() if len(node) > 1]
    for parent in parents:
        for first, second in pairwise(list(parent)):
            if first.tag == second.tag:
                continue
            parent.insert(parent.index(first), second)
            assert refusal(client, ADD.format("New") + etree.tostring(request).decode()) == "0x80040400"
            parent.insert(parent.index(second), first)
    assert company.writes == ()
    assert client.send(INVOICE)[0].get("statusCode") == "0"


@pytest.mark.parametrize(
    "request_xml",
    [
        "<CustomerAddRq><CustomerAdd><Name>A</Name><Colour>red</Colour></CustomerAdd></CustomerAddRq>",
        "<CustomerAddRq><CustomerAdd><IsActive>true</IsActive></CustomerAdd></CustomerAddRq>",
        "<CustomerAddRq><CustomerAdd><Name>A</Name><Name>B</Name></CustomerAdd></CustomerAddRq>",
        "<CustomerAddRq><CustomerAdd>text<Name>A</Name></CustomerAdd></CustomerAddRq>",
        "<CustomerAddRq><CustomerAdd><Name><b>A</b></Name></CustomerAdd></CustomerAddRq>",
        "<CustomerAddRq />",
        "<CustomerAddRq colour='red'><CustomerAdd><Name>A</Name></CustomerAdd></CustomerAddRq>",
        "<CustomerQueryRq iterator='Begin' />",
        "<CustomerEraseRq />",
        "<CustomerQueryRq><ListID>1-1</ListID><MaxReturned>1</MaxReturned></CustomerQueryRq>",
        "<CustomerQueryRq><MaxReturned>1</MaxReturned><ListID>1-1</ListID></CustomerQueryRq>",
        "<InvoiceQueryRq><ModifiedDateRangeFilter /><TxnDateRangeFilter /></InvoiceQueryRq>",
        "<ReceivePaymentAddRq><ReceivePaymentAdd><CustomerRef /></ReceivePaymentAdd></ReceivePaymentAddRq>",
        "",
    ],
)
def test_a_wrong_structure_is_0x80040400(client: SdkClient, request_xml: str) -> None:
    assert refusal(client, request_xml) == "0x80040400"


@pytest.mark.parametrize(
    ("document", "hresult"),
    [
        ("<QBXML", "0x80040400"),
        ("", "0x80040400"),
        ("<QBXML><QBXMLMsgsRq onError='stopOnError'><HostQueryRq/></QBXMLMsgsRq></QBXML>", "0x80040400"),
        ("<?qbxml version='13.0'?><QBXML><QBXMLMsgsRq><HostQueryRq/></QBXMLMsgsRq></QBXML>", "0x80040400"),
        (
            "<?qbxml version='13.0'?><QBXML><QBXMLMsgsRq onError='never'><HostQueryRq/></QBXMLMsgsRq></QBXML>",
            "0x80040400",
        ),
        (
            "<?qbxml version='13.0'?><!DOCTYPE QBXML []><QBXML><QBXMLMsgsRq onError='stopOnError'/></QBXML>",
            "0x80040400",
        ),
        (
            "<?qbxml version='17.0'?><QBXML><QBXMLMsgsRq onError='stopOnError'><HostQueryRq/></QBXMLMsgsRq></QBXML>",
            "0x80040423",
        ),
        (
            "<?qbxml version='13.5'?><QBXML><QBXMLMsgsRq onError='stopOnError'><HostQueryRq/></QBXMLMsgsRq></QBXML>",
            "0x80040423",
        ),
    ],
)
def test_a_document_that_cannot_be_used_is_refused(client: SdkClient, document: str, hresult: str) -> None:
    with pytest.raises(HresultError) as caught:
        client.quickbooks.process(client.session, document)
    assert caught.value.hresult == hresult


def test_an_element_newer_than_the_documents_version_is_unknown(quickbooks: QuickBooks) -> None:
    east = "<ClassRef><FullName>East</FullName></ClassRef>"
    request = f"<CustomerAddRq><CustomerAdd><Name>A</Name>{east}</CustomerAdd></CustomerAddRq>"
    assert refusal(SdkClient(quickbooks, version="11.0"), request) == "0x80040400"
    assert SdkClient(quickbooks, version="12.0").ask(request).get("statusCode") == "0"


def test_an_answer_holds_only_what_the_documents_version_knows(quickbooks: QuickBooks) -> None:
    query = "<CustomerQueryRq><FullName>Alpine Bakery</FullName></CustomerQueryRq>"
    assert SdkClient(quickbooks, version="13.0").ask(query).find(".//BillAddressBlock") is not None
    assert SdkClient(quickbooks, version="5.0").ask(query).find(".//BillAddressBlock") is None


def test_stop_on_error_leaves_the_rest_undone_with_3231(client: SdkClient, company: Company) -> None:
    answer = client.send(ADD.format("Alpine Bakery") + ADD.format("Never"), on_error="stopOnError")
    assert [rs.get("statusCode") for rs in answer] == ["3100", "3231"]
    assert company.count_writes(ref_number="Never") == 0


def test_a_warning_does_not_stop_the_set(client: SdkClient) -> None:
    missing = "<CustomerQueryRq><FullName>Nobody</FullName></CustomerQueryRq>"
    answer = client.send(missing + ADD.format("Somebody"), on_error="stopOnError")
    assert [rs.get("statusCode") for rs in answer] == ["500", "0"]
    assert answer[0].get("statusSeverity") == "Warn"


def test_continue_on_error_goes_on(client: SdkClient) -> None:
    answer = client.send(ADD.format("Alpine Bakery") + ADD.format("Another"))
    assert [(rs.get("statusCode"), rs.get("statusSeverity")) for rs in answer] == [("3100", "Error"), ("0", "Info")]


def test_include_none_answers_without_objects(client: SdkClient) -> None:
    answer = client.send(ADD.format("Quiet"), attributes='responseData="includeNone"')
    assert answer[0].get("statusCode") == "0"
    assert len(answer[0]) == 0


def test_a_request_this_program_does_not_simulate_is_1030(client: SdkClient) -> None:
    assert client.ask("<EstimateQueryRq />").get("statusCode") == "1030"


def test_a_request_id_over_50_characters_is_1060(client: SdkClient) -> None:
    assert client.ask(f"<CustomerQueryRq requestID='{'x' * 51}' />").get("statusCode") == "1060"


def test_an_ended_session_is_0x8004040d(quickbooks: QuickBooks) -> None:
    client = SdkClient(quickbooks)
    client.close()
    assert refusal(client, "<HostQueryRq />") == "0x8004040D"


def test_another_company_file_is_0x8004040a(quickbooks: QuickBooks) -> None:
    with pytest.raises(HresultError) as caught:
        quickbooks.open_session(app_name="A", owner_id=OWNER_ID, file_id="", company_file=r"C:\Books\Other.qbw")
    assert caught.value.hresult == "0x8004040A"
    assert quickbooks.open_session(
        app_name="A", owner_id=OWNER_ID, file_id="", company_file=quickbooks.company_file.upper()
    )


def test_refused_sessions_stay_refused_until_the_cause_is_gone(quickbooks: QuickBooks) -> None:
    quickbooks.refuse_sessions("0x80040414")
    with pytest.raises(HresultError, match="0x80040414"):
        SdkClient(quickbooks)
    quickbooks.refuse_sessions(None)
    assert SdkClient(quickbooks).ask("<HostQueryRq />").get("statusCode") == "0"


def test_the_company_is_stamped_once_and_a_second_file_id_conflicts(quickbooks: QuickBooks) -> None:
    quickbooks.register(owner_id=OWNER_ID, file_id="{A}")
    quickbooks.register(owner_id=OWNER_ID, file_id="{a}")
    with pytest.raises(RegistrationConflictError) as caught:
        quickbooks.register(owner_id=OWNER_ID, file_id="{B}")
    assert caught.value.stamped == "{A}"
    quickbooks.unregister(owner_id=OWNER_ID)
    quickbooks.register(owner_id=OWNER_ID, file_id="{B}")


def test_the_first_call_tells_host_company_and_preferences(quickbooks: QuickBooks) -> None:
    quickbooks.register(owner_id=OWNER_ID, file_id="{A}")
    client = SdkClient(quickbooks)
    answer = etree.fromstring(quickbooks.host_company_preferences(client.session).encode())[0]
    assert [(rs.tag, rs.get("requestID")) for rs in answer] == [
        ("HostQueryRs", "0"),
        ("CompanyQueryRs", "1"),
        ("PreferencesQueryRs", "2"),
    ]
    versions = [node.text for node in answer.iter("SupportedQBXMLVersion")]
    assert versions[0] == "1.0"
    assert versions[-1] == "16.0"
    fields = {node.findtext("DataExtName"): node.findtext("DataExtValue") for node in answer.iter("DataExtRet")}
    assert fields["FileID"] == "{A}"
    assert set(fields) == {"FileID", "AppLock"}
    assert answer.findtext(".//CurrentAppAccessRights/IsAutomaticLoginAllowed") == "true"


def test_an_older_program_names_and_takes_only_its_versions(company: Company) -> None:
    client = SdkClient(QuickBooks(company, qbxml_version="13.0"))
    versions = [node.text for node in client.ask("<HostQueryRq />").iter("SupportedQBXMLVersion")]
    assert versions[-1] == "13.0"
    client.version = "14.0"
    assert refusal(client, "<HostQueryRq />") == "0x80040423"


def test_a_macro_stands_for_the_id_of_an_earlier_request(client: SdkClient) -> None:
    invoice = INVOICE.replace("<InvoiceAdd>", "<InvoiceAdd defMacro='TxnID:one'>")
    payment = """<ReceivePaymentAddRq><ReceivePaymentAdd><CustomerRef><FullName>Alpine Bakery</FullName></CustomerRef>
    <TotalAmount>1.00</TotalAmount><AppliedToTxnAdd><TxnID useMacro="TxnID:{}" /><PaymentAmount>1.00</PaymentAmount>
    </AppliedToTxnAdd></ReceivePaymentAdd></ReceivePaymentAddRq>"""
    answer = client.send(invoice + payment.format("one") + payment.format("two"))
    assert [rs.get("statusCode") for rs in answer] == ["0", "0", "9100"]
    assert answer[1].findtext(".//AppliedToTxnRet/TxnID") == answer[0].findtext("InvoiceRet/TxnID")


def test_failures_come_before_among_or_after_the_requests(client: SdkClient, company: Company) -> None:
    both = ADD.format("One") + ADD.format("Two")
    for count, done in ((0, 0), (1, 1)):
        client.quickbooks.fail_next("0x8004041C", after_requests=count)
        assert refusal(client, both) == "0x8004041C"
        assert len(company.writes) == done
    client.quickbooks.fail_next("0x80040402")
    assert refusal(client, ADD.format("Three") + ADD.format("Four")) == "0x80040402"
    assert [write.ref_number for write in company.writes] == ["One", "Three", "Four"]
