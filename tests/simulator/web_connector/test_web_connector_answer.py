"""An answer is read as strictly, and misread as silently, as .NET does."""

import pytest

from qbwc_service.simulator.web_connector.errors import FaultError, WrongAnswerError
from qbwc_service.simulator.web_connector.http_answer import SoapAnswer
from qbwc_service.simulator.web_connector.http_connection import HttpAnswer

INTUIT = "http://developer.intuit.com/"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
UTF8 = "text/xml; charset=utf-8"


def answer(
    body: str | bytes,
    *,
    status: int = 200,
    content_type: str = UTF8,
) -> HttpAnswer:
    raw = body if isinstance(body, bytes) else body.encode()
    return HttpAnswer(status=status, reason="Because", content_type=content_type, body=raw)


def envelope(inner: str, *, opening: str = "") -> str:
    return f'{opening}<soap:Envelope xmlns:soap="{SOAP}"><soap:Body>{inner}</soap:Body></soap:Envelope>'


def result(content: str, *, namespace: str = INTUIT, name: str = "xResult") -> str:
    return envelope(f'<xResponse xmlns="{INTUIT}"><{name} xmlns="{namespace}">{content}</{name}></xResponse>')


def read_text(body: str | bytes, *, content_type: str = UTF8) -> str | None:
    return SoapAnswer("x", answer(body, content_type=content_type)).read_text()


def read_int(body: str) -> int:
    return SoapAnswer("x", answer(body)).read_int()


def read_texts(body: str) -> tuple[str | None, ...] | None:
    return SoapAnswer("x", answer(body)).read_texts()


def test_the_three_kinds_of_result_are_read() -> None:
    assert read_text(result("&lt;QBXML/&gt;")) == "<QBXML/>"
    assert read_int(result("42")) == 42
    assert read_texts(result("<string>t</string><string></string>")) == ("t", "")


def test_prefixes_and_white_space_between_elements_are_free() -> None:
    body = (
        f'<?xml version="1.0"?>\n<e:Envelope xmlns:e="{SOAP}" xmlns:tns="{INTUIT}">\n <e:Body>\n'
        "<tns:xResponse>\n <tns:xResult>\n<tns:string>t</tns:string>\n<tns:string/>\n</tns:xResult>\n"
        "</tns:xResponse></e:Body></e:Envelope>\n"
    )

    assert read_texts(body) == ("t", "")


@pytest.mark.parametrize("content_type", ["application/xml", "text/html", "", "application/soap+xml; charset=utf-8"])
def test_any_content_type_but_text_xml_is_refused(content_type: str) -> None:
    with pytest.raises(WrongAnswerError, match="expected 'text/xml'"):
        read_text(result("a"), content_type=content_type)


@pytest.mark.parametrize(
    "body",
    [
        "",
        '\n<?xml version="1.0"?><a/>',
        ' <?xml version="1.0"?><a/>',
        '<?xml version="1.0"?><!DOCTYPE a><a/>',
        f"<!DOCTYPE a [<!ENTITY b 'c'>]>{result('&b;')}",
        "<html><br></html>",
        result("a&#x1F;b"),
        b"\x1f\x8b\x08 compressed",
    ],
    ids=["empty", "newline first", "blank first", "doctype", "entity", "not closed", "control character", "gzip"],
)
def test_what_is_not_plain_well_formed_xml_is_refused(body: str | bytes) -> None:
    with pytest.raises(WrongAnswerError, match="not well-formed"):
        read_text(body)


@pytest.mark.parametrize(
    "body",
    [
        envelope("<xResponse><xResult>a</xResult></xResponse>"),
        envelope(f'<xResponse xmlns="{INTUIT}"/>'),
        envelope(""),
        result("7", namespace="http://developer.intuit.com"),
        result("7", namespace=""),
        result("7", name="xresult"),
        result("7", name="Result"),
        envelope(f'<yResponse xmlns="{INTUIT}"><xResult>7</xResult></yResponse>'),
        envelope(f'<Fault xmlns="{INTUIT}"><faultstring>no</faultstring></Fault>'),
    ],
)
def test_a_missing_or_misnamed_result_is_null_or_nought(body: str) -> None:
    assert read_text(body) is None
    assert read_int(body) == 0
    assert read_texts(body) is None


def test_array_items_under_another_name_or_namespace_are_not_seen() -> None:
    arrays = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"

    assert read_texts(result(f'<string xmlns="{arrays}">t</string>')) == ()
    assert read_texts(result("<String>t</String><item>u</item>")) == ()


def test_a_nil_item_is_null() -> None:
    nil = '<string xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/>'

    assert read_texts(result(f"<string>t</string>{nil}")) == ("t", None)


def test_a_line_break_inside_an_empty_item_is_its_text() -> None:
    assert read_texts(result("<string>t</string><string>\n</string>")) == ("t", "\n")


@pytest.mark.parametrize("content", ["", "34.0", "34%", "abc", "1 0", "2147483648", "0x10", "-"])
def test_what_is_no_int_is_refused(content: str) -> None:
    with pytest.raises(WrongAnswerError, match="correct format"):
        read_int(result(content))


@pytest.mark.parametrize(("content", "value"), [("-1", -1), (" 100\n", 100), ("+5", 5), ("0", 0), ("007", 7)])
def test_an_int_may_have_a_sign_and_space_around_it(content: str, value: int) -> None:
    assert read_int(result(content)) == value


def test_of_qbxml_that_was_not_escaped_only_the_first_childs_text_remains() -> None:
    assert read_text(result("<QBXML>first</QBXML><other>second</other>")) == "first"


@pytest.mark.parametrize("content", ["a<!-- c -->b", "<!-- c -->", "a<b/>", "<?pi?>a"])
def test_a_node_behind_text_in_a_result_is_refused(content: str) -> None:
    with pytest.raises(WrongAnswerError, match="text only"):
        read_text(result(content))


def test_a_charset_decides_and_without_one_text_is_ascii() -> None:
    body = '<?xml version="1.0" encoding="utf-8"?>' + result("Köln")

    assert read_text(body) == "Köln"
    assert read_text(body, content_type="text/xml") == "K??ln"
    assert read_text(body, content_type="text/xml; charset=klingon") == "K??ln"
    assert read_text(body, content_type="text/xml; charset=iso-8859-1") == "KÃ¶ln"
    assert read_text(body, content_type='Text/XML; charset="UTF-8"') == "Köln"
    assert read_text(b"\xef\xbb\xbf" + body.encode(), content_type="text/xml") == "Köln"


def test_the_declaration_does_not_decide_on_the_encoding() -> None:
    assert read_text('<?xml version="1.0" encoding="utf-16"?>' + result("Köln")) == "Köln"


@pytest.mark.parametrize("status", [200, 400, 500])
def test_a_fault_is_read_with_these_statuses(status: int) -> None:
    body = envelope(
        "<soap:Fault><faultcode>soap:Client</faultcode><faultstring>no such thing</faultstring></soap:Fault>"
    )

    with pytest.raises(FaultError, match="no such thing") as caught:
        SoapAnswer("x", answer(body, status=status))

    assert caught.value.fault_code == "soap:Client"


@pytest.mark.parametrize("status", [301, 302, 307, 401, 403, 404, 502, 503])
def test_other_statuses_are_failures_whatever_the_body_says(status: int) -> None:
    with pytest.raises(WrongAnswerError, match=f"HTTP status {status}: Because"):
        SoapAnswer("x", answer(result("a"), status=status))


@pytest.mark.parametrize("status", [400, 500])
def test_a_good_answer_with_a_bad_status_counts(status: int) -> None:
    assert SoapAnswer("x", answer(result("a"), status=status)).read_text() == "a"


@pytest.mark.parametrize("status", [202, 204])
def test_an_empty_success_is_refused(status: int) -> None:
    with pytest.raises(WrongAnswerError):
        SoapAnswer("x", answer("", status=status))


def test_a_header_that_must_be_understood_is_refused_and_another_is_not() -> None:
    must = f'<soap:Envelope xmlns:soap="{SOAP}"><soap:Header><h {{}}/></soap:Header><soap:Body/></soap:Envelope>'

    with pytest.raises(WrongAnswerError, match="not understood"):
        read_text(must.format('soap:mustUnderstand="1"'))
    assert read_text(must.format("")) is None


@pytest.mark.parametrize(
    "body",
    [
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body/></s:Envelope>',
        "<html/>",
        f'<soap:Envelope xmlns:soap="{SOAP}"/>',
        f'<soap:Envelope xmlns:soap="{SOAP}"><body/></soap:Envelope>',
    ],
)
def test_another_envelope_is_refused(body: str) -> None:
    with pytest.raises(WrongAnswerError):
        read_text(body)


def test_a_text_of_twelve_megabytes_is_read_whole() -> None:
    length = 12_000_000

    assert len(read_text(result("x" * length)) or "") == length
