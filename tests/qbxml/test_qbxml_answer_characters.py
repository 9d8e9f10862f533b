"""Every character of an answer, whatever bytes carry it."""

import pytest

from qbwc_service.errors import AnswerError, TruncatedAnswerError
from tests.qbxml.answers import customers, read_into, read_one


@pytest.mark.parametrize(
    "damage", ["a\x00b\x1f", "a&#x1F;b", "a&#31;b", "a&amp;#x1F;b", "a&amp;#0;b", "a&#xFFFE;b", "a\ufffeb", "a\ud800b"]
)
def test_control_characters_are_removed_before_the_parse(damage: str) -> None:
    assert read_one(customers(f"<CustomerRet><Name>{damage}</Name></CustomerRet>")).values == {"Name": "ab"}


def test_references_to_allowed_characters_stay() -> None:
    ret = read_one(customers("<CustomerRet><Name>&#233;&amp;#65;&#x20AC;&#10;&amp;amp;#</Name></CustomerRet>"))
    assert ret.values == {"Name": "\u00e9&#65;\u20ac\n&amp;#"}


@pytest.mark.parametrize("reference", ["&#x1F;", "&amp;#x1F;", "&#233;", "&amp;#233;", "&amp;"])
def test_a_reference_that_lies_on_the_edge_of_a_piece_is_read_whole(reference: str) -> None:
    plain = customers("<CustomerRet><Name>{}</Name></CustomerRet>")
    expected = read_one(plain.format(f"a{reference}b")).values["Name"]
    begin = plain.index("{}")
    for shift in range(20):
        padding = "x" * (64 * 1024 - begin - shift)
        assert read_one(plain.format(padding + reference + "b")).values["Name"] == padding + str(expected)[1:]


@pytest.mark.parametrize("declaration", ["", '<?xml version="1.0"?>', '<?xml version="1.0" encoding="windows-1252"?>'])
def test_bytes_of_windows_1252_are_read_declared_or_not(declaration: str) -> None:
    text = declaration + customers("<CustomerRet><Name>Caf\u00e9 \u2013 \u20ac</Name></CustomerRet>")
    assert read_one(text.encode("cp1252")).values == {"Name": "Caf\u00e9 \u2013 \u20ac"}
    assert read_one(text).values == {"Name": "Caf\u00e9 \u2013 \u20ac"}


def test_bytes_of_utf_8_are_read_with_a_mark_and_across_pieces() -> None:
    euros = "\u20ac" * 70_000
    text = customers(f"<CustomerRet><Name>{euros}</Name></CustomerRet>")
    for data in (text.encode(), b"\xef\xbb\xbf \n" + text.encode(), b"\n" + text.encode()):
        assert read_one(data).values == {"Name": euros}
    assert read_one("\ufeff\n " + text).values == {"Name": euros}


def test_a_text_node_of_many_megabytes_is_read() -> None:
    ret = read_one(customers(f"<CustomerRet><Notes>{'x' * 12_000_000}</Notes></CustomerRet>"))
    assert len(str(ret.values["Notes"])) == 12_000_000


@pytest.mark.parametrize(
    "encoding", ["hex", "bz2", "zlib", "rot13", "base64", "undefined", "klingon", "punycode", "idna"]
)
def test_bytes_in_an_encoding_that_is_none_of_text_are_refused(encoding: str) -> None:
    data = f'<?xml version="1.0" encoding="{encoding}"?>'.encode() + b"\xff\xfe" + customers("").encode()
    with pytest.raises(AnswerError):
        read_into([], data)


@pytest.mark.parametrize("declaration", ["", '<?xml version="1.0" encoding="UTF-8"?>'])
def test_utf_8_that_is_cut_inside_a_character_stays_utf_8(declaration: str) -> None:
    text = declaration + customers("<CustomerRet><Name>Caf\u00e9</Name></CustomerRet><CustomerRet><Name>\u20ac</Name>")
    data = text.encode()
    read: list[str] = []
    with pytest.raises(TruncatedAnswerError):
        read_into(read, data[: data.rindex("\u20ac".encode()) + 2])
    assert read == ["CustomerQueryRs", "CustomerRet Caf\u00e9"]


def test_one_stray_byte_does_not_spoil_all_of_utf_8() -> None:
    name = "<CustomerRet><Name>\u20ac \u00e9 \u2013 {}</Name></CustomerRet>"
    data = customers(name).encode().replace(b"{}", b"\xe9")
    assert read_one(data).values == {"Name": "\u20ac \u00e9 \u2013 \ufffd"}
    declared = (
        b'<?xml version="1.0" encoding="utf-8"?>' + customers("<CustomerRet><Name>!</Name></CustomerRet>").encode()
    )
    assert read_one(declared.replace(b"!", b"\xe9")).values == {"Name": "\ufffd"}
