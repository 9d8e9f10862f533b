"""Decide from what QuickBooks told what became of a write, or whether and how it goes out.

Money is at stake, so the rule is: found for sure, adopt; surely absent, send again with the same ExternalGUID;
anything in between is for a person.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal

from qbwc_service import qbxml, queue
from qbwc_service.store import ABOUT_OUTCOMES, DocumentKind, Inquiry, OperationState, ProblemReason
from qbwc_service.sync.compare import agrees
from qbwc_service.sync.effect import find_effect
from qbwc_service.sync.judge import MOST_AGAIN, Judgement, done, ended, fails, goes_again, unknown
from qbwc_service.sync.look import LookContext, decide_addition, decide_change
from qbwc_service.sync.recovery.findings import Findings
from qbwc_service.sync.recovery.sent_write import SentWrite
from qbwc_service.sync.sent import Sent

ADOPTED = "found in QuickBooks after its answer was lost"
ABSENT = "QuickBooks has not done it: it is sent again"
GONE = "the record that it changes is not in QuickBooks any more"
NO_QUERY = "QuickBooks has no query that would tell whether it has done this"

NEVER_ANSWERED = "it was handed out {count} times, and QuickBooks has never done it nor answered"

RATES = ("SalesTaxPercentage", "ExchangeRate")
"""Numbers of a transaction that are no amounts."""

AMBIGUOUS: Mapping[DocumentKind | None, ProblemReason] = {
    DocumentKind.CUSTOMER: ProblemReason.CUSTOMER_AMBIGUOUS,
    DocumentKind.ITEM: ProblemReason.ITEM_AMBIGUOUS,
}
"""What a look finds wrong where another document has the record; of the others, that their number is taken."""

SHOWN = ("TxnID", "ListID", "RefNumber", "FullName", "Name", "TxnDate", "TimeCreated", "TotalAmount", "Subtotal")


def decide(
    findings: Findings,
    sent: Sent,
    *,
    linked: Collection[str],
    disputed: Collection[str] = (),
    context: LookContext | None = None,
    policy: queue.RetryPolicy,
    now: datetime,
) -> Judgement:
    """Judge one operation by what was found; ``linked`` are records that belong to other documents already.

    ``context`` is what a look needs to know.

    Where one of its questions was not answered, all are asked again later: half an answer proves no absence. A record
    with our mark is proof enough, whatever else was not answered.
    """
    early = _decide_by_mark(findings, sent, linked=linked, now=now) or _decide_by_silence(
        findings, sent, policy=policy, now=now
    )
    if early is not None:
        return early
    match findings.write.operation.inquiry:
        case Inquiry.EDIT_SEQUENCE:
            return _decide_edit_sequence(findings, sent, now=now)
        case Inquiry.NAME:
            return _decide_name(findings, sent, policy=policy, now=now)
        case Inquiry.LOOK:
            return _decide_look(findings, sent, linked=linked, context=context, now=now)
        case Inquiry.OUTCOME | Inquiry.STORED_ANSWER if findings.write.action == "Add":
            return _decide_outcome(findings, sent, linked=linked, disputed=disputed, policy=policy, now=now)
        case Inquiry.OUTCOME | Inquiry.STORED_ANSWER:
            return _decide_change(findings, sent, policy=policy, now=now)


def _decide_by_mark(findings: Findings, sent: Sent, *, linked: Collection[str], now: datetime) -> Judgement | None:
    """Adopt the one new record that carries our mark."""
    taken = findings.marked.keys() & set(linked)
    if taken:
        return _decide_taken(findings, sent, taken, now=now)
    is_look = findings.write.operation.inquiry is Inquiry.LOOK
    if is_look or len(findings.marked) != 1 or findings.write.action != "Add":
        return None
    (found,) = findings.marked.values()
    return _adopt(found, sent)


def _decide_by_silence(findings: Findings, sent: Sent, *, policy: queue.RetryPolicy, now: datetime) -> Judgement | None:
    """Ask again where a question was not answered; stop where it never will be."""
    if findings.refusals:
        code, text = findings.refusals[0]
        inquiry = findings.write.operation.inquiry
        return give_up(sent, inquiry, text, code=str(code), write=findings.write, now=now)
    if findings.failures or findings.answered < max(findings.asked, 1):
        return _ask_again(findings, sent, policy=policy, now=now)
    return None


def send_again(sent: Sent, *, policy: queue.RetryPolicy, now: datetime) -> Judgement:
    """It is absent, or doing it twice does no harm: it goes out again as it is, with fewer and fewer others.

    Bounded: what QuickBooks never survives must not hold up the rest for ever. It is not there, so it has failed.
    """
    lost = sent.retries + 1
    if lost >= policy.max_attempts:
        return ended(sent, OperationState.FAILED, code=None, text=NEVER_ANSWERED.format(count=lost))
    limit = max(MOST_AGAIN >> lost, 1)
    return goes_again(sent, code=None, text=ABSENT, not_before=now, batch_limit=limit, is_retry=True)


def leave_undecided(
    sent: Sent,
    text: str,
    *,
    write: SentWrite | None,
    evidence: Mapping[str, object] | None = None,
    now: datetime,
) -> Judgement:
    """A person decides: link it, or send it again. The evidence says what to look for."""
    judged = unknown(sent, code=None, text=text, inquiry=None, now=now)
    sought = _sought(write) if write is not None else {}
    return Judgement(sent=sent, outcome=judged.outcome, evidence={"sought": sought, **(evidence or {})})


def give_up(
    sent: Sent, inquiry: Inquiry, text: str, *, code: str | None = None, write: SentWrite | None, now: datetime
) -> Judgement:
    """Stop asking: a person decides about an outcome; what was not sent yet has failed."""
    why = f"QuickBooks could not be asked: {text}"
    if inquiry in ABOUT_OUTCOMES:
        return leave_undecided(sent, why, write=write, now=now)
    if inquiry is Inquiry.NAME:
        return ended(sent, OperationState.FAILED, code="3100", text=why)
    return ended(sent, OperationState.FAILED, code=code, text=why, inquiry=inquiry)


def ask_alone(sent: Sent, inquiry: Inquiry, text: str, *, now: datetime) -> Judgement:
    """Ask again at once, but about nothing else in the same set."""
    return _ask_at(sent, inquiry, text, when=now, batch_limit=1)


def _ask_again(findings: Findings, sent: Sent, *, policy: queue.RetryPolicy, now: datetime) -> Judgement:
    operation = findings.write.operation
    text = findings.failures[0] if findings.failures else "the answer does not mention every question"
    again = queue.next_attempt_at(policy, attempt=operation.inquiries, now=now)
    if again is None:
        return give_up(sent, operation.inquiry, text, write=findings.write, now=now)
    return _ask_at(sent, operation.inquiry, text, when=again)


def _ask_at(sent: Sent, inquiry: Inquiry, text: str, *, when: datetime, batch_limit: int | None = None) -> Judgement:
    """The same question again; the operation stays where it is."""
    state = OperationState.UNKNOWN if inquiry in ABOUT_OUTCOMES else OperationState.WAITING
    outcome = queue.Outcome(
        operation_id=sent.operation_id,
        state=state,
        status_message=text,
        not_before=when,
        inquiry=inquiry,
        batch_limit=batch_limit,
    )
    return Judgement(sent=sent, outcome=outcome)


def _decide_outcome(
    findings: Findings,
    sent: Sent,
    *,
    linked: Collection[str],
    disputed: Collection[str],
    policy: queue.RetryPolicy,
    now: datetime,
) -> Judgement:
    free = {identity: found for identity, found in findings.agreeing.items() if identity not in linked}
    sure = [one for one in free.values() if _is_surely_it(findings.write, one.values)]
    if len(free) == len(sure) == 1 and not findings.marked and not free.keys() & set(disputed):
        return _adopt(sure[0], sent)
    candidates = [*findings.marked.values(), *free.values()]
    evidence = {"candidates": [_shown(found.values) for found in candidates], "deleted": _deleted(findings)}
    if candidates:
        text = f"{len(candidates)} records in QuickBooks may be the one, and none of them surely is"
        return leave_undecided(sent, text, write=findings.write, evidence=evidence, now=now)
    if findings.deleted:
        text = "a record of this number or name was made since, and deleted in QuickBooks"
        return leave_undecided(sent, text, write=findings.write, evidence=evidence, now=now)
    return send_again(sent, policy=policy, now=now)


def _is_surely_it(write: SentWrite, found: Mapping[str, object]) -> bool:
    """Say whether a record is surely the one, although it carries no mark of ours: all agrees, the number or name too.

    Names are unique in their lists; a transaction of the same number, partner, date and amounts is the same one.
    """
    key = next((name for name in ("Name", "RefNumber") if write.text(name) is not None), None)
    return key is not None and found.get(key) is not None and agrees(write.body, found)


def _decide_taken(findings: Findings, sent: Sent, taken: Collection[str], *, now: datetime) -> Judgement:
    """The record that carries our mark is linked to another document: somebody linked the wrong one."""
    text = f"the record that it made ({', '.join(sorted(taken))}) is linked to another document"
    evidence = {"candidates": [_shown(found.values) for found in findings.marked.values()]}
    operation = findings.write.operation
    if operation.inquiry in ABOUT_OUTCOMES:
        return leave_undecided(sent, text, write=findings.write, evidence=evidence, now=now)
    if operation.inquiry is Inquiry.LOOK:
        ambiguous = AMBIGUOUS.get(operation.document_kind, ProblemReason.DUPLICATE_NUMBER)
        return fails(sent, ambiguous, text, evidence=evidence)
    judged = ended(sent, OperationState.FAILED, code="3100", text=text)
    return Judgement(sent=sent, outcome=judged.outcome, evidence=evidence)


def _decide_change(findings: Findings, sent: Sent, *, policy: queue.RetryPolicy, now: datetime) -> Judgement:
    write = findings.write
    found = next(iter(findings.named.values()), None)
    match write.action:
        case "Del" | "Merge":
            if found is None:
                return ended(sent, OperationState.DONE, code=None, text=ADOPTED)
        case "Void":
            if found is not None and _is_void(found.values):
                return ended(sent, OperationState.DONE, code=None, text=ADOPTED)
        case _:
            if found is not None and _was_changed(write, found.values) and agrees(write.body, found.values):
                return _adopt(found, sent)
    # Deleting and voiding again do no harm; a change is refused (3200) if it was done, or if somebody was faster.
    return send_again(sent, policy=policy, now=now)


def _was_changed(write: SentWrite, found: Mapping[str, object]) -> bool:
    return found.get("EditSequence") != write.text("EditSequence")


def _is_void(values: Mapping[str, object]) -> bool:
    """Say whether every amount of a transaction is nought: QuickBooks keeps a voided one so."""
    amounts = [value for name, value in values.items() if isinstance(value, Decimal) and name not in RATES]
    return bool(amounts) and not any(amounts)


def _decide_look(
    findings: Findings, sent: Sent, *, linked: Collection[str], context: LookContext | None, now: datetime
) -> Judgement:
    if context is None:
        raise LookupError("a look into QuickBooks is decided without its context")
    operation = findings.write.operation
    if findings.write.action != "Add":
        return decide_change(operation, sent, findings.looked, context=context, now=now)
    return decide_addition(operation, sent, findings.looked, context=context, linked=linked, now=now)


def _decide_edit_sequence(findings: Findings, sent: Sent, *, now: datetime) -> Judgement:
    found = next(iter(findings.named.values()), None)
    sequence = found.values.get("EditSequence") if found is not None else None
    if not isinstance(sequence, str):
        return ended(sent, OperationState.FAILED, code="3120", text=GONE, inquiry=Inquiry.EDIT_SEQUENCE)
    return goes_again(sent, code=None, text="its EditSequence was read", not_before=now, edit_sequence=sequence)


def _decide_name(findings: Findings, sent: Sent, *, policy: queue.RetryPolicy, now: datetime) -> Judgement:
    """Somebody has the name; where nobody has it any more, the entry goes again."""
    if not findings.named:
        return send_again(sent, policy=policy, now=now)
    holders = [_shown(found.values) | {"type": found.name.removesuffix("Ret")} for found in findings.named.values()]
    who = ", ".join(f"the {holder['type']} {holder.get('FullName') or holder.get('Name')!s}" for holder in holders)
    text = f"the name is already in use by {who}"
    judged = ended(sent, OperationState.FAILED, code="3100", text=text)
    said = {"status_code": "3100", "status_message": findings.write.operation.status_message}
    return Judgement(sent=sent, outcome=judged.outcome, evidence={**said, "candidates": holders})


def _adopt(found: qbxml.RetObject, sent: Sent) -> Judgement:
    return done(sent, find_effect(found, sent.request), code=None, text=ADOPTED)


def _sought(write: SentWrite) -> dict[str, object]:
    """Say by what a person can find it in QuickBooks."""
    names = ("RefNumber", "Name", "TxnDate", "TotalAmount", "ExternalGUID", "TxnID", "ListID")
    return {name: text for name in names if (text := write.text(name)) is not None}


def _shown(values: Mapping[str, object]) -> dict[str, object]:
    return {name: str(values[name]) for name in SHOWN if values.get(name) is not None}


def _deleted(findings: Findings) -> list[dict[str, object]]:
    names = ("TxnID", "ListID", "RefNumber", "FullName", "TimeCreated", "TimeDeleted")
    return [{name: str(one[name]) for name in names if one.get(name) is not None} for one in findings.deleted]
