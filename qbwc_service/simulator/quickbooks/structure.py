"""Check a request's structure against the grammar, as QuickBooks' own parser does before it executes anything.

Unknown elements, elements newer than the document's version, wrong order, missing or repeated ones: any of them
refuses the WHOLE message set with 0x80040400 [QBWC error list; live logs]. What only a value has wrong is not judged
here: that fails its own request (see ``lexical``).
"""

from collections.abc import Sequence

from qbwc_service.qbxml.grammar import Choice, Element, find_request
from qbwc_service.simulator.quickbooks.document import Node
from qbwc_service.simulator.quickbooks.hresult import HresultError

Part = Element | Choice
Version = tuple[int, int]
_ITERATOR = {"Start", "Continue", "Stop"}
_META_DATA = {"NoMetaData", "MetaDataOnly", "MetaDataAndResponseData"}
_first_names: dict[Part, frozenset[str]] = {}


def check_structure(request: Node, version: Version) -> Element:
    """Give the request's grammar; HresultError 0x80040400 where the structure is not allowed."""
    element = find_request(request.name)
    if element is None or element.since > version:
        raise _refuse(f"unknown request {request.name}")
    _check_attributes(request, element)
    _match(request, element, version)
    return element


def _check_attributes(request: Node, element: Element) -> None:
    unknown = set(request.attributes) - {"requestID", *element.attributes}
    iterator, meta_data = request.attributes.get("iterator"), request.attributes.get("metaData")
    if unknown or (iterator is not None and iterator not in _ITERATOR):
        raise _refuse(f"attributes of {request.name}")
    if meta_data is not None and meta_data not in _META_DATA:
        raise _refuse(f"metaData of {request.name}")


def _match(node: Node, element: Element, version: Version) -> None:
    if element.type is not None:
        if node.children:
            raise _refuse(f"{node.name} takes a value")
        return
    if node.text.strip():
        raise _refuse(f"{node.name} takes elements")
    end = _match_sequence(node, element.content, 0, version=version)
    if end != len(node.children):
        raise _refuse(f"{node.children[end].name} may not stand there in {node.name}")


def _match_sequence(node: Node, content: Sequence[Part], at: int, *, version: Version) -> int:
    for part in content:
        if part.since > version:
            continue
        match part:
            case Element():
                at = _match_element(node, part, at, version=version)
            case Choice():
                at = _match_choice(node, part, at, version=version)
    return at


def _match_element(node: Node, element: Element, at: int, *, version: Version) -> int:
    children = node.children
    start = at
    while at < len(children) and children[at].name == element.name and (element.repeats or at == start):
        _match(children[at], element, version)
        _check_inner_attributes(children[at], element)
        at += 1
    if at == start and element.required:
        raise _refuse(f"{element.name} is missing in {node.name}")
    return at


def _match_choice(node: Node, choice: Choice, at: int, *, version: Version) -> int:
    found = False
    while at < len(node.children):
        name = node.children[at].name
        taken = next((one for one in choice.alternatives if name in _starts(one)), None)
        if taken is None:
            break
        after = _match_sequence(node, taken, at, version=version)
        if after == at:
            break
        at, found = after, True
        if not choice.repeats:
            break
    if not found and choice.required and not any(_may_be_empty(one) for one in choice.alternatives):
        raise _refuse(f"one of several elements is missing in {node.name}")
    return at


def _check_inner_attributes(node: Node, element: Element) -> None:
    allowed = {*element.attributes, *(("useMacro",) if element.macro else ())}
    if set(node.attributes) - allowed:
        raise _refuse(f"attributes of {node.name}")


def _starts(sequence: Sequence[Part]) -> frozenset[str]:
    names: set[str] = set()
    for part in sequence:
        names |= _first(part)
        if _is_required(part):
            break
    return frozenset(names)


def _first(part: Part) -> frozenset[str]:
    if part not in _first_names:
        match part:
            case Element():
                _first_names[part] = frozenset({part.name})
            case Choice():
                _first_names[part] = frozenset().union(*(_starts(one) for one in part.alternatives))
    return _first_names[part]


def _is_required(part: Part) -> bool:
    if isinstance(part, Choice) and any(_may_be_empty(one) for one in part.alternatives):
        return False
    return part.required


def _may_be_empty(sequence: Sequence[Part]) -> bool:
    return not any(_is_required(part) for part in sequence)


def _refuse(detail: str) -> HresultError:
    error = HresultError("0x80040400")
    # The real message never says where; the note is for whoever debugs against the simulator.
    error.add_note(detail)
    return error
