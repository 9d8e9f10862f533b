"""A company that is mirrored, without the wire in between; and the mirror read back as the company exports itself."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from qbwc_service.qbxml import Mould
from qbwc_service.simulator import Company, QuickBooks
from qbwc_service.simulator.quickbooks.export import export_company as export
from qbwc_service.store import Database
from qbwc_service.sync import pull
from qbwc_service.sync.pull.columns import read_cents
from qbwc_service.sync.pull.entities import ENTITIES, Entity, Lines
from qbwc_service.sync.pull.rows import GROUP, columns_of, moulds_of
from qbwc_service.update import UpdateService

Export = dict[str, dict[str, dict[str, Any]]]
VERSION = (16, 0)


class CutError(Exception):
    """The PC went dark."""


@dataclass
class MirrorSide:
    """A Web Connector with a simulated QuickBooks that calls the service directly; ``log`` keeps every exchange."""

    service: UpdateService
    quickbooks: QuickBooks
    user_name: str
    password: str
    owner_id: str
    file_id: str
    keeps_log: bool = True
    log: list[tuple[str, str]] = field(default_factory=list)
    percents: list[int] = field(default_factory=list)
    before_answer: Callable[[str, str], None] = lambda _request, _answer: None
    after_answer: Callable[[int], None] = lambda _percent: None

    def run(self, *, most: int = 100_000) -> int:
        """Run one update session; give how many message sets were exchanged, 0 where there was nothing to do."""
        ticket, word = self.service.authenticate(self.user_name, self.password)
        if not ticket:
            assert word == "none"
            return 0
        session = self.quickbooks.open_session(
            app_name="Mirror", owner_id=self.owner_id, file_id=self.file_id, company_file=""
        )
        try:
            return self._talk(ticket, session, most)
        finally:
            self.quickbooks.end_session(session)

    def run_until_done(self) -> int:
        """Run sessions until there is nothing left to do; give the number of message sets."""
        total = 0
        while sets := self.run():
            total += sets
        return total

    def _talk(self, ticket: str, session: str, most: int) -> int:
        hcp, percent, sets = self.quickbooks.host_company_preferences(session), 0, 0
        while percent < 100 and sets < most:
            request = self.service.send_request_xml(
                ticket, hcp, company_file_name=self.quickbooks.company_file, country="US", major_version=16,
                minor_version=0,
            )  # fmt: skip
            assert request, self.service.get_last_error(ticket)
            hcp, sets = "", sets + 1
            answer = self.quickbooks.process(session, request)
            if self.keeps_log:
                self.log.append((request, answer))
            self.before_answer(request, answer)
            percent = self.service.receive_response_xml(ticket, answer, hresult="", message="")
            self.percents.append(percent)
            assert percent > 0, self.service.get_last_error(ticket)
            self.after_answer(percent)
        self.service.close_connection(ticket)
        return sets


def export_company(company: Company) -> Export:
    """The company's own account of itself, of what is mirrored, without what is empty."""
    exported = export(company, version=VERSION)
    kinds = {kind for entity in ENTITIES.values() for kind in entity.kinds}
    return {
        kind: {object_id: prune(values) for object_id, values in objects.items()}
        for kind, objects in exported.items()
        if kind in kinds
    }


def export_mirror(database: Database, connection_id: int) -> Export:
    """The mirror in the shape of the company's export: every element it was told, wherever it stands."""
    exported: Export = {}
    with database.reading() as db:
        for entity in ENTITIES.values():
            table = entity.table
            columns = [table.c[name] for name in columns_of(table)]
            mine = (table.c.connection_id == connection_id, table.c.deleted_at.is_(None))
            lines = [_read_lines(db, connection_id, entity, number) for number in range(len(entity.lines))]
            for row in db.execute(select(*columns).where(*mine)):
                kind = getattr(row, "kind", None) or entity.kinds[0]
                mould = moulds_of(entity)[f"{kind}Ret"]
                values = rebuild(mould, tuple(row), raw_at=columns_of(table).index("raw"))
                object_id = values[entity.key]
                for number, spec in enumerate(entity.lines):
                    found = lines[number].get(object_id, [])
                    shown = show_lines(spec, mould, found)
                    if shown:
                        name = "Lines" if len(spec.elements) > 1 else spec.elements[0]
                        values[name] = shown
                exported.setdefault(kind, {})[object_id] = prune(values)
    return exported


def _read_lines(db: Any, connection_id: int, entity: Entity, number: int) -> dict[str, list[tuple[Any, ...]]]:
    table = entity.lines[number].table
    columns = [table.c[name] for name in columns_of(table)]
    query = select(*columns).where(table.c.connection_id == connection_id).order_by(table.c.txn_id, table.c.position)
    found: dict[str, list[tuple[Any, ...]]] = {}
    for row in db.execute(query):
        found.setdefault(row.txn_id, []).append(tuple(row))
    return found


def show_lines(spec: Lines, mould: Mould, rows: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    elements, groups, raw_at = spec.elements, spec.groups, columns_of(spec.table).index("raw")
    if len(elements) == 1:
        return [rebuild(mould.lines[elements[0]], row, raw_at=raw_at) for row in rows]
    line, group = elements
    kind_at = columns_of(spec.table).index("kind")
    shown: list[dict[str, Any]] = []
    by_position: dict[int, dict[str, Any]] = {}
    for row in rows:
        name = group if row[kind_at] == GROUP else line
        values = rebuild(mould.lines[name], row, raw_at=raw_at)
        if row[3] is not None:
            by_position[row[3]].setdefault(groups[group], []).append(values)
            continue
        by_position[row[2]] = {"@name": name, **values}
        shown.append(by_position[row[2]])
    return shown


def rebuild(mould: Mould, row: tuple[Any, ...], *, raw_at: int) -> dict[str, Any]:
    """Put the elements of a row back together."""
    values: dict[str, Any] = {}
    for name, place in mould.places.items():
        value = row[place.at]
        if place.read is None:
            pair = {"ListID": value, "FullName": row[place.at + 1]}
            if any(pair.values()):
                values[name] = pair
        elif value is not None:
            values[name] = show(value, is_money=place.read is read_cents)
    raw = row[raw_at]
    values |= prune(raw if isinstance(raw, dict) else json.loads(raw))
    return values


def show(value: Any, *, is_money: bool = False) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.2f}" if is_money else str(value)


def prune(value: Any) -> Any:
    """Leave out what is empty; make leaves the texts of the wire."""
    if isinstance(value, dict):
        pruned = {name: prune(one) for name, one in value.items()}
        return {name: one for name, one in pruned.items() if one not in ({}, [], "")}
    if isinstance(value, list):
        return [prune(one) for one in value]
    return show(value)


def differences(company: Export, mirror: Export) -> list[str]:
    """What differs, in words: at most a few lines of it."""
    found = []
    for kind in sorted(company.keys() | mirror.keys()):
        ours, theirs = mirror.get(kind, {}), company.get(kind, {})
        found += [f"{kind} {one} is missing" for one in theirs.keys() - ours.keys()]
        found += [f"{kind} {one} is too much" for one in ours.keys() - theirs.keys()]
        for one in theirs.keys() & ours.keys():
            names = sorted(theirs[one].keys() | ours[one].keys())
            found += [
                f"{kind} {one} {name}: {theirs[one].get(name)!r} in QuickBooks, {ours[one].get(name)!r} in the mirror"
                for name in names
                if theirs[one].get(name) != ours[one].get(name)
            ]
    return found


def assert_equal(database: Database, connection_id: int, company: Company) -> None:
    """The mirror is the company, element by element."""
    found = differences(export_company(company), export_mirror(database, connection_id))
    assert not found, "\n".join([f"{len(found)} differences", *found[:20]])


def start(database: Database, connection_id: int, *, now: Any, **settings: Any) -> None:
    with database.writing() as db:
        pull.start_pull(db, connection_id, settings=pull.PullSettings(**settings), now=now)
