"""Check one value against its element and write it as text."""

from dataclasses import dataclass, field
from decimal import Decimal

from qbwc_service.errors import FieldError
from qbwc_service.qbxml.characters import Characters, find_foreign, to_windows_1252
from qbwc_service.qbxml.grammar import Element
from qbwc_service.qbxml.request import TextChange
from qbwc_service.qbxml.values import Refusal, format_value

_SHOWN_VALUES = 12


@dataclass(slots=True, kw_only=True)
class Findings:
    """What building one request has found so far: the conditions it is built for, errors, changes, the output."""

    version: tuple[int, int]
    country: str
    characters: Characters
    list_name: Element | None = None
    output: list[str] = field(default_factory=list)
    errors: list[FieldError] = field(default_factory=list)
    changed: list[TextChange] = field(default_factory=list)

    def refuse(self, path: str, refusal: Refusal) -> None:
        """Note one error."""
        self.errors.append(
            FieldError(
                path=path, rule=refusal.rule, message=refusal.message, limit=refusal.limit, length=refusal.length
            )
        )

    def note(self, path: str, rule: str, message: str) -> None:
        """Note one error that has no figures."""
        self.errors.append(FieldError(path=path, rule=rule, message=message))


def format_leaf(found: Findings, element: Element, value: object, *, path: str) -> str | None:
    """Give the text of a value, not yet escaped; None if it is refused, which is then noted."""
    text = format_value(value, element.type or "STR")
    if isinstance(text, str):
        text = _check_text(found, element, text, path=path)
    if isinstance(text, Refusal):
        found.refuse(path, text)
        return None
    return text


def _check_text(found: Findings, element: Element, text: str, *, path: str) -> str | Refusal:
    if not text:
        return _check_empty(element)
    match element.type:
        case "STR":
            return _check_string(found, element, text, path=path)
        case "ID":
            return _check_characters(text) or _check_length(found, element, text) or text
        case "ENUM":
            return _check_enum(element, text) or text
        case "INT" | "PRICE":
            return _check_range(element, text) or text
        case _:
            return text


def _check_empty(element: Element) -> str | Refusal:
    if element.required:
        return Refusal(rule="required", message="must not be empty")
    if element.type == "ENUM":
        return Refusal(rule="enum", message="cannot be cleared")
    return ""


def _check_string(found: Findings, element: Element, text: str, *, path: str) -> str | Refusal:
    kept = to_windows_1252(text, found.characters)
    if kept is None:
        foreign = find_foreign(text)
        return Refusal(rule="characters", message=f"holds characters that QuickBooks cannot keep: {_show(foreign)}")
    if element is found.list_name and ":" in kept:
        return Refusal(rule="characters", message="a name cannot hold a colon: it separates parent from child")
    refusal = _check_length(found, element, kept)
    if refusal is not None:
        return refusal
    if kept != text and find_foreign(text):
        found.changed.append(TextChange(path=path, before=text, after=kept))
    if not kept and element.required:
        return Refusal(rule="required", message="must not be empty")
    return kept


def _check_characters(text: str) -> Refusal | None:
    if text.isprintable():
        return None
    return Refusal(rule="characters", message="an ID holds no control characters")


def _check_length(found: Findings, element: Element, text: str) -> Refusal | None:
    limit = element.max_length.get(found.country)
    if limit is None or len(text) <= limit:
        return None
    message = f"has {len(text)} characters, at most {limit} are possible"
    return Refusal(rule="max_length", message=message, limit=str(limit), length=len(text))


def _check_enum(element: Element, text: str) -> Refusal | None:
    if text in element.values or not element.values:
        return _check_characters(text)
    shown = ", ".join(element.values[:_SHOWN_VALUES])
    more = len(element.values) - _SHOWN_VALUES
    return Refusal(rule="enum", message=f"is not one of {shown}" + (f" and {more} more" if more > 0 else ""))


def _check_range(element: Element, text: str) -> Refusal | None:
    if element.minimum is None and element.maximum is None:
        return None
    number = Decimal(text)
    below = element.minimum is not None and number < element.minimum
    above = element.maximum is not None and number > element.maximum
    if not below and not above:
        return None
    limit = (
        f"{'' if element.minimum is None else element.minimum}..{'' if element.maximum is None else element.maximum}"
    )
    return Refusal(rule="format", message=f"is outside {limit}", limit=limit)


def _show(characters: str) -> str:
    shown = " ".join(
        f"{char} (U+{ord(char):04X})" if char.isprintable() else f"U+{ord(char):04X}"
        for char in characters[:_SHOWN_VALUES]
    )
    more = len(characters) - _SHOWN_VALUES
    return shown + (f" and {more} more" if more > 0 else "")
