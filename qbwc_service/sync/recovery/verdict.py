"""Decide from what QuickBooks told what became of a write, or whether and how it goes out.

Money is at stake, so the rule is: found for sure, adopt; surely absent, send again with the same ExternalGUID;
anything in between is for a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from qbwc_service import qbxml, queue
from qbwc_service.store import ABOUT_OUTCOMES, DocumentKind, Inquiry, OperationState, ProblemReason
from qbwc_service.sync.compare import agrees
from qbwc_service.sync.effect import find_effect
from qbwc_service.sync.judge import Judgement, Sent, done, ended, goes_again, unknown
from qbwc_service.sync.look import LookContext, concerns, decide_addition, decide_change
from qbwc_service.sync.look.decided import Decided
from qbwc_service.sync.recovery.match import has_mark
from qbwc_service.sync.recovery.sent_write import SentWrite

ADOPTED = "found in QuickBooks after its answer was lost"
ABSENT = "QuickBooks has not done it: it is sent again"
GONE = "the record that it changes is not in QuickBooks any more"
NO_QUERY = "QuickBooks has no query that would tell whether it has done this"

NOT_FOUND = (1, 500)
"""A query that matched nothing, and one of whose ids or names does not exist [Intuit: status codes]."""

SHOWN = ("TxnID", "ListID", "RefNumber", "FullName", "Name", "TxnDate", "TimeCreated", "TotalAmount", "Subtotal")


@dataclass(slots=True)
class Findings:
    """What the answers to one operation's questions held that concerns it."""

    write: SentWrite
    answered: int = 0
    failures: list[str] = field(default_factory=list)
    marked: dict[str, qbxml.RetObject] = field(default_factory=dict)
    agreeing: dict[str, qbxml.RetObject] = field(default_factory=dict)
    named: dict[str, qbxml.RetObject] = field(default_factory=dict)
    deleted: list[Mapping[str, object]] = field(default_factory=list)
    looked: list[qbxml.RetObject] = field(default_factory=list)

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
        if self.write.operation.inquiry is Inquiry.LOOK:
            if self._may_be_it(found):
                self.looked.append(found)
            return
        mark = has_mark(self.write, found.values)
        if mark:
            self.marked[identity] = found
        if self.write.operation.inquiry is not Inquiry.OUTCOME or self.write.action != "Add":
            self.named[identity] = found
        elif mark is None and self._is_young(found.values) and agrees(self.write.body, found.values):
            self.agreeing[identity] = found

    def _may_be_it(self, found: qbxml.RetObject) -> bool:
        """Keep of whole lists only what may be the entry; there are too many of the others."""
        kind, decided = self.write.operation.document_kind, self.write.operation.decided or {}
        if self.write.action != "Add" or kind not in {DocumentKind.CUSTOMER, DocumentKind.ITEM}:
            return True
        return Decided.ADOPT in decided or concerns(kind, self.write.body, found)

    def _is_deleted_one(self, values: Mapping[str, object]) -> bool:
        """Say whether a deleted record may have been the one: the same number or name, made since."""
        ours = self.write.text("RefNumber") or self.write.text("Name") or ""
        theirs = str(values.get("RefNumber") or values.get("FullName") or "").rpartition(":")[2]
        return ours.casefold() == theirs.casefold() and self._is_young(values)

    def _is_young(self, values: Mapping[str, object]) -> bool:
        since, created = self.write.since, values.get("TimeCreated")
        return since is None or not isinstance(created, str) or created[:10] >= since.isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known here: the documents that found records belong to already, and what a look needs to know."""

    linked: Mapping[str, int | None]
    context: LookContext | None = None


def decide(findings: Findings, sent: Sent, *, known: Known, policy: queue.RetryPolicy, now: datetime) -> Judgement:
    """Judge one operation by what was found. Where a question was not answered, it is asked again later."""
    asked = findings.write.operation.inquiry
    if findings.failures or not findings.answered:
        return _ask_again(findings, sent, policy=policy, now=now)
    match asked:
        case Inquiry.EDIT_SEQUENCE:
            return _decide_edit_sequence(findings, sent, now=now)
        case Inquiry.NAME:
            return _decide_name(findings, sent)
        case Inquiry.LOOK:
            return _decide_look(findings, sent, known, now=now)
        case Inquiry.OUTCOME | Inquiry.STORED_ANSWER if findings.write.action == "Add":
            return _decide_outcome(findings, sent, linked=known.linked, now=now)
        case Inquiry.OUTCOME | Inquiry.STORED_ANSWER:
            return _decide_change(findings, sent, now=now)


def send_again(sent: Sent, *, now: datetime) -> Judgement:
    """It is absent, or doing it twice does no harm: it goes out again as it is."""
    return goes_again(sent, code=None, text=ABSENT, not_before=now)


def leave_undecided(sent: Sent, text: str, *, evidence: Mapping[str, object] | None = None, now: datetime) -> Judgement:
    """A person decides: link it, or send it again."""
    judged = unknown(sent, code=None, text=text, inquiry=None, now=now)
    return Judgement(sent=sent, outcome=judged.outcome, evidence=evidence or {})


def give_up(sent: Sent, inquiry: Inquiry, text: str, *, now: datetime) -> Judgement:
    """Stop asking: a person decides about an outcome; what was not sent yet has failed."""
    why = f"QuickBooks could not be asked: {text}"
    if inquiry in ABOUT_OUTCOMES:
        return leave_undecided(sent, why, now=now)
    judged = ended(sent, OperationState.FAILED, code="3100" if inquiry is Inquiry.NAME else None, text=why)
    reason = ProblemReason.REJECTED_BY_QUICKBOOKS if inquiry is Inquiry.LOOK else None
    return replace(judged, reason=reason)


def ask_alone(sent: Sent, inquiry: Inquiry, text: str, *, now: datetime) -> Judgement:
    """Ask again at once, but about nothing else in the same set."""
    return _ask_at(sent, inquiry, text, when=now, batch_limit=1)


def _ask_again(findings: Findings, sent: Sent, *, policy: queue.RetryPolicy, now: datetime) -> Judgement:
    operation = findings.write.operation
    text = findings.failures[0] if findings.failures else "the answer does not mention the question"
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


def _decide_outcome(findings: Findings, sent: Sent, *, linked: Mapping[str, int | None], now: datetime) -> Judgement:
    free = {identity: found for identity, found in findings.agreeing.items() if identity not in linked}
    certain = findings.marked or (free if _is_identified_by_name(findings.write) else {})
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
    return send_again(sent, now=now)


def _is_identified_by_name(write: SentWrite) -> bool:
    """Say whether a record that agrees in everything is surely the one, although it carries no mark of ours.

    Names are unique in their lists; a transaction of the same number, partner, date and amounts is the same one.
    """
    return write.text("Name") is not None or write.text("RefNumber") is not None


def _decide_change(findings: Findings, sent: Sent, *, now: datetime) -> Judgement:
    write = findings.write
    found = next(iter(findings.named.values()), None)
    match write.action:
        case "Del":
            if found is None:
                return ended(sent, OperationState.DONE, code=None, text=ADOPTED)
        case "Void":
            if found is not None and _is_void(found.values):
                return ended(sent, OperationState.DONE, code=None, text=ADOPTED)
        case _:
            if found is not None and _was_changed(write, found.values) and agrees(write.body, found.values):
                return _adopt(found, sent)
    # Deleting and voiding again do no harm; a change is refused (3200) if it was done, or if somebody was faster.
    return send_again(sent, now=now)


def _was_changed(write: SentWrite, found: Mapping[str, object]) -> bool:
    return found.get("EditSequence") != write.text("EditSequence")


def _is_void(values: Mapping[str, object]) -> bool:
    """Say whether every amount of a transaction is nought: QuickBooks keeps a voided one so."""
    amounts = [value for value in values.values() if isinstance(value, Decimal)]
    return bool(amounts) and not any(amounts)


def _decide_look(findings: Findings, sent: Sent, known: Known, *, now: datetime) -> Judgement:
    if known.context is None:
        raise LookupError("a look into QuickBooks is decided without its context")
    operation, context = findings.write.operation, known.context
    if findings.write.action != "Add":
        return decide_change(operation, sent, findings.looked, context=context, now=now)
    return decide_addition(operation, sent, findings.looked, context=context, linked=known.linked, now=now)


def _decide_edit_sequence(findings: Findings, sent: Sent, *, now: datetime) -> Judgement:
    found = next(iter(findings.named.values()), None)
    sequence = found.values.get("EditSequence") if found is not None else None
    if not isinstance(sequence, str):
        return ended(sent, OperationState.FAILED, code="3120", text=GONE)
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
