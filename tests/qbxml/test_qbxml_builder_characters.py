"""The characters of a request: what is sent of them, and how long that is."""

import pytest

from qbwc_service import qbxml
from qbwc_service.errors import InvalidRequestError
from tests.qbxml.built import build, errors, rules


def test_a_name_of_a_list_entry_has_no_colon() -> None:
    assert rules("CustomerAddRq", {"CustomerAdd": {"Name": "A:B"}}) == {("CustomerAdd.Name", "characters")}
    assert rules("ItemServiceModRq", {"ItemServiceMod": {"ListID": "1", "EditSequence": "1", "Name": "A:B"}}) == {
        ("ItemServiceMod.Name", "characters")
    }
    assert "A:B" in build("CustomerQueryRq", {"NameFilter": {"MatchCriterion": "StartsWith", "Name": "A:B"}})
    assert "A:B" in build("CustomerAddRq", {"CustomerAdd": {"Name": "A", "ParentRef": {"FullName": "A:B"}}})


def test_transliteration_is_reported_with_its_path() -> None:
    request = qbxml.Request(name="CustomerAddRq", values={"customer_add": {"name": "Łukasz", "notes": "a\r\nb"}})

    built = qbxml.build_request(request)

    assert "<Name>Lukasz</Name>" in built.xml
    assert "<Notes>a\nb</Notes>" in built.xml
    assert built.changed == (qbxml.TextChange(path="CustomerAdd.Name", before="Łukasz", after="Lukasz"),)


def test_what_windows_1252_has_goes_as_a_numeric_reference() -> None:
    assert "Caf&#233; &#8220;5&#8364;&#8221;" in build("CustomerAddRq", {"CustomerAdd": {"Name": "Café “5€”"}})


def test_the_refuse_policy_names_the_characters() -> None:
    values = {"CustomerAdd": {"Name": "Łukasz"}}
    (error,) = errors("CustomerAddRq", values, characters=qbxml.Characters.REFUSE)
    assert (error.path, error.rule) == ("CustomerAdd.Name", "characters")
    assert "Ł (U+0141)" in error.message


def test_the_length_counts_what_is_sent() -> None:
    assert build("CustomerAddRq", {"CustomerAdd": {"Name": "&" * 41}})
    values = {"CustomerAdd": {"Name": "A" * 40 + "…x"}}
    assert rules("CustomerAddRq", values) == {("CustomerAdd.Name", "max_length")}
    notes = {"CustomerAdd": {"Name": "A", "Notes": "a\r\n" * 2047 + "b"}}
    assert build("CustomerAddRq", notes).count("a\n") == 2047  # A line end is one character, however it came.
    values = {"CustomerAdd": {"Name": "ß" * 40 + "ﬁ"}}
    (error,) = errors("CustomerAddRq", values)
    assert (error.rule, error.limit, error.length) == ("max_length", "41", 42)


def test_an_error_about_many_foreign_characters_stays_short() -> None:
    text = "".join(chr(0x4E00 + number) for number in range(4000))
    with pytest.raises(InvalidRequestError) as caught:
        qbxml.build("customer_add", {"name": "A", "notes": text})
    assert len(caught.value.errors[0].message) < 400
