"""A written document and its grammar side by side: every element with its path, for tests that break one of them."""

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from qbwc_service.qbxml.grammar import Choice, Element, get_request, iterate_elements


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One element of a document, its grammar, its path below the request."""

    node: "etree._Element"
    element: Element
    path: str


def walk(request: "etree._Element") -> Iterator[Written]:
    """Yield the request element and everything below it."""
    yield from _walk(request, get_request(str(request.tag)), "")


def path_of(parent: Written, node: "etree._Element") -> str:
    """Give the path of a child: with its position among its like where it may repeat."""
    name = str(node.tag)
    before = sum(1 for each in node.itersiblings(name, preceding=True))
    position = f"[{before}]" if name in repeating(parent.element) else ""
    return f"{parent.path}.{name}{position}".removeprefix(".")


def repeating(element: Element) -> set[str]:
    """Name what may stand several times in an aggregate."""
    lines = tuple(part for part in element.content if isinstance(part, Choice) and part.repeats)
    once = {part.name for part in iterate_elements(element.content) if part.repeats}
    return once | {part.name for part in iterate_elements(lines)}


def places(element: Element) -> dict[str, int]:
    """Give the place of each child in the mandatory order; all kinds of lines have one."""
    numbers: dict[str, int] = {}
    for number, part in enumerate(element.content):
        is_lines = isinstance(part, Choice) and part.repeats
        for inner, child in enumerate(iterate_elements((part,))):
            numbers[child.name] = number * 1000 + (0 if is_lines else inner)
    return numbers


def _walk(node: "etree._Element", element: Element, path: str) -> Iterator[Written]:
    here = Written(node=node, element=element, path=path)
    yield here
    children = {part.name: part for part in iterate_elements(element.content)}
    for child in node:
        yield from _walk(child, children[str(child.tag)], path_of(here, child))
