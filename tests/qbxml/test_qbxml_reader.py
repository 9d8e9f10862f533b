import pytest

from qbwc_service import qbxml
from qbwc_service.errors import InvalidRequestError

DOCUMENT = """<?xml version="1.0" encoding="utf-8"?>
<?qbxml version="13.0"?>
<!-- written by hand -->
<QBXML>
  <QBXMLMsgsRq onError="stopOnError">
    <InvoiceAddRq requestID="7">
      <InvoiceAdd defMacro="TxnID:i">
        <RefNumber>1001</RefNumber>
        <CustomerRef><FullName>Müller &amp; Co</FullName></CustomerRef>
        <InvoiceLineAdd><Desc>a</Desc></InvoiceLineAdd>
        <InvoiceLineAdd><Desc/></InvoiceLineAdd>
      </InvoiceAdd>
    </InvoiceAddRq>
    <CustomerQueryRq iterator="Start" metaData="NoMetaData"><MaxReturned>5</MaxReturned></CustomerQueryRq>
  </QBXMLMsgsRq>
</QBXML>"""

INVOICE = {
    "@defMacro": "TxnID:i",
    "RefNumber": "1001",
    "CustomerRef": {"FullName": "Müller & Co"},
    "InvoiceLineAdd": [{"Desc": "a"}, {"Desc": ""}],
}


@pytest.mark.parametrize(
    "text",
    [
        DOCUMENT,
        DOCUMENT.encode(),
        b"\xef\xbb\xbf" + DOCUMENT.encode(),
        DOCUMENT.replace("utf-8", "utf-16").encode("utf-16"),
    ],
)
def test_a_document_is_read_into_values_that_build(text: str | bytes) -> None:
    invoice, query = qbxml.read_requests(text)

    assert (invoice.name, invoice.request_id, invoice.values) == ("InvoiceAddRq", "7", {"InvoiceAdd": INVOICE})
    assert (query.request_id, query.attributes) == (None, {"iterator": "Start", "metaData": "NoMetaData"})
    assert (
        "<CustomerRef><FullName>M&#252;ller &amp; Co</FullName></CustomerRef><RefNumber>"
        in qbxml.build_request(invoice).xml
    )


def test_bytes_of_windows_1252_are_read_with_and_without_a_declaration() -> None:
    declared = DOCUMENT.replace("utf-8", "windows-1252").encode("cp1252")
    bare = DOCUMENT.partition("?>")[2].encode("cp1252")
    for text in (declared, bare):
        assert qbxml.read_requests(text)[0].values == {"InvoiceAdd": INVOICE}


def test_bare_requests_are_read() -> None:
    requests = qbxml.read_requests("<HostQueryRq/>\n<CompanyQueryRq requestID='2'/>")
    assert [(request.name, request.request_id) for request in requests] == [
        ("HostQueryRq", None),
        ("CompanyQueryRq", "2"),
    ]


def test_mixed_lines_keep_their_order() -> None:
    (request,) = qbxml.read_requests(
        "<InvoiceAddRq><InvoiceAdd><CustomerRef><ListID>1</ListID></CustomerRef><InvoiceLineAdd/>"
        "<InvoiceLineGroupAdd><ItemGroupRef><ListID>2</ListID></ItemGroupRef></InvoiceLineGroupAdd><InvoiceLineAdd/>"
        "</InvoiceAdd></InvoiceAddRq>"
    )
    invoice = request.values["InvoiceAdd"]
    assert isinstance(invoice, dict)
    assert [list(line) for line in invoice["lines"]] == [
        ["InvoiceLineAdd"],
        ["InvoiceLineGroupAdd"],
        ["InvoiceLineAdd"],
    ]


def test_what_does_not_belong_is_kept_for_the_builder_to_refuse() -> None:
    (request,) = qbxml.read_requests(
        "<CustomerAddRq><CustomerAdd><Name>A</Name><Name>B</Name><Strange><X>1</X></Strange>"
        "<BillAddress>Main St</BillAddress></CustomerAdd></CustomerAddRq>"
    )
    with pytest.raises(InvalidRequestError) as caught:
        qbxml.build_request(request)
    assert {(error.path, error.rule) for error in caught.value.errors} == {
        ("CustomerAdd.Name", "repeat"),
        ("CustomerAdd.Strange", "unknown"),
        ("CustomerAdd.BillAddress", "format"),
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no xml",
        "<HostQueryRq>",
        "<HostQueryRq></CompanyQueryRq>",
        "<QBXML/>",
        "<NonsenseRq/>",
        '<!DOCTYPE a [<!ENTITY b "c">]><HostQueryRq/>',
        "<HostQueryRq>&undefined;</HostQueryRq>",
        b'<?xml version="1.0" encoding="klingon"?><HostQueryRq/>',
        b"\xff\xfe\x00",
        "<QBXML>" * 900 + "</QBXML>" * 900,
        f"<CustomerAddRq>{'<a>' * 900}{'</a>' * 900}</CustomerAddRq>",
    ],
)
def test_what_holds_no_request_is_refused(text: str | bytes) -> None:
    with pytest.raises(InvalidRequestError, match="cannot be read"):
        qbxml.read_requests(text)


def test_text_that_looks_like_a_reference_is_kept_and_control_characters_are_refused() -> None:
    query = "<CustomerQueryRq><FullName>A{}B</FullName></CustomerQueryRq>"
    (request,) = qbxml.read_requests(query.format("&amp;#1;"))
    assert request.values == {"FullName": ["A&#1;B"]}
    for damage in ("\x01", "&#1;", "\ufffe", "&#x000001F;"):
        with pytest.raises(InvalidRequestError, match="cannot be read") as caught:
            qbxml.read_requests(query.format(damage))
        assert "control character" in caught.value.errors[0].message
