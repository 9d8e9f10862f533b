"""An element of the qbXML grammar as an outline that a person can read beside Intuit's reference."""

from collections.abc import Iterator, Mapping

from qbwc_service.qbxml.grammar import EDITIONS, Choice, Element

_TYPES: Mapping[str, str] = {
    "STR": "text",
    "ID": "ID",
    "BOOL": "true or false",
    "DATE": "date",
    "DATETIME": "time",
    "AMT": "amount",
    "PRICE": "price",
    "QTY": "quantity",
    "PCT": "percent",
    "INT": "whole number",
    "FLOAT": "number",
    "GUID": "GUID",
    "ENUM": "one of",
    "INTERVAL": "interval",
}
_FIRST = (1, 0)
_INDENT = "  "


def outline(element: Element) -> Iterator[str]:
    """Yield the lines of an element: how often it stands, its type, its limits, and below it what it holds.

    ``?`` may be left out, ``*`` any number, ``+`` one or more; nothing behind a name: exactly once.
    """
    yield from _outline(element, "")


def _outline(part: Element | Choice, indent: str) -> Iterator[str]:
    match part:
        case Element():
            yield indent + " ".join(_describe(part))
            for child in part.content:
                yield from _outline(child, indent + _INDENT)
        case Choice():
            yield indent + _describe_choice(part)
            for number, alternative in enumerate(part.alternatives):
                if number:
                    yield f"{indent}or"
                for child in alternative:
                    yield from _outline(child, indent + _INDENT)


def _describe_choice(choice: Choice) -> str:
    match (choice.required, choice.repeats):
        case (True, False):
            text = "exactly one of:"
        case (False, False):
            text = "at most one of:"
        case (True, True):
            text = "one or more of, in any order:"
        case _:
            text = "any number of, in any order:"
    return text if choice.since == _FIRST else f"{text} since {_version(choice.since)}"


def _describe(element: Element) -> Iterator[str]:
    yield element.name + _mark(element)
    if element.type == "ENUM" and not element.values:
        yield "a word"
    elif element.type is not None:
        yield _TYPES[element.type]
    if element.values:
        yield ", ".join(f"{value} (default)" if value == element.default else value for value in element.values)
    yield from _limits(element)
    if element.attributes:
        yield f"[{' '.join(element.attributes)}]"
    if element.editions != EDITIONS:
        yield f"({', '.join(element.editions) or 'QuickBooks Online'} only)"
    if element.since > _FIRST:
        yield f"since {_version(element.since)}"
    if element.macro:
        yield "or a macro"


def _mark(element: Element) -> str:
    if element.repeats:
        return "+" if element.required else "*"
    return "" if element.required else "?"


def _limits(element: Element) -> Iterator[str]:
    lengths = set(element.max_length.values())
    if len(lengths) == 1 and len(element.max_length) >= len(element.editions):
        yield f"up to {lengths.pop()}"
    elif lengths:
        yield "up to " + ", ".join(f"{length} {edition}" for edition, length in element.max_length.items())
    if element.minimum is not None or element.maximum is not None:
        least, greatest = (str(each) if each is not None else "" for each in (element.minimum, element.maximum))
        yield f"{least}..{greatest}"


def _version(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"
