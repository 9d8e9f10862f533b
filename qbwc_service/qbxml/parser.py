"""lxml, hardened: no entities, no document type, no network; texts of any size."""

from typing import TypedDict, cast

from lxml import etree

XmlElement = etree._Element  # noqa: SLF001 -- lxml has no public name for the class of its elements.


class _Options(TypedDict):
    encoding: str
    huge_tree: bool
    resolve_entities: bool
    no_network: bool
    load_dtd: bool
    remove_comments: bool
    remove_pis: bool


_HARDENED: _Options = {
    "encoding": "utf-8",
    "huge_tree": True,
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "remove_comments": True,
    "remove_pis": True,
}


def parse_document(data: bytes, *, recover: bool = False) -> XmlElement:
    """Parse clean UTF-8; with ``recover``, what is damaged is left out. etree.XMLSyntaxError if it cannot be."""
    return etree.fromstring(data, etree.XMLParser(recover=recover, **_HARDENED))


def parse_written(data: bytes) -> XmlElement:
    """Parse UTF-8 with its processing instructions. etree.XMLSyntaxError if it cannot be."""
    options = _HARDENED.copy()
    options["remove_pis"] = False
    return etree.fromstring(data, etree.XMLParser(**options))


def create_pull_parser(tag: str | None) -> "etree.XMLPullParser":
    """Create a parser that is fed with clean UTF-8 and tells when an element of that name begins.

    Without a name it tells of every element when it begins and when it ends, which takes twice as long.
    """
    if tag is None:
        return etree.XMLPullParser(events=("start", "end"), **_HARDENED)
    return etree.XMLPullParser(events=("start",), tag=tag, **_HARDENED)


def find_line(element: XmlElement) -> int:
    """Give the line, from 1, on which an element begins."""
    return cast("int | None", element.sourceline) or 1  # lxml's stubs have no type for it.
