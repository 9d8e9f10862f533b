from dataclasses import replace
from typing import Any

import pytest

from qbwc_service.errors import InvalidQwcError
from qbwc_service.qwc import QwcFile, check_qwc, list_qwc_mistakes

GOOD = QwcFile(
    app_name="QBWC Service",
    app_url="https://qb.example.com/qbwc",
    app_description="Keeps QuickBooks in step.",
    app_support="https://qb.example.com/support",
    user_name="acme-1",
    owner_id="{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}",
    file_id="{90a44fb5-33d9-4815-ac85-ac86a7e7d1eb}",
)

REFUSED: list[tuple[str, object, str | None]] = [
    # field, value, the Web Connector's code
    ("app_url", "http://qb.example.com/qbwc", "QBWC1010"),
    ("app_url", "HTTP://QB.example.com/qbwc", "QBWC1010"),
    ("app_url", "http://localhost.example.com/qbwc", "QBWC1010"),
    ("app_url", "https://192.168.0.10/qbwc", "QBWC1001"),
    ("app_url", "http://127.0.0.1/qbwc", "QBWC1001"),
    ("app_url", "https://127.1/qbwc", "QBWC1001"),
    ("app_url", "https://2130706433/qbwc", "QBWC1001"),
    ("app_url", "https://0x7f.0.0.1/qbwc", "QBWC1001"),
    ("app_url", "https://0x7f000001/qbwc", "QBWC1001"),
    ("app_url", "https://[2001:db8::1]:8443/qbwc", "QBWC1001"),
    ("app_url", "qb.example.com/qbwc", None),
    ("app_url", "ftp://qb.example.com/qbwc", None),
    ("app_url", "https:///qbwc", None),
    ("app_url", "https://qb.example.com:99999/qbwc", None),
    ("app_url", "https://user:secret@qb.example.com/qbwc", None),
    ("app_url", "https://qb.example.com\\@evil.example/qbwc", None),
    ("app_url", "https://qb.example.com/a b", None),
    ("app_url", "https://b\u00fccher.example/qbwc", None),
    ("app_url", "https://qb..example.com/qbwc", None),
    ("app_url", "https://-qb.example.com/qbwc", None),
    ("app_url", f"https://{'a' * 64}.example.com/qbwc", None),
    ("app_url", "https://[::1/qbwc", None),
    ("app_url", "https://qb.example.com/qbwc#part", None),
    ("app_url", "", None),
    ("app_support", "https://www.example.com/support", "QBWC1000"),
    ("app_support", "https://example.com/support", "QBWC1000"),
    ("app_support", "https://10.0.0.1/support", "QBWC1002"),
    ("app_support", "mailto:help@example.com", None),
    ("app_support", "", None),
    ("cert_url", "http://qb.example.com/", "QBWC1048"),
    ("cert_url", "https://10.0.0.1/", "QBWC1001"),
    ("cert_url", "no url", None),
    ("owner_id", "57F3B9B1-86F1-4FCC-B1EE-566DE1813D20", "QBWC1039"),
    ("owner_id", "", "QBWC1039"),
    ("file_id", "{90A44FB5-33D9-4815-AC85-AC86A7E7D1E}", "QBWC1039"),
    ("file_id", "{90A44FB5-33D9-4815-AC85-AC86A7E7D1EG}", "QBWC1039"),
    ("file_id", "{90A44FB533D94815AC85AC86A7E7D1EB}", "QBWC1039"),
    ("qb_type", "QBO", "QBWC1065"),
    ("qb_type", "qbfs", "QBWC1065"),
    ("is_read_only", True, "QBWC1039"),
    ("auth_flags", 0x10, "QBWC1034"),
    ("auth_flags", -1, "QBWC1034"),
    ("app_name", "", None),
    ("app_name", "   ", None),
    ("app_name", "two\nlines", None),
    ("app_name", "trailing ", None),
    ("user_name", "", None),
    ("user_name", " acme", None),
    ("user_name", "ac\x00me", None),
    ("user_name", "ac\ud800me", None),
    ("user_name", "ac\uffffme", None),
    ("user_name", "ac\x85me", None),
    ("app_description", "", None),
    ("app_description", "x" * 81, None),
    ("app_id", "\x1b", None),
    ("app_display_name", "tab\there", None),
    ("app_unique_name", "\x7f", None),
    ("personal_data_pref", "pdpNever", None),
    ("personal_data_pref", "pdpnotneeded", None),
    ("unattended_mode_pref", "umpNever", None),
    ("style", "document", None),
    ("run_every_n_minutes", 0, None),
    ("run_every_n_minutes", -5, None),
    ("run_every_n_seconds", 0, None),
    ("run_every_n_seconds", 2**31, None),
]

ACCEPTED: list[tuple[str, object]] = [
    ("app_url", "https://QB.Example.com:8443/sub/qbwc?x=1"),
    ("app_support", "http://qb.example.com/help"),
    ("app_support", "https://QB.EXAMPLE.COM:444/help"),
    ("app_id", "anything"),
    ("app_description", "x" * 80),
    ("qb_type", "QBPOS"),
    ("auth_flags", 0x0),
    ("auth_flags", 0xF),
    ("cert_url", "https://cert.example.net/"),
    ("cert_url", ""),
    ("personal_data_pref", None),
    ("personal_data_pref", "pdpOptional"),
    ("unattended_mode_pref", "umpRequired"),
    ("notify", True),
    ("run_every_n_minutes", 1),
    ("run_every_n_seconds", 1),
    ("style", "DocWrapped"),
    ("app_name", "\u00c4pfel & <Birnen> \u20ac \U0001f9fe"),
]


def change(**values: Any) -> QwcFile:
    return replace(GOOD, **values)


def test_a_good_file_is_accepted() -> None:
    check_qwc(GOOD)
    assert list_qwc_mistakes(GOOD) == ()


@pytest.mark.parametrize(("field", "value", "code"), REFUSED)
def test_what_the_web_connector_would_refuse_is_refused_with_its_code(
    field: str, value: object, code: str | None
) -> None:
    with pytest.raises(InvalidQwcError) as refused:
        check_qwc(change(**{field: value}))

    assert refused.value.field == field
    assert refused.value.qbwc_code == code
    assert field in str(refused.value)
    assert code is None or code in str(refused.value)


@pytest.mark.parametrize(("field", "value"), ACCEPTED)
def test_what_the_web_connector_accepts_is_accepted(field: str, value: object) -> None:
    check_qwc(change(**{field: value}))


def test_localhost_may_be_http_and_have_its_support_page_elsewhere() -> None:
    check_qwc(change(app_url="http://localhost:8000/qbwc", app_support="https://example.com/support"))


def test_minutes_and_seconds_together_are_refused() -> None:
    with pytest.raises(InvalidQwcError, match="both set"):
        check_qwc(change(run_every_n_minutes=5, run_every_n_seconds=30))


def test_editions_cannot_be_chosen_for_point_of_sale() -> None:
    with pytest.raises(InvalidQwcError) as refused:
        check_qwc(change(qb_type="QBPOS", auth_flags=1))

    assert refused.value.qbwc_code == "QBWC1034"


def test_all_mistakes_can_be_listed_at_once() -> None:
    mistakes = list_qwc_mistakes(change(app_url="http://qb.example.com/", file_id="x", is_read_only=True))

    assert [mistake.field for mistake in mistakes] == ["app_url", "file_id", "is_read_only"]


def test_a_password_in_a_url_is_not_repeated_in_the_message() -> None:
    with pytest.raises(InvalidQwcError) as refused:
        check_qwc(change(app_url="https://user:hunter2@qb.example.com/"))

    assert "hunter2" not in str(refused.value)
