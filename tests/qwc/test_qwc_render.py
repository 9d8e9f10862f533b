import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from qbwc_service.errors import InvalidQwcError
from qbwc_service.qwc import QwcFile, qwc_file_name, render_qwc

PLAIN = QwcFile(
    app_name="QBWC Service",
    app_url="https://qb.example.com/qbwc",
    app_description="Keeps QuickBooks in step.",
    app_support="https://qb.example.com/support",
    user_name="acme-1",
    owner_id="{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}",
    file_id="{90A44FB5-33D9-4815-AC85-AC86A7E7D1EB}",
    run_every_n_minutes=5,
)

PLAIN_TEXT = """\
<?xml version="1.0"?>
<QBWCXML>
  <AppName>QBWC Service</AppName>
  <AppID></AppID>
  <AppURL>https://qb.example.com/qbwc</AppURL>
  <AppDescription>Keeps QuickBooks in step.</AppDescription>
  <AppSupport>https://qb.example.com/support</AppSupport>
  <UserName>acme-1</UserName>
  <OwnerID>{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}</OwnerID>
  <FileID>{90A44FB5-33D9-4815-AC85-AC86A7E7D1EB}</FileID>
  <QBType>QBFS</QBType>
  <IsReadOnly>false</IsReadOnly>
  <PersonalDataPref>pdpNotNeeded</PersonalDataPref>
  <UnattendedModePref>umpOptional</UnattendedModePref>
  <Scheduler>
    <RunEveryNMinutes>5</RunEveryNMinutes>
  </Scheduler>
</QBWCXML>
"""

EVERY_OPTION = replace(
    PLAIN,
    app_id="42",
    app_display_name="Our name",
    app_unique_name="our-name",
    auth_flags=0xA,
    cert_url="https://qb.example.com/cert",
    notify=False,
    run_every_n_minutes=None,
    run_every_n_seconds=30,
    style="Document",
)

# Every character that a value may have: no controls, no surrogates, no noncharacters.
WRITABLE = st.characters(exclude_categories=("Cc", "Cs", "Cn"))


def read(text: str) -> dict[str, str]:
    root = etree.fromstring(text.encode("ascii"))
    assert root.tag == "QBWCXML"
    return {str(element.tag): element.text or "" for element in root.iter() if len(element) == 0}


def change(qwc: QwcFile, values: dict[str, Any]) -> QwcFile:
    return replace(qwc, **values)


def test_a_plain_file_is_exactly_this_text() -> None:
    assert render_qwc(PLAIN) == PLAIN_TEXT


def test_every_optional_element_can_be_set() -> None:
    assert read(render_qwc(EVERY_OPTION)) == {
        "AppName": "QBWC Service",
        "AppID": "42",
        "AppURL": "https://qb.example.com/qbwc",
        "AppDescription": "Keeps QuickBooks in step.",
        "AppSupport": "https://qb.example.com/support",
        "UserName": "acme-1",
        "OwnerID": "{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}",
        "FileID": "{90A44FB5-33D9-4815-AC85-AC86A7E7D1EB}",
        "QBType": "QBFS",
        "AppDisplayName": "Our name",
        "AppUniqueName": "our-name",
        "AuthFlags": "0xA",
        "CertURL": "https://qb.example.com/cert",
        "IsReadOnly": "false",
        "Notify": "false",
        "PersonalDataPref": "pdpNotNeeded",
        "UnattendedModePref": "umpOptional",
        "RunEveryNSeconds": "30",
        "Style": "Document",
    }


def test_what_is_not_set_is_left_out() -> None:
    bare = replace(PLAIN, run_every_n_minutes=None, personal_data_pref=None, unattended_mode_pref=None)

    assert set(read(render_qwc(bare))) == {
        *("AppName", "AppID", "AppURL", "AppDescription", "AppSupport", "UserName", "OwnerID", "FileID"),
        *("QBType", "IsReadOnly"),
    }


@pytest.mark.parametrize(("value", "text"), [(0, "0x0"), (1, "0x1"), (15, "0xF")])
def test_editions_are_written_the_way_intuit_writes_them(value: int, text: str) -> None:
    assert read(render_qwc(replace(PLAIN, auth_flags=value)))["AuthFlags"] == text


def test_a_file_that_would_be_refused_is_not_written() -> None:
    with pytest.raises(InvalidQwcError):
        render_qwc(replace(PLAIN, is_read_only=True))


def test_the_file_is_ascii_without_a_byte_order_mark_and_begins_with_its_declaration() -> None:
    text = render_qwc(replace(PLAIN, app_name="Söhne \U0001f9fe €"))

    assert text.isascii()
    assert text.startswith("<?xml ")
    assert read(text)["AppName"] == "Söhne \U0001f9fe €"


FIELDS = {
    "app_name": "AppName",
    "app_id": "AppID",
    "app_description": "AppDescription",
    "user_name": "UserName",
    "app_display_name": "AppDisplayName",
    "app_unique_name": "AppUniqueName",
}


@given(st.fixed_dictionaries({field: st.text(WRITABLE, min_size=1, max_size=40) for field in FIELDS}))
def test_whatever_the_values_hold_is_read_back_unchanged(values: dict[str, str]) -> None:
    stripped = {field: f"x{value}x" for field, value in values.items()}

    elements = read(render_qwc(change(PLAIN, stripped)))

    assert {field: elements[name] for field, name in FIELDS.items()} == stripped
    assert set(elements) == set(read(PLAIN_TEXT)) | {"AppDisplayName", "AppUniqueName"}


@pytest.mark.parametrize(
    ("name", "file_name"),
    [
        ("Acme Trucking", "acme-trucking.qwc"),
        ("  Müller & Söhne, GmbH. ", "muller-sohne-gmbh.qwc"),
        ("", "quickbooks.qwc"),
        ("日本", "quickbooks.qwc"),
        ("../../etc/passwd", "etc-passwd.qwc"),
        ('a"; filename="b\r\nX: y', "a-filename-b-x-y.qwc"),
        ("CON", "quickbooks-con.qwc"),
        ("LPT1", "quickbooks-lpt1.qwc"),
        ("x" * 200, "x" * 60 + ".qwc"),
    ],
)
def test_a_file_name_can_be_saved_anywhere(name: str, file_name: str) -> None:
    assert qwc_file_name(name) == file_name


@given(st.text())
def test_no_name_whatever_makes_an_odd_file_name(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*\.qwc", qwc_file_name(name))
    assert len(qwc_file_name(name)) <= 64
