from decimal import Decimal

import pytest

from qbwc_service import qbxml
from qbwc_service.errors import AnswerError, TruncatedAnswerError

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


def wrap(body: str) -> str:
    return f"<QBXML><QBXMLMsgsRs>{body}</QBXMLMsgsRs></QBXML>"


def customers(body: str) -> str:
    return wrap(f'<CustomerQueryRs statusCode="0" statusSeverity="Info">{body}</CustomerQueryRs>')


def read_one(text: str | bytes) -> qbxml.RetObject:
    (found,) = [ret for response in qbxml.read_answer(text) for ret in response.objects]
    return found


def read_into(read: list[str], text: str | bytes) -> None:
    """Note what is read, one by one, so that it is known how far a failing reader came."""
    for response in qbxml.read_answer(text):
        read.append(response.name)
        for ret in response.objects:
            read.append(f"{ret.name} {ret.values.get('Name', '')}")  # noqa: PERF401 -- See above.


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


@pytest.mark.parametrize(
    "damage", ["a\x00b\x1f", "a&#x1F;b", "a&#31;b", "a&amp;#x1F;b", "a&amp;#0;b", "a&#xFFFE;b", "a\ufffeb", "a\ud800b"]
)
def test_control_characters_are_removed_before_the_parse(damage: str) -> None:
    assert read_one(customers(f"<CustomerRet><Name>{damage}</Name></CustomerRet>")).values == {"Name": "ab"}


def test_references_to_allowed_characters_stay() -> None:
    ret = read_one(customers("<CustomerRet><Name>&#233;&amp;#65;&#x20AC;&#10;&amp;amp;#</Name></CustomerRet>"))
    assert ret.values == {"Name": "\u00e9&#65;\u20ac\n&amp;#"}


@pytest.mark.parametrize("reference", ["&#x1F;", "&amp;#x1F;", "&#233;", "&amp;#233;", "&amp;"])
def test_a_reference_that_lies_on_the_edge_of_a_piece_is_read_whole(reference: str) -> None:
    plain = customers("<CustomerRet><Name>{}</Name></CustomerRet>")
    expected = read_one(plain.format(f"a{reference}b")).values["Name"]
    begin = plain.index("{}")
    for shift in range(20):
        padding = "x" * (64 * 1024 - begin - shift)
        assert read_one(plain.format(padding + reference + "b")).values["Name"] == padding + str(expected)[1:]


@pytest.mark.parametrize("declaration", ["", '<?xml version="1.0"?>', '<?xml version="1.0" encoding="windows-1252"?>'])
def test_bytes_of_windows_1252_are_read_declared_or_not(declaration: str) -> None:
    text = declaration + customers("<CustomerRet><Name>Caf\u00e9 \u2013 \u20ac</Name></CustomerRet>")
    assert read_one(text.encode("cp1252")).values == {"Name": "Caf\u00e9 \u2013 \u20ac"}
    assert read_one(text).values == {"Name": "Caf\u00e9 \u2013 \u20ac"}


def test_bytes_of_utf_8_are_read_with_a_mark_and_across_pieces() -> None:
    euros = "\u20ac" * 70_000
    text = customers(f"<CustomerRet><Name>{euros}</Name></CustomerRet>")
    for data in (text.encode(), b"\xef\xbb\xbf \n" + text.encode(), b"\n" + text.encode()):
        assert read_one(data).values == {"Name": euros}
    assert read_one("\ufeff\n " + text).values == {"Name": euros}


def test_a_text_node_of_many_megabytes_is_read() -> None:
    ret = read_one(customers(f"<CustomerRet><Notes>{'x' * 12_000_000}</Notes></CustomerRet>"))
    assert len(str(ret.values["Notes"])) == 12_000_000


@pytest.mark.parametrize("end", [*range(120, 420, 7), 65_000, 65_536, 65_537, 65_600, 200_000])
def test_a_document_that_breaks_off_gives_what_was_complete_and_says_so(end: int) -> None:
    text = customers("".join(f"<CustomerRet><Name>{number}</Name></CustomerRet>" for number in range(5000)))
    cut = text[:end]
    complete = [f"CustomerRet {number}" for number in range(cut.count("</CustomerRet>"))]

    read: list[str] = []
    with pytest.raises(TruncatedAnswerError):
        read_into(read, cut)

    assert read == ["CustomerQueryRs", *complete]


def test_the_last_object_counts_even_if_the_document_breaks_off_behind_its_response() -> None:
    text = customers("<CustomerRet><Name>1</Name></CustomerRet>")
    for end in range(text.index("</CustomerRet>") + len("</CustomerRet>"), len(text) - 1):
        read: list[str] = []
        with pytest.raises(TruncatedAnswerError):
            read_into(read, text[:end])
        assert read == ["CustomerQueryRs", "CustomerRet 1"]


def test_a_document_that_is_broken_in_the_middle_gives_what_was_complete_and_says_so() -> None:
    good = "<CustomerRet><Name>1</Name></CustomerRet>"
    read: list[str] = []
    with pytest.raises(AnswerError) as caught:
        read_into(read, customers(good + "<CustomerRet><Name></CustomerRet>"))
    assert not isinstance(caught.value, TruncatedAnswerError)
    assert read == ["CustomerQueryRs", "CustomerRet 1"]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", TruncatedAnswerError),
        ("   ", TruncatedAnswerError),
        ("<QBXML>", TruncatedAnswerError),
        ("<QBXML/>", AnswerError),
        ("<html><body>Service unavailable</body></html>", AnswerError),
        ("QBWC1042: nonsense", AnswerError),
        ("<QBXML><QBXMLMsgsRq/></QBXML>", AnswerError),
    ],
)
def test_what_is_no_answer_is_said_to_be_none(text: str, error: type[AnswerError]) -> None:
    with pytest.raises(error):
        qbxml.read_answer(text)


def test_a_response_without_a_status_is_not_guessed() -> None:
    with pytest.raises(AnswerError, match="no status code"):
        list(qbxml.read_answer(wrap('<HostQueryRs statusCode="?"/>')))


LAUGHS = "".join(f'<!ENTITY l{i + 1} "' + f"&l{i};" * 10 + '">' for i in range(11))


@pytest.mark.parametrize(
    "head",
    [
        f'<!DOCTYPE QBXML [<!ENTITY l0 "lol">{LAUGHS}]>',
        '<!DOCTYPE QBXML [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE QBXML SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<?xml version="1.0"?>\n<!-- hidden -->\n<!DOCTYPE QBXML []>',
        f"<!-- {'x' * 100_000} --><!DOCTYPE QBXML []>",
        f"<?pi {'x' * 100_000} ?><!DOCTYPE QBXML []>",
        f"{' ' * 70_000}<!DOCTYPE QBXML []>",
        "\x00<!DOCTYPE QBXML []>",
        '<?xml version="1.0"?>\x01<\x02!\x03DOCTYPE QBXML []>',
        *(f"<!--{'x' * (64 * 1024 - 7 - cut)}--><!DOCTYPE QBXML []>" for cut in range(4)),
    ],
)
def test_attacks_by_document_type_are_refused(head: str) -> None:
    text = head + customers("<CustomerRet><Name>A</Name></CustomerRet>")
    for document in (text, text.encode(), text.encode("utf-16")):
        with pytest.raises(AnswerError, match="document type"):
            qbxml.read_answer(document)
    assert qbxml.read_host(text) == qbxml.HostFacts()


@pytest.mark.parametrize(
    "encoding", ["hex", "bz2", "zlib", "rot13", "base64", "undefined", "klingon", "punycode", "idna"]
)
def test_bytes_in_an_encoding_that_is_none_of_text_are_refused(encoding: str) -> None:
    data = f'<?xml version="1.0" encoding="{encoding}"?>'.encode() + b"\xff\xfe" + customers("").encode()
    with pytest.raises(AnswerError):
        read_into([], data)


@pytest.mark.parametrize("depth", [900, 3000])
def test_an_answer_that_is_nested_too_deep_is_an_error_and_what_came_before_is_read(depth: int) -> None:
    good = "<CustomerRet><Name>1</Name></CustomerRet>"
    read: list[str] = []
    with pytest.raises(AnswerError, match=r"nested deeper|Excessive depth"):
        read_into(read, customers(good + f"<CustomerRet>{'<a>' * depth}{'</a>' * depth}</CustomerRet>"))
    assert read == ["CustomerQueryRs", "CustomerRet 1"]


def test_an_undefined_entity_is_an_error_not_a_guess() -> None:
    with pytest.raises(AnswerError):
        read_into([], customers("<CustomerRet><Name>&x;</Name></CustomerRet>"))


def test_reading_frees_what_was_read() -> None:
    # Parsed trees are outside Python's own memory, so this counts what stays in the tree instead.
    answer = qbxml.read_answer(customers("<CustomerRet><Name>A</Name></CustomerRet>" * 5000))
    left = 0
    for response in answer:
        for position, _ in enumerate(response.objects):
            if position == 4999:
                left = sum(1 for _ in answer._message_set.iter())  # noqa: SLF001 -- Nothing public shows the tree.
    assert left < 3000


@pytest.mark.parametrize(
    "fault", ["&", "&nbsp;", "&amp", "&#x;", "&#12", "&;", "<", "<![CDATA[</CustomerRet>]]> &", "<a b=c/>", "<a></b>"]
)
@pytest.mark.parametrize("behind", ["", "<CustomerRet><Name>2</Name></CustomerRet>" * 4000, ";"])
def test_half_an_object_is_never_delivered_where_the_text_stops_to_be_xml(fault: str, behind: str) -> None:
    good = "<CustomerRet><Name>1</Name></CustomerRet>"
    half = f"<CustomerRet><Name>A {fault} B</Name><Balance>5.00</Balance></CustomerRet>"
    read: list[str] = []
    with pytest.raises(AnswerError, match="not well-formed") as caught:
        read_into(read, customers(good + half + behind))
    assert not isinstance(caught.value, TruncatedAnswerError)
    assert read == ["CustomerQueryRs", "CustomerRet 1"]


@pytest.mark.parametrize(
    "end", ["&lt;/CustomerRet>", "<![CDATA[</CustomerRet>", "<![CDATA[x</CustomerRet>]]>", "<!--</CustomerRet>"]
)
def test_an_end_that_stands_in_a_text_ends_nothing(end: str) -> None:
    good = "<CustomerRet><Name>1</Name></CustomerRet>"
    text = f'<QBXML><QBXMLMsgsRs><CustomerQueryRs statusCode="0">{good}<CustomerRet><Name>{end}'
    read: list[str] = []
    with pytest.raises(TruncatedAnswerError):
        read_into(read, text)
    assert read == ["CustomerQueryRs", "CustomerRet 1"]


@pytest.mark.parametrize("end", ["&", "&am", "&amp", "&#", "&#2", "&#x2", "<", "</", "</Na", "<![CDA", "<!--", "<a b"])
def test_a_text_that_ends_too_early_is_said_to_break_off_wherever_it_ends(end: str) -> None:
    read: list[str] = []
    with pytest.raises(TruncatedAnswerError, match="breaks off"):
        read_into(read, "<QBXML><QBXMLMsgsRs><CustomerQueryRs statusCode='0'><CustomerRet><Name>A" + end)
    assert read == ["CustomerQueryRs"]


def test_a_response_whose_tag_is_half_there_is_not_told() -> None:
    text = wrap('<CustomerAddRs statusCode="0"/><CustomerAddRs statusCode="0" requestID="7" statusMessage="ok"/>')
    begin = text.index("<CustomerAddRs", 40)
    for end in range(begin, text.index("/>", begin) + 2):
        read: list[str] = []
        with pytest.raises(TruncatedAnswerError):
            read_into(read, text[:end])
        assert read == ["CustomerAddRs"] * (2 if text[:end].endswith("/>") and end > begin else 1)


@pytest.mark.parametrize(
    "behind",
    [
        '<QBXMLMsgsRs><CustomerAddRs statusCode="0"/></QBXMLMsgsRs></QBXML>',
        "<Other/></QBXML>",
        "text</QBXML>",
        "</QBXML><QBXML/>",
        "</QBXML>text",
        "</QBXML>" + " " * 70_000 + "<a/>",
    ],
)
def test_what_follows_the_message_set_is_an_error_and_what_came_before_it_is_read(behind: str) -> None:
    read: list[str] = []
    with pytest.raises(AnswerError) as caught:
        read_into(read, '<QBXML><QBXMLMsgsRs><HostQueryRs statusCode="0"/></QBXMLMsgsRs>' + behind)
    assert not isinstance(caught.value, TruncatedAnswerError)
    assert read == ["HostQueryRs"]


def test_objects_that_are_asked_for_too_late_are_an_error_and_not_none() -> None:
    responses = list(qbxml.read_answer(INVOICES))
    with pytest.raises(AnswerError, match="are gone"):
        next(responses[0].objects)
    assert list(responses[1].objects) == []
    read = [(response, list(response.objects)) for response in qbxml.read_answer(INVOICES)]
    assert [list(response.objects) for response, _ in read] == [[], [], []]


@pytest.mark.parametrize("declaration", ["", '<?xml version="1.0" encoding="UTF-8"?>'])
def test_utf_8_that_is_cut_inside_a_character_stays_utf_8(declaration: str) -> None:
    text = declaration + customers("<CustomerRet><Name>Caf\u00e9</Name></CustomerRet><CustomerRet><Name>\u20ac</Name>")
    data = text.encode()
    read: list[str] = []
    with pytest.raises(TruncatedAnswerError):
        read_into(read, data[: data.rindex("\u20ac".encode()) + 2])
    assert read == ["CustomerQueryRs", "CustomerRet Caf\u00e9"]


def test_one_stray_byte_does_not_spoil_all_of_utf_8() -> None:
    name = "<CustomerRet><Name>\u20ac \u00e9 \u2013 {}</Name></CustomerRet>"
    data = customers(name).encode().replace(b"{}", b"\xe9")
    assert read_one(data).values == {"Name": "\u20ac \u00e9 \u2013 \ufffd"}
    declared = (
        b'<?xml version="1.0" encoding="utf-8"?>' + customers("<CustomerRet><Name>!</Name></CustomerRet>").encode()
    )
    assert read_one(declared.replace(b"!", b"\xe9")).values == {"Name": "\ufffd"}


def test_a_prolog_is_not_called_a_document_type() -> None:
    with pytest.raises(TruncatedAnswerError):
        qbxml.read_answer("<?xml vers")
    comment = f"<!--{'x' * 70_000}-->"
    assert read_one(comment + customers("<CustomerRet><Name>1</Name></CustomerRet>")).values == {"Name": "1"}
    with pytest.raises(AnswerError, match="no end"):
        qbxml.read_answer(f"<!--{'x' * 2_000_000}")


def test_a_plain_value_that_holds_more_loses_nothing() -> None:
    ret = read_one(customers('<CustomerRet><Name>abc<b>x</b>def</Name><Balance a="1">5</Balance></CustomerRet>'))
    assert ret.values == {"Name": {"b": "x", "#text": "abcdef"}, "Balance": {"@a": "1", "#text": "5"}}


def test_a_number_without_end_stays_text() -> None:
    values = read_one(customers("<CustomerRet><Balance>1E999999</Balance></CustomerRet>")).values
    assert values == {"Balance": "1E999999"}
