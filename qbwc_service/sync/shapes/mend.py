"""Mend a document whose shape is wrong, so far that the rest of it can be checked in the same round."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from pydantic import ValidationError

from qbwc_service.sync.shapes.parts import Shape

A_REFERENCE: Mapping[str, object] = {"quickbooks_id": "1-1"}
A_LINE: Mapping[str, object] = {"description": "-"}
STAND_INS: Mapping[str, object] = {
    **dict.fromkeys(("external_id", "name", "ref_number"), "-"),
    **dict.fromkeys(("customer", "income_account", "account", "invoice", "credit_memo"), A_REFERENCE),
    "kind": "service",
    "amount": "1.00",
    "lines": [A_LINE],
}
"""What takes the place of required values: QuickBooks would have nothing against these."""

MOST_ROUNDS = 3


def mend(shape: type[Shape], body: Mapping[str, object], refused: ValidationError) -> Shape | None:
    """Give the document without what is wrong, required values replaced; None where that cannot be done."""
    mended: Any = deepcopy(dict(body))
    for _round in range(MOST_ROUNDS):
        for problem in refused.errors(include_url=False, include_input=False, include_context=False):
            _repair(mended, problem["loc"])
        try:
            return shape.model_validate(mended)
        except ValidationError as again:
            refused = again
    return None


def _repair(value: Any, location: Sequence[int | str]) -> None:
    """Take away, or replace, what stands at a location; names of a union's members in it are no fields."""
    for step, part in enumerate(location):
        inner = value[part] if _has(value, part) else None
        if isinstance(inner, dict | list) and step + 1 < len(location):
            value = inner
        elif isinstance(inner, list) and inner:
            return  # Of a list that holds something wrong, pydantic says too that it is too short.
        elif isinstance(value, list) and _has(value, part):
            value[int(part)] = dict(A_LINE)
        elif isinstance(value, dict) and part in STAND_INS:
            value[part] = deepcopy(STAND_INS[str(part)])
        elif isinstance(value, dict):
            value.pop(part, None)


def _has(value: Any, part: int | str) -> bool:
    if isinstance(value, list):
        return isinstance(part, int) and part < len(value)
    return isinstance(value, dict) and part in value
