# ruff: noqa: RUF001 -- Characters that look like others are the subject.
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from qbwc_service.qbxml import Characters, find_foreign, to_windows_1252
from qbwc_service.qbxml.characters import escape
from qbwc_service.qbxml.transliteration import REPLACEMENTS


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("plain", "plain"),
        ("Müller & “Söhne” – 5 €", "Müller & “Söhne” – 5 €"),
        ("Łódź", "Lódz"),
        ("Dvořák", "Dvorák"),
        ("e\u0301te", "éte"),
        ("ﬁx ½", "fix ½"),
        ("1⅛ inch, 10⁶ Pa", "1 1/8 inch, 10^6 Pa"),
        ("⅔ of 5⅔", "2/3 of 5 2/3"),
        ("10⁻¹² H₂O x₁₂", "10^-12 H_2O x_12"),
        ("a‑b−c", "a-b-c"),
        ("x ≤ y → z", "x <= y -> z"),
        ("Иванов", "Ivanov"),
        ("Щука", "Shchuka"),
        ("Αθήνα", "Athina"),
        ("a\u200bb\ufeffc", "abc"),
        ("a\x00b\x1fc\x7fd\x85e", "abcd\ne"),
        ("a\r\nb\rc\td", "a\nb\nc\td"),
        ("№ 5\u00a0kg", "No. 5\u00a0kg"),
    ],
)
def test_a_text_becomes_what_a_person_would_write_in_windows_1252(before: str, after: str) -> None:
    assert to_windows_1252(before) == after


def test_a_character_that_quickbooks_would_store_as_a_question_mark_is_refused() -> None:
    assert to_windows_1252("thumbs 👍 up") is None
    assert to_windows_1252("日本 Ltd") is None
    assert to_windows_1252("really?") == "really?"


def test_the_policy_refuses_what_is_outside_windows_1252() -> None:
    assert to_windows_1252("Łódź", Characters.REFUSE) is None
    assert to_windows_1252("Müller\r\n", Characters.REFUSE) == "Müller\n"
    assert to_windows_1252("Mu\u0308ller", Characters.REFUSE) == "Müller"


def test_foreign_characters_are_listed_once() -> None:
    assert find_foreign("Łódź Łódź\x01") == "Łź\x01"
    assert find_foreign("Müller\t\r\n") == ""


def test_every_replacement_is_itself_in_windows_1252() -> None:
    for text in REPLACEMENTS.values():
        assert find_foreign(text) == ""


@given(st.text())
def test_whatever_comes_the_result_is_kept_by_quickbooks_and_survives_xml(text: str) -> None:
    kept = to_windows_1252(text)
    if kept is None:
        return
    assert find_foreign(kept) == ""
    xml = f"<a>{escape(kept)}</a>"
    assert xml.isascii()
    assert (etree.fromstring(xml).text or "") == kept


@given(st.text())
def test_escaping_never_lets_a_forbidden_character_through(text: str) -> None:
    etree.fromstring(f'<a b="{escape(text)}">{escape(text)}</a>')
