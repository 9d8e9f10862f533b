"""One simulated company file: its tables, its machine's clock and zone, and the switches of its behaviour.

What QuickBooks does with it over qbXML is in ``program``; what a person at the screen does is in ``person``.
"""

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from qbwc_service.simulator.quickbooks import statuses
from qbwc_service.simulator.quickbooks.entities import TRANSACTIONS, name_space
from qbwc_service.simulator.quickbooks.records import Deletion, Entry, Link, Ref, Transaction, Write
from qbwc_service.simulator.quickbooks.statuses import StatusError
from qbwc_service.simulator.quickbooks.tables import Tables
from qbwc_service.simulator.quickbooks.wall_clock import WallClock

Clock = Callable[[], datetime]
KEPT_DELETIONS = 90 * 24 * 3600
"""Deleted objects are reported for 90 days."""


def _machine_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True, kw_only=True)
class Switches:
    """Behaviour that is not settled, or that differs between installations."""

    payments_touch_invoices: bool = False
    """A payment or credit changes TimeModified and EditSequence of the invoice it is applied to."""
    recovery: bool = True
    """Answers are kept under newMessageSetID."""
    trimmed_answers: bool = False
    """A kept answer holds only ErrorRecovery and ids instead of the whole object."""
    message_sets_kept: int | None = None
    """How many kept answers an application has at most; None is no limit."""
    line_tax_from_item: bool = False
    """A line without tax code takes its item's; else it has none and is not taxed."""
    auto_number: bool = False
    """Documents without RefNumber get the next number instead of staying blank."""
    multi_user: bool = False
    """Multi-user mode: ListDel answers success but leaves the entry, inactive."""
    windows_1252: bool = True
    """Characters outside Windows-1252 are stored as question marks."""
    closing_date: str | None = None
    """Transactions up to this day (YYYY-MM-DD) cannot be changed: status 3171."""


@dataclass(slots=True, kw_only=True)
class Lock:
    """Somebody has this object open."""

    code: int
    times: int | None


class CompanyFile:
    r"""A company file. ``path`` is how Windows names it, such as ``C:\Books\Acme.qbw``."""

    def __init__(
        self,
        *,
        name: str,
        path: str,
        clock: Clock | None = None,
        zone: str = "America/New_York",
        switches: Switches | None = None,
    ) -> None:
        self.name = name
        self.path = path
        self.clock: Clock = clock or _machine_clock
        self.wall = WallClock(zone)
        self.switches = switches or Switches()
        self.is_sample = False
        self.tables = Tables()
        self.locks: dict[str, Lock] = {}

    def now(self) -> int:
        """Give the machine's present moment as Unix seconds."""
        return int(self.clock().timestamp())

    def today(self) -> str:
        """Give the machine's calendar day, YYYY-MM-DD."""
        return self.wall.day(self.now()).isoformat()

    def new_list_id(self, at: int) -> tuple[str, int]:
        """Give the next ListID and its number: eight hex digits with the high bit set, then the Unix time."""
        self.tables.list_counter += 1
        return f"8{self.tables.list_counter:07X}-{at}", self.tables.list_counter

    def new_txn_id(self, at: int) -> tuple[str, int]:
        """Give the next TxnID (or TxnLineID) and its number: a short hex counter, then the Unix time."""
        self.tables.txn_counter += 1
        return f"{self.tables.txn_counter:X}-{at}", self.tables.txn_counter

    def full_name(self, ref: Ref) -> str:
        """Give the full name of what a reference points to."""
        return self.tables.full_name(self.tables.entries[ref.list_id])

    def find_entry(self, kinds: tuple[str, ...], *, list_id: str = "", name: str = "") -> Entry | None:
        """Find an entry by id or by full name (case ignored), or None."""
        if not list_id:
            spaces = dict.fromkeys(name_space(kind) for kind in kinds)
            keys = ((space, name.casefold()) for space in spaces)
            list_id = next((self.tables.ids_by_name[key] for key in keys if key in self.tables.ids_by_name), "")
        entry = self.tables.entries.get(list_id)
        return entry if entry is not None and entry.kind in kinds else None

    def get_entry(self, kind: str, list_id: str) -> Entry:
        """Give an entry by id. StatusError 3120."""
        entry = self.tables.entries.get(list_id)
        if entry is None or entry.kind != kind:
            raise statuses.not_found(list_id)
        return entry

    def get_transaction(self, kind: str, txn_id: str) -> Transaction:
        """Give a transaction by id. StatusError 3120 when it is not there or of another kind."""
        txn = self.tables.transactions.get(txn_id)
        if txn is None or txn.kind != kind:
            raise statuses.not_found(txn_id)
        return txn

    def touch(self, record: Entry | Transaction) -> None:
        """Mark a change: TimeModified and EditSequence become the present second."""
        record.modified = self.now()

    def check_edit_sequence(self, record: Entry | Transaction, given: str) -> None:
        """Refuse a change that was made from an old copy. StatusError 3200."""
        if given != str(record.modified):
            raise statuses.out_of_date(given)

    def check_closing_date(self, *days: str) -> None:
        """Refuse to write into a closed period. StatusError 3171."""
        closing = self.switches.closing_date
        if closing is not None and any(day <= closing for day in days):
            raise statuses.period_closed(closing)

    def lock(self, object_id: str, *, code: int = 3175, times: int | None = None) -> None:
        """Let somebody else have an object open: the next ``times`` changes (None: all) end with the code."""
        self.locks[object_id] = Lock(code=code, times=times)

    def unlock(self, object_id: str) -> None:
        """Let them close it."""
        self.locks.pop(object_id, None)

    def check_lock(self, object_id: str, *, is_related: bool = False) -> None:
        """Refuse while somebody has the object open. StatusError 3175 (3170 for lists), 3176 when only related."""
        lock = self.locks.get(object_id)
        if lock is None:
            return
        if lock.times is not None:
            lock.times -= 1
            if lock.times <= 0:
                del self.locks[object_id]
        raise self._lock_error(object_id, lock.code, is_related=is_related)

    def put_link(self, link: Link) -> None:
        """Apply money to an invoice; whether the invoice counts as changed is a switch."""
        self.tables.put_link(link)
        self.touch_target(link)

    def remove_link(self, link: Link) -> None:
        """Take applied money back."""
        self.tables.remove_link(link)
        self.touch_target(link)

    def touch_target(self, link: Link) -> None:
        """Mark the invoice of a link as changed, where the switch says that payments do so."""
        if self.switches.payments_touch_invoices:
            self.touch(self.tables.transactions[link.target])

    def record_deletion(self, record: Entry | Transaction) -> None:
        """Remember a deletion for the Deleted queries."""
        name = record.ref_number if isinstance(record, Transaction) else self.tables.full_name(record)
        self.tables.deletions.append(
            Deletion(
                kind=record.kind,
                object_id=record.object_id,
                created=record.created,
                deleted=self.now(),
                name=name,
            )
        )

    @property
    def writes(self) -> tuple[Write, ...]:
        """Every write executed over qbXML, oldest first."""
        return tuple(self.tables.writes)

    def count_writes(self, *, external_guid: str | None = None, ref_number: str | None = None) -> int:
        """Count the writes with that ExternalGUID or RefNumber (or name): exactly-once means 1."""
        return sum(
            (external_guid is None or write.external_guid == external_guid)
            and (ref_number is None or write.ref_number == ref_number)
            for write in self.tables.writes
        )

    def list_transactions(self, *kinds: str) -> tuple[Transaction, ...]:
        """List the transactions of these kinds (none given: all), oldest first."""
        return tuple(txn for kind in kinds or TRANSACTIONS for txn in self.tables.transactions_of(kind))

    def backup(self) -> bytes:
        """Give a backup of the whole file, message-set state included."""
        return pickle.dumps(self.tables)

    def forget_message_sets(self) -> None:
        """Lose every answer that is kept for recovery, as a restored backup does, and nothing else."""
        self.tables.message_sets.clear()

    def restore(self, backup: bytes) -> None:
        """Go back to a backup that this company made; everything since is gone."""
        tables = pickle.loads(backup)  # noqa: S301 - our own bytes
        if not isinstance(tables, Tables):
            raise TypeError("not a backup of a company")
        self.tables = tables

    def _lock_error(self, object_id: str, code: int, *, is_related: bool) -> StatusError:
        if is_related:
            return statuses.related_locked(object_id)
        entry = self.tables.entries.get(object_id)
        if entry is not None and code == 3170:  # noqa: PLR2004 - the status code itself
            return statuses.list_locked(entry.kind, entry.name)
        error = statuses.transaction_locked(object_id)
        return error if code == error.code else StatusError(code, error.message)
