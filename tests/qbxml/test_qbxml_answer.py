"""A whole answer: its responses, their status, and their objects with typed values."""

from decimal import Decimal

import pytest

from qbwc_service import qbxml
from qbwc_service.errors import AnswerError
from tests.qbxml.answers import customers, read_one, wrap

INVOICES = """<?xml version="1.0" ?>
<QBXML>
<QBXMLMsgsRs>
<InvoiceQueryRs requestID="12" statusCode="0" statusSeverity="Info" statusMessage="Status OK" retCount="2"
 iteratorRemainingCount="3" iteratorID="{eb05f701-0000-4000-8000-000000000000}">
<InvoiceRet>
<TxnID>C5-1417118624</TxnID>
<TimeModified>2014-07-19T10:03:44-05:00</TimeModified>
<EditSequence>1405782224</EditSequence>
<TxnNumber>7</TxnNumber>
<CustomerRef><ListID>80000013-1416570432</ListID><FullName>Acme:Dock 4</FullName></CustomerRef>
<TxnDate>2014-07-19</TxnDate>
<IsPending>false</IsPending>
<Subtotal>100.00</Subtotal>
<AppliedAmount>-55.00</AppliedAmount>
<ExchangeRate></ExchangeRate>
<Memo>Caf\u00e9 &amp; &#8220;bar&#8221;</Memo>
<InvoiceLineRet><TxnLineID>C7-1417118624</TxnLineID><Quantity>2</Quantity><Rate>50.00</Rate></InvoiceLineRet>
<InvoiceLineGroupRet><TxnLineID>C8-1</TxnLineID><IsPrintItemsInGroup>true</IsPrintItemsInGroup>
<InvoiceLineRet><Desc>inner</Desc></InvoiceLineRet></InvoiceLineGroupRet>
<InvoiceLineRet><Desc></Desc></InvoiceLineRet>
<DataExtRet><OwnerID>0</OwnerID><DataExtName>Container</DataExtName><DataExtValue>MSKU 123</DataExtValue></DataExtRet>
</InvoiceRet>
<InvoiceRet><TxnID>C6-1417118625</TxnID>
<InvoiceLineRet><Desc>x</Desc></InvoiceLineRet></InvoiceRet>
</InvoiceQueryRs>
<CustomerAddRs requestID="13" statusCode="3100" statusSeverity="Error" statusMessage="The name &quot;A&quot; of the list
 element is already in use." />
<ItemQueryRs requestID="14" statusCode="0" statusSeverity="Info" statusMessage="Status OK">
<ItemServiceRet><ListID>1</ListID></ItemServiceRet><ItemGroupRet><ListID>2</ListID></ItemGroupRet>
</ItemQueryRs>
</QBXMLMsgsRs>
</QBXML>
"""


def test_responses_come_in_order_with_their_status_and_counts() -> None:
    answer = qbxml.read_answer(INVOICES)
    responses = list(answer)

    assert [(response.name, response.request_id, response.status_code) for response in responses] == [
        ("InvoiceQueryRs", "12", 0),
        ("CustomerAddRs", "13", 3100),
        ("ItemQueryRs", "14", 0),
    ]
    first = responses[0]
    assert (first.status_severity, first.status_message) == ("Info", "Status OK")
    assert (first.ret_count, first.iterator_remaining_count) == (2, 3)
    assert first.iterator_id == "{eb05f701-0000-4000-8000-000000000000}"
    assert "already in use" in responses[1].status_message
    assert (responses[1].ret_count, responses[1].iterator_id) == (None, None)


def test_objects_are_typed_by_the_grammar() -> None:
    first, second = [ret for response in qbxml.read_answer(INVOICES) for ret in response.objects][:2]

    assert first.name == "InvoiceRet"
    values = dict(first.values)
    del values["lines"]
    assert values == {
        "TxnID": "C5-1417118624",
        "TimeModified": "2014-07-19T10:03:44-05:00",
        "EditSequence": "1405782224",
        "TxnNumber": 7,
        "CustomerRef": {"ListID": "80000013-1416570432", "FullName": "Acme:Dock 4"},
        "TxnDate": "2014-07-19",
        "IsPending": False,
        "Subtotal": Decimal("100.00"),
        "AppliedAmount": Decimal("-55.00"),
        "ExchangeRate": None,
        "Memo": "Caf\u00e9 & \u201cbar\u201d",
        "InvoiceLineRet": [
            {"TxnLineID": "C7-1417118624", "Quantity": Decimal(2), "Rate": Decimal("50.00")},
            {"Desc": ""},
        ],
        "InvoiceLineGroupRet": [
            {"TxnLineID": "C8-1", "IsPrintItemsInGroup": True, "InvoiceLineRet": [{"Desc": "inner"}]}
        ],
        "DataExtRet": [{"OwnerID": "0", "DataExtName": "Container", "DataExtValue": "MSKU 123"}],
    }
    assert second.values == {"TxnID": "C6-1417118625", "InvoiceLineRet": [{"Desc": "x"}]}


def test_lines_of_two_kinds_are_given_in_their_order_too() -> None:
    first = next(ret for response in qbxml.read_answer(INVOICES) for ret in response.objects)
    lines = first.values["lines"]
    assert isinstance(lines, list)
    assert [list(line) for line in lines] == [["InvoiceLineRet"], ["InvoiceLineGroupRet"], ["InvoiceLineRet"]]


def test_a_mixed_query_gives_objects_of_each_kind() -> None:
    items = [ret for response in qbxml.read_answer(INVOICES) if response.request_id == "14" for ret in response.objects]
    assert [ret.name for ret in items] == ["ItemServiceRet", "ItemGroupRet"]


def test_the_head_of_the_message_set_is_known_before_the_responses() -> None:
    answer = qbxml.read_answer('<QBXML><QBXMLMsgsRs messageSetStatusCode="600" newMessageSetID="m1"/></QBXML>')
    assert (answer.message_set_status_code, answer.new_message_set_id) == ("600", "m1")
    assert list(answer) == []
    assert qbxml.read_answer(INVOICES).message_set_status_code is None


def test_a_caller_who_reads_one_object_only_still_gets_every_response() -> None:
    answer = qbxml.read_answer(INVOICES)
    names = [(response.name, getattr(next(response.objects, None), "name", None)) for response in answer]
    assert names == [("InvoiceQueryRs", "InvoiceRet"), ("CustomerAddRs", None), ("ItemQueryRs", "ItemServiceRet")]


def test_what_the_grammar_does_not_know_is_kept() -> None:
    text = wrap(
        '<CustomerQueryRs statusCode="0"><CustomerRet><Name>A</Name><Shoe><Size>9</Size><Size>10</Size></Shoe>'
        '<JobStatus>Dreaming</JobStatus><Balance>much</Balance><Name>B</Name><Hat colour="red">big</Hat></CustomerRet>'
        "<MysteryRet><Depth>5</Depth></MysteryRet></CustomerQueryRs>"
        '<MysteryRs statusCode="1" requestID="9"><OtherRet><A>1</A></OtherRet><LeafRet>x</LeafRet></MysteryRs>'
    )

    read = [(response, list(response.objects)) for response in qbxml.read_answer(text)]

    assert read[0][1][0].values == {
        "Name": ["A", "B"],
        "Shoe": {"Size": ["9", "10"]},
        "JobStatus": "Dreaming",
        "Balance": "much",
        "Hat": {"@colour": "red", "#text": "big"},
    }
    assert read[0][1][1] == qbxml.RetObject(name="MysteryRet", values={"Depth": "5"})
    assert (read[1][0].name, read[1][0].request_id, read[1][0].status_code) == ("MysteryRs", "9", 1)
    assert [ret.values for ret in read[1][1]] == [{"A": "1"}, {"#text": "x"}]


def test_a_report_keeps_its_attributes() -> None:
    report = read_one(
        wrap(
            '<GeneralSummaryReportQueryRs statusCode="0"><ReportRet><NumRows>1</NumRows>'
            '<ColDesc colID="1" dataType="STRTYPE"><ColTitle titleRow="1" value="Total"/>'
            "<ColType>Amount</ColType></ColDesc>"
            '<ReportData><DataRow rowNumber="1"><ColData colID="1" value="5.00"/></DataRow>'
            '<TextRow rowNumber="2" value="x"/></ReportData></ReportRet></GeneralSummaryReportQueryRs>'
        )
    )
    assert report.values["ColDesc"] == [
        {
            "@colID": "1",
            "@dataType": "STRTYPE",
            "ColTitle": [{"@titleRow": "1", "@value": "Total"}],
            "ColType": "Amount",
        }
    ]
    data = report.values["ReportData"]
    assert isinstance(data, dict)
    assert data["DataRow"] == [{"@rowNumber": "1", "ColData": [{"@colID": "1", "@value": "5.00"}]}]
    assert [list(line) for line in data["lines"]] == [["DataRow"], ["TextRow"]]


def test_a_name_that_the_reference_spells_small_is_typed_in_the_spelling_of_quickbooks() -> None:
    preferences = read_one(
        wrap(
            '<PreferencesQueryRs statusCode="0"><PreferencesRet><ItemsAndInventoryPreferences>'
            "<IsTrackingOnSalesTransactionsEnabled>true</IsTrackingOnSalesTransactionsEnabled>"
            "</ItemsAndInventoryPreferences></PreferencesRet></PreferencesQueryRs>"
        )
    )
    assert preferences.values["ItemsAndInventoryPreferences"] == {"IsTrackingOnSalesTransactionsEnabled": True}


def test_a_response_without_a_status_is_not_guessed() -> None:
    with pytest.raises(AnswerError, match="no status code"):
        list(qbxml.read_answer(wrap('<HostQueryRs statusCode="?"/>')))


def test_reading_frees_what_was_read() -> None:
    # Parsed trees are outside Python's own memory, so this counts what stays in the tree instead.
    answer = qbxml.read_answer(customers("<CustomerRet><Name>A</Name></CustomerRet>" * 5000))
    left = 0
    for response in answer:
        for position, _ in enumerate(response.objects):
            if position == 4999:
                left = sum(1 for _ in answer._message_set.iter())  # noqa: SLF001 -- Nothing public shows the tree.
    assert left < 3000


def test_objects_that_are_asked_for_too_late_are_an_error_and_not_none() -> None:
    responses = list(qbxml.read_answer(INVOICES))
    with pytest.raises(AnswerError, match="are gone"):
        next(responses[0].objects)
    assert list(responses[1].objects) == []
    read = [(response, list(response.objects)) for response in qbxml.read_answer(INVOICES)]
    assert [list(response.objects) for response, _ in read] == [[], [], []]


def test_a_plain_value_that_holds_more_loses_nothing() -> None:
    ret = read_one(customers('<CustomerRet><Name>abc<b>x</b>def</Name><Balance a="1">5</Balance></CustomerRet>'))
    assert ret.values == {"Name": {"b": "x", "#text": "abcdef"}, "Balance": {"@a": "1", "#text": "5"}}


def test_a_number_without_end_stays_text() -> None:
    values = read_one(customers("<CustomerRet><Balance>1E999999</Balance></CustomerRet>")).values
    assert values == {"Balance": "1E999999"}
