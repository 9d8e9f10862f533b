import time

import pytest

from qbwc_service import qbxml

DOCUMENT = """<?xml version="1.0" encoding="utf-8"?>
<?qbxml version="13.0"?>
<!-- written by hand -->
<QBXML>
  <QBXMLMsgsRq onError="stopOnError">
    <InvoiceAddRq requestID="7">
      <InvoiceAdd>
        <CustomerRef><FullName>Müller &amp; Co</FullName></CustomerRef>
        <RefNumber>1001</RefNumber>
        <InvoiceLineAdd><Desc>a</Desc><Amount>12.50</Amount></InvoiceLineAdd>
        <InvoiceLineGroupAdd><ItemGroupRef><FullName>Kit</FullName></ItemGroupRef></InvoiceLineGroupAdd>
        <InvoiceLineAdd><Desc/></InvoiceLineAdd>
      </InvoiceAdd>
    </InvoiceAddRq>
  </QBXMLMsgsRq>
</QBXML>"""


HEAD = '<?xml version="1.0"?><?qbxml version="13.0"?>'
SMALL = '<QBXML><QBXMLMsgsRq onError="stopOnError"><HostQueryRq/></QBXMLMsgsRq></QBXML>'

_INVOICE = "<InvoiceAddRq><InvoiceAdd><CustomerRef><ListID>1</ListID></CustomerRef>{}</InvoiceAdd></InvoiceAddRq>"
_LINE = _INVOICE.replace("{}", "<InvoiceLineAdd><{0}>{{}}</{0}></InvoiceLineAdd>")
FORMS = {
    "QTY": _LINE.format("Quantity"),
    "AMT": _LINE.format("Amount"),
    "FLOAT": _INVOICE.format("<ExchangeRate>{}</ExchangeRate>"),
    "BOOL": _INVOICE.format("<IsPending>{}</IsPending>"),
    "DATE": _INVOICE.format("<TxnDate>{}</TxnDate>"),
    "INT": "<CustomerQueryRq><MaxReturned>{}</MaxReturned></CustomerQueryRq>",
    "DATETIME": "<CustomerQueryRq><FromModifiedDate>{}</FromModifiedDate></CustomerQueryRq>",
    "INTERVAL": "<TimeTrackingAddRq><TimeTrackingAdd><TxnDate>2026-07-01</TxnDate><EntityRef><ListID>1</ListID>"
    "</EntityRef><Duration>{}</Duration></TimeTrackingAdd></TimeTrackingAddRq>",
}


def mistakes(text: str | bytes, **options: str) -> list[tuple[int, str, str]]:
    found = qbxml.validate(text, **options)
    return [(mistake.line, mistake.path, mistake.rule) for mistake in found]


def broken(before: str, after: str) -> list[tuple[int, str, str]]:
    assert before in DOCUMENT
    return mistakes(DOCUMENT.replace(before, after, 1))


@pytest.mark.parametrize("text", [DOCUMENT, DOCUMENT.encode(), DOCUMENT.replace("utf-8", "utf-16").encode("utf-16")])
def test_a_good_document_has_no_mistakes(text: str | bytes) -> None:
    assert qbxml.validate(text) == ()


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("<RefNumber>1001</RefNumber>", "<Memo>x</Memo>\n<RefNumber>1</RefNumber>", (10, "RefNumber", "order")),
        ("<RefNumber>1001", "<RefNumber>123456789012", (9, "RefNumber", "max_length")),
        ("<RefNumber>", "<Colour>red</Colour>\n<RefNumber>", (9, "Colour", "unknown")),
        ("<RefNumber>", "<RefNumber>1</RefNumber>\n<RefNumber>", (10, "RefNumber", "repeat")),
        ("12.50", "12.5", (10, "InvoiceLineAdd[0].Amount", "format")),
        ("12.50", "1,250.00", (10, "InvoiceLineAdd[0].Amount", "format")),
        ("<Desc/>", "<Desc/><Quantity>x</Quantity>", (12, "InvoiceLineAdd[1].Quantity", "format")),
        ("<Desc/>", "<Desc/>text", (12, "InvoiceLineAdd[1]", "format")),
        ("<FullName>Kit</FullName>", "", (11, "InvoiceLineGroupAdd[0].ItemGroupRef", "reference")),
        ("<CustomerRef><FullName>Müller &amp; Co</FullName></CustomerRef>", "", (7, "CustomerRef", "required")),
        ("Müller", "日本", (8, "CustomerRef.FullName", "characters")),
        ("<RefNumber>", "<IsPending>True</IsPending><RefNumber>", (9, "IsPending", "format")),
    ],
)
def test_a_mistake_is_named_with_its_line_its_path_and_its_rule(
    before: str, after: str, expected: tuple[int, str, str]
) -> None:
    line, path, rule = expected
    assert (line, f"InvoiceAdd.{path}", rule) in broken(before, after)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ('<?qbxml version="13.0"?>', "", (1, "version", "required")),
        ('version="13.0"', 'version="9.0"', (1, "version", "version")),
        (' onError="stopOnError"', "", (5, "@onError", "required")),
        ("stopOnError", "rollbackOnError", (5, "@onError", "enum")),
        ("onError=", f'newMessageSetID="{"x" * 25}" onError=', (5, "@newMessageSetID", "max_length")),
        ("onError=", 'hurry="yes" onError=', (5, "@hurry", "unknown")),
        ("onError=", 'responseData="some" onError=', (5, "@responseData", "enum")),
        ('requestID="7"', 'requestID="7" hurry="yes"', (6, "@hurry", "unknown")),
        ("</QBXML>", "<Other/></QBXML>", (16, "QBXML.Other", "unknown")),
        ("</QBXML>", "</QBXML><QBXML/>", (16, "QBXML", "xml")),
        ("</QBXMLMsgsRq>", "</QBXMLMsgsRq><QBXMLMsgsRq onError='stopOnError'><HostQueryRq/></QBXMLMsgsRq>",
         (4, "QBXML.QBXMLMsgsRq", "repeat")),
        ("InvoiceAddRq", "InvoiceAdRq", (0, "", "xml")),
        ("<Desc>a", "<Desc>a\x07", (10, "", "characters")),
        ("<Desc>a", "<Desc>a&#7;", (10, "", "characters")),
    ],
)  # fmt: skip
def test_what_stands_around_the_requests_is_checked_too(
    before: str, after: str, expected: tuple[int, str, str]
) -> None:
    found = broken(before, after)
    assert expected in found or (expected[0] == 0 and found[0][1:] == expected[1:])


def test_all_mistakes_are_named_in_the_order_of_their_lines() -> None:
    text = DOCUMENT.replace("1001", "123456789012").replace("<Desc/>", "<Foo/>").replace(' onError="stopOnError"', "")
    assert mistakes(text) == [
        (5, "@onError", "required"),
        (9, "InvoiceAdd.RefNumber", "max_length"),
        (12, "InvoiceAdd.InvoiceLineAdd[1].Foo", "unknown"),
    ]
    (_, number, _) = qbxml.validate(text)
    assert (number.limit, number.length) == ("11", 12)


def test_several_requests_are_told_apart() -> None:
    text = "<HostQueryRq/>\n<CustomerQueryRq><MaxReturned>0</MaxReturned></CustomerQueryRq>\n<CustmerQueryRq/>"
    assert mistakes(text) == [(2, "requests[1].MaxReturned", "format"), (3, "requests[2].name", "unknown")]


def test_a_misspelt_request_is_suggested() -> None:
    (mistake,) = qbxml.validate("<InvoiceAdd/>")
    assert "did you mean InvoiceAddRq?" in mistake.message


def test_bare_requests_have_no_envelope_to_check() -> None:
    assert mistakes("\n\n<HostQueryRq/>\n<CompanyQueryRq/>") == []


def test_the_version_and_the_edition_decide_what_is_known() -> None:
    line = "<ItemLineAdd><ExpirationDateForSerialLotNumber>1</ExpirationDateForSerialLotNumber></ItemLineAdd>"
    bill = f"<BillAddRq><BillAdd><VendorRef><ListID>1</ListID></VendorRef>{line}</BillAdd></BillAddRq>"
    assert [mistake[2] for mistake in mistakes(bill)] == ["version"]
    assert mistakes(bill, version="16.0") == []
    assert [mistake[2] for mistake in mistakes(bill, version="16.0", country="AU")] == ["edition"]


@pytest.mark.parametrize(
    "text", ["", "hello", "<QBXML>", "<a></b>", "<!DOCTYPE a []><a/>", "<HostQueryRq>&x;</HostQueryRq>"]
)
def test_what_is_no_xml_is_one_mistake(text: str) -> None:
    (mistake,) = qbxml.validate(text)
    assert mistake.rule in ("xml", "required")
    assert "requests" not in mistake.message


def test_a_document_without_requests_lacks_one() -> None:
    head = '<?qbxml version="13.0"?>'
    assert mistakes(f"{head}<QBXML/>") == [(1, "QBXML.QBXMLMsgsRq", "required")]
    empty = '<QBXML><QBXMLMsgsRq onError="stopOnError"{}/></QBXML>'
    assert mistakes(head + empty.format("")) == [(1, "QBXMLMsgsRq", "required")]
    assert mistakes(head + empty.format(' oldMessageSetID="a"')) == []


def test_what_is_nested_without_end_is_refused() -> None:
    deep = f"<CustomerAddRq>{'<a>' * 900}{'</a>' * 900}</CustomerAddRq>"
    assert [mistake[2] for mistake in mistakes(deep)] == ["xml"]
    assert [mistake[2] for mistake in mistakes("<QBXML>" * 900 + "</QBXML>" * 900)][-1:] == ["xml"]


@pytest.mark.parametrize(
    ("head", "rules"),
    [
        ("\n" + HEAD, ["xml"]),
        ('<?qbxml version="13.0"?><?xml version="1.0"?>', ["xml"]),
        ('<?xml vershun="1.0"?><?qbxml version="13.0"?>', ["xml"]),
        (HEAD + "<!-- a -- b -->", ["xml"]),
        (HEAD + '<?qbxml version="14.0"?>', ["repeat"]),
        ('<?xml version="1.0"?><!-- <?qbxml version="13.0"?> -->', ["required"]),
        ('<?xml version="1.0"?><?qbxml vers="13.0"?>', ["format"]),
        (HEAD, []),
        (HEAD.replace("?><?", "?>\n<!-- a -->\n<?"), []),
    ],
)
def test_the_prolog_is_read_as_an_xml_parser_reads_it(head: str, rules: list[str]) -> None:
    assert [rule for _, _, rule in mistakes(head + SMALL)] == rules


def test_bytes_that_are_not_in_the_encoding_they_declare_are_a_mistake() -> None:
    data = DOCUMENT.encode("cp1252")
    assert [rule for _, _, rule in mistakes(data)] == ["xml"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("<QBXML>", "<QBXML>text", ("QBXML", "format")),
        ("</QBXML>", "text</QBXML>", ("QBXML", "format")),
        ("<HostQueryRq/>", "text<HostQueryRq/>", ("QBXMLMsgsRq", "format")),
        ("<QBXML>", "<QBXML a='1'>", ("@a", "unknown")),
        ("<HostQueryRq/>", '<QBXMLMsgsRq onError="stopOnError"><HostQueryRq/></QBXMLMsgsRq>',
         ("QBXMLMsgsRq.QBXMLMsgsRq", "unknown")),
        ("<HostQueryRq/>", "<requests><HostQueryRq/></requests>", ("name", "unknown")),
    ],
)  # fmt: skip
def test_the_envelope_holds_nothing_else(before: str, after: str, expected: tuple[str, str]) -> None:
    assert [each[1:] for each in mistakes(HEAD + SMALL.replace(before, after, 1))] == [expected]


def test_a_bare_message_set_is_checked_too() -> None:
    assert mistakes('<QBXMLMsgsRq onError="bogus"><HostQueryRq/></QBXMLMsgsRq>') == [(1, "@onError", "enum")]


@pytest.mark.parametrize(
    ("type_name", "good", "bad"),
    [
        ("QTY", ["1", "-1.5", "1.00000", ""], ["1.0000000", "1.", ".5", " 5", "12345678901", "1e3"]),
        ("AMT", ["1", "1.50", "+1.50"], ["1.5", "1.500", " 1", "1,000.00"]),
        ("FLOAT", [".5", "5.", " 1.25 "], ["1e3", "x", "1,5"]),
        ("INT", [" 5 ", "+5"], ["", "5.0", "x"]),
        ("BOOL", ["true", "0", " 1 "], ["True", "yes"]),
        ("DATE", ["2026-07-01", "2026-07-01Z", "2026-07-01+02:00"], ["2026-7-1", "2026-02-30", "1.7.2026"]),
        ("DATETIME", ["2026-7-1", "2026-07-01T5", "2026-07-01T05:06:07-05:00"],
         ["2026-07-01T05:06:07Z", "2026-07-01T05:06:07.5", "2026-13-01"]),
        ("INTERVAL", ["PT1H", "-PT1H30M", "PT5S"], ["1H", "PT1D"]),
    ],
)  # fmt: skip
def test_the_forms_of_values_are_those_of_intuits_schema(type_name: str, good: list[str], bad: list[str]) -> None:
    template = FORMS[type_name]
    for text in good:
        assert mistakes(template.format(text)) == [], text
    for text in bad:
        assert [rule for _, _, rule in mistakes(template.format(text))] == ["format"], text


def test_a_doubly_escaped_reference_is_text() -> None:
    assert mistakes("<CustomerAddRq><CustomerAdd><Name>a&amp;#1;b</Name></CustomerAdd></CustomerAddRq>") == []


def test_a_long_document_full_of_mistakes_is_checked_in_a_moment() -> None:
    line = (
        "<JournalDebitLine><Amount>x</Amount></JournalDebitLine><JournalCreditLine><Bad>1</Bad></JournalCreditLine>\n"
    )
    text = f"<JournalEntryAddRq><JournalEntryAdd>{line * 1500}</JournalEntryAdd></JournalEntryAddRq>"
    start = time.process_time()
    found = mistakes(text)
    assert (len(found), found[-1][0]) == (3000, 1500)
    assert time.process_time() - start < 6
