"""The way through an update session: which call follows which answer, and how the session ends."""

from collections.abc import Callable
from typing import Any

import pytest

from qbwc_service.simulator.web_connector.report import UpdateOutcome

SIGNED_IN = ("serverVersion", "clientVersion", "authenticate")


def test_a_normal_session_goes_from_versions_to_good_bye(bench: Any) -> None:
    bench.server.say("sendRequestXML", "<QBXML>1</QBXML>", "<QBXML>2</QBXML>")
    bench.server.say("receiveResponseXML", 50, 100)
    bench.quickbooks.responses = ["<one/>", "<two/>"]

    report = bench.update()

    assert report.call_names == (
        *SIGNED_IN,
        "sendRequestXML",
        "receiveResponseXML",
        "sendRequestXML",
        "receiveResponseXML",
        "closeConnection",
    )
    assert report.outcome is UpdateOutcome.COMPLETED
    assert (report.percents, report.last_percent, report.message_sets) == ((50, 100), 100, 2)
    assert (report.close_text, report.error_text, report.qbwc_code) == ("Good-bye", "", None)
    assert (report.server_version, report.ticket_length, report.warnings) == ("Test 1.0", 10, ())
    assert bench.quickbooks.processed == ["<QBXML>1</QBXML>", "<QBXML>2</QBXML>"]
    assert [call["response"] for call in bench.server.arguments_of("receiveResponseXML")] == ["<one/>", "<two/>"]
    assert bench.server.connections == 1


def test_each_call_carries_what_the_protocol_says(bench: Any) -> None:
    bench.server.say("receiveResponseXML", 50, 100)
    bench.quickbooks.company_file = r"C:\QB\Bäcker.qbw"

    bench.update()

    first, second = bench.server.arguments_of("sendRequestXML")
    assert bench.server.arguments_of("serverVersion") == [{}]
    assert bench.server.arguments_of("clientVersion") == [{"strVersion": "34.0.10010.76"}]
    assert bench.server.arguments_of("authenticate") == [{"strUserName": "acme", "strPassword": "secret"}]
    assert first == {
        "ticket": "the-ticket",
        "strHCPResponse": "<QBXML>host</QBXML>",
        "strCompanyFileName": r"C:\QB\Bäcker.qbw",
        "qbXMLCountry": "US",
        "qbXMLMajorVers": "16",
        "qbXMLMinorVers": "0",
    }
    assert second == first | {"strHCPResponse": ""}
    assert bench.server.arguments_of("closeConnection") == [{"ticket": "the-ticket"}]


def test_quickbooks_is_opened_after_authenticate_and_left_before_good_bye(bench: Any) -> None:
    bench.server.say("authenticate", ["the-ticket", r"D:\Other.qbw"])

    bench.update()

    assert bench.quickbooks.actions == [
        "register",
        "open_session",
        "host_company_preferences",
        "process",
        "end_session",
    ]
    assert bench.quickbooks.opened == [
        {
            "app_name": "Acme Sync",
            "owner_id": "{57F3B9B6-86F1-4FCC-B1EE-566DE1813D20}",
            "file_id": "{90A44FB5-33D9-4815-AC85-BC87A7E7D1EB}",
            "company_file": r"D:\Other.qbw",
        },
    ]


def test_a_line_break_in_the_second_item_is_taken_for_a_file(bench: Any) -> None:
    bench.server.say("authenticate", ["the-ticket", "\n"])

    bench.update()

    assert bench.quickbooks.opened[0]["company_file"] == "\n"


@pytest.mark.parametrize("result", ["", "W:old"])
def test_these_answers_of_client_version_let_the_session_go_on(bench: Any, result: str) -> None:
    bench.server.say("clientVersion", result)

    report = bench.update()

    assert report.outcome is UpdateOutcome.COMPLETED
    assert report.warnings == (("The server warns: old",) if result else ())


@pytest.mark.parametrize(
    ("result", "code", "text"),
    [("E:too old", "QBWC1037", "too old"), ("O:2.3", None, "The server supports version 2.3 of the Web Connector.")],
)
def test_a_refused_version_ends_the_session_at_once(bench: Any, result: str, code: str | None, text: str) -> None:
    bench.server.say("clientVersion", result)

    report = bench.update()

    assert report.call_names == ("serverVersion", "clientVersion")
    assert (report.outcome, report.qbwc_code, report.error_text) == (UpdateOutcome.REFUSED_VERSION, code, text)


def test_a_person_may_cancel_at_a_warning(bench: Any) -> None:
    bench.start(accepts_warnings=False).server.say("clientVersion", "W:old")

    report = bench.update()

    assert (report.outcome, report.qbwc_code) == (UpdateOutcome.REFUSED_VERSION, "QBWC1037")


@pytest.mark.parametrize("result", ["W", "e:old", "please", " "])
def test_any_other_answer_of_client_version_is_a_syntax_error(bench: Any, result: str) -> None:
    bench.server.say("clientVersion", result)

    report = bench.update()

    assert (report.outcome, report.qbwc_code) == (UpdateOutcome.WEB_SERVICE_ERROR, "QBWC1046")
    assert len(report.calls) == 2


@pytest.mark.parametrize(
    ("keyword", "outcome", "code"),
    [
        ("none", UpdateOutcome.NO_DATA, None),
        ("None", UpdateOutcome.NO_DATA, None),
        ("nvu", UpdateOutcome.INVALID_USER, "QBWC1040"),
        ("NVU", UpdateOutcome.INVALID_USER, "QBWC1040"),
    ],
)
@pytest.mark.parametrize("ticket", ["", "some-ticket"])
def test_no_work_and_a_wrong_password_are_followed_by_good_bye(
    bench: Any,
    keyword: str,
    outcome: UpdateOutcome,
    code: str | None,
    ticket: str,
) -> None:
    bench.server.say("authenticate", [ticket, keyword])

    report = bench.update()

    assert report.call_names == (*SIGNED_IN, "closeConnection")
    assert (report.outcome, report.qbwc_code, report.close_text) == (outcome, code, "Good-bye")
    assert bench.server.arguments_of("closeConnection") == [{"ticket": ticket}]
    assert bench.quickbooks.opened == []


@pytest.mark.parametrize("closes", [True, False])
def test_busy_ends_with_or_without_good_bye(bench: Any, closes: bool) -> None:  # noqa: FBT001  # A parameter.
    bench.start(closes_after_busy=closes)
    bench.server.say("authenticate", ["t", "BUSY"])

    report = bench.update()

    assert (report.outcome, report.error_text) == (UpdateOutcome.BUSY, "Application Busy")
    assert (report.call_names[-1] == "closeConnection") is closes


@pytest.mark.parametrize("keyword", ["", "none", "nvu", "busy"])
def test_a_postponed_update_ends_at_once(bench: Any, keyword: str) -> None:
    bench.server.say("authenticate", ["t", keyword, "90"])

    report = bench.update()

    assert report.call_names == SIGNED_IN
    assert (report.outcome, report.postponed_seconds) == (UpdateOutcome.POSTPONED, 90)
    assert report.error_text == "Update postponed by application"


def test_a_floor_for_the_interval_is_reported_and_the_update_goes_on(bench: Any) -> None:
    bench.server.say("authenticate", ["t", "", "", "300"])

    report = bench.update()

    assert (report.outcome, report.minimum_seconds, report.postponed_seconds) == (UpdateOutcome.COMPLETED, 300, None)


def test_an_update_by_hand_is_not_postponed(bench: Any) -> None:
    bench.start(is_auto_run=False).server.say("authenticate", ["t", "", "90", "300"])

    report = bench.update()

    assert (report.outcome, report.minimum_seconds) == (UpdateOutcome.COMPLETED, None)


@pytest.mark.parametrize(
    ("items", "text"),
    [
        ([], "Index was outside the bounds of the array."),
        (["t"], "Index was outside the bounds of the array."),
        (["t", "", "soon"], "Input string was not in a correct format."),
    ],
)
def test_an_answer_of_authenticate_that_is_no_array_of_two_fails(bench: Any, items: list[str], text: str) -> None:
    bench.server.say("authenticate", items)

    report = bench.update()

    assert (report.outcome, report.qbwc_code) == (UpdateOutcome.WEB_SERVICE_ERROR, "QBWC1012")
    assert report.error_text == text
    assert report.call_names == SIGNED_IN


def test_items_in_microsofts_namespace_are_an_empty_array(
    bench: Any,
    raw: Callable[..., Any],
    envelope: Callable[..., bytes],
) -> None:
    arrays = 'xmlns:a="http://schemas.microsoft.com/2003/10/Serialization/Arrays"'
    items = f"<a:string {arrays}>t</a:string><a:string {arrays}/>"
    bench.server.say("authenticate", raw(body=envelope("authenticate", items)))

    report = bench.update()

    assert (report.qbwc_code, report.error_text) == ("QBWC1012", "Index was outside the bounds of the array.")


@pytest.mark.parametrize("closes", [True, False])
def test_done_at_connection_error_ends_the_session(bench: Any, closes: bool) -> None:  # noqa: FBT001  # A parameter.
    bench.start(closes_after_done=closes).server.say("connectionError", "DONE")
    bench.quickbooks.fail("open_session", "0x80040408", "0x80040408")

    report = bench.update()

    assert (report.outcome, report.qbwc_code) == (UpdateOutcome.CONNECTION_ERROR, "QBWC1013")
    assert "0x80040408" in report.error_text
    assert report.hresults == ("0x80040408",)
    assert report.call_names == (*SIGNED_IN, "connectionError", *(["closeConnection"] if closes else []))
    assert bench.server.arguments_of("connectionError") == [
        {"ticket": "the-ticket", "hresult": "0x80040408", "message": "not now"},
    ]
    assert bench.quickbooks.actions.count("end_session") == 0


def test_the_web_connector_tries_quickbooks_twice_before_it_complains(bench: Any) -> None:
    bench.quickbooks.fail("open_session", "0x80040408")

    report = bench.update()

    assert report.outcome is UpdateOutcome.COMPLETED
    assert len(bench.quickbooks.opened) == 2


def test_any_other_answer_of_connection_error_is_a_file_to_try(bench: Any) -> None:
    bench.server.say("connectionError", r"D:\Second.qbw", "")
    bench.quickbooks.fail("open_session", *["0x8004040A"] * 4)

    report = bench.update()

    assert report.outcome is UpdateOutcome.COMPLETED
    assert report.hresults == ("0x8004040A", "0x8004040A")
    tried = [opened["company_file"] for opened in bench.quickbooks.opened]
    assert tried == ["", "", r"D:\Second.qbw", r"D:\Second.qbw", ""]


def test_a_server_that_never_says_done_is_stopped(bench: Any) -> None:
    bench.start(max_connection_attempts=3).server.say("connectionError", "")
    bench.quickbooks.fail("open_session", *["0x80040408"] * 100)

    report = bench.update()

    assert (report.outcome, report.qbwc_code) == (UpdateOutcome.CONNECTION_ERROR, "QBWC1013")
    assert report.call_names.count("connectionError") == 3
    assert "never answered 'done'" in report.error_text


def test_without_host_company_and_preferences_the_server_hears_nothing_more(bench: Any) -> None:
    bench.quickbooks.fail("host_company_preferences", "0x8004040D")

    report = bench.update()

    assert (report.outcome, report.qbwc_code) == (UpdateOutcome.CONNECTION_ERROR, "QBWC1014")
    assert report.call_names == SIGNED_IN
    assert bench.quickbooks.actions[-1] == "end_session"


def test_a_refusal_of_quickbooks_goes_to_the_server_with_an_empty_response(bench: Any) -> None:
    bench.quickbooks.fail("process", "0x80040400")

    report = bench.update()

    assert bench.server.arguments_of("receiveResponseXML") == [
        {"ticket": "the-ticket", "response": "", "hresult": "0x80040400", "message": "not now"},
    ]
    assert (report.outcome, report.hresults) == (UpdateOutcome.COMPLETED, ("0x80040400",))


@pytest.mark.parametrize("percent", [-1, -101])
def test_a_negative_number_is_followed_by_the_last_error_and_good_bye(bench: Any, percent: int) -> None:
    bench.server.say("receiveResponseXML", percent)

    report = bench.update()

    assert report.call_names[-3:] == ("receiveResponseXML", "getLastError", "closeConnection")
    assert (report.outcome, report.qbwc_code) == (UpdateOutcome.SERVER_ERROR, "QBWC1031")
    assert (report.error_text, report.last_percent) == ("something is wrong", percent)


def test_nought_means_go_on(bench: Any) -> None:
    bench.server.say("receiveResponseXML", 0, 99, 100)

    assert bench.update().percents == (0, 99, 100)


def test_more_than_hundred_ends_with_a_warning(bench: Any) -> None:
    bench.server.say("receiveResponseXML", 101)

    report = bench.update()

    assert report.outcome is UpdateOutcome.COMPLETED
    assert "not documented" in report.warnings[0]


@pytest.mark.parametrize("text", ["something is wrong", "", "noop"])
def test_no_document_is_followed_by_the_last_error_and_good_bye(bench: Any, text: str) -> None:
    bench.server.say("sendRequestXML", "")
    bench.server.say("getLastError", text)

    report = bench.update()

    assert report.call_names == (*SIGNED_IN, "sendRequestXML", "getLastError", "closeConnection")
    assert (report.outcome, report.error_text) == (UpdateOutcome.SERVER_ERROR, text)
    assert report.message_sets == 0


@pytest.mark.parametrize("request_text", ["", "NoOp"])
def test_noop_pauses_and_asks_again_without_the_host_answer(bench: Any, request_text: str) -> None:
    bench.server.say("sendRequestXML", request_text, "<QBXML/>")
    bench.server.say("getLastError", "NoOp")

    report = bench.update()

    assert report.call_names[3:7] == ("sendRequestXML", "getLastError", "sendRequestXML", "receiveResponseXML")
    assert (report.outcome, report.pauses, bench.pauses) == (UpdateOutcome.COMPLETED, 1, [5.0])
    asked = bench.server.arguments_of("sendRequestXML")
    assert [call["strHCPResponse"] for call in asked] == ["<QBXML>host</QBXML>", ""]


def test_a_server_that_only_pauses_is_stopped(bench: Any) -> None:
    bench.start(max_pauses=3).server.say("sendRequestXML", "NoOp")
    bench.server.say("getLastError", "NoOp")

    report = bench.update()

    assert (report.outcome, report.pauses) == (UpdateOutcome.WEB_SERVICE_ERROR, 3)
    assert "after 3 pauses" in report.error_text


def test_a_server_that_never_ends_is_stopped(bench: Any) -> None:
    bench.start(max_requests=4).server.say("receiveResponseXML", 0)

    report = bench.update()

    assert (report.outcome, report.message_sets) == (UpdateOutcome.WEB_SERVICE_ERROR, 4)
    assert bench.quickbooks.actions[-1] == "end_session"


def test_interactive_mode_is_refused_politely(bench: Any) -> None:
    bench.server.say("sendRequestXML", "")
    bench.server.say("getLastError", "Interactive mode")

    report = bench.update()

    assert report.call_names[-3:] == ("getInteractiveURL", "interactiveRejected", "closeConnection")
    assert bench.server.arguments_of("getInteractiveURL") == [{"wcTicket": "the-ticket", "sessionID": "session-1"}]
    assert bench.server.arguments_of("interactiveRejected")[0]["wcTicket"] == "the-ticket"
    assert (report.outcome, report.error_text) == (UpdateOutcome.SERVER_ERROR, "The page was not wanted.")
