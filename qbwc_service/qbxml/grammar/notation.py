"""Read our grammar notation: compact text that a person can hold against Intuit's Onscreen Reference.

A file is a list of entries. A line that starts in column one begins an entry, indented lines are its body, ``#``
begins a comment line::

    values NAME           a list of enum values that several elements share
    aggregate NAME        the content of an aggregate that several elements share
    InvoiceAddRq          a request; InvoiceAddRs is its response

A body is a sequence of elements in mandatory order. An element is written without blanks::

    Name?:STR41[US CA]@8.0^

    Name                  required, once;  Name?  optional;  Name+  one or more;  Name*  any number
    :STR41                its type, for text with the greatest length; STR(3 AU6) is 3, in Australia 6;
                          STR(US31) has a limit in the United States only
    :INT{1..12}           the least and the greatest value
    :ENUM(All! Paid)      the values, the default with an exclamation mark; ENUM(*NAME) takes a shared list;
                          a bare ENUM has values that nobody lists
    :REF31                an aggregate of ListID? and FullName?:STR31, the reference to a list entry
    :Address              the aggregate of that name;  Name { ... }  has its content in place
    <defMacro>            attributes
    [US CA]               only these editions; [-] none of QuickBooks Desktop
    @8.0                  since this qbXML version (1.0 where nothing is said)
    ^                     the value may be a macro

    ( a b | c )           exactly one of the sequences;  )?  at most one;  )*  any number in any order;
                          )+  the same, at least one;  )?@11.0  since that version
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from types import MappingProxyType

from qbwc_service.qbxml.grammar.model import EDITIONS, NO_LIMIT, Choice, Element

TYPES = (
    "STR",
    "ID",
    "BOOL",
    "DATE",
    "DATETIME",
    "AMT",
    "PRICE",
    "QTY",
    "PCT",
    "INT",
    "FLOAT",
    "GUID",
    "ENUM",
    "INTERVAL",
)

Content = tuple[Element | Choice, ...]

_SUFFIX = r"(?:<(?P<attributes>[^>]*)>)?(?:\[(?P<editions>[^\]]*)\])?(?:@(?P<since>\d+\.\d+))?(?P<macro>\^)?"
_TOKEN = re.compile(
    r"(?P<open>\()|(?P<bar>\|)|(?P<brace>\{)|(?P<unbrace>\})"
    r"|(?P<close>\))(?P<many>[?*+]?)(?:@(?P<close_since>\d+\.\d+))?"
    r"|(?P<name>[A-Za-z]\w*)(?P<card>[?*+]?)"
    r"(?::(?P<type>(?:STR|REF)(?![A-Za-z])|[A-Za-z]\w*)(?P<length>\d*)(?:\((?P<arguments>[^)]*)\))?(?:\{(?P<range>[^}]*)\})?)?"
    + _SUFFIX
)
_HEADER = re.compile(r"(?:(?P<kind>values|aggregate)\s+)?(?P<name>\w+)" + _SUFFIX + r"\s*$")
_ENTRY = re.compile(r"^(?=[A-Za-z])", re.MULTILINE)
_SPACE = re.compile(r"\s*")
_COMMENT = re.compile(r"^#.*\n?", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a file, its body not read yet; ``kind`` is ``values``, ``aggregate`` or ``message``."""

    kind: str
    name: str
    header: "re.Match[str]"
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """Where a body finds what it names: the content of an aggregate, the values and the default of a list."""

    find_aggregate: Callable[[str], Content]
    find_values: Callable[[str], tuple[tuple[str, ...], str | None]]


def split_entries(text: str) -> Iterator[Entry]:
    """Yield the entries of a file without reading their bodies. ValueError for a header that cannot be read."""
    for part in _ENTRY.split(_COMMENT.sub("", text)):
        if not part.strip():
            continue
        line, _, body = part.partition("\n")
        header = _HEADER.match(line)
        if header is None:
            raise ValueError(f"not a header of the grammar notation: {line!r}")
        yield Entry(kind=header["kind"] or "message", name=header["name"], header=header, body=body)


def parse_values(body: str) -> tuple[tuple[str, ...], str | None]:
    """Read the words of a value list: all values in order, and the default (None where none is marked)."""
    words = body.split()
    default = next((word[:-1] for word in words if word.endswith("!")), None)
    return tuple(word.rstrip("!") for word in words), default


def parse_message(entry: Entry, shared: Shared) -> Element:
    """Read a request or a response: an aggregate that holds the body."""
    since, editions, attributes = _suffix(entry.header)
    content = parse_content(entry.body, shared)
    return Element(
        name=entry.name,
        type=None,
        required=True,
        since=since,
        editions=editions,
        attributes=attributes,
        content=content,
    )


def parse_content(body: str, shared: Shared) -> Content:
    """Read a body. ValueError names what cannot be read."""
    tokens = _Tokens(body)
    content = _sequence(tokens, shared)
    if tokens.current is not None:
        raise ValueError(f"unexpected {tokens.current[0]!r} in the grammar notation")
    return content


class _Tokens:
    """The tokens of a body, one in view."""

    def __init__(self, body: str) -> None:
        self._body = body
        self._position = 0
        self.current: re.Match[str] | None = None
        self.advance()

    def advance(self) -> None:
        space = _SPACE.match(self._body, self._position)
        start = space.end() if space else self._position
        if start == len(self._body):
            self.current = None
            return
        self.current = _TOKEN.match(self._body, start)
        if self.current is None:
            raise ValueError(f"cannot read the grammar notation at {self._body[start : start + 40]!r}")
        self._position = self.current.end()


def _sequence(tokens: _Tokens, shared: Shared) -> Content:
    parts: list[Element | Choice] = []
    while (token := tokens.current) is not None:
        if token["name"]:
            parts.append(_element(tokens, token, shared))
        elif token["open"]:
            parts.append(_choice(tokens, shared))
        else:
            break
    return tuple(parts)


def _choice(tokens: _Tokens, shared: Shared) -> Choice:
    alternatives: list[Content] = []
    while True:
        tokens.advance()  # Steps over "(" or "|".
        alternatives.append(_sequence(tokens, shared))
        token = tokens.current
        if token is None or not (token["bar"] or token["close"]):
            raise ValueError("a choice of the grammar notation is not closed")
        if token["close"]:
            break
    tokens.advance()
    return Choice(
        required=token["many"] in ("", "+"),
        repeats=token["many"] in ("*", "+"),
        since=_version(token["close_since"]),
        alternatives=tuple(alternatives),
    )


def _element(tokens: _Tokens, token: "re.Match[str]", shared: Shared) -> Element:
    tokens.advance()
    kind: str | None = token["type"]
    content: Content = ()
    if kind is None:
        content = _braced(tokens, shared, token["name"])
    elif kind == "REF":
        content = _reference(token)
    elif kind not in TYPES:
        content = shared.find_aggregate(kind)
    since, editions, attributes = _suffix(token)
    values, default = _values(token, shared) if kind == "ENUM" else ((), None)
    minimum, maximum = _range(token["range"])
    return Element(
        name=token["name"],
        type=kind if kind in TYPES else None,
        required=token["card"] in ("", "+"),
        repeats=token["card"] in ("*", "+"),
        max_length=_lengths(token, editions) if kind in ("STR", "ID") else NO_LIMIT,
        since=since,
        editions=editions,
        values=values,
        default=default,
        minimum=minimum,
        maximum=maximum,
        macro=bool(token["macro"]),
        attributes=attributes,
        content=content,
    )


def _braced(tokens: _Tokens, shared: Shared, name: str) -> Content:
    token = tokens.current
    if token is None or not token["brace"]:
        raise ValueError(f"{name} has neither a type nor a content in the grammar notation")
    tokens.advance()
    content = _sequence(tokens, shared)
    if tokens.current is None or not tokens.current["unbrace"]:
        raise ValueError(f"the content of {name} is not closed in the grammar notation")
    tokens.advance()
    return content


_LIST_ID = Element(name="ListID", type="ID", max_length=MappingProxyType(dict.fromkeys(EDITIONS, 36)))


def _reference(token: "re.Match[str]") -> Content:
    return (_LIST_ID, Element(name="FullName", type="STR", max_length=_lengths(token, EDITIONS)))


def _lengths(token: "re.Match[str]", editions: tuple[str, ...]) -> Mapping[str, int]:
    """Read ``41``, ``(3 AU6)`` or ``(US31)``; an ID has 36 characters at most."""
    if token["type"] == "ID":
        return _LIST_ID.max_length
    return _read_lengths(token["length"] or token["arguments"] or "", editions)


@cache
def _read_lengths(text: str, editions: tuple[str, ...]) -> Mapping[str, int]:
    limits: dict[str, int] = {}
    for word in text.split():
        if word.isdigit():
            limits.update(dict.fromkeys(editions, int(word)))
        else:
            limits[word[:2]] = int(word[2:])
    return MappingProxyType(limits) if limits else NO_LIMIT


def _values(token: "re.Match[str]", shared: Shared) -> tuple[tuple[str, ...], str | None]:
    arguments = token["arguments"] or ""
    if arguments.startswith("*"):
        return shared.find_values(arguments[1:])
    return parse_values(arguments)


def _range(text: str | None) -> tuple[Decimal | None, Decimal | None]:
    if not text:
        return None, None
    least, _, greatest = text.partition("..")
    return Decimal(least) if least else None, Decimal(greatest) if greatest else None


def _suffix(token: "re.Match[str]") -> tuple[tuple[int, int], tuple[str, ...], tuple[str, ...]]:
    attributes = tuple((token["attributes"] or "").split())
    if token["editions"] is None:
        return _version(token["since"]), EDITIONS, attributes
    return _version(token["since"]), tuple(word for word in token["editions"].split() if word != "-"), attributes


def _version(text: str | None) -> tuple[int, int]:
    if not text:
        return (1, 0)
    major, _, minor = text.partition(".")
    return int(major), int(minor)
