"""What changes elsewhere when an object changes, without QuickBooks saying so: balances, and names of children.

Whether a payment changes the invoice's TimeModified is not settled by any source, so it does not matter here: the
mirror is compared before and after, and what an object that changed touches, or touched, is asked for again by id.
An object that is as it was asks for nothing, so this ends.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Self

from sqlalchemy import and_, false, func, select
from sqlalchemy.orm import Session

from qbwc_service.sync.problems.about import name_record
from qbwc_service.sync.pull.entities import CUSTOMER, DEPOSIT, SALES_RECEIPT, Entity
from qbwc_service.sync.pull.references import Neighbour, list_ancestors, list_neighbours
from qbwc_service.sync.pull.renames import name_of, rename_references
from qbwc_service.sync.pull.step import Step
from qbwc_service.sync.pull.write import in_pieces


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an object stood: what others depend on. ``name`` and ``parent`` are a list entry's.

    ``is_untouched`` is an entry that nobody has changed since it was made.
    """

    edit_sequence: str | None
    balance: Decimal | None = None
    customer: str | None = None
    name: str | None = None
    parent: str | None = None
    is_untouched: bool = False
    is_deleted: bool = False
    neighbours: frozenset[Neighbour] = frozenset()


@dataclass(slots=True, kw_only=True)
class Watch:
    """Compares objects before and after they are written."""

    step: Step
    entity: Entity
    ids: Sequence[str]
    before: dict[str, Standing]

    @classmethod
    def begin(cls, step: Step, entity: Entity, ids: Sequence[str]) -> Self:
        """Remember how objects stand."""
        before = read_standings(step.db, step.connection_id, entity, ids)
        return cls(step=step, entity=entity, ids=ids, before=before)

    def end(self) -> None:
        """Ask for what depends on those that changed."""
        after = read_standings(self.step.db, self.step.connection_id, self.entity, self.ids)
        changed = [one for one in after if after[one] != self.before.get(one)]
        if self.entity.is_transaction:
            standings = [standing for one in changed for standing in (self.before.get(one), after[one]) if standing]
            touch_around(self.step, self.entity, changed, standings)
        else:
            self._follow_names(after, changed)
        self.step.note_changes(self._changed_records(after, changed))

    def _changed_records(self, after: dict[str, Standing], changed: Sequence[str]) -> set[str]:
        """Give what problems may be about: what changed, what that touched before, and new names."""
        known = {one: self.before[one] for one in changed if one in self.before}
        if self.entity.is_transaction:
            return {*changed, *list_touched(known.values())}
        # A customer's balance changes all the time, and no problem is about it.
        edited = [one for one in changed if one not in known or _but_balance(after[one]) != _but_balance(known[one])]
        return {*edited, *(name_record(after[one].name or "") for one in edited)}

    def _follow_names(self, after: dict[str, Standing], changed: Sequence[str]) -> None:
        renamed = [one for one in changed if _may_be_renamed(self.before.get(one), after[one])]
        if renamed:
            rename_references(self.step.db, self.step.connection_id, self.entity, renamed)
            self.step.want(self.entity.name, list_children(self.step.db, self.step.connection_id, self.entity, renamed))
        if self.entity is CUSTOMER:
            moved = [one for one in changed if one in self.before and self.before[one].parent != after[one].parent]
            parents = {standing.parent for one in moved for standing in (self.before[one], after[one])}
            self.step.want(CUSTOMER.name, _with_ancestors(self.step, parents))


def touch_around(step: Step, entity: Entity, changed: Sequence[str], standings: Sequence[Standing]) -> None:
    """Ask for everything that these transactions touch or touched: other transactions, customers, accounts."""
    if not changed:
        return
    step.pull.state.accounts_are_stale = True
    wanted: dict[str, set[str]] = {}
    for standing in standings:
        for name, object_id in standing.neighbours:
            wanted.setdefault(name, set()).add(object_id)
    for name, ids in wanted.items():
        step.want(name, ids)
    if entity is SALES_RECEIPT:
        return
    customers = {standing.customer for standing in standings}
    if entity is DEPOSIT:
        customers |= _deposit_customers(step, changed)
    step.want(CUSTOMER.name, _with_ancestors(step, customers))


def read_standings(db: Session, connection_id: int, entity: Entity, ids: Sequence[str]) -> dict[str, Standing]:
    """Read how the mirrored ones of these objects stand."""
    table = entity.table
    key = table.c[entity.key_column]
    neighbours = list_neighbours(db, connection_id, entity, ids) if entity.is_transaction else {}
    columns = {"edit_sequence": table.c.edit_sequence, "is_deleted": table.c.deleted_at.is_not(None)}
    if entity.balance is not None:
        columns["balance"] = table.c[entity.balance]
    if "customer_list_id" in table.c:
        columns["customer"] = table.c.customer_list_id
    if not entity.is_transaction:
        columns["name"] = name_of(table)
        columns["is_untouched"] = func.coalesce(table.c.time_modified == table.c.time_created, false())
        if "parent_list_id" in table.c:
            columns["parent"] = table.c.parent_list_id
    found: dict[str, Standing] = {}
    for some in in_pieces(ids):
        mine = (table.c.connection_id == connection_id, key.in_(some))
        query = select(key, *(column.label(name) for name, column in columns.items())).where(*mine)
        for object_id, *values in db.execute(query):
            named = dict(zip(columns, values, strict=True))
            found[object_id] = Standing(**named, neighbours=neighbours.get(object_id, frozenset()))
    return found


def list_children(db: Session, connection_id: int, entity: Entity, ids: Sequence[str]) -> list[str]:
    """Give the entries right below these in their list."""
    table = entity.table
    if "parent_list_id" not in table.c:
        return []
    mine = (table.c.connection_id == connection_id, table.c.deleted_at.is_(None))
    query = select(table.c.list_id).where(*mine)
    return [one for some in in_pieces(ids) for one in db.scalars(query.where(table.c.parent_list_id.in_(some)))]


def _may_be_renamed(before: Standing | None, after: Standing) -> bool:
    """Say whether others may show another name: of an entry that is new here, nobody knows what it was called."""
    return not after.is_untouched if before is None else after.name != before.name


def list_touched(standings: Iterable[Standing]) -> set[str]:
    """Give the ids of the transactions that these touch or touched."""
    return {object_id for standing in standings for _, object_id in standing.neighbours}


def _but_balance(standing: Standing) -> Standing:
    return replace(standing, balance=None)


def _with_ancestors(step: Step, ids: set[str | None]) -> set[str]:
    known = {one for one in ids if one is not None}
    return known | list_ancestors(step.db, step.connection_id, CUSTOMER, sorted(known))


def _deposit_customers(step: Step, ids: Sequence[str]) -> set[str | None]:
    lines, customers = DEPOSIT.lines[0].table, CUSTOMER.table
    is_customer = and_(
        customers.c.connection_id == lines.c.connection_id, customers.c.list_id == lines.c.entity_list_id
    )
    query = select(customers.c.list_id).select_from(lines.join(customers, is_customer)).distinct()
    mine = query.where(lines.c.connection_id == step.connection_id)
    return {one for some in in_pieces(ids) for one in step.db.scalars(mine.where(lines.c.txn_id.in_(some)))}
