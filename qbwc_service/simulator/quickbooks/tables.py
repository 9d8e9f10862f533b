"""The tables of a company file and their indexes: everything that a backup holds.

Plain dicts of plain objects, so that 30,000 invoices are made in seconds and the whole can be pickled.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from qbwc_service.simulator.quickbooks.entities import name_space
from qbwc_service.simulator.quickbooks.records import DataExtension, Deletion, Entry, Link, Transaction, Write


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSet:
    """The answer kept under a newMessageSetID."""

    checksum: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionDefinition:
    """A custom field as defined."""

    owner_id: str
    name: str
    type: str
    assigned_to: tuple[str, ...]


def _lists() -> defaultdict[str, dict[str, None]]:
    return defaultdict(dict)


def _links() -> defaultdict[str, list[Link]]:
    return defaultdict(list)


@dataclass(slots=True, kw_only=True)
class Tables:
    """Everything in the file. Ids map to objects; the ``by_…`` and ``…_of`` members are indexes."""

    list_counter: int = 0
    txn_counter: int = 0
    entries: dict[str, Entry] = field(default_factory=dict)
    transactions: dict[str, Transaction] = field(default_factory=dict)
    ids_by_kind: defaultdict[str, dict[str, None]] = field(default_factory=_lists)
    ids_by_name: dict[tuple[str, str], str] = field(default_factory=dict)
    children_of: defaultdict[str, dict[str, None]] = field(default_factory=_lists)
    ids_by_customer: defaultdict[str, dict[str, None]] = field(default_factory=_lists)
    ids_by_ref_number: defaultdict[tuple[str, str], dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    links_from: defaultdict[str, list[Link]] = field(default_factory=_links)
    links_to: defaultdict[str, list[Link]] = field(default_factory=_links)
    deposit_of: dict[str, str] = field(default_factory=dict)
    booked: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    """What journal entries booked on customers and accounts; the entries themselves are not kept."""
    deletions: list[Deletion] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)
    message_sets: dict[str, dict[str, StoredSet]] = field(default_factory=dict)
    extensions: list[DataExtension] = field(default_factory=list)
    definitions: dict[tuple[str, str], ExtensionDefinition] = field(default_factory=dict)

    def full_name(self, entry: Entry) -> str:
        """Give ``Parent:Child``."""
        name, parent = entry.name, entry.parent
        while parent is not None:
            above = self.entries[parent]
            name, parent = f"{above.name}:{name}", above.parent
        return name

    def put_entry(self, entry: Entry) -> None:
        """Add an entry, or index it anew after a change of name or parent."""
        self.entries[entry.list_id] = entry
        self.ids_by_kind[entry.kind][entry.list_id] = None
        if entry.parent is not None:
            self.children_of[entry.parent][entry.list_id] = None
        self._put_names(entry)

    def forget_names(self, entry: Entry) -> None:
        """Take an entry and its children out of the names and out of its parent, before a change or a deletion."""
        self.ids_by_name.pop(self._name_key(entry), None)
        if entry.parent is not None:
            self.children_of[entry.parent].pop(entry.list_id, None)
        for child in list(self.children_of[entry.list_id]):
            self._forget_descendant(self.entries[child])

    def remove_entry(self, entry: Entry) -> None:
        """Take an entry out of every table."""
        self.forget_names(entry)
        del self.entries[entry.list_id]
        del self.ids_by_kind[entry.kind][entry.list_id]

    def put_transaction(self, txn: Transaction) -> None:
        """Add a transaction, or index it anew after a change."""
        self.transactions[txn.txn_id] = txn
        self.ids_by_kind[txn.kind][txn.txn_id] = None
        if txn.customer is not None:
            self.ids_by_customer[txn.customer][txn.txn_id] = None
        if txn.ref_number:
            self.ids_by_ref_number[txn.kind, txn.ref_number.casefold()][txn.txn_id] = None

    def forget_transaction(self, txn: Transaction) -> None:
        """Take a transaction out of the indexes that its values decide, before a change or a deletion."""
        if txn.customer is not None:
            self.ids_by_customer[txn.customer].pop(txn.txn_id, None)
        self.ids_by_ref_number[txn.kind, txn.ref_number.casefold()].pop(txn.txn_id, None)

    def remove_transaction(self, txn: Transaction) -> None:
        """Take a transaction out of every table; its links have to be gone already."""
        self.forget_transaction(txn)
        del self.transactions[txn.txn_id]
        del self.ids_by_kind[txn.kind][txn.txn_id]

    def put_link(self, link: Link) -> None:
        """Apply money of a payment or credit to an invoice."""
        self.links_from[link.source].append(link)
        self.links_to[link.target].append(link)

    def remove_link(self, link: Link) -> None:
        """Take it back."""
        self.links_from[link.source] = [one for one in self.links_from[link.source] if one is not link]
        self.links_to[link.target] = [one for one in self.links_to[link.target] if one is not link]

    def entries_of(self, kind: str) -> Iterator[Entry]:
        """Yield the entries of a list, oldest first."""
        return (self.entries[list_id] for list_id in self.ids_by_kind[kind])

    def transactions_of(self, kind: str) -> Iterator[Transaction]:
        """Yield the transactions of a kind, oldest first."""
        return (self.transactions[txn_id] for txn_id in self.ids_by_kind[kind])

    def _name_key(self, entry: Entry) -> tuple[str, str]:
        return name_space(entry.kind), self.full_name(entry).casefold()

    def _put_names(self, entry: Entry) -> None:
        self.ids_by_name[self._name_key(entry)] = entry.list_id
        for child in self.children_of[entry.list_id]:
            self._put_names(self.entries[child])

    def _forget_descendant(self, entry: Entry) -> None:
        self.ids_by_name.pop(self._name_key(entry), None)
        for child in self.children_of[entry.list_id]:
            self._forget_descendant(self.entries[child])
