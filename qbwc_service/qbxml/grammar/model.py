"""What the grammar says about a message: elements in their mandatory order, and choices between them.

The values are read from the ``*.qbg`` files beside this module. They describe QuickBooks Desktop only; what only
QuickBooks Online Edition knows is left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType

EDITIONS = ("US", "CA", "UK", "AU")
"""The editions of QuickBooks Desktop, as HostRet.Country names them."""

KNOWN_VERSIONS = ("13.0", "14.0", "15.0", "16.0")
"""The qbXML versions this grammar serves, oldest first. Every QuickBooks since 2014 speaks 13.0."""

NO_LIMIT: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Element:
    """One element: a value (``type`` is set) or an aggregate (``type`` is None, ``content`` in mandatory order).

    Two elements are equal only if they are the same object: an element may be shared by many messages and serves
    as a key of caches. ``max_length`` is by edition and empty where no limit is stated. ``values`` of an ENUM may be
    empty, which means that they are not known. ``editions`` is empty where no desktop edition has the element.
    """

    name: str
    type: str | None
    required: bool = False
    repeats: bool = False
    max_length: Mapping[str, int] = field(default_factory=lambda: NO_LIMIT)
    since: tuple[int, int] = (1, 0)
    editions: tuple[str, ...] = EDITIONS
    values: tuple[str, ...] = ()
    default: str | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    macro: bool = False
    attributes: tuple[str, ...] = ()
    content: "tuple[Element | Choice, ...]" = ()

    @property
    def is_reference(self) -> bool:
        """Whether this is an aggregate of ListID and FullName, of which one names the list entry."""
        return tuple(part.name for part in self.content if isinstance(part, Element)) == ("ListID", "FullName")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Choice:
    """One of several sequences; ``repeats`` means that they may follow each other any number of times (lines)."""

    required: bool
    repeats: bool
    since: tuple[int, int] = (1, 0)
    alternatives: "tuple[tuple[Element | Choice, ...], ...]" = ()


def iterate_elements(content: "tuple[Element | Choice, ...]") -> Iterator[Element]:
    """Yield every element that may stand directly in ``content``, choices opened, in order; names may recur."""
    for part in content:
        match part:
            case Element():
                yield part
            case Choice():
                for alternative in part.alternatives:
                    yield from iterate_elements(alternative)
