"""Decide from what QuickBooks told what became of a write, or whether and how it goes out.

Money is at stake, so the rule is: found for sure, adopt; surely absent, send again with the same ExternalGUID;
anything in between is for a person.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from qbwc_service import qbxml, queue
from qbwc_service.store import ABOUT_OUTCOMES, Inquiry, OperationState
from qbwc_service.sync.effect import find_effect
from qbwc_service.sync.judge import Judgement, Sent, done, ended, goes_again, unknown
from qbwc_service.sync.recovery.match import agrees, has_mark
from qbwc_service.sync.recovery.sent_write import SentWrite

ADOPTED = "found in QuickBooks after its answer was lost"
ABSENT = "QuickBooks has not done it: it is sent again"
GONE = "the record that it changes is not in QuickBooks any more"
NO_QUERY = "QuickBooks has no query that would tell whether it has done this"

NOT_FOUND = (1, 500)
"""A query that matched nothing, and one of whose ids or names does not exist [Intuit: status codes]."""

NEVER_ANSWERED = "it was handed out {count} times, and QuickBooks has never done it nor answered"

MOST_AGAIN = 32
"""Twice as many as go out again after one loss; half of that after the next one, until the cause is alone."""

RATES = ("SalesTaxPercentage", "ExchangeRate")
"""Numbers of a transaction that are no amounts."""

SHOWN = ("TxnID", "ListID", "RefNumber", "FullName", "Name", "TxnDate", "TimeCreated", "TotalAmount", "Subtotal")


@dataclass(slots=True)
class Findings:
    """What the answers to one operation's questions held that concerns it; ``asked`` is how many there are."""

    write: SentWrite
    asked: int
    answered: int = 0
    failures: list[str] = field(default_factory=list)
    marked: dict[str, qbxml.RetObject] = field(default_factory=dict)
    agreeing: dict[str, qbxml.RetObject] = field(default_factory=dict)
    named: dict[str, qbxml.RetObject] = field(default_factory=dict)
    deleted: list[Mapping[str, object]] = field(default_factory=list)

    def begin(self, response: qbxml.Response) -> bool:
        """Take in the head of one answer; say whether its objects are worth a look."""
        code = response.status_code
        if code != 0 and code not in NOT_FOUND:
            self.failures.append(response.status_message or f"QuickBooks answered with status {code}")
            return False
        self.answered += 1
        return True

    def look_at(self, found: qbxml.RetObject) -> None:
        """Take in one object, if it has to do with the write."""
        if found.name in {"TxnDeletedRet", "ListDeletedRet"}:
            if self._is_deleted_one(found.values):
                self.deleted.append(found.values)
            return
        identity = str(found.values.get("ListID") or found.values.get("TxnID") or "")
        if not identity:
            return
        mark = has_mark(self.write, found.values)
        if mark:
            self.marked[identity] = found
        if self.write.operation.inquiry is not Inquiry.OUTCOME or self.write.action != "Add":
            self.named[identity] = found
        elif mark is None and self._is_young(found.values) and agrees(self.write.body, found.values):
            self.agreeing[identity] = found

    def _is_deleted_one(self, values: Mapping[str, object]) -> bool:
        """Say whether a deleted record may have been the one: the same number or name, made since."""
        ours = self.write.text("RefNumber") or self.write.text("Name") or ""
        theirs = str(values.get("RefNumber") or str(values.get("FullName") or "").rpartition(":")[2])
        return ours.casefold() == theirs.casefold() and self._is_young(values)

    def _is_young(self, values: Mapping[str, object]) -> bool:
        since, created = self.write.since, values.get("TimeCreated")
        return since is None or not isinstance(created, str) or created[:10] >= since.isoformat()


def find_disputed(findings: Collection[Findings]) -> set[str]:
    """Give the records that agree with several writes: at most one of them made it, and nobody can say which."""
    counts = Counter(identity for found in findings for identity in found.agreeing)
    return {identity for identity, count in counts.items() if count > 1}


def decide(
    findings: Findings,
    sent: Sent,
    *,
    linked: Collection[str],
    disputed: Collection[str] = (),
    policy: queue.RetryPolicy,
    now: datetime,
) -> Judgement:
    """Judge one operation by what was found; ``linked`` are records that belong to documents already.

    Where one of its questions was not answered, all are asked again later: half an answer proves no absence.
    """
    asked = findings.write.operation.inquiry
    if findings.failures or findings.answered < max(findings.asked, 1):
        return _ask_again(findings, sent, policy=policy, now=now)
    match asked:
        case Inquiry.EDIT_SEQUENCE:
            return _decide_edit_sequence(findings, sent, now=now)
        case Inquiry.NAME:
            return _decide_name(findings, sent)
        case Inquiry.OUTCOME | Inquiry.STORED_ANSWER if findings.write.action == "Add":
            return _decide_addition(findings, sent, linked=linked, disputed=disputed, policy=policy, now=now)
        case Inquiry.OUTCOME | Inquiry.STORED_ANSWER:
            return _decide_change(findings, sent, policy=policy, now=now)


def send_again(sent: Sent, *, policy: queue.RetryPolicy, now: datetime) -> Judgement:
    """It is absent, or doing it twice does no harm: it goes out again as it is, with fewer and fewer others.

    Bounded: what QuickBooks never survives must not hold up the rest for ever. It is not there, so it has failed.
    """
    lost = sent.retries + 1
    if lost >= policy.max_attempts:
        return ended(sent, OperationState.FAILED, code=None, text=NEVER_ANSWERED.format(count=lost))
    limit = max(MOST_AGAIN >> lost, 1)
    return goes_again(sent, code=None, text=ABSENT, not_before=now, batch_limit=limit, is_retry=True)


def leave_undecided(sent: Sent, text: str, *, evidence: Mapping[str, object] | None = None, now: datetime) -> Judgement:
    """A person decides: link it, or send it again."""
    judged = unknown(sent, code=None, text=text, inquiry=None, now=now)
    return Judgement(sent=sent, outcome=judged.outcome, evidence=evidence or {})


def give_up(sent: Sent, inquiry: Inquiry, text: str, *, now: datetime) -> Judgement:
    """Stop asking: a person decides about an outcome; what was not sent yet has failed."""
    why = f"QuickBooks could not be asked: {text}"
    if inquiry in ABOUT_OUTCOMES:
        return leave_undecided(sent, why, now=now)
    if inquiry is Inquiry.NAME:
        return ended(sent, OperationState.FAILED, code="3100", text=why)
    return ended(sent, OperationState.FAILED, code=None, text=why, inquiry=inquiry)


def ask_alone(sent: Sent, inquiry: Inquiry, text: str, *, now: datetime) -> Judgement:
    """Ask again at once, but about nothing else in the same set."""
    return _ask_at(sent, inquiry, text, when=now, batch_limit=1)


def _ask_again(findings: Findings, sent: Sent, *, policy: queue.RetryPolicy, now: datetime) -> Judgement:
    operation = findings.write.operation
    text = findings.failures[0] if findings.failures else "the answer does not mention every question"
    again = queue.next_attempt_at(policy, attempt=operation.inquiries, now=now)
    if again is None:
        return give_up(sent, operation.inquiry, text, now=now)
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


def _decide_addition(
    findings: Findings,
    sent: Sent,
    *,
    linked: Collection[str],
    disputed: Collection[str],
    policy: queue.RetryPolicy,
    now: datetime,
) -> Judgement:
    free = {identity: found for identity, found in findings.agreeing.items() if identity not in linked}
    is_sure = _is_identified_by_name(findings.write) and not free.keys() & set(disputed)
    certain = findings.marked or (free if is_sure else {})
    if len(certain) == 1:
        (found,) = certain.values()
        return _adopt(found, sent)
    candidates = [*findings.marked.values(), *free.values()]
    evidence = {"candidates": [_shown(found.values) for found in candidates], "deleted": _deleted(findings)}
    if candidates:
        text = f"{len(candidates)} records in QuickBooks may be the one, and none of them surely is"
        return leave_undecided(sent, text, evidence=evidence, now=now)
    if findings.deleted:
        text = "a record of this number or name was made since, and deleted in QuickBooks"
        return leave_undecided(sent, text, evidence=evidence, now=now)
    return send_again(sent, policy=policy, now=now)


def _is_identified_by_name(write: SentWrite) -> bool:
    """Say whether a record that agrees in everything is surely the one, although it carries no mark of ours.

    Names are unique in their lists; a transaction of the same number, partner, date and amounts is the same one.
    """
    return write.text("Name") is not None or write.text("RefNumber") is not None


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


def _decide_edit_sequence(findings: Findings, sent: Sent, *, now: datetime) -> Judgement:
    found = next(iter(findings.named.values()), None)
    sequence = found.values.get("EditSequence") if found is not None else None
    if not isinstance(sequence, str):
        return ended(sent, OperationState.FAILED, code="3120", text=GONE, inquiry=Inquiry.EDIT_SEQUENCE)
    return goes_again(sent, code=None, text="its EditSequence was read", not_before=now, edit_sequence=sequence)


def _decide_name(findings: Findings, sent: Sent) -> Judgement:
    if len(findings.marked) == 1:
        (found,) = findings.marked.values()
        return _adopt(found, sent)
    holders = [_shown(found.values) | {"type": found.name.removesuffix("Ret")} for found in findings.named.values()]
    who = ", ".join(f"the {holder['type']} {holder.get('FullName') or holder.get('Name')!s}" for holder in holders)
    text = f"the name is already in use by {who}" if who else "the name is already in use"
    judged = ended(sent, OperationState.FAILED, code="3100", text=text)
    return Judgement(sent=sent, outcome=judged.outcome, evidence={"candidates": holders})


def _adopt(found: qbxml.RetObject, sent: Sent) -> Judgement:
    return done(sent, find_effect(found, sent.request), code=None, text=ADOPTED)


def _shown(values: Mapping[str, object]) -> dict[str, object]:
    return {name: str(values[name]) for name in SHOWN if values.get(name) is not None}


def _deleted(findings: Findings) -> list[dict[str, object]]:
    names = ("TxnID", "ListID", "RefNumber", "FullName", "TimeCreated", "TimeDeleted")
    return [{name: str(one[name]) for name in names if one.get(name) is not None} for one in findings.deleted]
