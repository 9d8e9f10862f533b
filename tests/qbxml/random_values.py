"""Random valid values for any request of the grammar, as hypothesis strategies."""
# ruff: noqa: RUF001 -- Characters that look like others are wanted.

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from qbwc_service.qbxml.grammar import Choice, Element, find_request
from qbwc_service.qbxml.names import snake_case

Content = tuple[Element | Choice, ...]

# Characters that Windows-1252 has, among them all that XML has a special view of; no colon, which no name can hold.
ALPHABET = "abcXYZ 019-.,;/#'\"&<>äéßñ€“”–™\n\t"
UNLIMITED = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What values are drawn for: the version, the edition, and whose names they have."""

    version: tuple[int, int] = (13, 0)
    country: str = "US"
    own_names: bool = True


@st.composite
def random_request(
    draw: DrawFn, name: str, *, version: tuple[int, int] = (13, 0), country: str = "US"
) -> dict[str, object]:
    """Values that ``build_request`` accepts for a request of that name."""
    request = find_request(name)
    assert request is not None
    return draw(random_content(request.content, Setting(version=version, country=country)))


@st.composite
def random_content(draw: DrawFn, content: Content, setting: Setting) -> dict[str, object]:
    """Values of what an aggregate holds; lines of a repeating choice stand under ``lines``."""
    values: dict[str, object] = {}
    for part in content:
        match part:
            case Element():
                draw(_add_element(values, part, setting))
            case Choice():
                draw(_add_choice(values, part, setting))
    if not values and _is_reference(content):
        values["FullName"] = "x"
    return values


@st.composite
def _add_element(draw: DrawFn, values: dict[str, object], part: Element, setting: Setting) -> None:
    if not _is_available(part, setting) or (not part.required and not draw(_rarely())):
        return
    key = snake_case(part.name) if setting.own_names and draw(st.booleans()) else part.name
    one = random_value(part, setting)
    values[key] = draw(st.lists(one, min_size=1, max_size=2)) if part.repeats else draw(one)


@st.composite
def _add_choice(draw: DrawFn, values: dict[str, object], part: Choice, setting: Setting) -> None:
    usable = [content for content in part.alternatives if all(_is_possible(each, setting) for each in content)]
    if part.since > setting.version or not usable or (not part.required and not draw(st.booleans())):
        return
    if part.repeats:
        kinds = [content[0] for content in usable if isinstance(content[0], Element)]
        lines = st.lists(st.sampled_from(kinds), min_size=1, max_size=3)
        values["lines"] = [{kind.name: draw(random_value(kind, setting))} for kind in draw(lines)]
        return
    values.update(draw(random_content(draw(st.sampled_from(usable)), setting)))


def random_value(part: Element, setting: Setting) -> SearchStrategy[object]:
    """A valid value of an element."""
    if part.type is None:
        return random_content(part.content, setting)
    if part.type == "STR":
        limit = part.max_length.get(setting.country, UNLIMITED)
        return st.text(ALPHABET, min_size=1 if part.required else 0, max_size=min(limit, UNLIMITED))
    if part.type == "ENUM":
        return st.sampled_from(part.values or ("Anything",))
    if part.type == "INT":
        least = int(part.minimum) if part.minimum is not None else 0
        return st.integers(least, int(part.maximum) if part.maximum is not None else 9999)
    if part.type == "PRICE" and part.minimum is not None and part.maximum is not None:
        return st.decimals(Decimal(1), part.maximum, places=3)
    return _SIMPLE[part.type]


def _decimals(limit: str, places: int) -> SearchStrategy[Decimal]:
    return st.decimals(-Decimal(limit), Decimal(limit), places=places)


_SIMPLE: dict[str, SearchStrategy[object]] = {
    "ID": st.from_regex(r"[0-9A-F]{1,8}-[0-9]{10}", fullmatch=True),
    "BOOL": st.sampled_from([True, False, "true", "false", 1, 0]),
    "DATE": st.dates(date(1970, 1, 1), date(2037, 12, 31)),
    "DATETIME": st.datetimes().map(lambda moment: moment.replace(year=2000 + moment.year % 30, day=1, microsecond=0)),
    "AMT": st.one_of(_decimals("9999999999999.99", 2), st.integers(-100, 100), st.just("12.5")),
    "PRICE": _decimals("9999999999.99999", 5),
    "QTY": _decimals("9999999999.99999", 3),
    "PCT": _decimals("100", 2),
    "FLOAT": _decimals("1000", 6),
    "GUID": st.one_of(
        st.just("0"), st.uuids(), st.just("{0D3B1AD0-51CE-4B5C-9D0C-6D5D3A4B7F10}"), st.just(UUID(int=1))
    ),
    "INTERVAL": st.timedeltas().map(lambda delta: delta.__class__(seconds=delta.seconds)),
}


def _rarely() -> SearchStrategy[bool]:
    return st.integers(0, 3).map(lambda number: number == 0)


def _is_available(part: Element, setting: Setting) -> bool:
    return part.since <= setting.version and setting.country in part.editions


def _is_possible(part: Element | Choice, setting: Setting) -> bool:
    if isinstance(part, Choice):
        return True
    return not part.required or _is_available(part, setting)


def _is_reference(content: Content) -> bool:
    return tuple(part.name for part in content if isinstance(part, Element)) == ("ListID", "FullName")
