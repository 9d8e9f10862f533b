"""The bytes of each answer, as the Web Connector's .NET reader needs them."""

from collections.abc import Callable
from typing import Any

import pytest

HEAD = (
    "<?xml version='1.0' encoding='UTF-8'?>\n"
    '<soap11env:Envelope xmlns:soap11env="http://schemas.xmlsoap.org/soap/envelope/"'
)
TNS = ' xmlns:tns="http://developer.intuit.com/"'
TAIL = "</soap11env:Body></soap11env:Envelope>"
QBXML = (
    '<?xml version="1.0" encoding="utf-8"?><?qbxml version="13.0"?>'
    '<QBXML><QBXMLMsgsRq onError="continueOnError"><InvoiceQueryRq requestID="1"/></QBXMLMsgsRq></QBXML>'
)
GOLDEN = {
    "serverVersion": ("server_version", "1.0", "1.0"),
    "getServerVersion": ("server_version", "1.0", "1.0"),
    "clientVersion": ("client_version", "", ""),
    "authenticate": (
        "authenticate",
        ["TICKET", ""],
        "<tns:string>TICKET</tns:string><tns:string></tns:string>",
    ),
    "sendRequestXML": ("send_request_xml", QBXML, QBXML.replace("<", "&lt;").replace(">", "&gt;")),
    "receiveResponseXML": ("receive_response_xml", 67, "67"),
    "connectionError": ("connection_error", "done", "done"),
    "getLastError": ("get_last_error", "Größe < 5 € & mehr\r\n", "Größe &lt; 5 € &amp; mehr&#13;\n"),
    "closeConnection": ("close_connection", "OK", "OK"),
    "getInteractiveURL": ("get_interactive_url", "", ""),
    "interactiveRejected": ("interactive_rejected", "", ""),
    "interactiveDone": ("interactive_done", "Done", "Done"),
    "isInteractiveDone": ("interactive_done", "Done", "Done"),
}


@pytest.mark.parametrize("method", GOLDEN)
def test_the_answer_of_each_method_is_exactly_this(endpoint: Any, method: str) -> None:
    name, value, written = GOLDEN[method]
    endpoint.calls.answers = {name: value}

    assert endpoint.call(method).body.decode() == (
        f"{HEAD}{TNS}><soap11env:Body>"
        f"<tns:{method}Response><tns:{method}Result>{written}</tns:{method}Result></tns:{method}Response>{TAIL}"
    )


@pytest.mark.parametrize("percent", [-1, 0, 1, 99, 100])
def test_a_percentage_is_a_plain_whole_number(endpoint: Any, percent: int) -> None:
    endpoint.calls.answers = {"receive_response_xml": percent}

    assert endpoint.call("receiveResponseXML").result == str(percent)


def test_a_fault_is_exactly_this(endpoint: Any) -> None:
    assert endpoint.call("nonsense").body.decode() == (
        f"{HEAD}><soap11env:Body><soap11env:Fault><faultcode>soap11env:Client</faultcode>"
        "<faultstring>There is no method '{http://developer.intuit.com/}nonsense' here.</faultstring>"
        f"</soap11env:Fault>{TAIL}"
    )


def test_arguments_arrive_as_they_were_written(endpoint: Any) -> None:
    endpoint.call("authenticate", strUserName="a&b <c>", strPassword="  pass wörd ")
    endpoint.call(
        "sendRequestXML",
        ticket="t",
        strHCPResponse="<?xml?>\n<QBXML/>",
        strCompanyFileName=r"C:\Müller & Söhne\acme.qbw",
        qbXMLCountry="US",
        qbXMLMajorVers="16",
        qbXMLMinorVers=" 0 ",
    )
    endpoint.call("receiveResponseXML", ticket="t", response="", hresult="0x80040400", message="QuickBooks found…")
    endpoint.call("connectionError", ticket="t", hresult="0x8004040A", message="m")
    endpoint.call("getInteractiveURL", wcTicket="t", sessionID="s")
    endpoint.call("interactiveRejected", wcTicket="t", reason="r")
    endpoint.call("isInteractiveDone", wcTicket="t")
    endpoint.call("clientVersion", strVersion="34.0.10010.76")

    assert endpoint.calls.seen == [
        ("authenticate", ("a&b <c>", "  pass wörd ")),
        ("send_request_xml", ("t", "<?xml?>\n<QBXML/>", r"C:\Müller & Söhne\acme.qbw", "US", 16, 0)),
        ("receive_response_xml", ("t", "", "0x80040400", "QuickBooks found…")),
        ("connection_error", ("t", "0x8004040A", "m")),
        ("get_interactive_url", ("t", "s")),
        ("interactive_rejected", ("t", "r")),
        ("interactive_done", ("t",)),
        ("client_version", ("34.0.10010.76",)),
    ]


def test_long_texts_arrive_in_their_own_parameters_and_unknown_ones_nowhere(endpoint: Any) -> None:
    long, longer = "é" * 70_000, "<x>" * 70_000

    endpoint.call("connectionError", message=longer, other="y" * 70_000, ticket=long, hresult="0x1")
    junk = endpoint.call("sendRequestXML", ticket="t", qbXMLMajorVers="1" * 70_000)

    assert endpoint.calls.seen[0] == ("connection_error", (long, "0x1", longer))
    assert junk.fault == "A parameter of sendRequestXML is not what it has to be."


def test_a_call_leaves_one_line_in_the_log_and_no_secret(
    endpoint: Any, logs: list[Any], write_envelope: Callable[..., bytes]
) -> None:
    body = write_envelope("authenticate", strUserName="acme", strPassword="hunter2")

    endpoint.request(body=body)

    (line,) = logs
    assert (line["event"], line["method"], line["received"], line["refusal"]) == (
        "soap_call",
        "authenticate",
        len(body),
        None,
    )
    assert "hunter2" not in str(line)
    assert "ticket" not in str(line)


def test_a_failure_leaves_its_traceback_but_no_argument_in_the_log(endpoint: Any, logs: list[Any]) -> None:
    endpoint.calls.answers = {"authenticate": RuntimeError("no database")}

    endpoint.call("authenticate", strUserName="acme", strPassword="hunter2")

    failure, _line = logs
    assert (failure["event"], failure["log_level"], failure["method"]) == ("soap_call_failed", "error", "authenticate")
    assert "RuntimeError: no database" in failure["exception"]
    assert "hunter2" not in str(logs)
