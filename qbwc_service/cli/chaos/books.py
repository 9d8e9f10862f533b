"""The books at the end of a run: what was accepted against what stands in the simulated company.

Lost is a document that is neither in the company exactly once, nor failed with a reason, nor shown as undecided; and
one that is shown as synced and is not there under its id, or without what its custom field should hold. Doubled is
one that was added, or stands there, more than once: by its ExternalGUID, and by its number or name in the log of
executed writes.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from qbwc_service.cli.chaos.documents import CUSTOM_FIELD, ChaosDocument, Target
from qbwc_service.cli.desk import Desk
from qbwc_service.queue import OperationInfo, list_operations
from qbwc_service.simulator import Company, LostAnswer
from qbwc_service.simulator.quickbooks.records import Entry, Transaction
from qbwc_service.store import DocumentKind, DocumentState, OperationState
from qbwc_service.sync import DocumentInfo, list_documents
from qbwc_service.sync.kinds.table import ADDS
from qbwc_service.sync.problems.record import SETS_FIELD

PAGE = 1000
SHOWN_MISTAKES = 20


class Fate(StrEnum):
    """How one accepted document ended."""

    DONE = "done"
    FAILED = "failed"
    UNDECIDED = "undecided"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What became of all documents; ``mistakes`` names the first ones that were lost or doubled."""

    fates: Mapping[Fate, int]
    doubled: int
    failed_but_there: int
    lost_answers: int
    resolved: int
    mistakes: tuple[str, ...]

    @property
    def resolved_share(self) -> float | None:
        """The share of lost answers whose operations ended otherwise than undecided; None where none was lost."""
        return self.resolved / self.lost_answers if self.lost_answers else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shelf:
    """What stands in the company and what was written there, ready to be looked up."""

    ids_by_guid: Mapping[str, Collection[str]]
    adds_by_guid: Mapping[str, int]
    adds_by_number: Mapping[tuple[str, str], int]
    regions: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    """What the service says of one document."""

    document: DocumentInfo
    operations: Sequence[OperationInfo]

    @property
    def is_unknown(self) -> bool:
        states = {operation.state for operation in self.operations}
        return self.document.state is DocumentState.UNKNOWN or OperationState.UNKNOWN in states

    @property
    def guids(self) -> set[str]:
        return {operation.external_guid for operation in self.operations if operation.external_guid}


def balance_books(
    desk: Desk, connection_id: int, documents: Sequence[ChaosDocument], company: Company, lost: Sequence[LostAnswer]
) -> Books:
    """Compare; ``documents`` are those that were accepted, each after those it refers to."""
    operations = list(_read_operations(desk, connection_id))
    records = _read_records(desk, connection_id, operations)
    shelf = _look_into(company)
    fates: dict[Target, Fate] = {}
    doubled, failed_but_there = 0, 0
    mistakes: list[str] = []
    for document in documents:
        record = records.get(document.target)
        fate = fates[document.target] = _judge(document, record, shelf, fates)
        copies = _count_copies(document, record, shelf)
        is_doubled = copies > 1
        doubled += is_doubled
        failed_but_there += fate is Fate.FAILED and copies > 0
        if is_doubled or fate is Fate.LOST:
            mistakes.append(_describe(document, record, copies))
    sets = _write_sets(lost)
    states = {operation.id: operation.state for operation in operations}
    resolved = sum(all(states.get(number) is not OperationState.UNKNOWN for number in numbers) for numbers in sets)
    return Books(
        fates=Counter(fates.values()),
        doubled=doubled,
        failed_but_there=failed_but_there,
        lost_answers=len(sets),
        resolved=resolved,
        mistakes=tuple(mistakes[:SHOWN_MISTAKES]),
    )


def _judge(document: ChaosDocument, record: _Record | None, shelf: _Shelf, fates: Mapping[Target, Fate]) -> Fate:
    if record is None:
        return Fate.LOST
    if record.is_unknown:
        return Fate.UNDECIDED
    match record.document.state:
        case DocumentState.SYNCED:
            ids = {object_id for guid in record.guids for object_id in shelf.ids_by_guid.get(guid, ())}
            is_there = record.document.quickbooks_id in ids
            return Fate.DONE if is_there and _has_its_field(document, record, shelf) else Fate.LOST
        case DocumentState.PROBLEM if record.document.message:
            return Fate.FAILED
        case DocumentState.BLOCKED:
            # It waits for a person to decide about what it refers to.
            above = {fates.get(target) for target in document.refers_to}
            return next((fate for fate in (Fate.UNDECIDED, Fate.FAILED) if fate in above), Fate.LOST)
        case _:
            return Fate.LOST


def _has_its_field(document: ChaosDocument, record: _Record, shelf: _Shelf) -> bool:
    """Say whether its custom field holds what it should, or it is shown that it does not."""
    is_set = shelf.regions.get(record.document.quickbooks_id or "") == document.region
    return is_set or any(one.request == SETS_FIELD and one.state is OperationState.FAILED for one in record.operations)


def _count_copies(document: ChaosDocument, record: _Record | None, shelf: _Shelf) -> int:
    guids = set() if record is None else record.guids
    there = sum(len(shelf.ids_by_guid.get(guid, ())) for guid in guids)
    added = sum(shelf.adds_by_guid.get(guid, 0) for guid in guids)
    return max(there, added, shelf.adds_by_number.get((_family(document.kind), document.number), 0))


def _family(kind: DocumentKind) -> str:
    """Name the numbers among which one of this kind is unique: there are several requests for items."""
    return "Item" if kind is DocumentKind.ITEM else ADDS[kind].removesuffix("Add")


def _look_into(company: Company) -> _Shelf:
    ids_by_guid: defaultdict[str, list[str]] = defaultdict(list)
    everything: tuple[Entry | Transaction, ...] = (
        *company.tables.entries.values(),
        *company.tables.transactions.values(),
    )
    for one in everything:
        if one.external_guid:
            ids_by_guid[one.external_guid].append(one.object_id)
    adds = [write for write in company.writes if write.request.endswith("AddRq")]
    families = [
        ("Item" if write.request.startswith("Item") else write.request.removesuffix("AddRq"), write.ref_number)
        for write in adds
    ]
    return _Shelf(
        ids_by_guid=ids_by_guid,
        adds_by_guid=Counter(write.external_guid for write in adds if write.external_guid),
        adds_by_number=Counter(families),
        regions={
            one.object_id: field.value for one in everything for field in one.extensions if field.name == CUSTOM_FIELD
        },
    )


def _write_sets(lost: Sequence[LostAnswer]) -> list[tuple[int, ...]]:
    """List the operations of each set of writes whose answer was lost, each set once; a probe carries none."""
    sets = {one.message_set_id: one.request_ids for one in lost if one.message_set_id and one.request_ids}
    return [tuple(int(number) for number in numbers) for numbers in sets.values()]


def _read_records(desk: Desk, connection_id: int, operations: Sequence[OperationInfo]) -> dict[Target, _Record]:
    carried: defaultdict[Target, list[OperationInfo]] = defaultdict(list)
    for operation in operations:
        if operation.kind is not None and operation.external_id is not None:
            carried[operation.kind, operation.external_id].append(operation)
    return {
        (document.kind, document.external_id): _Record(
            document=document, operations=carried[document.kind, document.external_id]
        )
        for document in _read_documents(desk, connection_id)
    }


def _read_documents(desk: Desk, connection_id: int) -> Iterator[DocumentInfo]:
    before = None
    while True:
        with desk.database.reading() as db:
            page = list_documents(db, connection_id, before=before, limit=PAGE)
        yield from page
        if len(page) < PAGE:
            return
        before = page[-1].id


def _read_operations(desk: Desk, connection_id: int) -> Iterator[OperationInfo]:
    before = None
    while True:
        with desk.database.reading() as db:
            page = list_operations(db, connection_id, before=before, limit=PAGE)
        yield from page
        if len(page) < PAGE:
            return
        before = page[-1].id


def _describe(document: ChaosDocument, record: _Record | None, copies: int) -> str:
    name = f"{document.kind.value} {document.target[1]!r} ({document.number})"
    if record is None:
        return f"{name}: the service does not know it; {copies} in QuickBooks"
    steps = ", ".join(f"{one.id} {one.state.value} after {one.attempts}" for one in record.operations)
    return f"{name}: {record.document.state.value}; {copies} in QuickBooks; operations {steps}"
