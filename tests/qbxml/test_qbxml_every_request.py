"""For every request of the grammar: whatever valid values come, the document is good; whatever is broken is refused.

Intuit's own schema is the second opinion on every document of 13.0, where it is at hand; ``validate`` and reading back
cover the same ground elsewhere.
"""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from qbwc_service import qbxml
from qbwc_service.errors import InvalidRequestError
from qbwc_service.qbxml import grammar
from qbwc_service.qbxml.leaf import Findings, format_leaf
from tests import intuit
from tests.qbxml.random_values import random_request
from tests.qbxml.written import Written, path_of, places, repeating, walk
from tests.qbxml.xsd import READ_BY_SCHEMA, find_schema, validate_document

NAMES = [name for name in grammar.request_names() if grammar.get_request(name).editions]
ONLINE_ONLY = [name for name in grammar.request_names() if name not in NAMES]

# One draw is slow enough that hypothesis would complain on a busy machine; what matters is that few are many.
_few = settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)


def draw_document(data: st.DataObject, name: str) -> tuple[str, str, str]:
    """A random valid document, its version and its edition."""
    version = data.draw(st.sampled_from(grammar.KNOWN_VERSIONS))
    country = data.draw(st.sampled_from(grammar.get_request(name).editions))
    major, minor = map(int, version.split("."))
    values = data.draw(random_request(name, version=(major, minor), country=country))
    request = qbxml.Request(name=name, values=values, request_id="7")
    return qbxml.build_document([request], version=version, country=country).xml, version, country


def complaints(xml: str, name: str, country: str, schema: "etree.XMLSchema") -> list[str]:
    """What Intuit's schema 13.0, which has the lengths of the US, has against a document."""
    found = [each for each in validate_document(xml, schema) if country == "US" or "maxLength" not in each]
    if not found:
        READ_BY_SCHEMA[name] = READ_BY_SCHEMA.get(name, 0) + 1
    return found


@pytest.mark.skipif(find_schema() is None, reason=intuit.SCHEMA_MISSING)
def test_intuits_schema_reads_along() -> None:
    """Where this is skipped, the documents below are held against the grammar alone."""
    assert intuit.SCHEMA.exists()


def test_every_word_of_every_enum_is_accepted_and_a_word_beside_them_is_not() -> None:
    seen: set[grammar.Element] = set()
    words = 0

    def visit(element: grammar.Element) -> None:
        nonlocal words
        if element in seen:
            return
        seen.add(element)
        if element.type == "ENUM" and element.values:
            for word in (*element.values, "NoSuchWord"):
                found = Findings(version=(16, 0), country="US", characters=qbxml.Characters.REFUSE)
                text = format_leaf(found, element, word, path="")
                assert (text, bool(found.errors)) == ((None, True) if word == "NoSuchWord" else (word, False))
                words += 1
        for part in grammar.iterate_elements(element.content):
            visit(part)

    for name in grammar.request_names():
        visit(grammar.get_request(name))
    assert words > 1000


@pytest.mark.parametrize("name", ONLINE_ONLY)
def test_what_only_quickbooks_online_has_is_refused(name: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        qbxml.build(name)
    assert [error.rule for error in caught.value.errors] == ["edition"]


Break = Callable[[st.DataObject, list[Written], str], tuple[str, str] | None]


def swap(data: st.DataObject, elements: list[Written], country: str) -> tuple[str, str] | None:
    """Two neighbours change places; the one that must come first is named."""
    found = []
    for parent in elements:
        order = places(parent.element)
        for first, second in zip(parent.node, list(parent.node)[1:], strict=False):
            if order[str(first.tag)] < order[str(second.tag)]:
                found.append((parent, first, second))
    if not found:
        return None
    parent, first, second = data.draw(st.sampled_from(found))
    second.addnext(first)
    return path_of(parent, first), "order"


def add_unknown(data: st.DataObject, elements: list[Written], country: str) -> tuple[str, str] | None:
    """An element stands where the grammar has none of that name."""
    parent = data.draw(st.sampled_from([each for each in elements if each.element.type is None]))
    node = etree.Element("Nonsense")
    node.text = "1"
    parent.node.insert(data.draw(st.integers(0, len(parent.node))), node)
    return path_of(parent, node), "unknown"


def repeat(data: st.DataObject, elements: list[Written], country: str) -> tuple[str, str] | None:
    """What stands once stands twice."""
    found = [
        (parent, child)
        for parent in elements
        for child in parent.node
        if str(child.tag) not in repeating(parent.element)
    ]
    if not found:
        return None
    parent, child = data.draw(st.sampled_from(found))
    child.addnext(etree.fromstring(etree.tostring(child, with_tail=False)))
    return path_of(parent, child), "repeat"


def drop_required(data: st.DataObject, elements: list[Written], country: str) -> tuple[str, str] | None:
    """What is required is missing."""
    found = []
    for parent in elements:
        required = {part.name for part in parent.element.content if isinstance(part, grammar.Element) and part.required}
        tags = [str(child.tag) for child in parent.node]
        found += [(parent, child) for child in parent.node if child.tag in required and tags.count(str(child.tag)) == 1]
    if not found:
        return None
    parent, child = data.draw(st.sampled_from(found))
    path = f"{parent.path}.{child.tag}".removeprefix(".")
    parent.node.remove(child)
    return path, "required"


WRONG = {
    "ID": ("x" * 37, "max_length"),
    "ENUM": ("Nonsense", "enum"),
    "BOOL": ("yes", "format"),
    "DATE": ("2026-02-30", "format"),
    "DATETIME": ("2026-02-01T10:00:00Z", "format"),
    "AMT": ("1.234", "format"),
    "PRICE": ("1.123456", "format"),
    "QTY": ("1,5", "format"),
    "PCT": ("7 %", "format"),
    "FLOAT": ("1,5", "format"),
    "INT": ("1.5", "format"),
    "GUID": ("0D3B1AD0-51CE-4B5C-9D0C-6D5D3A4B7F10", "format"),
    "INTERVAL": ("8h", "format"),
}


def spoil(data: st.DataObject, elements: list[Written], country: str) -> tuple[str, str] | None:
    """A value is too long, or none of the enum's, or no value of its type."""
    found = list(_spoilable(elements, country))
    if not found:
        return None
    written, (text, rule) = data.draw(st.sampled_from(found))
    written.node.text = text
    return written.path, rule


def _spoilable(elements: list[Written], country: str) -> Iterator[tuple[Written, tuple[str, str]]]:
    for written in elements:
        element = written.element
        limit = element.max_length.get(country)
        if element.type == "STR" and limit is not None:
            yield written, ("x" * (limit + 1), "max_length")
        elif element.type == "ENUM" and element.values:
            yield written, WRONG["ENUM"]
        elif element.type in WRONG and element.type != "ENUM":
            yield written, WRONG[element.type]


BREAKS: tuple[Break, ...] = (swap, add_unknown, repeat, drop_required, spoil)


@pytest.mark.parametrize("name", NAMES)
@_few
@given(data=st.data())
def test_random_valid_values_make_a_good_document_and_every_mutation_of_it_is_refused_with_its_path(
    data: st.DataObject, name: str
) -> None:
    # Drawing costs more than everything else, so all that is promised of a document is seen on each that is drawn.
    xml, version, country = draw_document(data, name)
    everybody_accepts(xml, name, version, country)
    for break_it in BREAKS:
        root = etree.fromstring(xml.encode())
        expected = break_it(data, list(walk(root[0][0])), country)
        if expected is not None:
            validate_refuses(root, version, country, expected)
            schema_refuses(root, version, break_it)
            if break_it is spoil:
                builder_refuses(root, version, country, expected)


def everybody_accepts(xml: str, name: str, version: str, country: str) -> None:
    assert xml.isascii()
    assert qbxml.validate(xml, country=country) == ()
    (request,) = qbxml.read_requests(xml)
    assert qbxml.build_document([request], version=version, country=country).xml == xml
    schema = find_schema()
    if version == "13.0" and schema is not None:  # The first that is drawn always is.
        assert complaints(xml, name, country, schema) == []


def validate_refuses(root: "etree._Element", version: str, country: str, expected: tuple[str, str]) -> None:
    xml = f'<?qbxml version="{version}"?>' + etree.tostring(root, encoding="unicode")
    assert expected in [(mistake.path, mistake.rule) for mistake in qbxml.validate(xml, country=country)], xml


def schema_refuses(root: "etree._Element", version: str, break_it: Break) -> None:
    schema = find_schema()
    if version == "13.0" and schema is not None and break_it is not spoil:  # The schema knows fewer rules for values.
        assert validate_document(etree.tostring(root, encoding="unicode"), schema) != []


def builder_refuses(root: "etree._Element", version: str, country: str, expected: tuple[str, str]) -> None:
    (request,) = qbxml.read_requests(etree.tostring(root))
    with pytest.raises(InvalidRequestError) as caught:
        qbxml.build_request(request, version=version, country=country)
    (error,) = caught.value.errors
    assert error.rule == expected[1]
    # Among lines of several kinds the builder counts all of them, a document each kind for itself.
    assert error.path == expected[0] or "lines[" in error.path
    assert error.path.rpartition(".")[2] == expected[0].rpartition(".")[2]


def newer_elements(name: str) -> Iterator[tuple[tuple[grammar.Element, ...], grammar.Element]]:
    """Every element that 13.0 does not have, with the aggregates around it; the first way to each aggregate."""
    seen: set[grammar.Element] = set()

    def visit(
        element: grammar.Element, around: tuple[grammar.Element, ...]
    ) -> Iterator[tuple[tuple[grammar.Element, ...], grammar.Element]]:
        for part in grammar.iterate_elements(element.content):
            if part.since > (13, 0):
                yield around, part
            elif part.type is None and part not in seen:
                seen.add(part)
                yield from visit(part, (*around, part))

    yield from visit(grammar.get_request(name), ())


NEWER = [(name, around, part) for name in NAMES for around, part in newer_elements(name)]


@pytest.mark.parametrize(("name", "around", "part"), NEWER, ids=[f"{name}-{part.name}" for name, _, part in NEWER])
def test_an_element_of_a_newer_version_is_refused_with_its_path(
    name: str, around: tuple[grammar.Element, ...], part: grammar.Element
) -> None:
    value: object = {} if part.type is None else "1"
    for element in (part, *reversed(around)):
        value = {element.name: value}
    path = ""
    parent = grammar.get_request(name)
    for element in (*around, part):
        path += f".{element.name}" + ("[0]" if element.name in repeating(parent) else "")
        parent = element
    country = part.editions[0]
    request = qbxml.Request(name=name, values=value)  # type: ignore[arg-type]  # It is a dict by now.

    def rules(version: str) -> set[tuple[str, str]]:
        try:
            qbxml.build_request(request, version=version, country=country)
        except InvalidRequestError as error:
            return {(mistake.path, mistake.rule) for mistake in error.errors}
        return set()

    enough = f"{part.since[0]}.{part.since[1]}"
    older = [version for version in grammar.KNOWN_VERSIONS if float(version) < float(enough)]
    assert all((path.removeprefix("."), "version") in rules(version) for version in older)
    assert (path.removeprefix("."), "version") not in rules(enough)


def test_there_are_elements_of_every_newer_version() -> None:
    assert {part.since for _, _, part in NEWER} == {(14, 0), (15, 0), (16, 0)}
