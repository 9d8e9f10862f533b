"""The bytes of a request are those of the Web Connector's .NET proxy."""

import pytest

from qbwc_service.simulator.web_connector.http_envelope import soap_action, write_envelope


def test_a_request_is_written_byte_for_byte_as_dotnet_writes_it() -> None:
    parameters = [("ticket", "t"), ("response", '<?xml version="1.0" ?>'), ("hresult", ""), ("message", "")]

    assert write_envelope("receiveResponseXML", parameters) == (
        b'<?xml version="1.0" encoding="utf-8"?>'
        b'<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"'
        b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        b' xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soap:Body>'
        b'<receiveResponseXML xmlns="http://developer.intuit.com/"><ticket>t</ticket>'
        b'<response>&lt;?xml version="1.0" ?&gt;</response><hresult /><message /></receiveResponseXML>'
        b"</soap:Body></soap:Envelope>"
    )


def test_a_method_without_parameters_is_one_empty_element() -> None:
    assert b'<soap:Body><serverVersion xmlns="http://developer.intuit.com/" /></soap:Body>' in write_envelope(
        "serverVersion",
        [],
    )


def test_an_int_is_written_as_digits() -> None:
    assert b"<qbXMLMajorVers>16</qbXMLMajorVers>" in write_envelope("sendRequestXML", [("qbXMLMajorVers", 16)])


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a\x01b", b"a&#x1;b"),
        ("\x1f", b"&#x1F;"),
        ("a\r\nb\tc", b"a\r\nb\tc"),
        ("\uffff", b"&#xFFFF;"),
        ("\"quoted\" 'too'", b"\"quoted\" 'too'"),
        ("a & b", b"a &amp; b"),
        ("Ä\U0001f600", "Ä\U0001f600".encode()),
    ],
)
def test_characters_are_escaped_as_dotnet_escapes_them(text: str, written: bytes) -> None:
    assert b"<ticket>" + written + b"</ticket>" in write_envelope("getLastError", [("ticket", text)])


def test_the_soap_action_is_absolute() -> None:
    assert soap_action("authenticate") == "http://developer.intuit.com/authenticate"
