"""The service's WSDL, for SOAP clients other than the Web Connector, which has its own compiled in.

It is a document of its own and not the one Spyne would generate: that one has relative SOAPActions, ``xs:integer``
and other type names, and clients generated from it send things the Web Connector never sends.
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote
from wsgiref.util import application_uri
from xml.sax.saxutils import quoteattr

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


def is_wsdl_request(environ: "WSGIEnvironment") -> bool:
    """Say whether the query is ``?wsdl``, in any case, with or without a value."""
    query = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    return any(name.lower() in {"wsdl", "singlewsdl"} for name, _ in query)


def render_wsdl(environ: "WSGIEnvironment") -> bytes:
    """Give the document, with the address that was asked as the service's location."""
    location = application_uri(environ).rstrip("/") + quote(environ.get("PATH_INFO", ""), encoding="latin1")
    return _read_template().replace('"LOCATION"', quoteattr(location)).encode()


@cache
def _read_template() -> str:
    return Path(__file__).with_name("web_connector.wsdl").read_text(encoding="utf-8")
