"""Merge the lines of a document: a Mod that names lines replaces the whole list.

A line that stays keeps its TxnLineID, and those that stay keep QuickBooks' present order (else 3290); a new one has
-1 [facts: Mod replaces line lists]. A line that is named with its id alone stays as it is.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from qbwc_service.sync.agreed import plain
from qbwc_service.sync.compare import agrees, same

Line = Mapping[str, object]
NEW_LINE = "-1"
PAYMENT = "PaymentTxnID"
ID = "TxnLineID"
PRICED_BY = ("Quantity", "Rate", "Amount")
"""QuickBooks works out the one that is missing, so that what is given of them goes out together."""

OF_ITEM = ("Desc", "Quantity", "Rate", "Amount", "SalesTaxCodeRef")

LINE_NAMES = {
    "Invoice": "InvoiceLineAdd",
    "CreditMemo": "CreditMemoLineAdd",
    "SalesReceipt": "SalesReceiptLineAdd",
    "Deposit": "DepositLineAdd",
}


def find_line_name(object_type: str) -> str | None:
    """Give how an Add of this type calls its lines; None where it has none."""
    return LINE_NAMES.get(object_type)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origins:
    """Where the lines of both of our sides come from; ``ids`` are those of the old ones in QuickBooks.

    Without ``ids`` the old lines are taken to stand in QuickBooks' order.
    """

    old: Sequence[Line] = ()
    new: Sequence[Line] = ()
    ids: Sequence[str | None] | None = None


@dataclass(slots=True, kw_only=True)
class LineMerge:
    """The lines of the change, None where lines need no change; conflicts as (path, agreed, ours, QuickBooks').

    ``places`` says of each line that QuickBooks has afterwards which one of ours it is; None where it is none.
    """

    lines: list[dict[str, object]] | None = None
    places: list[int | None] = field(default_factory=list)
    conflicts: list[tuple[str, object, object, object]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class _Work:
    """One merge in progress; ``kept`` holds what goes out of each line that QuickBooks has, by its id."""

    base: dict[str, Line]
    record: dict[str, Line]
    app_wins: bool
    stands: bool
    result: LineMerge = field(default_factory=LineMerge)
    kept: dict[str, dict[str, object]] = field(default_factory=dict)
    added: list[tuple[str | None, dict[str, object], int]] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """Our lines, and what makes two the same: what they say, and the document of yours they come from."""

    lines: Sequence[Line]
    keys: Sequence[str]

    def changeable(self, start: int, end: int) -> list[int]:
        """Give the places of those lines in a stretch that a change can make into others."""
        return [place for place in range(start, end) if PAYMENT not in self.lines[place]]


def merge_lines(
    old: Sequence[Line],
    new: Sequence[Line],
    *,
    base: Sequence[Line] | None,
    record: Sequence[Line],
    origins: Origins | None = None,
    app_wins: bool,
    stands: bool = False,
) -> LineMerge:
    """Merge our lines ``old`` → ``new`` into QuickBooks' ``base`` → ``record``; ``base`` is None where unknown.

    ``stands``: what QuickBooks changed meanwhile is taken back, whether or not we changed it too.
    """
    origins = origins or Origins()
    agreed = record if base is None or (origins.ids is None and len(base) != len(old)) else base
    ids = [str(line.get(ID)) for line in agreed][: len(old)] if origins.ids is None else origins.ids
    stands = stands and base is not None and plain(base) != plain(record)
    if plain(old) == plain(new) and not stands:
        places = {line_id: place for place, line_id in enumerate(ids) if line_id is not None}
        return LineMerge(places=[places.get(str(line.get(ID))) for line in record])
    work = _Work(
        base={str(line.get(ID)): line for line in agreed},
        record={str(line.get(ID)): line for line in record},
        app_wins=app_wins,
        stands=stands,
    )
    pairs = _pair(_side(old, origins.old), _side(new, origins.new))
    for position, line_id in enumerate(ids):
        if position not in pairs.values() and line_id in work.base:
            _remove(work, line_id, old[position], position)
    unknown = [line_id for line_id in work.record if line_id not in ids]
    predecessor: str | None = None
    for position, line in enumerate(new):
        before = pairs.get(position, len(ids))
        its_id = ids[before] if before < len(ids) else None
        if its_id is not None and its_id in work.base:
            _change(work, its_id, old[before], line, position, predecessor)
            predecessor = its_id if its_id in work.kept else predecessor
        elif (found := _find_twin(work, unknown, line)) is not None:
            unknown.remove(found)
            _keep(work, found, position)
            predecessor = found
        else:
            work.added.append((predecessor, {ID: NEW_LINE, **line}, position))
    for line_id in unknown if not stands else [one for one in unknown if one in work.base]:
        work.kept[line_id] = {ID: line_id}
    work.result.lines = _in_order(work)
    if work.result.lines == [{ID: line_id} for line_id in work.record]:
        work.result.lines = None
    return work.result


def _pair(before: _Side, after: _Side) -> dict[int, int]:
    """Say which old line each new one is: equal ones first, then by their place between equal ones.

    The line of a payment in a deposit is that payment's: it never becomes another one.
    """
    pairs: dict[int, int] = {}
    for kind, start, end, to, until in SequenceMatcher(a=before.keys, b=after.keys, autojunk=False).get_opcodes():
        if kind == "equal":
            pairs |= dict(zip(range(to, until), range(start, end), strict=True))
        elif kind == "replace":
            ours, theirs = after.changeable(to, until), before.changeable(start, end)
            pairs |= dict(zip(ours, theirs, strict=False))
    return pairs


def _side(lines: Sequence[Line], origins: Sequence[Line]) -> _Side:
    sources = [origin.get("source") for origin in origins] or [None] * len(lines)
    keys = [json.dumps([plain(line), source], sort_keys=True) for line, source in zip(lines, sources, strict=True)]
    return _Side(lines=lines, keys=keys)


def _keep(work: _Work, line_id: str, position: int, **values: object) -> None:
    work.kept[line_id] = {ID: line_id, **values}
    work.places[line_id] = position


def _remove(work: _Work, line_id: str, ours: Line, position: int) -> None:
    """We took a line away; if somebody changed it in QuickBooks meanwhile, that is a conflict."""
    theirs = work.record.get(line_id)
    if theirs is None or plain(theirs) == plain(work.base[line_id]):
        return
    work.result.conflicts.append((f"lines[{position}]", ours, None, plain(theirs)))
    if not work.app_wins:
        work.kept[line_id] = {ID: line_id}


def _change(work: _Work, line_id: str, old: Line, new: Line, position: int, predecessor: str | None) -> None:
    """Change a line, or leave it as it is; one that somebody deleted in QuickBooks stays so unless we changed it."""
    if line_id in work.record:
        _keep(work, line_id, position, **_changed_values(work, line_id, old, new, position))
    elif plain(old) != plain(new) or work.stands:
        work.result.conflicts.append((f"lines[{position}]", plain(work.base[line_id]), new, None))
        if work.app_wins:
            work.added.append((predecessor, {ID: NEW_LINE, **new}, position))


def _changed_values(work: _Work, line_id: str, old: Line, new: Line, position: int) -> dict[str, object]:
    theirs, agreed = work.record[line_id], work.base[line_id]
    values: dict[str, object] = {}
    for name in dict.fromkeys((*old, *new)):
        ours = new.get(name)
        was_changed_there = plain(agreed.get(name)) != plain(theirs.get(name))
        is_sent = plain(old.get(name)) != plain(ours) or (work.stands and was_changed_there)
        if not is_sent or _is_so_already(ours, theirs.get(name)):
            continue
        if was_changed_there:
            path = f"lines[{position}].{name}"
            work.result.conflicts.append((path, agreed.get(name), ours, plain(theirs.get(name))))
            if not work.app_wins:
                continue
        if ours is not None:
            values[name] = ours
        elif name == "Desc":
            values[name] = ""
    if "ItemRef" in values:
        # QuickBooks takes price, text and tax code of the new item where they do not come along.
        values |= {name: new[name] for name in OF_ITEM if new.get(name) is not None}
    if any(name in values for name in PRICED_BY):
        values |= {name: new[name] for name in PRICED_BY if new.get(name) is not None}
    return values


def _is_so_already(ours: object, theirs: object) -> bool:
    """Say whether QuickBooks has a value as we have it now; one that it does not have at all has to go out."""
    return ours is not None and theirs is not None and same(ours, theirs)


def _find_twin(work: _Work, unknown: Sequence[str], line: Line) -> str | None:
    """Find a line that QuickBooks has beside the agreed ones and that is this new one: it got there already."""
    return next((line_id for line_id in unknown if agrees(line, work.record[line_id])), None)


def _in_order(work: _Work) -> list[dict[str, object]]:
    """Put what stays in QuickBooks' order, and every new line behind the one that it follows with us."""
    ordered: list[tuple[dict[str, object], int | None]] = _added_behind(work, None)
    for line_id in work.record:
        if line_id in work.kept:
            ordered.append((work.kept[line_id], work.places.get(line_id)))
            ordered += _added_behind(work, line_id)
    work.result.places = [place for _, place in ordered]
    return [values for values, _ in ordered]


def _added_behind(work: _Work, line_id: str | None) -> list[tuple[dict[str, object], int | None]]:
    return [(values, place) for predecessor, values, place in work.added if predecessor == line_id]
