"""What a look or a person decided about an operation of a document, made into its request."""

from collections.abc import Mapping

from qbwc_service import qbxml, queue
from qbwc_service.errors import InputError
from qbwc_service.sync.custom_fields import render_field
from qbwc_service.sync.look.decided import Decided
from qbwc_service.sync.problems.record import SETS_FIELD

LOST = "it is not known any more which record it is about"


def render_decided(operation: queue.ClaimedOperation, *, request_id: str) -> qbxml.Request:
    """Make the request from what was decided about the operation; InputError where that says too little."""
    decided = operation.decided or {}
    if operation.request == SETS_FIELD:
        return render_field(decided, request_id=request_id)
    if operation.request.endswith("ModRq"):
        values: Mapping[str, object] = {operation.request.removesuffix("Rq"): _change(operation, decided)}
    else:
        values = {name: value for name, value in decided.items() if name.endswith(("Type", "ID"))}
    return qbxml.Request(name=operation.request, values=values, request_id=request_id)


def with_decided(add: str, values: Mapping[str, object], decided: Mapping[str, object]) -> Mapping[str, object]:
    """Give an Add's values with what was decided about it: another number, the account, what it is applied to."""
    inner, beside = values[add], decided.get(Decided.VALUES)
    if not isinstance(inner, Mapping) or not (beside or Decided.REF_NUMBER in decided):
        return values
    changed = {**inner, **(beside if isinstance(beside, Mapping) else {})}
    if Decided.REF_NUMBER in decided:
        changed["RefNumber"] = decided[Decided.REF_NUMBER]
    if "IsAutoApply" in changed and isinstance(beside, Mapping) and "IsAutoApply" in beside:
        changed.pop("AppliedToTxnAdd", None)
    return {add: changed}


def _change(operation: queue.ClaimedOperation, decided: Mapping[str, object]) -> dict[str, object]:
    merged = decided.get(Decided.VALUES)
    if not isinstance(merged, Mapping) or operation.edit_sequence is None:
        raise InputError(LOST, field="operation")
    ids = {name: value for name, value in decided.items() if name in {"TxnID", "ListID"}}
    return {**ids, "EditSequence": operation.edit_sequence, **merged}
