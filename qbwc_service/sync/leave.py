"""Requests that are not an Add of a document: its changes, as a look decided them; its deletion; its voiding."""

from collections.abc import Mapping

from qbwc_service import qbxml, queue
from qbwc_service.errors import InputError
from qbwc_service.sync.look.change import VALUES

LOST = "it is not known any more which record it is about"


def render_decided(operation: queue.ClaimedOperation, *, request_id: str) -> qbxml.Request:
    """Make the request from what was decided about the operation; InputError where that says too little."""
    decided = operation.decided or {}
    if operation.request.endswith("ModRq"):
        values: Mapping[str, object] = {operation.request.removesuffix("Rq"): _change(operation, decided)}
    else:
        values = {name: value for name, value in decided.items() if name.endswith(("Type", "ID"))}
    return qbxml.Request(name=operation.request, values=values, request_id=request_id)


def _change(operation: queue.ClaimedOperation, decided: Mapping[str, object]) -> dict[str, object]:
    merged = decided.get(VALUES)
    if not isinstance(merged, Mapping) or operation.edit_sequence is None:
        raise InputError(LOST, field="operation")
    ids = {name: value for name, value in decided.items() if name in {"TxnID", "ListID"}}
    return {**ids, "EditSequence": operation.edit_sequence, **merged}
