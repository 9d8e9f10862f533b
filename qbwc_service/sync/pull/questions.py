"""What a message set of the purpose *pull* asks: values, kept with the set and understood when it is answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from qbwc_service import qbxml
from qbwc_service.qbxml.grammar import find_request, iterate_elements
from qbwc_service.sync.pull.entities import DELETED_LISTS, DELETED_TXNS, ENTITIES, Entity

PUBLIC = "0"
"""The owner of the custom fields that people see [Intuit's reference of DataExt]."""


class QuestionKind(StrEnum):
    """What is asked, and so what the answer is good for."""

    PAGE = "page"
    """Whole objects of a window, page by page."""
    FETCH = "fetch"
    """Whole objects by their ids."""
    IDS = "ids"
    """Ids and EditSequences only, to be compared with the mirror."""
    BALANCES = "balances"
    """Ids and balances only, to be compared with the mirror."""
    COUNT = "count"
    """How many there are."""
    OLDER = "older"
    """How many there are before a day."""
    DELETED = "deleted"
    """What was deleted."""
    STOP = "stop"
    """Let an iterator go."""


class Topic(StrEnum):
    """What a question is about, as far as its failures go: where one topic of an entity rests, the others go on."""

    FIRST_SYNC = "first_sync"
    """Whole objects, for the first time."""
    CHANGES = "changes"
    """Whole objects that changed."""
    FETCH = "fetch"
    IDS = "ids"
    BALANCES = "balances"
    COUNT = "count"
    OLDER = "older"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One request. ``since`` and ``until`` are days where ``by_day``, else wall times of QuickBooks'.

    ``taken_from`` is when the first page of its window was taken (ours, UTC): what is older in the mirror is not of it.
    """

    kind: QuestionKind
    entity: str
    since: str | None = None
    until: str | None = None
    by_day: bool = False
    size: int | None = None
    iterator_id: str | None = None
    ids: tuple[str, ...] = ()
    taken_from: str | None = None
    is_first_sync: bool = False

    @property
    def topic(self) -> Topic:
        """What it is about; of one that lets an iterator go, what the iterator was about."""
        if self.kind in (QuestionKind.PAGE, QuestionKind.STOP):
            return Topic.FIRST_SYNC if self.is_first_sync else Topic.CHANGES
        return Topic(self.kind.value)

    def to_json(self) -> dict[str, object]:
        """Give what the table keeps: only what is said."""
        said = {name: getattr(self, name) for name in self.__slots__ if getattr(self, name)}
        return said | {"ids": list(self.ids)} if self.ids else said

    @classmethod
    def from_json(cls, value: Mapping[str, object]) -> "Question":
        """Read what the table keeps."""
        said = dict(value)
        said["kind"] = QuestionKind(str(said["kind"]))
        ids = said.get("ids")
        said["ids"] = tuple(ids) if isinstance(ids, list) else ()
        return cls(**said)  # type: ignore[arg-type]  # It is our own JSON, written above.


def write_request(question: Question, *, request_id: str) -> qbxml.Request:
    """Give the request that asks it."""
    if question.kind is QuestionKind.DELETED:
        return qbxml.Request(name=f"{question.entity}QueryRq", values=_deleted(question), request_id=request_id)
    entity = ENTITIES[question.entity]
    values = _filters(question, entity)
    attributes: dict[str, str] = {}
    match question.kind:
        case QuestionKind.PAGE | QuestionKind.STOP:
            attributes = _iterator(question, entity)
            values |= _whole(entity)
        case QuestionKind.FETCH:
            values = {entity.key: list(question.ids), **_whole(entity)}
        case QuestionKind.IDS:
            values["IncludeRetElement"] = [entity.key, "EditSequence"]
        case QuestionKind.BALANCES:
            values |= {**entity.open_only, "IncludeRetElement": [entity.key, *entity.swept]}
        case QuestionKind.COUNT | QuestionKind.OLDER:
            attributes = {"metaData": "MetaDataOnly"}
    return qbxml.Request(name=entity.request, values=values, request_id=request_id, attributes=attributes)


def _whole(entity: Entity) -> dict[str, object]:
    """Ask for all that an object has: lines, linked transactions, and the company's own custom fields."""
    values: dict[str, object] = dict.fromkeys(entity.flags, True)
    request = find_request(entity.request)
    if request is not None and any(part.name == "OwnerID" for part in iterate_elements(request.content)):
        values["OwnerID"] = [PUBLIC]
    return values


def _filters(question: Question, entity: Entity) -> dict[str, object]:
    values: dict[str, object] = {}
    if question.size is not None and entity.has_iterator:
        values["MaxReturned"] = question.size
    if not entity.is_transaction:
        values |= {"ActiveStatus": "All", "FromModifiedDate": question.since, "ToModifiedDate": question.until}
    elif question.by_day and (question.since or question.until):
        values["TxnDateRangeFilter"] = {"FromTxnDate": question.since, "ToTxnDate": question.until}
    elif question.since:
        values["ModifiedDateRangeFilter"] = {"FromModifiedDate": question.since}
    return values


def _iterator(question: Question, entity: Entity) -> dict[str, str]:
    if not entity.has_iterator:
        return {}
    if question.iterator_id is None:
        return {"iterator": "Start"}
    word = "Stop" if question.kind is QuestionKind.STOP else "Continue"
    return {"iterator": word, "iteratorID": question.iterator_id}


def _deleted(question: Question) -> dict[str, object]:
    prefix = {DELETED_LISTS: "List", DELETED_TXNS: "Txn"}[question.entity]
    is_wanted = question.entity == DELETED_TXNS
    kinds = [kind for entity in ENTITIES.values() if entity.is_transaction is is_wanted for kind in entity.kinds]
    values: dict[str, object] = {f"{prefix}DelType": kinds}
    if question.since:
        values["DeletedDateRangeFilter"] = {"FromDeletedDate": question.since}
    return values
