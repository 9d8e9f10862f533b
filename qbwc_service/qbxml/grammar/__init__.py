"""The grammar of qbXML 13.0 to 16.0 for QuickBooks Desktop: every request and every response, as data.

The data are the ``*.qbg`` files of this folder, one per family, in the notation of ``notation.py``. They restate
Intuit's Onscreen Reference for the QuickBooks SDK 16.0: order, required, optional and repeating elements, choices,
types, greatest lengths per edition, enum values, and the version and editions that know an element. Loading is lazy:
importing this costs nothing, a request is read when it is asked for, and then kept.
"""

from qbwc_service.qbxml.grammar.library import find_request, find_response, get_request, is_write, request_names
from qbwc_service.qbxml.grammar.model import EDITIONS, KNOWN_VERSIONS, Choice, Element, iterate_elements

__all__ = [
    "EDITIONS",
    "KNOWN_VERSIONS",
    "Choice",
    "Element",
    "find_request",
    "find_response",
    "get_request",
    "is_write",
    "iterate_elements",
    "request_names",
]
