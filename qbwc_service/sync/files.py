"""Read documents and requests from files: JSON, one JSON document per line (NDJSON), or qbXML.

Nothing is looked up here and nothing is queued. A row that is no document at all becomes a ``BadRow``, so that one bad
row does not cost the others; a file that cannot be read as what it says it is, is refused as a whole. Decimals stay
the text they were written as: a float would lose cents.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

from qbwc_service import qbxml
from qbwc_service.errors import InputError
from qbwc_service.store import DocumentKind
from qbwc_service.sync.json_text import LineFinder, parse_json, skip_space, walk_list, walk_lists
from qbwc_service.sync.kinds.table import ITEM_REQUESTS


class FileFormat(StrEnum):
    """How a file is written."""

    JSON = "json"
    NDJSON = "ndjson"
    XML = "xml"


SUFFIXES = {
    ".json": FileFormat.JSON,
    ".ndjson": FileFormat.NDJSON,
    ".jsonl": FileFormat.NDJSON,
    ".xml": FileFormat.XML,
    ".qbxml": FileFormat.XML,
}
PLURALS = {DocumentKind.TERMS: "terms", DocumentKind.CLASS: "classes"}
COLLECTIONS: Mapping[str, DocumentKind | None] = {
    PLURALS.get(kind, f"{kind.value}s"): kind for kind in DocumentKind
} | {"requests": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a row stands: its file, the line it begins on (None in XML), and which one it is, from 1."""

    file: str
    line: int | None
    row: int

    def __str__(self) -> str:
        """Write it the way editors and people find it."""
        return f"{self.file} (row {self.row})" if self.line is None else f"{self.file}:{self.line} (row {self.row})"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    """A document, not checked yet."""

    place: Place
    kind: DocumentKind
    body: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRow:
    """A qbXML request, not checked yet; its attributes stand in ``body`` with an ``@`` in front."""

    place: Place
    request: str
    body: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """What is neither, and why."""

    place: Place
    error: InputError


Row = DocumentRow | RequestRow | BadRow


def read_rows(
    data: bytes, *, name: str, file_format: FileFormat | None = None, kind: DocumentKind | None = None
) -> list[Row]:
    """Read a file's rows in their order; ``name`` is how messages call it.

    The format is told by the name's ending, or else by the content. ``kind`` is what documents are that do not say
    so. Raises InputError, naming line and column, for what cannot be read at all, and InvalidRequestError for bad XML.
    """
    chosen = file_format or SUFFIXES.get(PurePath(name).suffix.lower()) or _guess_format(data)
    if chosen is FileFormat.XML:
        return list(_read_xml(data, name=name))
    text = _decode(data, name=name)
    if not text.strip():
        raise InputError(f"{name} is empty", field="file")
    rows = _read_lines(text, name=name) if chosen is FileFormat.NDJSON else _read_json(text, name=name)
    return [_make_row(place, value, kind=kind or own) for place, value, own in rows]


def find_kind(word: str) -> DocumentKind | None:
    """Understand ``invoice``, ``invoices``, ``credit-memo`` …; None for any other word."""
    plain = word.strip().lower().replace("-", "_")
    if plain in COLLECTIONS:
        return COLLECTIONS[plain]
    return next((kind for kind in DocumentKind if plain == kind.value), None)


_Found = Iterator[tuple[Place, object, DocumentKind | None]]


def _read_xml(data: bytes, *, name: str) -> Iterator[RequestRow]:
    for row, request in enumerate(qbxml.read_requests(data), start=1):
        body = {f"@{attribute}": value for attribute, value in request.attributes.items()} | dict(request.values)
        yield RequestRow(place=Place(file=name, line=None, row=row), request=request.name, body=body)


def _read_lines(text: str, *, name: str) -> _Found:
    row = 0
    for line, content in enumerate(text.split("\n"), start=1):
        if not content.strip():
            continue
        row += 1
        value: object
        try:
            value = parse_json(content)
        except InputError as error:
            value = _Broken(error)
        yield Place(file=name, line=line, row=row), value, None


def _read_json(text: str, *, name: str) -> _Found:
    value = parse_json(text, name=name)
    lines = LineFinder(text)
    for row, (position, inner, kind) in enumerate(_find_values(text, value, name=name), start=1):
        yield Place(file=name, line=lines.line_of(position), row=row), inner, kind


def _find_values(text: str, value: object, *, name: str) -> Iterator[tuple[int, object, DocumentKind | None]]:
    """Tell a list of documents, an object of such lists and a single document apart; give positions and documents."""
    start = skip_space(text, 0)
    if isinstance(value, list):
        for position, inner in walk_list(text, start):
            yield position, inner, None
    elif isinstance(value, dict) and not COLLECTIONS.keys().isdisjoint(value):
        _check_collections(value, name=name)
        for key, position, inner in walk_lists(text, start):
            yield position, inner, COLLECTIONS[key]
    else:
        yield start, value, None


def _check_collections(value: Mapping[str, object], *, name: str) -> None:
    for key, inner in value.items():
        if key not in COLLECTIONS:
            known = ", ".join(COLLECTIONS)
            raise InputError(f"{name}: {key!r} is not a list of documents", field=key, remedy=f"the lists are {known}")
        if not isinstance(inner, list):
            raise InputError(f"{name}: {key!r} has to be a list, in square brackets", field=key)


def _make_row(place: Place, value: object, *, kind: DocumentKind | None) -> Row:
    if isinstance(value, _Broken):
        return BadRow(place=place, error=value.error)
    if not isinstance(value, Mapping):
        return BadRow(place=place, error=InputError("a document is an object, in braces"))
    try:
        if "request" in value:
            return _make_request(place, value)
        if "document" in value:
            return _open_envelope(place, value)
        own_kind, body = _tell_kind(value, kind)
        return DocumentRow(place=place, kind=own_kind, body=body)
    except InputError as error:
        return BadRow(place=place, error=error)


def _make_request(place: Place, value: Mapping[str, object]) -> RequestRow:
    name, body = value["request"], value.get("body", {})
    unknown = value.keys() - {"request", "body"}
    if not isinstance(name, str) or not isinstance(body, Mapping) or unknown:
        remedy = 'write {"request": "InvoiceQueryRq", "body": {…}} and nothing else'
        raise InputError("the request is not acceptable", field="request", remedy=remedy)
    return RequestRow(place=place, request=name, body=body)


def _open_envelope(place: Place, value: Mapping[str, object]) -> DocumentRow:
    word, body = value.get("kind"), value["document"]
    kind = find_kind(word) if isinstance(word, str) else None
    if kind is None or not isinstance(body, Mapping) or value.keys() != {"kind", "document"}:
        remedy = 'write {"kind": "item", "document": {…}} and nothing else'
        raise InputError("the document is not acceptable", field="document", remedy=remedy)
    return DocumentRow(place=place, kind=kind, body=body)


def _tell_kind(value: Mapping[str, object], expected: DocumentKind | None) -> tuple[DocumentKind, Mapping[str, object]]:
    """Tell what a document is, by its own word or by what is expected here, and give it without that word.

    An item has a kind of its own (service, non_inventory …), which says that it is an item and stays.
    """
    word = value.get("kind")
    is_item_kind = isinstance(word, str) and word in ITEM_REQUESTS
    if expected is DocumentKind.ITEM or (expected is None and is_item_kind):
        return DocumentKind.ITEM, value
    if word is None and expected is not None:
        return expected, value
    told = find_kind(word) if isinstance(word, str) else None
    if told is None or told is DocumentKind.ITEM:
        raise _unclear_kind(word)
    if expected not in {None, told}:
        raise InputError(f"it says that it is a {told.value}, among {expected}s", field="kind")
    return told, {field: inner for field, inner in value.items() if field != "kind"}


def _unclear_kind(word: object) -> InputError:
    if isinstance(word, str) and find_kind(word) is DocumentKind.ITEM:
        return InputError(
            "an item says in kind what sort of item it is",
            field="kind",
            remedy=f"one of {', '.join(ITEM_REQUESTS)}",
        )
    said = "it does not say what it is" if word is None else f"{word!r} is no kind of document"
    listed = ", ".join(kind.value for kind in DocumentKind if kind is not DocumentKind.ITEM)
    remedy = f'add "kind": one of {listed}, or for an item {", ".join(ITEM_REQUESTS)}; or say it once for all (--kind)'
    return InputError(said, field="kind", remedy=remedy)


def _decode(data: bytes, *, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"{name}:{line}: this is not UTF-8", field="file", remedy="save the file as UTF-8") from None


def _guess_format(data: bytes) -> FileFormat:
    """Tell XML by its first character, and NDJSON by a first line that is a whole object with more behind it."""
    content = data.removeprefix(b"\xef\xbb\xbf").strip()
    if content.startswith((b"<", b"\xff\xfe", b"\xfe\xff")):
        return FileFormat.XML
    first, _, rest = content.partition(b"\n")
    try:
        is_whole = isinstance(json.loads(first), dict)
    except ValueError:
        is_whole = False
    return FileFormat.NDJSON if is_whole and rest.strip() else FileFormat.JSON


@dataclass(frozen=True, slots=True)
class _Broken:
    """A line that is not JSON."""

    error: InputError
