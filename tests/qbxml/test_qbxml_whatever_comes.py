"""Whatever bytes come from the far side, the layer raises nothing but its own errors."""

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from qbwc_service import qbxml
from qbwc_service.errors import QbwcServiceError

ANSWER = (
    b'<?xml version="1.0" encoding="windows-1252"?><!-- a --><QBXML><QBXMLMsgsRs newMessageSetID="1"><InvoiceQueryRs '
    b'statusCode="0" iteratorRemainingCount="5"><InvoiceRet><TxnID>1</TxnID><Subtotal>5</Subtotal><IsPaid>true</IsPaid>'
    b"<InvoiceLineRet><Desc><![CDATA[x]]>&#233;&amp;#x1F;</Desc></InvoiceLineRet></InvoiceRet></InvoiceQueryRs>"
    b"</QBXMLMsgsRs></QBXML>"
)
SPLINTERS = (
    b"<",
    b">",
    b"&",
    b"&#0;",
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbf",
    b"<!DOCTYPE a>",
    b"]]>",
    b'"',
    b"<a b='",
    b"utf-7",
)

_some = settings(max_examples=150, deadline=None, derandomize=True, database=None)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """An answer with pieces cut out and splinters thrown in."""
    data = ANSWER
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 40)))
        data = data[:start] + draw(st.sampled_from(SPLINTERS)) + data[end:]
    return data


def read_everything(data: bytes | str) -> None:
    for response in qbxml.read_answer(data):
        list(response.objects)


@_some
@given(st.one_of(st.binary(max_size=60), damaged()))
def test_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(QbwcServiceError):
        read_everything(data)
    with contextlib.suppress(QbwcServiceError):
        qbxml.read_requests(data)
    assert all(mistake.line >= 1 for mistake in qbxml.validate(data))


@_some
@given(st.one_of(st.text(max_size=60), damaged().map(lambda data: data.decode("latin-1"))))
def test_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(QbwcServiceError):
        read_everything(text)
    with contextlib.suppress(QbwcServiceError):
        qbxml.read_requests(text)
    assert isinstance(qbxml.validate(text), tuple)
    assert isinstance(qbxml.read_host(text), qbxml.HostFacts)


@_some
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.decimals(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["name", "customer_ref", "lines", "desc", "x", "@defMacro"]), inner, max_size=4
            )
        ),
        max_leaves=8,
    )
)
def test_values_are_built_or_refused(values: object) -> None:
    for request in ("invoice_add", "customer_query", "journal_entry_add"):
        with contextlib.suppress(QbwcServiceError):
            assert qbxml.build(request, {"customer_ref": values, "lines": values, "name": values}).xml.isascii()
