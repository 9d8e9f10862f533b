"""What a write left in QuickBooks, read from the object that QuickBooks gives back."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeGuard

from qbwc_service import qbxml
from qbwc_service.sync.agreed import trim_record

ID_LENGTH, EDIT_SEQUENCE_LENGTH, LARGEST_AMOUNT = 36, 16, Decimal(10) ** 13
"""What QuickBooks' types allow [qbXML schema: IDTYPE, EditSequence, AMTTYPE]."""


ACTION = re.compile("(Add|Mod)Rq$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a write that succeeded left in QuickBooks, as it answered.

    ``balances`` gives the open balance of other transactions it touched, by TxnID (the invoices of a payment);
    ``record`` what can be changed of it, as it stands now.
    """

    object_type: str
    quickbooks_id: str
    edit_sequence: str | None
    total: Decimal | None
    balance: Decimal | None
    balances: tuple[tuple[str, Decimal], ...] = ()
    record: Mapping[str, object] | None = None


def find_effect(found: qbxml.RetObject, request: str) -> Effect | None:
    """Read what a write left from the object that QuickBooks gave back, whole or as its ErrorRecovery; None if not."""
    quickbooks_id = found.values.get("ListID") or found.values.get("TxnID")
    if not isinstance(quickbooks_id, str) or len(quickbooks_id) > ID_LENGTH:
        return None
    object_type = ACTION.sub("", request)
    return Effect(
        object_type=object_type,
        quickbooks_id=quickbooks_id,
        edit_sequence=_edit_sequence(found.values.get("EditSequence")),
        total=_total(found.values),
        balance=_first_decimal(found.values, "BalanceRemaining", "CreditRemaining", "UnusedPayment"),
        balances=tuple(_balances(found.values)),
        record=trim_record(found.values, object_type),
    )


def _total(values: dict[str, object]) -> Decimal | None:
    """A transaction's amount: an invoice says it in two parts, the others in one."""
    subtotal, tax = values.get("Subtotal"), values.get("SalesTaxTotal")
    if _is_amount(subtotal) and "TotalAmount" not in values:
        return subtotal + tax if _is_amount(tax) else subtotal
    return _first_decimal(values, "TotalAmount", "DepositTotal")


def _balances(values: dict[str, object]) -> Iterable[tuple[str, Decimal]]:
    applied = values.get("AppliedToTxnRet")
    for part in applied if isinstance(applied, list) else ():
        txn_id, balance = part.get("TxnID"), part.get("BalanceRemaining")
        if isinstance(txn_id, str) and _is_amount(balance):
            yield txn_id, balance


def _first_decimal(values: dict[str, object], *names: str) -> Decimal | None:
    found = (value for name in names if _is_amount(value := values.get(name)))
    return next(found, None)


def _is_amount(value: object) -> TypeGuard[Decimal]:
    """Say whether it is an amount as QuickBooks writes them: an odd one is no reason to doubt that it did the work."""
    return (
        isinstance(value, Decimal)
        and value.is_finite()
        and abs(value) < LARGEST_AMOUNT
        and value == value.quantize(Decimal("0.01"))
    )


def _edit_sequence(value: object) -> str | None:
    return value if isinstance(value, str) and len(value) <= EDIT_SEQUENCE_LENGTH else None
