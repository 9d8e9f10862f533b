"""What the Web Connector makes of answers that are wrong, missing, or no answers at all."""

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest

from qbwc_service.simulator.quickbooks.hresult import HresultError
from qbwc_service.simulator.web_connector.report import UpdateOutcome

SIGNED_IN = ("serverVersion", "clientVersion", "authenticate")

CODES = {
    "clientVersion": "QBWC1036",
    "authenticate": "QBWC1012",
    "sendRequestXML": "QBWC1041",
    "receiveResponseXML": "QBWC1042",
    "getLastError": "QBWC1043",
    "closeConnection": "QBWC1044",
    "connectionError": "QBWC1045",
}


def reach(bench: Any, method: str) -> None:
    """Script the answers so that the session comes to a method."""
    if method == "connectionError":
        bench.quickbooks.fail("open_session", "0x80040408", "0x80040408")
    if method == "getLastError":
        bench.server.say("receiveResponseXML", -1)


@pytest.mark.parametrize(("method", "code"), CODES.items())
def test_a_fault_ends_the_session_with_the_code_of_its_call(
    bench: Any,
    fault: Callable[..., Any],
    method: str,
    code: str,
) -> None:
    reach(bench, method)
    bench.server.say(method, fault("out of order"))

    report = bench.update()

    assert (report.outcome, report.qbwc_code) == (UpdateOutcome.WEB_SERVICE_ERROR, code)
    assert report.error_text == "out of order"
    assert report.call_names[-1] == method
    assert (report.calls[-1].status, report.calls[-1].error) == (500, "out of order")
    assert report.close_text is None


@pytest.mark.parametrize(("method", "code"), CODES.items())
def test_no_answer_ends_the_session_with_the_code_of_its_call(
    bench: Any,
    raw: Callable[..., Any],
    method: str,
    code: str,
) -> None:
    reach(bench, method)
    bench.server.say(method, raw(silent=True))

    report = bench.update()

    assert (report.outcome, report.qbwc_code) == (UpdateOutcome.WEB_SERVICE_ERROR, code)
    assert "closed unexpectedly" in report.error_text
    assert report.calls[-1].status is None
    opened = bench.quickbooks.actions.count("host_company_preferences")
    assert bench.quickbooks.actions.count("end_session") == opened


@pytest.mark.parametrize("method", ["sendRequestXML", "getLastError", "connectionError"])
def test_a_missing_text_is_a_null_reference(bench: Any, raw: Callable[..., Any], method: str) -> None:
    reach(bench, method)
    empty = b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body/></e:Envelope>'
    bench.server.say(method, raw(body=empty))

    report = bench.update()

    assert report.qbwc_code == CODES[method]
    assert report.error_text == "Object reference not set to an instance of an object."


def test_a_missing_array_is_a_null_reference(bench: Any, raw: Callable[..., Any]) -> None:
    empty = b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body/></e:Envelope>'
    bench.server.say("authenticate", raw(body=empty))

    report = bench.update()

    assert (report.qbwc_code, report.error_text) == (
        "QBWC1012",
        "Object reference not set to an instance of an object.",
    )


def test_a_missing_int_is_nought_and_the_session_goes_on(bench: Any, raw: Callable[..., Any]) -> None:
    empty = b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body/></e:Envelope>'
    bench.server.say("receiveResponseXML", raw(body=empty), 100)

    assert bench.update().percents == (0, 100)


@pytest.mark.parametrize("percent", ["", "34.0", "34%"])
def test_a_percentage_that_is_no_int_fails(bench: Any, percent: str) -> None:
    bench.server.say("receiveResponseXML", percent)

    report = bench.update()

    assert (report.qbwc_code, report.percents) == ("QBWC1042", ())


def test_an_html_page_is_no_answer(bench: Any, raw: Callable[..., Any]) -> None:
    bench.server.say("sendRequestXML", raw(body=b"<html/>", content_type="text/html", status=500))

    report = bench.update()

    assert report.qbwc_code == "QBWC1041"
    assert "expected 'text/xml'" in report.error_text


def test_a_server_without_server_version_is_served(bench: Any, fault: Callable[..., Any]) -> None:
    bench.server.say("serverVersion", fault("no such method"))

    report = bench.update()

    assert (report.outcome, report.server_version) == (UpdateOutcome.COMPLETED, "")
    assert report.warnings == ("serverVersion failed: no such method",)


def test_a_session_that_quickbooks_does_not_end_is_warned_of(bench: Any) -> None:
    bench.quickbooks.fail("end_session", "0x8004041C")

    report = bench.update()

    assert report.outcome is UpdateOutcome.COMPLETED
    assert "QBWC1015" in report.warnings[0]


def test_a_connection_closed_after_each_answer_is_opened_again(
    bench: Any,
    raw: Callable[..., Any],
    envelope: Callable[..., bytes],
) -> None:
    bench.server.say("sendRequestXML", raw(body=envelope("sendRequestXML", "&lt;QBXML/&gt;"), closes=True))

    report = bench.update()

    assert report.outcome is UpdateOutcome.COMPLETED
    assert bench.server.connections == 2
    assert [call.name for call in report.calls if call.resent] == ["receiveResponseXML"]


def test_control_characters_in_an_answer_leave_as_references(bench: Any) -> None:
    bench.quickbooks.responses = ["<Memo>&#x1F;</Memo>"]

    bench.update()

    assert b"&lt;Memo&gt;&amp;#x1F;&lt;/Memo&gt;" in next(
        call.body for call in bench.server.received if call.method == "receiveResponseXML"
    )


def test_an_error_that_is_no_hresult_is_not_swallowed(bench: Any) -> None:
    def broken(_session: str, _qbxml: str) -> str:
        raise ZeroDivisionError

    bench.quickbooks.process = broken

    with pytest.raises(ZeroDivisionError):
        bench.update()
    assert bench.quickbooks.actions[-1] == "end_session"


def test_a_report_is_made_of_plain_values(bench: Any) -> None:
    report = bench.update()

    values = json.loads(json.dumps(dataclasses.asdict(report)))

    assert values["outcome"] == "completed"
    assert "the-ticket" not in json.dumps(values)
    assert [call["name"] for call in values["calls"]] == list(report.call_names)


def test_an_hresult_error_carries_its_code_and_text() -> None:
    assert HresultError("0x80040400", "bad").message == "bad"
