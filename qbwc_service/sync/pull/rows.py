"""Turn objects of an answer into rows of their mirror tables. Called for every object there is, so it does little."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from sqlalchemy import Table

from qbwc_service import qbxml
from qbwc_service.qbxml.grammar import Element
from qbwc_service.sync.pull.columns import find_copies, find_line, find_places, find_ret
from qbwc_service.sync.pull.entities import Entity, Lines

LINE, GROUP = "line", "group"
"""The words of a line's ``kind``."""

Row = list[object]

_dump = json.JSONEncoder(ensure_ascii=False, default=str, separators=(",", ":")).encode


@dataclass(slots=True, kw_only=True)
class Rows:
    """Rows for the tables of one entity, in the order of each table's ``columns_of``."""

    objects: list[Row] = field(default_factory=list)
    lines: tuple[list[Row], ...] = ()
    ids: list[str] = field(default_factory=list)


class Identity(NamedTuple):
    """Which object it is, and when QuickBooks says that it was changed, as far as it has that."""

    id: object
    time_modified: object
    edit_sequence: object


@cache
def columns_of(table: Table) -> tuple[str, ...]:
    """Give the columns that a row has; ``deleted_at`` is empty in all of them."""
    return tuple(column.name for column in table.c if column.name != "deleted_at")


@cache
def moulds_of(entity: Entity) -> Mapping[str, qbxml.Mould]:
    """Give how each kind of object of an entity becomes a row, by the name of its element."""
    moulds = {}
    for kind in entity.kinds:
        ret = find_ret(entity.name, f"{kind}Ret")
        if ret is not None:
            lines = {name: mould for one in entity.lines for name, mould in _line_moulds(ret, one).items()}
            moulds[ret.name] = _mould(ret, entity.table, copies=entity.copies, lines=lines)
    return moulds


class RowMaker:
    """Makes the rows of one entity, for one connection and one moment."""

    def __init__(self, entity: Entity, connection_id: int, *, pulled_at: object) -> None:
        self.entity = entity
        self.moulds = moulds_of(entity)
        self.rows = Rows(lines=tuple([] for _ in entity.lines))
        self._connection_id = connection_id
        self._pulled_at = pulled_at
        self._kind_at = _position(entity.table, "kind")
        self._raw_at = columns_of(entity.table).index("raw")
        self._tables = {name: number for number, lines in enumerate(entity.lines) for name in lines.elements}
        self._line_kind_at = tuple(_position(lines.table, "kind") for lines in entity.lines)
        self._line_raw_at = tuple(columns_of(lines.table).index("raw") for lines in entity.lines)

    def identify(self, found: qbxml.RetRow) -> Identity:
        """Say which object it is, be it of a kind that is mirrored or not."""
        mould = self.moulds.get(found.name)
        if mould is None:
            return Identity(*(found.rest.get(name) for name in (self.entity.key, "TimeModified", "EditSequence")))
        return Identity(*(_take(found, mould, name) for name in (self.entity.key, "TimeModified", "EditSequence")))

    def add(self, found: qbxml.RetRow, object_id: object) -> str | None:
        """Add one object; give its id, or None where it has none or is of a kind that is not mirrored."""
        if found.name not in self.moulds or not isinstance(object_id, str):
            return None
        row = found.row
        row[0] = self._connection_id
        row[-1] = self._pulled_at
        if self._kind_at is not None:
            row[self._kind_at] = found.name.removesuffix("Ret")
        row[self._raw_at] = _dump(found.rest) if found.rest else "{}"
        self.rows.objects.append(row)
        self.rows.ids.append(object_id)
        if found.lines:
            self._add_lines(found, object_id)
        return object_id

    def _add_lines(self, found: qbxml.RetRow, object_id: str) -> None:
        positions = [0] * len(self.rows.lines)
        for line in found.lines:
            number = self._tables[line.name]
            group = positions[number]
            is_group = line.name in self.entity.lines[number].groups
            self._add_line(number, line, (object_id, group), GROUP if is_group else LINE)
            for position, member in enumerate(line.lines, group + 1):
                member.row[3] = group
                self._add_line(number, member, (object_id, position), LINE)
            positions[number] = group + 1 + len(line.lines)

    def _add_line(self, number: int, line: qbxml.RetRow, key: tuple[str, int], kind: str) -> None:
        row = line.row
        row[0] = self._connection_id
        row[1], row[2] = key
        kind_at = self._line_kind_at[number]
        if kind_at is not None:
            row[kind_at] = kind
        row[self._line_raw_at[number]] = _dump(line.rest) if line.rest else "{}"
        self.rows.lines[number].append(row)


def _take(found: qbxml.RetRow, mould: qbxml.Mould, name: str) -> object:
    place = mould.places.get(name)
    return None if place is None else found.row[place.at]


def _line_moulds(ret: Element, lines: Lines) -> dict[str, qbxml.Mould]:
    moulds: dict[str, qbxml.Mould] = {}
    for name in lines.elements:
        element = find_line(ret, name)
        if element is not None:
            inside = lines.groups.get(name)
            moulds[name] = _mould(
                element, lines.table, renamed=lines.renamed, lines={} if inside is None else {inside: moulds[inside]}
            )
    return moulds


def _mould(
    element: Element,
    table: Table,
    *,
    copies: Mapping[str, str] | None = None,
    renamed: Mapping[str, str] | None = None,
    lines: Mapping[str, qbxml.Mould],
) -> qbxml.Mould:
    columns = columns_of(table)
    return qbxml.Mould(
        element=element,
        width=len(columns),
        places=find_places(element, table, columns, renamed=renamed or {}),
        copies=find_copies(element, table, columns, copies=copies or {}),
        lines=lines,
    )


def _position(table: Table, column: str) -> int | None:
    columns = columns_of(table)
    return columns.index(column) if column in columns else None
