"""Reads a SOAP answer as strictly, and as blindly, as .NET's SoapHttpClientProtocol.

What a tolerant client would forgive is refused here (a content type other than text/xml, anything before the
XML declaration, a DOCTYPE, ``34%`` as an int), and what .NET silently misreads is silently misread: a result
under another name or in another namespace is null or 0, array items in a wrong namespace are an empty array,
text without a charset is ASCII. The rules were measured by others with .NET's own System.Web.Services code.
"""

import codecs
import re
from collections.abc import Iterator

from lxml import etree

from qbwc_service.simulator.web_connector.errors import FaultError, WrongAnswerError
from qbwc_service.simulator.web_connector.http_connection import HttpAnswer
from qbwc_service.simulator.web_connector.http_envelope import INTUIT_NAMESPACE

_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_NOT_WELL_FORMED = "Response is not well-formed XML."
_NO_TEXT = "There is an error in XML document: an element with text only was expected."
_NOT_AN_INT = "There is an error in XML document: Input string was not in a correct format."
_XML_SPACE = " \t\r\n"
_REDIRECTS = 300
_FAULT_STATUSES = (400, 500)
_DOCTYPE = re.compile(r"(?:\s|<\?.*?\?>|<!--.*?-->)*<!DOCTYPE", re.DOTALL)
_INT = re.compile(r"[+-]?[0-9]+")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([^"';\s]+)""", re.IGNORECASE)
_INT_RANGE = range(-(2**31), 2**31)


class SoapAnswer:
    """The readable answer of one method: at most one result element, read by the kind that the method returns."""

    def __init__(self, method: str, answer: HttpAnswer) -> None:
        """Raise WrongAnswerError where .NET raises, FaultError for a Fault."""
        _check_status(answer)
        body = _find_body(_parse(_decode(answer)))
        self._result = _find_result(body, method)

    def read_text(self) -> str | None:
        """Give the string result; None (null) where the result element is missing."""
        return None if self._result is None else _read_text(self._result)

    def read_int(self) -> int:
        """Give the int result; 0 where the result element is missing."""
        if self._result is None:
            return 0
        text = _read_text(self._result).strip(_XML_SPACE)
        if not _INT.fullmatch(text) or int(text) not in _INT_RANGE:
            raise WrongAnswerError(_NOT_AN_INT)
        return int(text)

    def read_texts(self) -> tuple[str | None, ...] | None:
        """Give the array result: None where it is missing or nil, a None item where an item is nil."""
        if self._result is None or _is_nil(self._result):
            return None
        items = _elements(self._result)
        found = [item for item in items if item.tag == f"{{{INTUIT_NAMESPACE}}}string"]
        return tuple(None if _is_nil(item) else _read_text(item) for item in found)


def _check_status(answer: HttpAnswer) -> None:
    if answer.status >= _REDIRECTS and answer.status not in _FAULT_STATUSES:
        raise WrongAnswerError(f"The request failed with HTTP status {answer.status}: {answer.reason}.")
    media_type = answer.content_type.partition(";")[0].strip()
    if media_type.lower() != "text/xml":
        raise WrongAnswerError(
            f"Client found response content type of '{answer.content_type}', but expected 'text/xml'.",
        )


def _decode(answer: HttpAnswer) -> str:
    """Decode by byte order mark, then by the header's charset, else as ASCII; never by the XML declaration."""
    if answer.body.startswith(codecs.BOM_UTF8):
        return answer.body.decode("utf-8-sig", "replace")
    named = _CHARSET.search(answer.content_type)
    if named is not None:
        try:
            return answer.body.decode(named[1], "replace")
        except LookupError:
            pass
    return answer.body.decode("ascii", "replace").replace("\ufffd", "?")


def _parse(text: str) -> etree._Element:
    if _DOCTYPE.match(text):
        raise WrongAnswerError(f"{_NOT_WELL_FORMED} (For security reasons DTD is prohibited in this XML document.)")
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=True,
    )
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        raise WrongAnswerError(f"{_NOT_WELL_FORMED} ({error.msg})") from error


def _find_body(envelope: etree._Element) -> etree._Element:
    """Give the SOAP Body; raises for another envelope, a header that must be understood, and a Fault."""
    if envelope.tag != f"{{{_SOAP}}}Envelope":
        raise WrongAnswerError(f"Possible SOAP version mismatch: Envelope {envelope.tag} was unexpected.")
    parts = list(_elements(envelope))
    if parts and parts[0].tag == f"{{{_SOAP}}}Header":
        _check_headers(parts.pop(0))
    if not parts or parts[0].tag != f"{{{_SOAP}}}Body":
        raise WrongAnswerError("There is an error in XML document: Element 'Body' was not found.")
    body = parts[0]
    first = next(_elements(body), None)
    if first is not None and first.tag == f"{{{_SOAP}}}Fault":
        raise FaultError(first.findtext("faultstring") or "", fault_code=first.findtext("faultcode") or "")
    return body


def _check_headers(header: etree._Element) -> None:
    for entry in _elements(header):
        if entry.get(f"{{{_SOAP}}}mustUnderstand") in ("1", "true"):
            name = etree.QName(entry).localname
            raise WrongAnswerError(f"SOAP header {name} was not understood.")


def _find_result(body: etree._Element, method: str) -> etree._Element | None:
    """Find the result by its exact names; what stands beside it is skipped as .NET skips it."""
    wrapper_tag = f"{{{INTUIT_NAMESPACE}}}{method}Response"
    result_tag = f"{{{INTUIT_NAMESPACE}}}{method}Result"
    wrapper = next((element for element in _elements(body) if element.tag == wrapper_tag), None)
    if wrapper is None:
        return None
    return next((element for element in _elements(wrapper) if element.tag == result_tag), None)


def _read_text(element: etree._Element) -> str:
    """Read as XmlReader.ReadElementString does.

    Text with any node behind it is an error. An element that stands first is entered, and its text is taken for
    the whole: of qbXML that was not escaped only the first child's text remains.
    """
    if element.text:
        return _read_leading_text(element)
    first = next(iter(element), None)
    if first is None:
        return ""
    if not isinstance(first.tag, str):
        raise WrongAnswerError(_NO_TEXT)
    return _read_leading_text(first)


def _read_leading_text(element: etree._Element) -> str:
    if len(element) > 0:
        raise WrongAnswerError(_NO_TEXT)
    return element.text or ""


def _elements(parent: etree._Element) -> Iterator[etree._Element]:
    """List the child elements, without comments and processing instructions."""
    return (child for child in parent if isinstance(child.tag, str))


def _is_nil(element: etree._Element) -> bool:
    return element.get(_NIL) in ("true", "1")
