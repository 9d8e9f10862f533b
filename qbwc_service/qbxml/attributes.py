"""Check the attributes of a request: requestID, iterators, metaData, as Intuit's Onscreen Reference describes them."""

from collections.abc import Mapping

from qbwc_service.qbxml.characters import escape
from qbwc_service.qbxml.grammar import Element
from qbwc_service.qbxml.leaf import Findings
from qbwc_service.qbxml.names import snake_case
from qbwc_service.qbxml.request import Request
from qbwc_service.qbxml.values import Refusal

MAX_REQUEST_ID = 50

_VALUES: Mapping[str, tuple[str, ...]] = {
    "iterator": ("Start", "Continue", "Stop"),
    "metaData": ("NoMetaData", "MetaDataOnly", "MetaDataAndResponseData"),
}


def check_attributes(found: Findings, element: Element, request: Request) -> str:
    """Write the attributes of a request, each with a blank before it; what is wrong is noted."""
    texts: dict[str, str] = {}
    if request.request_id is not None and _is_text(found, "requestID", request.request_id):
        _check_request_id(found, request.request_id)
        texts["requestID"] = request.request_id
    known = {key: name for name in element.attributes for key in (name, snake_case(name))}
    for key, value in request.attributes.items():
        name = known.get(key)
        if name is None:
            found.note(f"@{key}", "unknown", f"is not an attribute of {element.name}")
        elif name in texts:
            found.note(f"@{name}", "repeat", "is given twice, by Intuit's name and by ours")
        elif _is_text(found, name, value):
            if name in _VALUES and value not in _VALUES[name]:
                found.note(f"@{name}", "enum", f"is not one of {', '.join(_VALUES[name])}")
            elif name not in _VALUES and not value.isprintable():
                found.note(f"@{name}", "characters", "holds no control characters")
            texts[name] = value
    _check_iterator(found, request, texts)
    return "".join(f' {name}="{escape(text)}"' for name, text in texts.items())


def _is_text(found: Findings, name: str, value: object) -> bool:
    if isinstance(value, str):
        return True
    found.note(f"@{name}", "format", f"expects text, not {type(value).__name__}")
    return False


def _check_request_id(found: Findings, request_id: str) -> None:
    if not request_id.isprintable():
        found.note("@requestID", "characters", "holds no control characters")
    if len(request_id) > MAX_REQUEST_ID:
        message = f"has {len(request_id)} characters, at most {MAX_REQUEST_ID} are possible"
        limit = str(MAX_REQUEST_ID)
        found.refuse("@requestID", Refusal(rule="max_length", message=message, limit=limit, length=len(request_id)))


def _check_iterator(found: Findings, request: Request, texts: Mapping[str, str]) -> None:
    iterator = texts.get("iterator")
    if iterator in ("Continue", "Stop") and not texts.get("iteratorID"):
        found.note("@iteratorID", "required", f"is required to {iterator.lower()} an iterator")
    if "iteratorID" in texts and iterator not in ("Continue", "Stop"):
        found.note("@iteratorID", "choice", "belongs to an iterator that is continued or stopped")
    if iterator in ("Start", "Continue") and _is_missing(request.values, "MaxReturned"):
        found.note("MaxReturned", "required", "is required with an iterator: it is the size of a page")


def _is_missing(values: Mapping[str, object], name: str) -> bool:
    return all(values.get(key) in (None, [], ()) for key in (name, snake_case(name)))
