"""Requests come in many spellings that mean the same; what cannot be understood is refused."""

import codecs
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qbwc_service.errors import InputError
from qbwc_service.soap.characters import IncomingFilter, remove_illegal
from qbwc_service.soap.encoding import decode_body
from qbwc_service.soap.envelope import read_envelope

DOTNET = (
    '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soap:Body>'
    '<closeConnection xmlns="http://developer.intuit.com/"><ticket>tïcket</ticket></closeConnection>'
    "</soap:Body></soap:Envelope>"
)
SPELLINGS = {
    ".NET": DOTNET,
    "no declaration": DOTNET.partition("?>")[2],
    "no prefix": (
        '<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><closeConnection '
        'xmlns="http://developer.intuit.com/"><ticket>tïcket</ticket></closeConnection></Body></Envelope>'
    ),
    "every prefix": (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:i="http://developer.intuit.com/">'
        "<e:Header><i:anything><i:nested/></i:anything></e:Header>\r\n"
        "<e:Body><i:closeConnection><i:ticket>tïcket</i:ticket></i:closeConnection></e:Body></e:Envelope>"
    ),
    "RPC": (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
        '<q:closeConnection xmlns:q="http://developer.intuit.com/"><ticket>tïcket</ticket></q:closeConnection>'
        "</e:Body></e:Envelope>"
    ),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_envelopes_are_read_with_and_without_prefixes(endpoint: Any, spelling: str) -> None:
    assert endpoint.request(body=SPELLINGS[spelling].encode()).result == "OK"
    assert endpoint.calls.seen == [("close_connection", ("tïcket",))]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (DOTNET.encode(), "text/xml; charset=utf-8"),
        (DOTNET.encode(), 'text/xml; charset="UTF-8"'),
        (DOTNET.encode(), "text/xml"),
        (DOTNET.encode(), "application/octet-stream"),
        (codecs.BOM_UTF8 + DOTNET.encode(), "text/xml; charset=utf-8"),
        (codecs.BOM_UTF8 + DOTNET.encode(), "text/xml; charset=iso-8859-1"),
        (DOTNET.encode("utf-16"), "text/xml; charset=utf-16"),
        (DOTNET.encode("utf-16"), "text/xml"),
        (DOTNET.encode("utf-16"), "text/xml; charset=utf-8"),
        (DOTNET.encode("utf-16-be"), "text/xml; charset=utf-16"),
        (DOTNET.encode("utf-16-le"), "text/xml; charset=utf-16le"),
        (DOTNET.encode("iso-8859-1"), "text/xml; charset=ISO-8859-1"),
        (DOTNET.encode("cp1252"), "text/xml; Charset=windows-1252; action=x"),
        (DOTNET.replace("utf-8", "iso-8859-1").encode("iso-8859-1"), "text/xml"),
        (DOTNET.replace("utf-8", "utf-16").encode(), "text/xml; charset=utf-8"),
    ],
)
def test_every_usual_encoding_is_read_right(endpoint: Any, body: bytes, content_type: str) -> None:
    assert endpoint.request(body=body, headers={"Content-Type": content_type}).result == "OK"
    assert endpoint.calls.seen == [("close_connection", ("tïcket",))]


@pytest.mark.parametrize(
    ("inner", "sentence"),
    [
        ("<a><ticket>x<b/></ticket></a>", "A parameter holds elements"),
        ("<a><ticket/><ticket/></a>", "A parameter stands twice"),
        ("<a/><b/>", "more than one call"),
        ("<u:a/>", "not XML: unbound prefix"),
    ],
)
def test_calls_that_would_be_half_understood_are_refused(inner: str, sentence: str) -> None:
    body = f"<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body>{inner}</e:Body></e:Envelope>"

    with pytest.raises(InputError, match=sentence):
        read_envelope([body.encode()])


MARKS = st.sampled_from(
    ["a", "&#x1;", "&#31;", "&#x41;", "&amp;", "&#xFFFE;", "\x02", "\uffff", "é", "😀", "<![CDATA[", "]]>", "]", "<b>"]
)


@settings(deadline=None)
@given(st.lists(MARKS, max_size=12).map("".join), st.lists(st.integers(1, 6), min_size=1, max_size=30))
def test_where_a_stream_is_cut_does_not_matter(text: str, sizes: list[int]) -> None:
    data = text.encode()
    whole, pieces = IncomingFilter(), IncomingFilter()
    parts, start = [], 0
    for size in sizes:
        parts.append(pieces.clean(data[start : start + size]))
        start += size
    parts.append(pieces.clean(data[start:]) + pieces.finish())

    # Two forbidden characters are three bytes long in UTF-8 and come to the filter in one piece.
    if "\uffff" not in text:
        assert b"".join(parts) == whole.clean(data) + whole.finish()


@settings(deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-16", categories=None), max_size=30), st.integers(1, 7))
def test_a_decoded_body_never_depends_on_the_pieces_it_came_in(text: str, size: int) -> None:
    data = f"<a>{text}".encode("utf-16")
    pieces = [data[start : start + size] for start in range(0, len(data), size)]

    assert b"".join(decode_body(pieces, content_type="text/xml")).decode() == f"<a>{remove_illegal(text)}"


@settings(deadline=None)
@given(st.text())
def test_what_is_removed_is_only_what_xml_forbids(text: str) -> None:
    clean = remove_illegal(text)

    assert clean == remove_illegal(clean)
    assert [c for c in text if (c >= " " and c not in "\ufffe\uffff") or c in "\t\n\r"] == list(clean)
