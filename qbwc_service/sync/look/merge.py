"""Merge a change of ours into a record that QuickBooks may have changed too, value by value.

Three sides: what was agreed (our content then, and the record then), our content now, the record now. What only one
side changed stands; what both changed differently is a conflict, which the rules or a person decide.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from qbwc_service.sync.agreed import APPLIED, changeable, is_clearable, plain
from qbwc_service.sync.compare import same
from qbwc_service.sync.look.lines import LineMerge, Origins, find_line_name, merge_lines

Values = Mapping[str, object]
APPLICATIONS = "AppliedToTxnAdd"
ITEM_PARTS = "SalesOrPurchase"
ONLY_NEW = frozenset({"ExternalGUID", "IsAutoApply"})
"""What an Add can say and a Mod cannot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """One value that both sides changed: what was agreed, what we have now, what QuickBooks has now."""

    path: str
    agreed: object
    ours: object
    quickbooks: object


@dataclass(slots=True, kw_only=True)
class Merge:
    """The values of the change that goes out (none: QuickBooks has it so already), and where the sides disagree."""

    values: dict[str, object] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)
    unmergeable: str | None = None
    line_places: list[int | None] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """What is merged. ``old`` and ``new`` are our content as an Add would send it; ``base`` is None where unknown.

    ``origins`` are those of the lines. ``stands``: what our content says goes out where QuickBooks changed it, even if
    we did not.
    """

    object_type: str
    old: Values
    new: Values
    base: Values | None
    record: Values
    origins: Origins | None = None
    stands: bool = False


def merge(sides: Sides, *, app_wins: bool) -> Merge:
    """Merge; where both changed something, ``app_wins`` says whose value goes out."""
    result = Merge()
    line_name = find_line_name(sides.object_type)
    for name in dict.fromkeys((*sides.old, *sides.new)):
        if name in ONLY_NEW or name == line_name:
            continue
        if name == ITEM_PARTS:
            _merge_parts(sides, result, app_wins=app_wins)
        elif name == APPLICATIONS:
            _merge_applications(sides, result, app_wins=app_wins)
        elif name in changeable(sides.object_type):
            base = {} if sides.base is None else sides.base
            theirs = (base.get(name), sides.record.get(name))
            chosen = _choose(sides, result, name, (sides.old.get(name), sides.new.get(name)), theirs, app_wins=app_wins)
            if chosen is not None:
                result.values[name] = chosen
    if line_name is not None:
        _merge_lines(sides, result, line_name, app_wins=app_wins)
    return result


def _choose(
    sides: Sides,
    result: Merge,
    path: str,
    ours: tuple[object, object],
    theirs: tuple[object, object],
    *,
    app_wins: bool,
) -> object:
    """Give the value to send; None where nothing is to be sent. ``ours`` and ``theirs`` are (agreed, now)."""
    before, now = ours
    was_changed_there = sides.base is not None and plain(theirs[0]) != plain(theirs[1])
    if plain(before) == plain(now) and not (sides.stands and was_changed_there):
        return None
    if isinstance(before, Mapping) and isinstance(now, Mapping) and not {"ListID", "FullName"} & now.keys():
        now = {**dict.fromkeys(before, ""), **now}  # An address: what is not there any more is cleared.
    if _is_so_already(now, theirs[1]):
        return None
    if was_changed_there:
        result.conflicts.append(Conflict(path=path, agreed=theirs[0], ours=now, quickbooks=theirs[1]))
        if not app_wins:
            return None
    if now is None:
        return "" if is_clearable(sides.object_type, path) else None
    return now


def is_put_back(sides: Sides, name: str) -> bool:
    """Say whether QuickBooks changed a value of the header that goes out again because our content stands."""
    return sides.stands and sides.base is not None and plain(sides.base.get(name)) != plain(sides.record.get(name))


def _is_so_already(ours: object, theirs: object) -> bool:
    if ours is None or theirs is None:
        return ours is None and theirs is None
    if isinstance(ours, bool):
        return ours is theirs
    return same(ours, theirs)


def _merge_parts(sides: Sides, result: Merge, *, app_wins: bool) -> None:
    """An item's price and account stand one level deeper."""
    old, new = _inner(sides.old), _inner(sides.new)
    base, record = _inner(sides.base or {}), _inner(sides.record)
    chosen = {
        name: value
        for name in dict.fromkeys((*old, *new))
        if (
            value := _choose(
                sides,
                result,
                f"{ITEM_PARTS}.{name}",
                (old.get(name), new.get(name)),
                (base.get(name), record.get(name)),
                app_wins=app_wins,
            )
        )
        is not None
    }
    if chosen:
        result.values[f"{ITEM_PARTS}Mod"] = chosen


def _inner(values: Values) -> Values:
    inner = values.get(ITEM_PARTS)
    return inner if isinstance(inner, Mapping) else {}


def _merge_applications(sides: Sides, result: Merge, *, app_wins: bool) -> None:
    """What a payment is applied to goes out as a whole: a Mod that names applications replaces all of them."""
    old, new = sides.old.get(APPLICATIONS), sides.new.get(APPLICATIONS)
    base, record = (sides.base or {}).get(APPLIED), sides.record.get(APPLIED)
    was_changed_there = sides.base is not None and plain(base) != plain(record)
    if plain(old) == plain(new) and not (sides.stands and was_changed_there):
        return
    if not new:
        result.unmergeable = "a change cannot take a payment off its invoices: delete the payment and send it as new"
        return
    if was_changed_there:
        result.conflicts.append(Conflict(path="AppliedToTxn", agreed=base, ours=new, quickbooks=record))
        if not app_wins:
            return
    result.values["AppliedToTxnMod"] = new


def _merge_lines(sides: Sides, result: Merge, line_name: str, *, app_wins: bool) -> None:
    stem = line_name.removesuffix("Add")
    merged: LineMerge = merge_lines(
        _list(sides.old, line_name),
        _list(sides.new, line_name),
        base=None if sides.base is None else _list(sides.base, f"{stem}Ret"),
        record=_list(sides.record, f"{stem}Ret"),
        origins=sides.origins,
        app_wins=app_wins,
        stands=sides.stands,
    )
    result.conflicts += [
        Conflict(path=path, agreed=agreed, ours=ours, quickbooks=theirs)
        for path, agreed, ours, theirs in merged.conflicts
    ]
    result.line_places = merged.places
    if merged.lines is None:
        return
    if sides.record.get(f"{stem.removesuffix('Line')}LineGroupRet"):
        result.unmergeable = "the record has lines of groups, which a change of lines would take apart"
    result.values[f"{stem}Mod"] = merged.lines


def _list(values: Values, name: str) -> list[Mapping[str, object]]:
    found = values.get(name)
    return [line for line in found if isinstance(line, Mapping)] if isinstance(found, list) else []
