"""The seams of an update session, the updates in a row, and the progress that is told."""

import io
import ssl
import threading
from typing import Any

import pytest

from qbwc_service.simulator.quickbooks.hresult import HresultError
from qbwc_service.simulator.web_connector.hooks import NoHooks, UpdateCutError
from qbwc_service.simulator.web_connector.http_connection import HttpAnswer
from qbwc_service.simulator.web_connector.options import open_keep_alive_wire
from qbwc_service.simulator.web_connector.progress import ProgressEvent, ProgressKind, TextProgress, draw_bar
from qbwc_service.simulator.web_connector.report import UpdateOutcome


class Diary(NoHooks):
    """Writes down every seam, and cuts the session at one of them."""

    def __init__(self, cut: str = "") -> None:
        self.lines: list[str] = []
        self._cut = cut

    def before_call(self, name: str, number: int) -> None:
        self._note(f"before {name} {number}")

    def after_answer(self, name: str, number: int) -> None:
        self._note(f"after {name} {number}")

    def before_process(self, qbxml: str) -> str:
        self._note("before process")
        return qbxml

    def after_process(self, response: str) -> str:
        self._note("after process")
        return response

    def _note(self, line: str) -> None:
        self.lines.append(line)
        if line == self._cut:
            raise UpdateCutError(line)


ALL_SEAMS = [
    "before serverVersion 1",
    "after serverVersion 1",
    "before clientVersion 2",
    "after clientVersion 2",
    "before authenticate 3",
    "after authenticate 3",
    "before sendRequestXML 4",
    "after sendRequestXML 4",
    "before process",
    "after process",
    "before receiveResponseXML 5",
    "after receiveResponseXML 5",
    "before closeConnection 6",
    "after closeConnection 6",
]


def test_every_seam_is_passed_in_order(bench: Any) -> None:
    diary = Diary()

    bench.connector.update(bench.application, hooks=diary)

    assert diary.lines == ALL_SEAMS


@pytest.mark.parametrize("seam", ALL_SEAMS)
def test_a_cut_at_any_seam_ends_the_session_there(bench: Any, seam: str) -> None:
    diary = Diary(cut=seam)

    report = bench.connector.update(bench.application, hooks=diary)

    reached = ALL_SEAMS[: ALL_SEAMS.index(seam) + 1]
    heard = [line.split()[1] for line in reached if line.startswith("before ") and line != "before process"]
    if seam.startswith("before ") and seam != "before process":
        heard.pop()
    assert diary.lines == reached
    assert [call.method for call in bench.server.received] == heard
    assert (report.outcome, report.error_text) == (UpdateOutcome.CUT, seam)
    assert bench.quickbooks.actions.count("process") == (1 if "after process" in reached else 0)
    opened = bench.quickbooks.actions.count("host_company_preferences")
    assert bench.quickbooks.actions.count("end_session") == opened


def test_a_hook_can_change_what_quickbooks_gets_and_gives(bench: Any) -> None:
    class Spoiler(NoHooks):
        def before_process(self, qbxml: str) -> str:
            return qbxml + "<!-- read on the way -->"

        def after_process(self, response: str) -> str:
            return response[:6]

    bench.connector.update(bench.application, hooks=Spoiler())

    assert bench.quickbooks.processed == ["<QBXML/><!-- read on the way -->"]
    assert bench.server.arguments_of("receiveResponseXML")[0]["response"] == "<QBXML"


def test_a_hook_can_lose_an_answer_after_quickbooks_executed(bench: Any) -> None:
    class Lost(NoHooks):
        def after_process(self, response: str) -> str:
            raise HresultError("0x8004040D", f"gone: {response}")

    report = bench.connector.update(bench.application, hooks=Lost())

    assert bench.quickbooks.actions.count("process") == 1
    assert report.hresults == ("0x8004040D",)
    assert bench.server.arguments_of("receiveResponseXML")[0]["response"] == ""


def test_updates_run_until_there_is_no_data(bench: Any) -> None:
    bench.server.say("authenticate", ["t", ""], ["t", ""], ["t", "none"])

    reports = bench.connector.update_until_done(bench.application)

    assert [report.outcome for report in reports] == ["completed", "completed", "no_data"]


def test_updates_stop_where_nothing_was_exchanged(bench: Any) -> None:
    bench.server.say("sendRequestXML", "<QBXML/>", "")

    reports = bench.connector.update_until_done(bench.application)

    assert [report.outcome for report in reports] == ["completed", "server_error"]


def test_updates_stop_at_the_limit(bench: Any) -> None:
    assert len(bench.connector.update_until_done(bench.application, limit=3)) == 3


def test_progress_is_told_from_start_to_end(bench: Any) -> None:
    events: list[ProgressEvent] = []
    bench.server.say("receiveResponseXML", 40, 100)
    bench.server.say("sendRequestXML", "<QBXML/>", "", "<QBXML/>")
    bench.server.say("getLastError", "NoOp")

    bench.connector.update(bench.application, on_progress=events.append)

    steps = [event for event in events if event.kind is not ProgressKind.CALLING]
    assert [(event.kind, event.percent, event.text) for event in steps] == [
        ("started", 0, ""),
        ("percent", 40, ""),
        ("paused", 40, "5 s"),
        ("percent", 100, ""),
        ("ended", 100, "completed: Good-bye"),
    ]
    calls = [event.text for event in events if event.kind is ProgressKind.CALLING]
    assert calls[:3] == ["serverVersion", "clientVersion", "authenticate"]
    assert {event.application for event in events} == {"Acme Sync"}


@pytest.mark.parametrize(
    ("percent", "bar"),
    [
        (0, "[----------]   0 %"),
        (34, "[###-------]  34 %"),
        (100, "[##########] 100 %"),
        (-1, "[----------]   0 %"),
        (250, "[##########] 100 %"),
    ],
)
def test_a_bar_is_drawn_with_plain_characters(percent: int, bar: str) -> None:
    assert draw_bar(percent, width=10) == bar


def test_progress_as_text_leaves_out_the_single_calls_unless_asked(bench: Any) -> None:
    short, long = io.StringIO(), io.StringIO()

    bench.connector.update(bench.application, on_progress=TextProgress(short))
    bench.connector.update(bench.application, on_progress=TextProgress(long, shows_calls=True))

    assert [line.partition(" Acme Sync: ")[2] for line in short.getvalue().splitlines()] == [
        "started",
        "percent",
        "ended: completed: Good-bye",
    ]
    assert "calling: authenticate" in long.getvalue()


def test_a_wire_of_ones_own_can_deliver_a_call_twice(bench: Any) -> None:
    class TwiceDelivered:
        def __init__(self, url: str, timeout: float, tls: ssl.SSLContext | None) -> None:
            self._wire = open_keep_alive_wire(url, timeout, tls)

        def post(self, action: str, body: bytes) -> HttpAnswer:
            if action.endswith("receiveResponseXML"):
                self._wire.post(action, body)
            return self._wire.post(action, body)

        def close(self) -> None:
            self._wire.close()

    bench.start(open_wire=TwiceDelivered)

    report = bench.update()

    assert report.outcome is UpdateOutcome.COMPLETED
    assert len(bench.server.arguments_of("receiveResponseXML")) == 2


def test_updates_of_one_web_connector_run_one_after_another(bench: Any) -> None:
    running: list[str] = []

    class Watch(NoHooks):
        def before_call(self, name: str, number: int) -> None:
            running.append(f"{threading.current_thread().name} {number} {name}")

    def run() -> None:
        bench.connector.update(bench.application, hooks=Watch())

    threads = [threading.Thread(target=run, name=name) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    names = [line[0] for line in running]
    assert names in (["a"] * 6 + ["b"] * 6, ["b"] * 6 + ["a"] * 6)
