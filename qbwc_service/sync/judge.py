"""Decide what an answer, a refusal of a whole set, or silence means for one operation."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeGuard

from qbwc_service import qbxml, queue
from qbwc_service.store import OperationState

KEPT_IDS = 20
"""How many ids of a query's answer are kept with the attempt; the whole answer is kept with the message set."""

ID_LENGTH, EDIT_SEQUENCE_LENGTH, LARGEST_AMOUNT = 36, 16, Decimal(10) ** 13
"""What QuickBooks' types allow [qbXML schema: IDTYPE, EditSequence, AMTTYPE]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """An operation that is out, with what is needed of its document.

    ``credit_memos`` are the external ids of those a payment uses up: their balances change without a word of it.
    """

    operation_id: int
    request: str
    is_write: bool
    retries: int
    external_guid: str | None
    document_id: int | None
    fingerprint: str | None
    credit_memos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a write that succeeded left in QuickBooks, as it answered.

    ``balances`` gives the open balance of other transactions it touched, by TxnID (the invoices of a payment).
    """

    object_type: str
    quickbooks_id: str
    edit_sequence: str | None
    total: Decimal | None
    balance: Decimal | None
    balances: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """How one operation ended, and its effect where it had one."""

    sent: Sent
    outcome: queue.Outcome
    effect: Effect | None = None


def judge_response(response: qbxml.Response, sent: Sent, *, policy: queue.RetryPolicy, now: datetime) -> Judgement:
    """Judge by status code first, then text; consumes the response's objects."""
    verdict = qbxml.judge(response.status_code, response.status_message or "", is_write=sent.is_write)
    match verdict:
        case qbxml.Outcome.DONE | qbxml.Outcome.WARNING | qbxml.Outcome.EMPTY:
            return _success(response, sent)
        case qbxml.Outcome.RETRY:
            return judge_retry(sent, code=str(response.status_code), text=_text(response), policy=policy, now=now)
        case qbxml.Outcome.UNKNOWN if sent.is_write:
            return _ended(sent, OperationState.UNKNOWN, code=str(response.status_code), text=_text(response))
        case qbxml.Outcome.UNKNOWN:
            return judge_retry(sent, code=str(response.status_code), text=_text(response), policy=policy, now=now)
        case qbxml.Outcome.REQUERY | qbxml.Outcome.LOOK_UP | qbxml.Outcome.FAILED:
            return _ended(sent, OperationState.FAILED, code=str(response.status_code), text=_text(response))


def judge_retry(sent: Sent, *, code: str, text: str, policy: queue.RetryPolicy, now: datetime) -> Judgement:
    """Send it again after a while, or give it up when it was the last attempt."""
    again = queue.next_attempt_at(policy, attempt=sent.retries + 1, now=now)
    if again is None:
        given_up = f"{text} (given up after {sent.retries + 1} attempts)"
        return _ended(sent, OperationState.FAILED, code=code, text=given_up)
    return _goes_again(sent, code=code, text=text, not_before=again, is_retry=True)


def judge_silence(sent: Sent, *, reason: str, policy: queue.RetryPolicy, now: datetime) -> Judgement:
    """Judge an operation that the answer says nothing of: a write is unknown, a read is asked again."""
    if sent.is_write:
        return _ended(sent, OperationState.UNKNOWN, code=None, text=reason)
    return judge_retry(sent, code="no answer", text=reason, policy=policy, now=now)


def judge_refused_set(sent: Iterable[Sent], *, hresult: str, text: str, now: datetime) -> dict[int, Judgement]:
    """Judge a set that QuickBooks refused whole, which proves that nothing of it was done.

    Each goes again at once in a set half as large, until the one that is the cause is alone, and fails.
    """
    operations = list(sent)
    if len(operations) == 1:
        (only,) = operations
        return {only.operation_id: _ended(only, OperationState.FAILED, code=hresult, text=text)}
    half = (len(operations) + 1) // 2
    return {
        operation.operation_id: _goes_again(operation, code=hresult, text=text, not_before=now, batch_limit=half)
        for operation in operations
    }


def judge_not_sent(sent: Iterable[Sent], *, hresult: str, text: str, now: datetime) -> dict[int, Judgement]:
    """Judge a set that never reached QuickBooks: everything goes on waiting."""
    return {
        operation.operation_id: _goes_again(operation, code=hresult, text=text, not_before=now) for operation in sent
    }


def _success(response: qbxml.Response, sent: Sent) -> Judgement:
    code, text = str(response.status_code), response.status_message
    if not sent.is_write:
        return _ended(sent, OperationState.DONE, code=code, text=text, result=_summary(response))
    effect = _effect(response)
    if effect is None and sent.request.endswith(("AddRq", "ModRq")) and sent.document_id is not None:
        silent = "QuickBooks reported success without an id; it may or may not have been done"
        return _ended(sent, OperationState.UNKNOWN, code=code, text=silent)
    result: dict[str, object] | None = None if effect is None else {"quickbooks_id": effect.quickbooks_id}
    judged = _ended(sent, OperationState.DONE, code=code, text=text, result=result)
    return Judgement(sent=sent, outcome=judged.outcome, effect=effect)


def _goes_again(
    sent: Sent,
    *,
    code: str,
    text: str,
    not_before: datetime,
    batch_limit: int | None = None,
    is_retry: bool = False,
) -> Judgement:
    outcome = queue.Outcome(
        operation_id=sent.operation_id,
        state=OperationState.WAITING,
        status_code=code,
        status_message=text,
        not_before=not_before,
        batch_limit=batch_limit,
        is_retry=is_retry,
    )
    return Judgement(sent=sent, outcome=outcome)


def _ended(
    sent: Sent,
    state: OperationState,
    *,
    code: str | None,
    text: str | None,
    result: dict[str, object] | None = None,
) -> Judgement:
    outcome = queue.Outcome(
        operation_id=sent.operation_id, state=state, status_code=code, status_message=text, result=result
    )
    return Judgement(sent=sent, outcome=outcome)


def _effect(response: qbxml.Response) -> Effect | None:
    for found in response.objects:
        quickbooks_id = found.values.get("ListID") or found.values.get("TxnID")
        if isinstance(quickbooks_id, str) and len(quickbooks_id) <= ID_LENGTH:
            return Effect(
                object_type=found.name.removesuffix("Ret"),
                quickbooks_id=quickbooks_id,
                edit_sequence=_edit_sequence(found.values.get("EditSequence")),
                total=_total(found.values),
                balance=_first_decimal(found.values, "BalanceRemaining", "CreditRemaining", "UnusedPayment"),
                balances=tuple(_balances(found.values)),
            )
    return None


def _total(values: dict[str, object]) -> Decimal | None:
    """A transaction's amount: an invoice says it in two parts, the others in one."""
    subtotal, tax = values.get("Subtotal"), values.get("SalesTaxTotal")
    if _is_amount(subtotal) and "TotalAmount" not in values:
        return subtotal + tax if _is_amount(tax) else subtotal
    return _first_decimal(values, "TotalAmount")


def _balances(values: dict[str, object]) -> Iterable[tuple[str, Decimal]]:
    applied = values.get("AppliedToTxnRet")
    for part in applied if isinstance(applied, list) else ():
        txn_id, balance = part.get("TxnID"), part.get("BalanceRemaining")
        if isinstance(txn_id, str) and _is_amount(balance):
            yield txn_id, balance


def _summary(response: qbxml.Response) -> dict[str, object]:
    """What is worth keeping of a query's answer beside its text: how many, and which at first."""
    count = 0
    ids: list[str] = []
    for found in response.objects:
        count += 1
        identity = found.values.get("ListID") or found.values.get("TxnID")
        if isinstance(identity, str) and len(ids) < KEPT_IDS:
            ids.append(identity)
    summary: dict[str, object] = {"objects": count, "ids": ids}
    if response.ret_count is not None:
        summary["ret_count"] = response.ret_count
    return summary


def _text(response: qbxml.Response) -> str:
    return response.status_message or f"QuickBooks answered with status {response.status_code}"


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
