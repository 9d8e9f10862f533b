"""Check what stands around the requests of a document: QBXML, QBXMLMsgsRq and its attributes."""

from collections.abc import Iterator, Mapping

from qbwc_service.errors import FieldError
from qbwc_service.qbxml.message_set import MAX_MESSAGE_SET_ID, ON_ERROR
from qbwc_service.qbxml.parser import XmlElement, find_line

_ROOT, _SET, _SIGNON = "QBXML", "QBXMLMsgsRq", "SignonMsgsRq"
_VALUES: Mapping[str, tuple[str, ...]] = {"onError": ON_ERROR, "responseData": ("includeAll", "includeNone")}
_IDS = ("newMessageSetID", "oldMessageSetID")

Found = tuple[int, FieldError]


def check_envelope(document: XmlElement, *, has_version: bool) -> Iterator[Found]:
    """Yield the mistakes of the envelope, each with its line; ``document`` holds the root element of the text.

    Bare request elements have no envelope, and none is asked for. ``has_version``: the text has ``<?qbxml?>``.
    """
    roots = list(document)
    if not roots:
        yield 1, _error("", "required", "holds no request such as <InvoiceQueryRq/>")
    if _ROOT not in [root.tag for root in roots]:
        return
    if not has_version:
        yield 1, _error("version", "required", 'needs <?qbxml version="13.0"?> before <QBXML>')
    for root in roots[1:]:
        yield find_line(root), _error(str(root.tag), "xml", "is a second root element")
    yield from _check_root(roots[0])


def _check_root(root: XmlElement) -> Iterator[Found]:
    sets = [child for child in root if child.tag == _SET]
    if root.tag != _ROOT:
        return
    for child in root:
        if child.tag not in (_SET, _SIGNON):
            yield find_line(child), _error(f"{_ROOT}.{child.tag}", "unknown", f"stands where {_SET} belongs")
    if len(sets) != 1:
        rule, message = ("repeat", "stands more than once") if sets else ("required", "is required")
        yield find_line(root), _error(f"{_ROOT}.{_SET}", rule, message)
    for message_set in sets:
        yield from ((find_line(message_set), error) for error in _check_set(message_set))


def _check_set(message_set: XmlElement) -> Iterator[FieldError]:
    attributes = {str(name): str(value) for name, value in message_set.attrib.items()}
    if "onError" not in attributes:
        yield _error("@onError", "required", f"is required: {' or '.join(ON_ERROR)}")
    if len(message_set) == 0 and not any(name in attributes for name in _IDS):
        yield _error(_SET, "required", "holds no request such as <InvoiceQueryRq/>")
    for name, value in attributes.items():
        path = f"@{name}"
        if name in _VALUES and value not in _VALUES[name]:
            yield _error(path, "enum", f"is not one of {', '.join(_VALUES[name])}")
        elif name in _IDS and not 0 < len(value) <= MAX_MESSAGE_SET_ID:
            limit = str(MAX_MESSAGE_SET_ID)
            message = f"has {len(value)} characters, 1 to {limit} are possible"
            yield FieldError(path=path, rule="max_length", message=message, limit=limit, length=len(value))
        elif name not in _VALUES and name not in _IDS:
            yield _error(path, "unknown", f"is not an attribute of {_SET}")


def _error(path: str, rule: str, message: str) -> FieldError:
    return FieldError(path=path, rule=rule, message=message)
