"""Check what stands around the requests of a document: QBXML, QBXMLMsgsRq and its attributes."""

from collections.abc import Iterator, Mapping

from qbwc_service.errors import FieldError
from qbwc_service.qbxml.message_set import MAX_MESSAGE_SET_ID, ON_ERROR
from qbwc_service.qbxml.parser import XmlElement, find_line
from qbwc_service.qbxml.written import Written

_ROOT, _SET, _SIGNON = "QBXML", "QBXMLMsgsRq", "SignonMsgsRq"
_VALUES: Mapping[str, tuple[str, ...]] = {"onError": ON_ERROR, "responseData": ("includeAll", "includeNone")}
_IDS = ("newMessageSetID", "oldMessageSetID")

Found = tuple[int, FieldError]


def check_envelope(document: Written) -> Iterator[Found]:
    """Yield the mistakes of the envelope, each with its line.

    Bare request elements have no envelope, and none is asked for.
    """
    roots = list(document.root)
    yield from _check_text(document.root, "")
    yield from _check_versions(document, is_required=any(root.tag == _ROOT for root in roots))
    for root in roots:
        if root.tag == _SET:
            yield from _check_set(root)
    if _ROOT not in [root.tag for root in roots]:
        return
    for root in roots[1:]:
        yield find_line(root), _error(str(root.tag), "xml", "is a second root element")
    if roots[0].tag == _ROOT:
        yield from _check_root(roots[0])


def _check_versions(document: Written, *, is_required: bool) -> Iterator[Found]:
    if is_required and not document.versions:
        yield 1, _error("version", "required", 'needs <?qbxml version="13.0"?> before <QBXML>')
    for line, version in document.versions:
        if version is None:
            yield line, _error("version", "format", 'is not of the form <?qbxml version="13.0"?>')
    for line, _ in document.versions[1:]:
        yield line, _error("version", "repeat", "<?qbxml?> stands more than once")


def _check_root(root: XmlElement) -> Iterator[Found]:
    sets = [child for child in root if child.tag == _SET]
    yield from _check_text(root, _ROOT)
    for name in root.attrib:
        yield find_line(root), _error(f"@{name!s}", "unknown", f"is not an attribute of {_ROOT}")
    for child in root:
        if child.tag not in (_SET, _SIGNON):
            yield find_line(child), _error(f"{_ROOT}.{child.tag}", "unknown", f"stands where {_SET} belongs")
    if len(sets) != 1:
        rule, message = ("repeat", "stands more than once") if sets else ("required", "is required")
        yield find_line(root), _error(f"{_ROOT}.{_SET}", rule, message)
    for message_set in sets:
        yield from _check_set(message_set)


def _check_set(message_set: XmlElement) -> Iterator[Found]:
    yield from _check_text(message_set, _SET)
    for child in message_set:
        if child.tag in (_ROOT, _SET, _SIGNON):
            yield find_line(child), _error(f"{_SET}.{child.tag}", "unknown", "stands where a request belongs")
    yield from ((find_line(message_set), error) for error in _check_attributes(message_set))


def _check_text(element: XmlElement, path: str) -> Iterator[Found]:
    if any(text and text.strip() for text in (element.text, *(child.tail for child in element))):
        yield find_line(element), _error(path, "format", "holds text between its elements")


def _check_attributes(message_set: XmlElement) -> Iterator[FieldError]:
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
