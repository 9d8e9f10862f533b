"""Every response of the grammar is read back to the values it was written from, whatever they are."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qbwc_service import qbxml
from qbwc_service.qbxml import grammar
from qbwc_service.qbxml.grammar import Choice, Element
from tests.qbxml.random_values import Setting, random_content

NAMES = [f"{name[:-2]}Rs" for name in grammar.request_names() if grammar.get_request(name).editions]
ATTRIBUTE = 'a & "b"'
DECIMALS = ("AMT", "PRICE", "QTY", "PCT", "FLOAT")

_few = settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)


def find_child(parent: Element, name: str) -> Element:
    return next(part for part in grammar.iterate_elements(parent.content) if part.name == name)


def write(element: Element, value: object) -> str:
    """Write an element as QuickBooks would; what has attributes gets one of them."""
    attribute = f" {element.attributes[0]}={quoteattr(ATTRIBUTE)}" if element.attributes else ""
    inner = escape(text_of(element, value)) if element.type else write_content(element, value)
    return f"<{element.name}{attribute}>{inner}</{element.name}>\n"


def write_content(parent: Element, values: object) -> str:
    assert isinstance(values, Mapping)
    written = ""
    for name, value in values.items():
        if name == "lines":
            written += "".join(write_content(parent, line) for line in value)
        else:
            child = find_child(parent, name)
            written += "".join(write(child, each) for each in (value if isinstance(value, list) else [value]))
    return written


def text_of(element: Element, value: object) -> str:
    text = qbxml.format_value(value, str(element.type))
    assert isinstance(text, str)
    return text


def read_value(element: Element, value: object) -> object:
    """What the parser has to give for an element that was written from a value."""
    if element.type is None:
        return read_content(element, value)
    if value == "" and element.type != "STR":
        return None
    if element.type in DECIMALS:
        return Decimal(str(value))
    if element.type == "BOOL":
        return value in (True, "true", 1)
    if element.type == "INT":
        return value
    return value.isoformat() if isinstance(value, date) else text_of(element, value)


def read_content(parent: Element, values: object) -> dict[str, object]:
    assert isinstance(values, Mapping)
    expected: dict[str, object] = {}
    lines = values.get("lines", [])
    for name, value in values.items():
        for each in value if isinstance(value, list) and name != "lines" else [value]:
            if name != "lines":
                add(expected, parent, name, each)
    for line in lines:
        ((name, value),) = line.items()
        add(expected, parent, name, value)
    if len({name for line in lines for name in line}) > 1:
        expected["lines"] = [
            {name: read_value(find_child(parent, name), value) for name, value in line.items()} for line in lines
        ]
    if parent.attributes and parent.name[-2:] != "Rs":
        expected[f"@{parent.attributes[0]}"] = ATTRIBUTE
    return expected


def add(expected: dict[str, object], parent: Element, name: str, value: object) -> None:
    child = find_child(parent, name)
    read = read_value(child, value)
    repeated = expected.setdefault(name, []) if child.repeats or is_line(parent, child) else None
    if isinstance(repeated, list):
        repeated.append(read)
    else:
        expected[name] = read


def is_line(parent: Element, child: Element) -> bool:
    choices = tuple(part for part in parent.content if isinstance(part, Choice) and part.repeats)
    return child in grammar.iterate_elements(choices)


@pytest.mark.parametrize("name", NAMES)
@_few
@given(data=st.data())
def test_random_objects_of_every_response_are_read_as_they_were_written(data: st.DataObject, name: str) -> None:
    response = grammar.find_response(name)
    assert response is not None
    version = data.draw(st.sampled_from([(13, 0), (14, 0), (15, 0), (16, 0)]))
    country = data.draw(st.sampled_from(response.editions or grammar.EDITIONS))
    setting = Setting(version=version, country=country, own_names=False)
    # Every kind of object comes at least once, as far as the version has it; below, optional elements come and go.
    content = tuple(replace(part, required=True) for part in response.content)
    values = data.draw(random_content(content, setting))
    head = f'<{name} requestID="7" statusCode="0" statusSeverity="Info" statusMessage="OK">'
    body = f"{head}{write_content(response, values)}</{name}>"
    text = f'<?xml version="1.0" ?>\n<QBXML><QBXMLMsgsRs>{body}</QBXMLMsgsRs></QBXML>'

    (read,) = [(each.name, each.request_id, list(each.objects)) for each in qbxml.read_answer(text)]

    assert read[:2] == (name, "7")
    assert [(ret.name, ret.values) for ret in read[2]] == list(expect_objects(response, values))


def expect_objects(response: Element, values: Mapping[str, object]) -> list[tuple[str, object]]:
    pairs = [
        (name, each)
        for name, value in values.items()
        if name != "lines"
        for each in (value if isinstance(value, list) else [value])
    ]
    for line in values.get("lines", []):  # type: ignore[attr-defined]  # A list of dicts.
        pairs += line.items()
    found = [(name, read_value(find_child(response, name), value)) for name, value in pairs]
    return [(name, value if isinstance(value, dict) else {"#text": value}) for name, value in found]
