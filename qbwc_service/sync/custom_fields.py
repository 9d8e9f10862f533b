"""Set QuickBooks' custom fields beside a document, once its record is there.

No Add and no Mod can hold them: each value is a request of its own, DataExtMod. It is an operation of the document
that never decides how the document stands, with problems of its own. Set twice, a value is the same: nothing has to be
asked where an answer was lost.

DataExtMod changes a value and DataExtAdd makes the first one; DataExtDel takes it away [Intuit: DataExtMod]. What
QuickBooks has cannot be known here, for records inherit values: the other one is tried where one is refused.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from qbwc_service import qbxml, queue
from qbwc_service.store import Operation, OperationState, ProblemReason
from qbwc_service.sync.effect import Effect
from qbwc_service.sync.judge import Judgement, done, goes_again
from qbwc_service.sync.look.decided import Decided
from qbwc_service.sync.problems.record import SETS_FIELD, close_problems, subject_of
from qbwc_service.sync.rules import Rules, custom_values
from qbwc_service.sync.sent import GONE

NAME, VALUE = "DataExtName", "DataExtValue"
VISIBLE = "0"
"""The OwnerID of what people see in QuickBooks; other owners keep private data."""

WAYS = ("Mod", "Add", "Mod")
ALREADY_THERE = 3180
LEAVES = ("TxnDelRq", "ListDelRq", "TxnVoidRq")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldInfo:
    """The last value that a custom field was to have, and how its operation stands; an empty one takes it away."""

    name: str
    value: str
    state: OperationState
    operation_id: int


def set_fields(
    db: Session, connection_id: int, judgements: Sequence[Judgement], *, rules: Rules, now: datetime
) -> None:
    """Put what documents that are done say of custom fields into the queue; only what is not set so already.

    What was paired with somebody else's record sends nothing. One statement where no field has to be set.
    """
    over = [one for one in judgements if one.outcome.state is OperationState.DONE and one.sent.request != SETS_FIELD]
    wanted = {one.sent.document_id: (one, _fields(one, rules)) for one in over if one.sent.document_id is not None}
    wanted = {number: (one, fields) for number, (one, fields) in wanted.items() if fields or one.sent.request in LEAVES}
    if not wanted:
        return
    replaced: dict[int, int] = {}
    new: list[tuple[int | None, queue.NewOperation]] = []
    present = _find_present(db, connection_id, wanted)
    for document_id, (judged, fields) in wanted.items():
        if judged.sent.request in LEAVES:
            mine = (one.id for (owner, _), one in present.items() if owner == document_id)
            replaced |= dict.fromkeys(mine, judged.sent.operation_id)
        for field in fields:
            before = present.get((document_id, str(field[NAME])))
            if _is_news(field, None if before is None else _field_of(before)):
                new.append((None if before is None else before.id, _operation(document_id, field)))
    ids = queue.enqueue(db, connection_id, [operation for _, operation in new], now=now)
    replaced |= {old: number for (old, _), number in zip(new, ids, strict=True) if old is not None}
    queue.retire(db, connection_id, replaced, now=now)
    subjects = {subject_of(old, None) for old in replaced}
    close_problems(db, connection_id, subjects=subjects, by="its document", now=now)


def list_fields(db: Session, connection_id: int, document_id: int) -> list[FieldInfo]:
    """Give the custom fields of a document as they were set last, by name."""
    present = {name: one for (_, name), one in _find_present(db, connection_id, [document_id]).items()}
    return [
        FieldInfo(name=name, value=str(_field_of(one)[VALUE]), state=one.state, operation_id=one.id)
        for name, one in sorted(present.items())
    ]


def render_field(decided: Mapping[str, object], *, request_id: str) -> qbxml.Request:
    """Make the request that sets, or takes away, the value of a field."""
    field = _mapping(decided.get(Decided.FIELD))
    way = WAYS[_tries(decided)] if field[VALUE] else "Del"
    values = {name: value for name, value in field.items() if way != "Del" or name != VALUE}
    name = f"DataExt{way}"
    return qbxml.Request(name=f"{name}Rq", values={name: {"OwnerID": VISIBLE, **values}}, request_id=request_id)


def judge_field(judged: Judgement, *, now: datetime) -> Judgement:
    """Judge the answer to such a request once more: try the other way, or say which field was refused.

    Gives other judgements back as they are.
    """
    sent, outcome = judged.sent, judged.outcome
    if sent.request != SETS_FIELD or sent.document_id is None or outcome.state is not OperationState.FAILED:
        return judged
    field, tries = _mapping(sent.decided.get(Decided.FIELD)), _tries(sent.decided)
    code, text = int(outcome.status_code or 0), outcome.status_message or ""
    if not field[VALUE]:
        return done(sent, None, code=str(code), text=text) if code in GONE else _refused(judged, field)
    if tries == 0 or (tries == 1 and code == ALREADY_THERE):
        again = goes_again(sent, code=str(code), text=text, not_before=now)
        decided = {**sent.decided, Decided.TRIES: tries + 1}
        return replace(again, outcome=replace(again.outcome, decided=decided))
    return _refused(judged, field)


def _refused(judged: Judgement, field: Mapping[str, object]) -> Judgement:
    outcome = judged.outcome
    is_missing = outcome.status_code in {str(code) for code in GONE}
    text = f'the custom field "{field[NAME]}" was not set: {outcome.status_message}'
    return replace(
        judged,
        outcome=replace(outcome, status_message=text),
        reason=ProblemReason.REFERENCE_MISSING if is_missing else None,
        evidence={**judged.evidence, "custom_field": field[NAME], "value": field[VALUE]},
    )


def _fields(judged: Judgement, rules: Rules) -> list[Mapping[str, object]]:
    sent, effect = judged.sent, judged.effect
    if sent.document_kind is None or sent.document_body is None or effect is None:
        return []
    if judged.pairs or sent.request in LEAVES:
        return []
    values = custom_values(sent.document_kind, sent.document_body, rules)
    return [{NAME: name, **_name_record(effect), VALUE: value} for name, value in values.items()]


def _operation(document_id: int | None, field: Mapping[str, object]) -> queue.NewOperation:
    """Make the operation, which goes out before other documents: until then its record is not whole."""
    return queue.NewOperation(
        request=SETS_FIELD,
        is_write=True,
        document_id=document_id,
        decided={Decided.FIELD: field},
        priority=queue.NORMAL_PRIORITY - 1,
    )


def _name_record(effect: Effect) -> dict[str, object]:
    kind = "Item" if effect.object_type.startswith("Item") else effect.object_type
    if kind in {"Item", "Customer"}:
        return {"ListDataExtType": kind, "ListObjRef": {"ListID": effect.quickbooks_id}}
    return {"TxnDataExtType": kind, "TxnID": effect.quickbooks_id}


def _is_news(field: Mapping[str, object], before: Mapping[str, object] | None) -> bool:
    """Say whether it has to be set; an empty value only where the record has one by us."""
    if field[VALUE]:
        return field != before
    return before is not None and bool(before[VALUE]) and {**before, VALUE: ""} == field


def _find_present(
    db: Session, connection_id: int, document_ids: Collection[int | None]
) -> dict[tuple[int | None, str], Operation]:
    """Give the last operation of each field of these documents."""
    query = select(Operation).where(
        Operation.connection_id == connection_id,
        Operation.document_id.in_(document_ids),
        Operation.request == SETS_FIELD,
        Operation.state != OperationState.SUPERSEDED,
    )
    found = db.scalars(query.order_by(Operation.id).execution_options(populate_existing=True))
    return {(one.document_id, str(_field_of(one)[NAME])): one for one in found}


def _field_of(operation: Operation) -> Mapping[str, object]:
    return _mapping((operation.decided or {}).get(Decided.FIELD))


def _tries(decided: Mapping[str, object]) -> int:
    tries = decided.get(Decided.TRIES)
    return tries if isinstance(tries, int) else 0


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise TypeError("an operation that sets a custom field says which one")
    return value
