"""Check a qbXML request document that somebody wrote, as strictly as QuickBooks would, and name every mistake.

The builder knows what may stand where; this adds what only matters in a written document: the order of the elements,
the lexical form of the values, the envelope, and the line of each mistake.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from lxml import etree

from qbwc_service.errors import AnswerError, FieldError, InvalidRequestError
from qbwc_service.qbxml import written
from qbwc_service.qbxml.builder import build_request
from qbwc_service.qbxml.characters import Characters
from qbwc_service.qbxml.document import find_name
from qbwc_service.qbxml.envelope import check_envelope
from qbwc_service.qbxml.grammar import KNOWN_VERSIONS, Choice, Element, find_request, iterate_elements
from qbwc_service.qbxml.parser import XmlElement, find_line
from qbwc_service.qbxml.reader import find_requests, line_names, read_request
from qbwc_service.qbxml.request import LINES

_STEP = re.compile(r"([^.\[\]]+)(?:\[(\d+)\])?")

_AMOUNT = "a number with two decimals, such as 12.50"
_NUMBER = "a number of at most 10 digits and 5 decimals, such as 2.5"
_LEXICAL = {
    name: (re.compile(form, re.ASCII), wanted)
    for name, form, wanted in (
        ("AMT", r"([+-]?\d{1,13}(\.\d{2})?)?", _AMOUNT),
        ("PRICE", r"([+-]?\d{1,10}(\.\d{1,5})?)?", _NUMBER),
        ("QTY", r"([+-]?\d{1,10}(\.\d{1,5})?)?", _NUMBER),
        ("PCT", r"([+-]?\d{1,10}(\.\d{1,5})?)?", _NUMBER),
        ("FLOAT", r"\s*([+-]?(\d+(\.\d*)?|\.\d+))?\s*", "a number such as 1.25"),
        ("INT", r"\s*[+-]?\d+\s*", "a whole number"),
        ("BOOL", r"\s*(true|false|1|0)?\s*", "true or false"),
        ("DATE", r"\s*(\d{4}-\d{2}-\d{2}(Z|[+-]\d{2}:\d{2})?)?\s*", "a date such as 2026-11-30"),
        ("DATETIME", r"(\d{4}-\d{1,2}-\d{1,2}(T\d{1,2}(:\d{1,2}(:\d{1,2}([+-]\d{1,2}:\d{1,2})?)?)?)?)?",
         "a time such as 2026-11-30T17:05:00"),
        ("GUID", r"0|\{[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}", "0 or a GUID in braces"),
        ("INTERVAL", r"([+-]?PT(\d+H)?(\d+M)?(\d+S)?)?", "an interval such as PT1H30M"),
    )
}  # fmt: skip
"""The forms that QuickBooks reads [Intuit's schema for the types]; the builder would put some others right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One mistake: ``line`` in the text, from 1; the other fields are those of ``FieldError``.

    ``rule`` may also be ``order`` (the element stands behind one that must follow it) and ``xml`` (not well-formed).
    """

    line: int
    path: str
    rule: str
    message: str
    limit: str | None = None
    length: int | None = None


def validate(text: str | bytes, *, version: str | None = None, country: str = "US") -> tuple[Mistake, ...]:
    """Name every mistake of a request document, by line; empty if QuickBooks would read it.

    Without an envelope, one or several request elements are checked as such. ``version`` is that of the document's
    own ``<?qbxml?>`` where it is None, and 13.0 where there is none; ``country`` is the edition (US, CA, UK, AU).
    """
    try:
        return _validate(text, version=version, country=country)
    except AnswerError as error:
        return (Mistake(line=1, path="", rule="xml", message=error.message),)
    except etree.XMLSyntaxError as error:
        return (Mistake(line=error.lineno or 1, path="", rule="xml", message=f"is not well-formed: {error.msg}"),)
    except RecursionError:
        return (Mistake(line=1, path="", rule="xml", message="is nested deeper than any request of qbXML"),)


def _validate(text: str | bytes, *, version: str | None, country: str) -> tuple[Mistake, ...]:
    document = written.parse(text)
    mistakes = [
        Mistake(line=line, path="", rule="characters", message="holds a control character, which XML forbids")
        for line in document.forbidden
    ]
    mistakes += [_to_mistake(error, line=line) for line, error in check_envelope(document)]
    known = version or next((found for _, found in document.versions if found), KNOWN_VERSIONS[0])
    if known not in KNOWN_VERSIONS:
        message = f"{known} is not one of {', '.join(KNOWN_VERSIONS)}"
        mistakes.append(Mistake(line=1, path="version", rule="version", message=message))
        known = KNOWN_VERSIONS[-1]
    found = list(find_requests(document.root))
    for position, element in enumerate(found):
        prefix = f"requests[{position}]." if len(found) > 1 else ""
        mistakes += _Check(version=known, country=country, prefix=prefix).check(element)
    return tuple(sorted(mistakes, key=lambda mistake: mistake.line))


@dataclass(slots=True, kw_only=True)
class _Check:
    """The check of one request."""

    version: str
    country: str
    prefix: str
    mistakes: list[Mistake] = field(default_factory=list)

    def check(self, element: XmlElement) -> list[Mistake]:
        grammar = find_request(str(element.tag))
        if grammar is None:
            suggested = find_name(str(element.tag))
            hint = f"; did you mean {suggested}?" if suggested != element.tag else ""
            self._note(element, "name", "unknown", f"qbXML has no request {element.tag}{hint}")
            return self.mistakes
        self._check_written(element, grammar, path="")
        listed = _Listed()
        known = {(mistake.path, mistake.rule) for mistake in self.mistakes}
        for error in self._find_errors(element):
            found, path = _locate(error, element, grammar, listed)
            if (self.prefix + path, error.rule) not in known:
                self.mistakes.append(_to_mistake(error, line=find_line(found), path=self.prefix + path))
        return self.mistakes

    def _find_errors(self, element: XmlElement) -> tuple[FieldError, ...]:
        try:
            request = read_request(element)
            build_request(request, version=self.version, country=self.country, characters=Characters.REFUSE)
        except InvalidRequestError as error:
            return error.errors
        return ()

    def _check_written(self, element: XmlElement, grammar: Element, *, path: str) -> None:
        """Check the order of the children, the form of the values, and text where none belongs, all the way down."""
        positions, lines = _positions(grammar), line_names(grammar)
        counts: dict[str, int] = {}
        furthest, behind = -1, ""
        if any(text and text.strip() for text in (element.text, *(child.tail for child in element))):
            self._note(element, path or str(element.tag), "format", "holds text between its elements")
        for child in element:
            name = str(child.tag)
            number = counts.setdefault(name, 0)
            counts[name] += 1
            position, part = positions.get(name, (furthest, None))
            if part is None:
                continue
            here = _join(path, name) + (f"[{number}]" if part.repeats or name in lines else "")
            if position < furthest:
                self._note(child, here, "order", f"stands behind {behind}, and must stand before it")
            else:
                furthest, behind = position, name
            if part.type is None:
                self._check_written(child, part, path=here)
            else:
                self._check_form(child, part, path=here)

    def _check_form(self, element: XmlElement, part: Element, *, path: str) -> None:
        form = _LEXICAL.get(str(part.type))
        text = element.text or ""
        if form is not None and len(element) == 0 and not element.attrib and not form[0].fullmatch(text):
            self._note(element, path, "format", f"expects {form[1]}")

    def _note(self, element: XmlElement, path: str, rule: str, message: str) -> None:
        self.mistakes.append(Mistake(line=find_line(element), path=self.prefix + path, rule=rule, message=message))


@cache
def _positions(grammar: Element) -> Mapping[str, tuple[int, Element]]:
    """Give what may stand in an aggregate, each with its place in the order; lines of several kinds share one."""
    positions: dict[str, tuple[int, Element]] = {}
    place = 0
    for part in grammar.content:
        is_lines = isinstance(part, Choice) and part.repeats
        for element in iterate_elements((part,)):
            positions[element.name] = (place, element)
            place += not is_lines
        place += is_lines
    return positions


def _locate(error: FieldError, request: XmlElement, grammar: Element, listed: "_Listed") -> tuple[XmlElement, str]:
    """Find the element that an error of the builder is about, or the nearest around it, and its path in the document.

    The builder counts lines of several kinds together (``lines[2].A``); in a document each kind is counted for itself.
    """
    here, part, written = request, grammar, ""
    steps = iter(_STEP.findall(error.path))
    for name, position in steps:
        if name == LINES and position:
            line = listed.lines(here, line_names(part))[int(position)]
            child: XmlElement | None = line
            name, _ = next(steps)  # noqa: PLW2901 -- The line's own name, which follows.
            position = str(listed.named(here, name).index(line))  # noqa: PLW2901
        else:
            named = listed.named(here, name)
            wanted = int(position or (error.rule == "repeat" and len(named) > 1))
            child = named[wanted] if wanted < len(named) else None
        written = _join(written, name + (f"[{position}]" if position else ""))
        if child is not None:
            here = child
            part = next((each for each in iterate_elements(part.content) if each.name == name), part)
    return here, written


class _Listed:
    """The children of elements by name, looked for once."""

    def __init__(self) -> None:
        self._named: dict[XmlElement, dict[str, list[XmlElement]]] = {}
        self._lines: dict[XmlElement, list[XmlElement]] = {}

    def named(self, parent: XmlElement, name: str) -> list[XmlElement]:
        if parent not in self._named:
            by_name = self._named[parent] = {}
            for child in parent:
                by_name.setdefault(str(child.tag), []).append(child)
        return self._named[parent].get(name, [])

    def lines(self, parent: XmlElement, names: frozenset[str]) -> list[XmlElement]:
        if parent not in self._lines:
            self._lines[parent] = [child for child in parent if child.tag in names]
        return self._lines[parent]


def _to_mistake(error: FieldError, *, line: int, path: str | None = None) -> Mistake:
    return Mistake(
        line=line,
        path=error.path if path is None else path,
        rule=error.rule,
        message=error.message,
        limit=error.limit,
        length=error.length,
    )


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
