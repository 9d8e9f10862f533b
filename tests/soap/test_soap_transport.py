"""The promises 1 to 6 of the transport, each over real HTTP: what the wire carries, whatever was sent."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree

INTUIT = "http://developer.intuit.com/"
ALL_METHODS = (
    "serverVersion",
    "getServerVersion",
    "clientVersion",
    "authenticate",
    "sendRequestXML",
    "receiveResponseXML",
    "connectionError",
    "getLastError",
    "closeConnection",
    "getInteractiveURL",
    "interactiveRejected",
    "interactiveDone",
    "isInteractiveDone",
)


@pytest.mark.parametrize("path", ["/qbwc", "/qbwc/"])
def test_01_get_and_head_say_200_with_and_without_a_trailing_slash(endpoint: Any, path: str) -> None:
    shown, checked = endpoint.request("GET", path=path), endpoint.request("HEAD", path=path)

    assert (shown.status, checked.status) == (200, 200)
    assert b"QuickBooks Web Connector" in shown.body
    assert checked.body == b""
    assert shown.headers["Content-Type"] == checked.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert shown.headers["Content-Length"] == checked.headers["Content-Length"] == str(len(shown.body))
    assert endpoint.request(path=path, body=b"").status == 500  # A POST is no redirect either.


def test_01_other_verbs_are_told_what_is_possible(endpoint: Any) -> None:
    refused = [endpoint.request(verb) for verb in ("PUT", "DELETE", "OPTIONS", "PATCH")]

    assert {reply.status for reply in refused} == {405}
    assert {reply.headers["Allow"] for reply in refused} == {"GET, HEAD, POST"}
    assert all(b"Web Connector" in reply.body for reply in refused)


@pytest.mark.parametrize("query", ["?wsdl", "?WSDL", "/?wsdl", "?wsdl=1", "?singleWsdl"])
def test_02_the_wsdl_has_absolute_actions_plain_ints_and_intuits_array(endpoint: Any, query: str) -> None:
    reply = endpoint.request("GET", path=f"/qbwc{query}")
    wsdl = etree.fromstring(reply.body)
    names = {"w": "http://schemas.xmlsoap.org/wsdl/", "p": "http://schemas.xmlsoap.org/wsdl/soap/"}

    assert (reply.status, reply.headers["Content-Type"]) == (200, "text/xml; charset=utf-8")
    assert set(wsdl.xpath("//p:operation/@soapAction", namespaces=names)) == {INTUIT + name for name in ALL_METHODS}
    assert set(wsdl.xpath("//*/@type[starts-with(., 's:')]")) == {"s:string", "s:int"}
    assert wsdl.xpath("string(//*[@name='authenticateResult']/@type)") == "tns:ArrayOfString"
    assert wsdl.xpath("//w:portType/@name|//w:port/@name", namespaces=names) == ["QBWebConnectorSvcSoap"] * 2
    assert wsdl.xpath("//w:service/@name", namespaces=names) == ["QBWebConnectorSvc"]
    assert wsdl.xpath("//p:address/@location", namespaces=names) == [endpoint.url + query.partition("?")[0]]


def test_03_the_soap_action_changes_nothing(endpoint: Any, write_envelope: Callable[..., bytes]) -> None:
    body = write_envelope("closeConnection", ticket="t")
    actions = (f'"{INTUIT}closeConnection"', f"{INTUIT}closeConnection", '"urn:other"', "", '""')

    with_action = [endpoint.request(body=body, headers={"SOAPAction": action}) for action in actions]
    without = endpoint.request(body=body)

    assert without.result == "OK"
    assert {reply.body for reply in with_action} == {without.body}
    assert {reply.status for reply in with_action} == {200}


def test_04_every_answer_to_a_post_is_plain_utf8_xml_and_200_for_known_methods(endpoint: Any, logs: list[Any]) -> None:
    good = [endpoint.call(method) for method in ALL_METHODS]
    junk = endpoint.call("sendRequestXML", qbXMLMajorVers="thirteen")
    unknown = endpoint.call("dropTables")
    failures = (RuntimeError("secret detail"), None, 7)
    broken = []
    for method, failure in itertools.product(("server_version", "authenticate", "receive_response_xml"), failures):
        endpoint.calls.answers = {method: failure}
        wire_name = {"server_version": "serverVersion", "authenticate": "authenticate"}.get(
            method, "receiveResponseXML"
        )
        if (wire_name, failure) != ("receiveResponseXML", 7):
            broken.append(endpoint.call(wire_name))

    for reply in (*good, junk, unknown, *broken):
        assert reply.headers["Content-Type"] == "text/xml; charset=utf-8"
        assert reply.headers["Content-Length"] == str(len(reply.body))
        assert "Content-Encoding" not in reply.headers
        assert reply.body.startswith(b"<?xml")
        reply.body.decode("utf-8")
    assert {reply.status for reply in (*good, junk, *broken)} == {200}
    assert unknown.status == 500
    assert not any(reply.fault for reply in good)
    assert {reply.fault for reply in broken} == {"The service could not complete this call. Its log says why."}
    failed = [line for line in logs if line["event"] == "soap_call_failed"]
    assert len(failed) == len(broken)
    assert any("secret detail" in line["exception"] for line in failed)


BAD_BODIES = {
    "empty": (b"", "no body"),
    "blank": (b" \r\n ", "no body"),
    "not UTF-8": (b"<a>\xff\xfe\xfd</a>", "not valid utf-8"),
    "surrogates in UTF-8": (b"<a>\xed\xa0\x80</a>", "not valid utf-8"),
    "half a character": (b"<\xc3", "not valid utf-8"),
    "not XML": (b"POST me", "not XML"),
    "cut off": (b"<soap:Envelope xmlns:soap='http://schemas.xmlsoap.org/soap/envelope/'><soap:Bo", "not XML"),
    "two roots": (b"<a/><b/>", "not a SOAP 1.1 envelope"),
    "DOCTYPE": (b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "DOCTYPE"),
    "entity": (b"<Envelope xmlns='http://schemas.xmlsoap.org/soap/envelope/'>&x;</Envelope>", "not XML"),
    "HTML": (b"<html><body>Hello</body></html>", "not a SOAP 1.1 envelope"),
    "SOAP 1.2": (b"<e:Envelope xmlns:e='http://www.w3.org/2003/05/soap-envelope'/>", "not a SOAP 1.1 envelope"),
    "no Body": (b"<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'/>", "Body of the envelope is empty"),
    "empty Body": (
        b"<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body/></e:Envelope>",
        "Body of the envelope is empty",
    ),
    "unknown method": (
        b"<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body><a/></e:Body></e:Envelope>",
        "There is no method 'a'",
    ),
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_05_a_body_that_is_no_call_gets_a_fault_and_the_server_lives(endpoint: Any, name: str, logs: list[Any]) -> None:
    body, sentence = BAD_BODIES[name]

    refused = endpoint.request(body=body)

    assert (refused.status, refused.headers["Content-Type"]) == (500, "text/xml; charset=utf-8")
    assert sentence in refused.fault
    assert b"Traceback" not in refused.body
    assert len(refused.fault) < 150
    assert [line["refusal"] for line in logs] == [refused.fault]
    assert endpoint.call("serverVersion").result == "1.2.3"


@pytest.mark.parametrize(
    ("headers", "sentence"),
    [
        ({"Content-Type": "text/xml; charset=klingon"}, "charset"),
        ({"Content-Type": "text/xml; charset=punycode"}, "charset"),
        ({"Content-Length": "a lot"}, "Content-Length"),
        ({"Content-Length": "-5"}, "Content-Length"),
    ],
)
def test_05_headers_that_make_no_sense_get_a_fault(
    endpoint: Any, headers: dict[str, str], sentence: str, write_envelope: Callable[..., bytes]
) -> None:
    refused = endpoint.request(body=write_envelope("serverVersion"), headers=headers)

    assert refused.status == 500
    assert sentence in refused.fault
    assert endpoint.call("serverVersion").result == "1.2.3"


def test_06_a_text_of_60_mb_is_accepted(endpoint: Any, write_envelope: Callable[..., bytes]) -> None:
    unit = "<Name>Trucking for 5 € and Sons of Springfield</Name>\n"
    text = unit * (60 * 1024 * 1024 // len(unit.encode()))
    body = write_envelope("receiveResponseXML", ticket="t", response=text)

    assert len(body) > 64 * 1024 * 1024
    assert endpoint.request(body=body).result == "100"
    ((_, (ticket, response, hresult, message)),) = endpoint.calls.seen
    assert (ticket, hresult, message) == ("t", "", "")
    assert response == text


@pytest.mark.parametrize("chunked", [False, True])
def test_06_a_body_over_the_limit_gets_a_clear_fault_and_a_log_line_with_its_size(
    serve: Callable[..., Any], logs: list[Any], write_envelope: Callable[..., bytes], *, chunked: bool
) -> None:
    endpoint = serve(max_body_bytes=2_000_000)
    body = write_envelope("receiveResponseXML", response="x" * 5_000_000)

    refused = endpoint.request(body=iter([body[:100], body[100:]]) if chunked else body)

    assert refused.status == 500
    assert refused.fault == "The body is larger than the 2000000 bytes that this service accepts."
    (line,) = logs
    assert line["log_level"] == "warning"
    assert line["received"] == len(body)  # Read to its end, and thrown away: the client gets to see the Fault.
    assert line["declared"] == ("" if chunked else str(len(body)))
    assert endpoint.calls.seen == []
