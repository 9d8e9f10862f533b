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
