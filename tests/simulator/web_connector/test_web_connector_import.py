"""Adding an application: everything that the Web Connector refuses is refused, with its code."""

import socket
from collections.abc import Callable
from typing import Any

import pytest

from qbwc_service.simulator.web_connector.connector import WebConnector
from qbwc_service.simulator.web_connector.errors import QbwcError
from qbwc_service.simulator.web_connector.qwc_import import QwcContents, read_qwc

MakeQwc = Callable[..., str]
CodeOf = Callable[[Callable[[], object]], str | None]
HOST = "https://sync.example.com"
REQUIRED = ("AppName", "AppID", "AppURL", "AppDescription", "AppSupport", "UserName", "OwnerID", "FileID", "QBType")


def warnings_of(qwc: str) -> str:
    return " ".join(read_qwc(qwc).warnings)


def test_a_whole_file_is_read(make_qwc: MakeQwc) -> None:
    extra = (
        "<Scheduler><RunEveryNMinutes>5</RunEveryNMinutes></Scheduler><Style>Document</Style><Notify>true</Notify>"
        "<AppUniqueName>acme</AppUniqueName><AppDisplayName>Acme &amp; Co</AppDisplayName><AuthFlags>0xF</AuthFlags>"
        "<IsReadOnly>false</IsReadOnly><PersonalDataPref>pdpNotNeeded</PersonalDataPref>"
        f"<UnattendedModePref>umpOptional</UnattendedModePref><CertURL>{HOST}/cert</CertURL>"
    )

    assert read_qwc(make_qwc(HOST, extra=extra, AppID="x")) == QwcContents(
        app_name="Acme Sync",
        app_id="x",
        app_url=f"{HOST}/qbwc",
        app_description="Sends invoices",
        app_support=f"{HOST}/support",
        user_name="acme",
        owner_id="{57F3B9B6-86F1-4FCC-B1EE-566DE1813D20}",
        file_id="{90A44FB5-33D9-4815-AC85-BC87A7E7D1EB}",
        qb_type="QBFS",
        app_display_name="Acme & Co",
        app_unique_name="acme",
        auth_flags=15,
        cert_url=f"{HOST}/cert",
        notify=True,
        personal_data_pref="pdpNotNeeded",
        unattended_mode_pref="umpOptional",
        run_every_seconds=300,
    )


@pytest.mark.parametrize("name", REQUIRED)
def test_a_required_element_may_not_be_missing(make_qwc: MakeQwc, name: str) -> None:
    with pytest.raises(QbwcError, match=f"lacks {name}"):
        read_qwc(make_qwc(HOST, **{name: None}))


@pytest.mark.parametrize("name", sorted(set(REQUIRED) - {"AppID"}))
def test_a_required_element_may_not_be_empty(make_qwc: MakeQwc, name: str) -> None:
    with pytest.raises(QbwcError, match=f"lacks {name}"):
        read_qwc(make_qwc(HOST, **{name: " "}))


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("QBWC1010", {"AppURL": "http://sync.example.com/qbwc"}),
        ("QBWC1001", {"AppURL": "https://10.0.0.1/qbwc"}),
        ("QBWC1001", {"AppURL": "http://127.0.0.1:8000/qbwc"}),
        ("QBWC1001", {"AppURL": "https://[::1]/qbwc"}),
        ("QBWC1001", {"CertURL": "https://10.0.0.1/"}),
        ("QBWC1002", {"AppSupport": "https://10.0.0.1/support"}),
        ("QBWC1000", {"AppSupport": "https://www.example.com/support"}),
        ("QBWC1065", {"QBType": "QBOE"}),
        ("QBWC1065", {"QBType": "qbfs"}),
        ("QBWC1039", {"IsReadOnly": "true"}),
        ("QBWC1034", {"AuthFlags": "all"}),
        (None, {"AppURL": "ftp://sync.example.com/"}),
        (None, {"AppURL": "https://sync.example.com:port/"}),
        (None, {"AppSupport": "support page"}),
        (None, {"OwnerID": "57F3B9B6-86F1-4FCC-B1EE-566DE1813D20"}),
        (None, {"OwnerID": "{57F3B9B6-86F1-4FCC-B1EE-566DE1813D2}"}),
        (None, {"FileID": "{90A44FB5-33D9-4815-AC85-BC87A7E7D1EG}"}),
    ],
)
def test_a_broken_rule_is_refused_with_its_code(
    make_qwc: MakeQwc,
    code_of: CodeOf,
    code: str | None,
    changes: dict[str, str],
) -> None:
    assert code_of(lambda: read_qwc(make_qwc(HOST, **changes))) == code


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8443", socket.gethostname()])
def test_plain_http_is_for_the_own_machine(make_qwc: MakeQwc, host: str) -> None:
    assert read_qwc(make_qwc(f"http://{host}")).app_url == f"http://{host}/qbwc"


@pytest.mark.parametrize(
    "changes",
    [
        {"AppSupport": "http://sync.example.com/support"},
        {"AppSupport": "https://SYNC.example.com:444/support"},
        {"AppURL": "https://localhost:8443/qbwc", "AppSupport": "https://www.example.com/support"},
    ],
    ids=["another scheme", "another port", "localhost is exempt"],
)
def test_the_support_page_has_to_be_on_the_same_host_only(make_qwc: MakeQwc, changes: dict[str, str]) -> None:
    assert read_qwc(make_qwc(HOST, **changes))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<QBWCXML>",
        "<QWC/>",
        "<qbwcxml/>",
        '<!DOCTYPE QBWCXML [<!ENTITY a "b">]><QBWCXML><AppName>&a;</AppName></QBWCXML>',
        "<QBWCXML><AppName>Smith & Sons</AppName></QBWCXML>",
    ],
    ids=["empty", "not closed", "another root", "another case", "doctype", "not escaped"],
)
def test_what_is_no_qwc_file_is_refused(text: str) -> None:
    with pytest.raises(QbwcError) as caught:
        read_qwc(text)

    assert caught.value.code is None


@pytest.mark.parametrize(
    ("extra", "warning"),
    [
        ("<PersonalDataPrep>pdpNotNeeded</PersonalDataPrep>", "Is it meant to be PersonalDataPref?"),
        ("<Password>secret</Password>", "Password is not known"),
        ("<AppName>Other</AppName>", "AppName stands more than once"),
        ("<PersonalDataPref>none</PersonalDataPref>", "PersonalDataPref is 'none' and is ignored"),
        ("<UnattendedModePref>yes</UnattendedModePref>", "UnattendedModePref is 'yes'"),
        ("<IsReadOnly>0</IsReadOnly>", "IsReadOnly is '0'"),
        ("<Style>Rpc</Style>", "Style is 'Rpc'"),
        ("<Scheduler><RunEveryNMinutes>often</RunEveryNMinutes></Scheduler>", "'often' and is ignored"),
        ("<Scheduler><RunEveryNHours>1</RunEveryNHours></Scheduler>", "RunEveryNHours is not known"),
    ],
)
def test_what_is_ignored_in_silence_becomes_a_warning(make_qwc: MakeQwc, extra: str, warning: str) -> None:
    assert warning in warnings_of(make_qwc(HOST, extra=extra))


def test_a_byte_order_mark_and_a_long_description_are_warned_of(make_qwc: MakeQwc) -> None:
    assert "byte order mark" in warnings_of("\ufeff" + make_qwc(HOST))
    assert "longer than 80" in warnings_of(make_qwc(HOST, AppDescription="x" * 81))
    assert warnings_of(make_qwc(HOST, AppDescription="x" * 80)) == ""


@pytest.mark.parametrize(
    ("schedule", "seconds"),
    [
        ("<RunEveryNSeconds>30</RunEveryNSeconds>", 30),
        ("<RunEveryNMinutes>2</RunEveryNMinutes><RunEveryNSeconds>30</RunEveryNSeconds>", 120),
        ("<RunEveryNSeconds>30</RunEveryNSeconds><RunEveryNMinutes>2</RunEveryNMinutes>", 30),
        ("", None),
    ],
)
def test_of_several_schedules_the_first_one_counts(make_qwc: MakeQwc, schedule: str, seconds: int | None) -> None:
    contents = read_qwc(make_qwc(HOST, extra=f"<Scheduler>{schedule}</Scheduler>"))

    assert contents.run_every_seconds == seconds


@pytest.mark.parametrize("status", [200, 202])
def test_the_support_page_may_answer_so(server: Any, quickbooks: Any, make_qwc: MakeQwc, status: int) -> None:
    server.pages["/support"] = status

    application = WebConnector(quickbooks).add_application(make_qwc(server.url), password="secret")

    assert application.name == "Acme Sync"
    assert server.gets == ["/support", "/qbwc"]
    assert quickbooks.registered == [(application.contents.owner_id, application.contents.file_id)]


@pytest.mark.parametrize("status", [204, 302, 401, 404, 500])
def test_the_support_page_may_not_answer_so(
    server: Any,
    quickbooks: Any,
    make_qwc: MakeQwc,
    code_of: CodeOf,
    status: int,
) -> None:
    server.pages["/support"] = status
    connector = WebConnector(quickbooks)

    assert code_of(lambda: connector.add_application(make_qwc(server.url), password="secret")) == "QBWC1004"
    assert quickbooks.actions == []


@pytest.mark.parametrize("status", [202, 302, 401, 404, 405, 500])
def test_a_get_of_the_endpoint_has_to_give_200(
    server: Any,
    quickbooks: Any,
    make_qwc: MakeQwc,
    code_of: CodeOf,
    status: int,
) -> None:
    server.pages["/qbwc"] = status
    connector = WebConnector(quickbooks)

    assert code_of(lambda: connector.add_application(make_qwc(server.url), password="secret")) == "QBWC1048"


def test_the_certificate_is_looked_at_where_certurl_says(server: Any, quickbooks: Any, make_qwc: MakeQwc) -> None:
    server.pages["/qbwc"] = 405

    WebConnector(quickbooks).add_application(
        make_qwc(server.url, CertURL=f"{server.url}/cert?of=us"),
        password="secret",
    )

    assert server.gets == ["/support", "/cert?of=us"]


def test_servers_that_cannot_be_reached_are_told_apart(
    server: Any,
    quickbooks: Any,
    make_qwc: MakeQwc,
    code_of: CodeOf,
) -> None:
    connector = WebConnector(quickbooks)
    with socket.create_server(("localhost", 0)) as gone:
        nowhere = f"http://localhost:{gone.getsockname()[1]}"
    no_support = make_qwc(server.url, AppSupport=nowhere)
    no_endpoint = make_qwc(server.url, AppURL=nowhere)

    assert code_of(lambda: connector.add_application(no_support, password="secret")) == "QBWC1003"
    assert code_of(lambda: connector.add_application(no_endpoint, password="secret")) == "QBWC1048"


def test_a_pair_can_be_in_the_list_only_once(bench: Any, server: Any, make_qwc: MakeQwc, code_of: CodeOf) -> None:
    again = make_qwc(server.url, AppName="Other", OwnerID="{57f3b9b6-86f1-4fcc-b1ee-566de1813d20}")

    assert code_of(lambda: bench.connector.add_application(again, password="secret")) == "QBWC1039"
    assert bench.connector.applications == (bench.application,)


def test_an_application_with_the_same_unique_name_is_replaced(
    server: Any,
    quickbooks: Any,
    make_qwc: MakeQwc,
) -> None:
    connector = WebConnector(quickbooks)
    connector.add_application(make_qwc(server.url, AppUniqueName="acme"), password="old")

    new = connector.add_application(make_qwc(server.url, AppUniqueName="acme", AppName="New"), password="new")

    assert connector.applications == (new,)


def test_another_unique_name_does_not_free_a_pair(
    server: Any,
    quickbooks: Any,
    make_qwc: MakeQwc,
    code_of: CodeOf,
) -> None:
    connector = WebConnector(quickbooks)
    connector.add_application(make_qwc(server.url, AppUniqueName="acme"), password="old")
    other = make_qwc(server.url, AppUniqueName="other")

    assert code_of(lambda: connector.add_application(other, password="new")) == "QBWC1039"


@pytest.mark.parametrize(("hresult", "code"), [("0x80040402", "QBWC1039"), ("0x80040414", "QBWC1022")])
def test_what_quickbooks_refuses_is_not_added(
    server: Any,
    quickbooks: Any,
    make_qwc: MakeQwc,
    code_of: CodeOf,
    hresult: str,
    code: str,
) -> None:
    quickbooks.fail("register", hresult)
    connector = WebConnector(quickbooks)

    assert code_of(lambda: connector.add_application(make_qwc(server.url), password="secret")) == code
    assert connector.applications == ()


@pytest.mark.parametrize("changes", [{"QBType": "QBPOS"}, {"Style": "RPC"}])
def test_what_is_not_imitated_is_refused(
    server: Any,
    quickbooks: Any,
    make_qwc: MakeQwc,
    changes: dict[str, str],
) -> None:
    with pytest.raises(QbwcError, match="simulator"):
        WebConnector(quickbooks).add_application(make_qwc(server.url, **changes), password="secret")


def test_a_removed_application_cannot_be_updated(bench: Any, code_of: CodeOf) -> None:
    bench.connector.remove_application(bench.application)

    assert code_of(bench.update) == "QBWC1011"
    assert bench.connector.applications == ()


def test_without_a_password_no_session_starts(bench: Any, code_of: CodeOf) -> None:
    bench.application = bench.connector.change_password(bench.application, "")

    assert code_of(bench.update) == "QBWC1030"
    assert bench.server.received == []


def test_the_password_is_in_no_representation(bench: Any) -> None:
    assert "secret" not in repr(bench.application)
