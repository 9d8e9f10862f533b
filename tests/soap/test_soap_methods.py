"""The promises 7 to 12 of the transport, each over real HTTP: what the methods and their texts go through."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

INTUIT = "http://developer.intuit.com/"
STRING_METHODS = {
    "serverVersion": "1.2.3",
    "getServerVersion": "1.2.3",
    "clientVersion": "",
    "sendRequestXML": "<QBXML/>",
    "connectionError": "done",
    "getLastError": "",
    "closeConnection": "OK",
    "getInteractiveURL": "",
    "interactiveRejected": "",
    "interactiveDone": "Done",
    "isInteractiveDone": "Done",
}
ILLEGAL = {
    number for number in range(0x10000) if number < 0x20 or 0xD800 <= number < 0xE000 or number in {0xFFFE, 0xFFFF}
} - {0x9, 0xA, 0xD}


def test_07_calls_do_not_wait_for_each_other(endpoint: Any) -> None:
    together = threading.Barrier(2, timeout=30)
    endpoint.calls.answers = {"get_last_error": lambda: str(together.wait() >= 0)}
    results: list[str] = []
    callers = [threading.Thread(target=lambda: results.append(endpoint.call("getLastError").result)) for _ in range(2)]

    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()

    assert results == ["True", "True"]


@pytest.mark.parametrize(
    ("inner", "sentence"),
    [
        (b"<!--" + b"-x" * 4_000_000, "too long"),
        (b"<e:Body a='" + b"x" * 4_000_000, "too long"),
        (b"<e:Header>" * 100_000, "too many elements"),
        (b"<e:Body/>" * 100_000, "too many elements"),
    ],
)
def test_07_an_envelope_made_to_cost_time_is_refused_early(endpoint: Any, inner: bytes, sentence: str) -> None:
    refused = endpoint.request(body=b"<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'>" + inner)

    assert sentence in refused.fault


def test_08_all_names_of_the_methods_answer_without_any_parameter(endpoint: Any) -> None:
    assert {method: endpoint.call(method).result for method in STRING_METHODS} == STRING_METHODS
    assert endpoint.call("authenticate").result == ["7.ticket", ""]
    assert endpoint.call("receiveResponseXML").result == "100"
    assert all(argument in {"", 0} for _, arguments in endpoint.calls.seen for argument in arguments)


@pytest.mark.parametrize("form", ["<{0}/>", "<{0}></{0}>", "<{0} xsi:nil='true'/>", "<other>{0}</other>"])
def test_08_parameters_that_are_empty_nil_or_unknown_count_as_missing(endpoint: Any, form: str) -> None:
    names = ("ticket", "strHCPResponse", "strCompanyFileName", "qbXMLCountry", "qbXMLMajorVers", "qbXMLMinorVers")
    names = names[:1] if "other" in form else names
    inner = "".join(form.format(name) for name in names)
    body = (
        "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/' "
        "xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'><e:Body>"
        f"<sendRequestXML xmlns='{INTUIT}'>{inner}</sendRequestXML></e:Body></e:Envelope>"
    )

    assert endpoint.request(body=body.encode()).result == "<QBXML/>"
    assert endpoint.calls.seen == [("send_request_xml", ("", "", "", "", 0, 0))]


@pytest.mark.parametrize("count", [2, 3, 4])
def test_09_results_are_present_even_when_empty_and_array_items_are_in_intuits_namespace(
    endpoint: Any, count: int
) -> None:
    endpoint.calls.answers = {"authenticate": ["", "none", "60", ""][:count], "server_version": ""}
    (answer,) = endpoint.call("authenticate").body_element
    (result,) = answer
    empties = [endpoint.call(method).body_element for method in ("serverVersion", "clientVersion", "getLastError")]

    assert answer.tag == f"{{{INTUIT}}}authenticateResponse"
    assert result.tag == f"{{{INTUIT}}}authenticateResult"
    assert [(item.tag, item.text or "") for item in result] == [
        (f"{{{INTUIT}}}string", text) for text in ["", "none", "60", ""][:count]
    ]
    assert all(len(body) == 1 and len(body[0]) == 1 and not body[0][0].text for body in empties)
    assert not any(element.attrib for body in empties for element in body.iter())


@pytest.mark.parametrize("items", [[], ["only a ticket"], ["a", "b", "c", "d", "e"]])
def test_09_an_array_that_the_web_connector_cannot_read_is_never_sent(endpoint: Any, items: list[str]) -> None:
    endpoint.calls.answers = {"authenticate": items}

    assert endpoint.call("authenticate").fault


@pytest.mark.parametrize("plane", range(16))
def test_10_no_returned_text_can_break_the_answer(endpoint: Any, plane: int) -> None:
    numbers = range(plane * 0x1000, (plane + 1) * 0x1000)
    text = "".join(f"{chr(number)}." for number in numbers)
    kept = "".join("." if number in ILLEGAL else f"{chr(number)}." for number in numbers)
    endpoint.calls.answers = {"get_last_error": text, "authenticate": [text, ""], "send_request_xml": text}

    assert endpoint.call("getLastError").result == kept
    assert endpoint.call("authenticate").result == [kept, ""]
    assert endpoint.call("sendRequestXML").result == kept


@pytest.mark.parametrize(
    ("written", "arrives"),
    [
        ("a\x01b\x0b\x1fc", "abc"),
        ("a&#x1;b&#11;c&#x1F;d", "abcd"),
        ("a&#x0001;b&#xFFFF;c&#xD83D;&#xDE00;d&#x110000;e", "abcde"),
        ("a\ufffeb\uffffc", "abc"),
        ("a&#x9;b&#10;c&#13;d&#x1F600;", "a\tb\nc\rd😀"),
        ("a&amp;#x1;b", "a&#x1;b"),
        ("a&lt;B&gt;&amp;#x1F;&lt;/B&gt;", "a<B>&#x1F;</B>"),
        ("<![CDATA[a&#x1;b]]>c&#x1;d", "a&#x1;bcd"),
        ("a<!-- a comment -->b", "ab"),
    ],
)
def test_11_control_characters_never_lose_an_answer(endpoint: Any, written: str, arrives: str) -> None:
    body = (
        "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body>"
        f"<receiveResponseXML xmlns='{INTUIT}'><response>{written}</response></receiveResponseXML>"
        "</e:Body></e:Envelope>"
    )

    assert endpoint.request(body=body.encode()).result == "100"
    assert endpoint.calls.seen == [("receive_response_xml", ("", arrives, "", ""))]


def _behind_a_tls_proxy(application: Any) -> Callable[..., Any]:
    def proxied(environ: dict[str, Any], start_response: Any) -> Any:
        environ |= {"wsgi.url_scheme": "https", "HTTP_HOST": "qb.example.com", "SCRIPT_NAME": "/qbwc", "PATH_INFO": "/"}
        return application(environ, start_response)

    return proxied


def test_12_it_works_behind_a_tls_proxy_without_cookies_tokens_or_logins(
    serve: Callable[..., Any], write_envelope: Callable[..., bytes]
) -> None:
    endpoint = serve(wrap=_behind_a_tls_proxy)
    strange = {"Cookie": "session=stale", "Origin": "https://evil.example", "Accept-Encoding": "gzip"}

    replies = [endpoint.request(body=write_envelope("serverVersion"), headers=strange) for _ in range(50)]
    wsdl = endpoint.request("GET", path="/?wsdl")

    assert {reply.status for reply in replies} == {200}
    assert {frozenset(reply.headers) - {"Date", "Server", "Connection"} for reply in replies} == {
        frozenset({"Content-Type", "Content-Length"})
    }
    assert b'location="https://qb.example.com/qbwc/"' in wsdl.body
