"""Read a qbXML request document into plain nodes, and judge what concerns the whole of it.

A document that cannot be read is refused as a whole with 0x80040400, a version that this QuickBooks does not know
with 0x80040423; in both cases nothing was executed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from qbwc_service.simulator.quickbooks.hresult import HresultError

VERSIONS = (
    "1.0", "1.1", "2.0", "2.1", "3.0", "4.0", "4.1", "5.0", "6.0", "7.0", "8.0", "9.0", "10.0", "11.0", "12.0", "13.0",
    "14.0", "15.0", "16.0", "17.0",
)  # fmt: skip
"""Every version there ever was; a program speaks all up to its own [live HostRet of QuickBooks Pro 2014]."""
_DECLARATION = re.compile(r"\A\s*<\?xml\s[^>]*\?>")
_VERSION = re.compile(r"""version\s*=\s*["']([^"']*)["']""")
_ON_ERROR = ("stopOnError", "continueOnError", "rollbackOnError")
_SET_ATTRIBUTES = {"onError", "newMessageSetID", "oldMessageSetID", "responseData"}


@dataclass(slots=True)
class Node:
    """One element: text or children, never both."""

    name: str
    text: str = ""
    children: "list[Node]" = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)

    def find(self, name: str) -> "Node | None":
        """Give the first child of that name, or None."""
        return next((child for child in self.children if child.name == name), None)

    def find_all(self, name: str) -> "list[Node]":
        """List the children of that name."""
        return [child for child in self.children if child.name == name]

    def value(self, name: str) -> str:
        """Give the text of the first child of that name, ``""`` where it is missing or empty."""
        child = self.find(name)
        return "" if child is None else child.text

    def has(self, name: str) -> bool:
        """Tell whether there is a child of that name."""
        return any(child.name == name for child in self.children)

    def walk(self) -> "Iterator[Node]":
        """Yield this node and everything below it, in document order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSet:
    """One QBXMLMsgsRq."""

    version: tuple[int, int]
    on_error: str
    new_id: str | None
    old_id: str | None
    includes_data: bool
    requests: tuple[Node, ...]


def read_message_set(text: str, *, newest: str) -> MessageSet:
    """Read a document. HresultError 0x80040400 or 0x80040423."""
    root = _parse(text)
    version = _read_version(root)
    if version not in VERSIONS or version_number(version) > version_number(newest):
        raise HresultError("0x80040423")
    body = _only_child(root)
    attributes = {str(key): str(value) for key, value in body.attrib.items()}
    if set(attributes) - _SET_ATTRIBUTES or attributes.get("onError") not in _ON_ERROR:
        raise HresultError("0x80040400")
    if attributes.get("responseData", "includeAll") not in {"includeAll", "includeNone"}:
        raise HresultError("0x80040400")
    new_id, old_id = attributes.get("newMessageSetID"), attributes.get("oldMessageSetID")
    if not len(body) and old_id is None:
        raise HresultError("0x80040400")
    return MessageSet(
        version=version_number(version),
        on_error=attributes["onError"],
        new_id=new_id,
        old_id=old_id,
        includes_data=attributes.get("responseData") != "includeNone",
        requests=tuple(_to_node(child) for child in body),
    )


def version_number(version: str) -> tuple[int, int]:
    """Give ``13.0`` as (13, 0), to be compared by number."""
    major, _, minor = version.partition(".")
    return int(major), int(minor)


def _parse(text: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, remove_comments=True)
    # The text arrives as a string of characters: what its declaration says of bytes has no meaning any more.
    body = _DECLARATION.sub("", text.removeprefix("\ufeff"), count=1)
    try:
        root = etree.fromstring(body.encode("utf-8", "surrogatepass"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise HresultError("0x80040400") from error
    if root.tag != "QBXML" or "<!DOCTYPE" in body:
        raise HresultError("0x80040400")
    return root


def _read_version(root: etree._Element) -> str:
    sibling = root.getprevious()
    while sibling is not None:
        if isinstance(sibling, etree._ProcessingInstruction) and sibling.target == "qbxml":  # noqa: SLF001 - its type
            match = _VERSION.search(sibling.text or "")
            return match.group(1) if match else ""
        sibling = sibling.getprevious()
    raise HresultError("0x80040400")


def _only_child(root: etree._Element) -> etree._Element:
    children = list(root)
    if len(children) != 1 or children[0].tag != "QBXMLMsgsRq" or (root.text or "").strip():
        raise HresultError("0x80040400")
    return children[0]


def _to_node(element: etree._Element) -> Node:
    if not isinstance(element.tag, str):
        raise HresultError("0x80040400")
    attributes = {str(key): str(value) for key, value in element.attrib.items()}
    children = [_to_node(child) for child in element]
    text = element.text or ""
    if children:
        mixed = text.strip() or any((child.tail or "").strip() for child in element)
        if mixed:
            raise HresultError("0x80040400")
        text = ""
    return Node(str(element.tag), text, children, attributes)
