"""Turn an object of an answer into rows of its mirror tables. Called for every object there is, so it does little."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from sqlalchemy import Table

from qbwc_service.qbxml.grammar import Element
from qbwc_service.sync.pull.columns import (
    Copy,
    Place,
    UnreadableValueError,
    find_copies,
    find_line,
    find_places,
    find_ret,
)
from qbwc_service.sync.pull.entities import Entity, Lines

MIXED = "lines"
"""Where an answer holds lines of several kinds, all of them in order stand under this name."""

LINE, GROUP = "line", "group"
"""The words of a line's ``kind``."""

Row = list[object]
Values = dict[str, object]

_dump = json.JSONEncoder(ensure_ascii=False, default=str, separators=(",", ":")).encode


@dataclass(slots=True, kw_only=True)
class Rows:
    """Rows for the tables of one entity, in the order of each table's ``columns_of``."""

    objects: list[Row] = field(default_factory=list)
    lines: tuple[list[Row], ...] = ()
    ids: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mould:
    """How the elements of one Ret, or of one kind of line, become a row of so many columns."""

    width: int
    places: Mapping[str, Place]
    copies: tuple[Copy, ...]
    raw_at: int


@cache
def columns_of(table: Table) -> tuple[str, ...]:
    """Give the columns that a row has; ``deleted_at`` is empty in all of them."""
    return tuple(column.name for column in table.c if column.name != "deleted_at")


class RowMaker:
    """Makes the rows of one entity, for one connection and one moment."""

    def __init__(self, entity: Entity, connection_id: int, *, pulled_at: object) -> None:
        self.entity = entity
        self._connection_id = connection_id
        self._pulled_at = pulled_at
        self._kind_at = _position(entity.table, "kind")
        self._line_kind_at = tuple(_position(lines.table, "kind") for lines in entity.lines)
        self.rows = Rows(lines=tuple([] for _ in entity.lines))

    def add(self, ret: str, values: Values) -> str | None:
        """Add one object; give its id, or None where it has none or is of a kind that is not mirrored."""
        moulds = _moulds(self.entity, ret)
        object_id = values.get(self.entity.key)
        if moulds is None or not isinstance(object_id, str):
            return None
        taken = [_take_lines(lines, values) for lines in self.entity.lines]
        row, raw = _fill(moulds.own, values)
        row[0] = self._connection_id
        row[-1] = self._pulled_at
        if self._kind_at is not None:
            row[self._kind_at] = ret.removesuffix("Ret")
        row[moulds.own.raw_at] = _dump(raw) if raw else "{}"
        self.rows.objects.append(row)
        self.rows.ids.append(object_id)
        for number, found in enumerate(taken):
            self._add_lines(number, moulds.lines[number], found, object_id)
        return object_id

    def _add_lines(
        self, number: int, moulds: Mapping[str, Mould], found: Iterable[tuple[str, object]], object_id: str
    ) -> None:
        groups, rows = self.entity.lines[number].groups, self.rows.lines[number]
        kind_at, position = self._line_kind_at[number], 0
        for name, value in found:
            if not isinstance(value, dict):
                continue
            inside = groups.get(name)
            members = value.pop(inside, ()) if inside else ()
            rows.append(self._line(moulds[name], value, (object_id, position), kind_at, is_group=inside is not None))
            group, position = position, position + 1
            for member in members if isinstance(members, Sequence) else ():
                if inside and isinstance(member, dict):
                    row = self._line(moulds[inside], member, (object_id, position), kind_at, is_group=False)
                    row[3] = group
                    rows.append(row)
                    position += 1

    def _line(self, mould: Mould, values: Values, key: tuple[str, int], kind_at: int | None, *, is_group: bool) -> Row:
        row, raw = _fill(mould, values)
        row[0] = self._connection_id
        row[1], row[2] = key
        if kind_at is not None:
            row[kind_at] = GROUP if is_group else LINE
        row[mould.raw_at] = _dump(raw) if raw else "{}"
        return row


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moulds:
    own: Mould
    lines: tuple[Mapping[str, Mould], ...]


@cache
def _moulds(entity: Entity, ret: str) -> _Moulds | None:
    element = find_ret(entity.name, ret) if ret.removesuffix("Ret") in entity.kinds else None
    if element is None:
        return None
    return _Moulds(
        own=_mould(element, entity.table, copies=entity.copies, renamed={}),
        lines=tuple(_line_moulds(element, lines) for lines in entity.lines),
    )


def _line_moulds(ret: Element, lines: Lines) -> dict[str, Mould]:
    moulds = {}
    for name in lines.elements:
        element = find_line(ret, name)
        if element is not None:
            moulds[name] = _mould(element, lines.table, copies={}, renamed=lines.renamed)
    return moulds


def _mould(element: Element, table: Table, *, copies: Mapping[str, str], renamed: Mapping[str, str]) -> Mould:
    columns = columns_of(table)
    return Mould(
        width=len(columns),
        places=find_places(element, table, columns, renamed=renamed),
        copies=find_copies(element, table, columns, copies=copies),
        raw_at=columns.index("raw"),
    )


def _fill(mould: Mould, values: Values) -> tuple[Row, Values]:
    """Put every value in its place; give the row, and what has none."""
    row: Row = [None] * mould.width
    raw: Values = {}
    places = mould.places
    for name, value in values.items():
        place = places.get(name)
        if place is None:
            raw[name] = value
            continue
        at, read, as_it_is = place
        if type(value) is as_it_is:  # By far the most common, so without a call.
            row[at] = value
        elif read is not None:
            try:
                row[at] = read(value)
            except UnreadableValueError:
                raw[name] = value
        elif not (isinstance(value, dict) and _take_reference(value, row, at)):
            raw[name] = value
    for copy in mould.copies:
        _copy(copy, values, row)
    return row, raw


def _take_reference(value: Values, row: Row, at: int) -> bool:
    """Put a reference into its two places; say whether that is all there is of it."""
    list_id, name = value.get("ListID"), value.get("FullName")
    row[at], row[at + 1] = list_id, name
    return len(value) == (list_id is not None) + (name is not None)


def _copy(copy: Copy, values: Values, row: Row) -> None:
    value: object = values
    for name in copy.path:
        value = value.get(name) if isinstance(value, dict) else None
    if value is None:
        return
    if copy.place.read is None:
        if isinstance(value, dict):
            row[copy.place.at], row[copy.place.at + 1] = value.get("ListID"), value.get("FullName")
        return
    try:
        row[copy.place.at] = copy.place.read(value)
    except UnreadableValueError:
        return


def _take_lines(lines: Lines, values: Values) -> list[tuple[str, object]]:
    """Take the lines out of an object's values, in QuickBooks' order."""
    if len(lines.elements) > 1:
        mixed = values.pop(MIXED, None)
        if isinstance(mixed, list):
            for name in lines.elements:
                values.pop(name, None)
            return [(name, value) for one in mixed for name, value in one.items()]
    found: list[tuple[str, object]] = []
    for name in lines.elements:
        several = values.pop(name, None)
        if isinstance(several, list):
            found += [(name, value) for value in several]
    return found


def _position(table: Table, column: str) -> int | None:
    columns = columns_of(table)
    return columns.index(column) if column in columns else None
