"""Writes a SOAP request byte for byte as the Web Connector's .NET proxy does.

One line, document/literal, empty strings as self-closed elements, characters that XML does not allow as
references (``&#x1F;``) although no XML 1.0 parser accepts them: that is what a server really receives.
"""

import re
from collections.abc import Sequence

INTUIT_NAMESPACE = "http://developer.intuit.com/"

_OPENING = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soap:Body>'
)
_CLOSING = "</soap:Body></soap:Envelope>"
_NOT_RAW = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

Parameter = tuple[str, str | int]
"""The name of a parameter and its value."""


def soap_action(method: str) -> str:
    """Give the SOAPAction of a method, without its quotes."""
    return INTUIT_NAMESPACE + method


def write_envelope(method: str, parameters: Sequence[Parameter]) -> bytes:
    """Write the request for a method with its parameters in order, in UTF-8."""
    inner = "".join(_write_element(name, value) for name, value in parameters)
    opening = f'<{method} xmlns="{INTUIT_NAMESPACE}"'
    operation = f"{opening}>{inner}</{method}>" if inner else f"{opening} />"
    return f"{_OPENING}{operation}{_CLOSING}".encode("utf-8", "replace")


def _write_element(name: str, value: str | int) -> str:
    text = _escape(str(value))
    return f"<{name}>{text}</{name}>" if text else f"<{name} />"


def _escape(text: str) -> str:
    """Escape as .NET's XmlTextWriter does: line ends and quotes stay raw, other control characters do not."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _NOT_RAW.sub(lambda match: f"&#x{ord(match[0]):X};", escaped)
