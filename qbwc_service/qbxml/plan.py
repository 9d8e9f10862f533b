"""What the builder needs to know about an aggregate or a choice, worked out once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from qbwc_service.qbxml.grammar import Choice, Element, iterate_elements
from qbwc_service.qbxml.names import snake_case


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The elements of an aggregate, or of a choice's alternatives, by every key a caller may use.

    ``lookups`` are what a query, or a filter of one, looks for: without them it would ask for everything.
    ``plain_line`` is the kind of a line that does not name its kind: the only one beside group lines.
    """

    keys: Mapping[str, Element]
    names: frozenset[str]
    elements: tuple[tuple[Element, ...], ...] = ()
    description: str = ""
    may_be_empty: bool = False
    is_reference: bool = False
    has_lines: bool = False
    plain_line: Element | None = None
    lookups: frozenset[Element] = frozenset()


@cache
def find_plan(part: Element | Choice) -> Plan:
    """Work out the plan of an aggregate or a choice; the second call is free."""
    match part:
        case Element():
            elements = tuple(iterate_elements(part.content))
            return Plan(
                keys=_keys(elements),
                names=frozenset(element.name for element in elements),
                is_reference=part.is_reference,
                has_lines=any(isinstance(choice, Choice) and choice.repeats for choice in part.content),
                lookups=_find_lookups(part),
            )
        case Choice():
            alternatives = tuple(tuple(iterate_elements(content)) for content in part.alternatives)
            elements = tuple(element for alternative in alternatives for element in alternative)
            return Plan(
                keys=_keys(elements),
                names=frozenset(element.name for element in elements),
                elements=alternatives,
                description=" | ".join(_describe(alternative) for alternative in alternatives),
                may_be_empty=any(_may_be_empty(content) for content in part.alternatives),
                plain_line=_find_plain_line(part, elements),
            )


def _find_lookups(element: Element) -> frozenset[Element]:
    if not element.name.endswith(("QueryRq", "Filter")):
        return frozenset()
    parts = [part for part in element.content if isinstance(part, Choice) and not part.repeats]
    return frozenset(part for part in iterate_elements(tuple(parts)) if part.repeats)


def _find_plain_line(choice: Choice, elements: tuple[Element, ...]) -> Element | None:
    plain = [element for element in elements if "Group" not in element.name]
    return plain[0] if choice.repeats and len(plain) == 1 else None


def _keys(elements: tuple[Element, ...]) -> Mapping[str, Element]:
    return {snake_case(element.name): element for element in elements} | {element.name: element for element in elements}


def _describe(alternative: tuple[Element, ...]) -> str:
    names = [element.name for element in alternative]
    return names[0] if len(names) == 1 else f"({', '.join(names)})"


def _may_be_empty(content: tuple[Element | Choice, ...]) -> bool:
    return not any(part.required for part in content)
