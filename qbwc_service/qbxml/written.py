"""Parse requests that somebody wrote: exactly as they stand, for what is read here is checked and sent.

An answer is cleaned before it is read; a request is not, or what is good here would not be good for QuickBooks.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from qbwc_service.qbxml.decode import find_end_of_prolog, find_forbidden, read_text, remove_forbidden
from qbwc_service.qbxml.parser import XmlElement, find_line, parse_written

WRAPPER = "{urn:qbwc-service}requests"
"""The element, which nobody can have written, around the root element of a document or several bare requests."""

_MARK = "\ufeff"
_OPEN, _CLOSE = '<q:requests xmlns:q="urn:qbwc-service">', "</q:requests>"
_DECLARATION = re.compile(
    r"""<\?xml\s+version\s*=\s*(?:'1\.\d'|"1\.\d")"""
    r"""(?:\s+encoding\s*=\s*(?:'[\w.-]+'|"[\w.-]+"))?(?:\s+standalone\s*=\s*(?:'\w+'|"\w+"))?\s*\?>"""
)
_VERSION = re.compile(r"""version\s*=\s*["']([^"']*)["']\s*""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What somebody wrote: its elements in a wrapper, and the ``<?qbxml?>`` above them as (line, version or None).

    ``forbidden`` are the lines of control characters, without which the rest was read.
    """

    root: XmlElement
    versions: tuple[tuple[int, str | None], ...]
    forbidden: tuple[int, ...]


def parse(text: str | bytes) -> Written:
    """Parse a document, or several bare request elements.

    Raises etree.XMLSyntaxError if it is neither, AnswerError for a document type or a wrong encoding.
    """
    raw = (read_text(text) if isinstance(text, bytes) else text).removeprefix(_MARK)
    forbidden = tuple(find_forbidden(raw))
    if forbidden:
        raw = remove_forbidden(raw)
    find_end_of_prolog(raw.encode("utf-8", "replace"))
    root = _parse_any(raw)
    versions = tuple(_find_versions(root))
    etree.strip_elements(root, etree.ProcessingInstruction, with_tail=False)
    return Written(root=root, versions=versions, forbidden=forbidden)


def _parse_any(raw: str) -> XmlElement:
    try:
        return _wrap(parse_written(raw.encode()))
    except etree.XMLSyntaxError:
        # Line ends stay, or lines would be counted wrong.
        declaration = _DECLARATION.match(raw)
        bare = raw[declaration.end() :] if declaration is not None else raw
        if declaration is not None:
            bare = "\n" * declaration.group().count("\n") + bare
        try:
            wrapper = parse_written(f"{_OPEN}{bare}{_CLOSE}".encode())
        except etree.XMLSyntaxError:
            pass
        else:
            if any(isinstance(child.tag, str) for child in wrapper):
                return wrapper
        raise  # The first error is the one to tell: it does not speak of an element that nobody wrote.


def _wrap(root: XmlElement) -> XmlElement:
    wrapper = etree.Element(WRAPPER)
    above = [*root.itersiblings(preceding=True)][::-1]
    wrapper.extend([*above, root])
    return wrapper


def _find_versions(wrapper: XmlElement) -> Iterator[tuple[int, str | None]]:
    for child in wrapper:
        if isinstance(child, etree._ProcessingInstruction) and child.target == "qbxml":  # noqa: SLF001 -- As XmlElement.
            match = _VERSION.fullmatch((child.text or "").strip())
            yield find_line(child), match[1] if match else None
