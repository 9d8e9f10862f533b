"""Decide what an answer, a refusal of a whole set, or silence means for one operation."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache

from qbwc_service import qbxml, queue
from qbwc_service.store import Inquiry, OperationState, ProblemReason
from qbwc_service.sync.effect import Effect, find_effect
from qbwc_service.sync.sent import GONE, MOST_READINGS, Sent

KEPT_IDS = 20
"""How many ids of a query's answer are kept with the attempt; the whole answer is kept with the message set."""

MOST_AGAIN = 32
"""Twice as many as go out again after one loss; half of that after the next one, until the cause is alone."""

ASKED_AGAIN = "asked again: no answer came back"

NEVER_CAME_BACK = "it was asked {count} times, and no answer ever came back: it may be what QuickBooks does not survive"

ALREADY = (3100, 3120, 3180, 3200)
"""What QuickBooks says to a change that is there already: taken, not found, a value that exists, changed since. It may
be somebody else's doing."""

MAY_BE_DONE = (
    "it was sent again after its answer was lost, and is refused now: {text} It may have been done the first time"
)

SILENT_SUCCESS = "QuickBooks reported success without an id; it may or may not have been done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """How one operation ended, its effect where it had one, and what a person should see if it is a problem.

    ``reason`` names the problem where the status code does not. ``pairs``: nothing was sent, the document was paired
    with a record that somebody else made. ``is_live``: QuickBooks answered in the session in which it did it, so that
    nothing was read in between.
    """

    sent: Sent
    outcome: queue.Outcome
    effect: Effect | None = None
    reason: ProblemReason | None = None
    evidence: Mapping[str, object] = field(default_factory=dict)
    pairs: bool = False
    is_live: bool = False


def judge_response(response: qbxml.Response, sent: Sent, *, policy: queue.RetryPolicy, now: datetime) -> Judgement:
    """Judge by status code first, then text; consumes the response's objects."""
    verdict = qbxml.judge(response.status_code, response.status_message or "", is_write=sent.is_write)
    match verdict:
        case qbxml.Outcome.DONE | qbxml.Outcome.WARNING | qbxml.Outcome.EMPTY:
            return _success(response, sent, now=now)
        case qbxml.Outcome.UNKNOWN if sent.is_write:
            return unknown(sent, code=str(response.status_code), text=_text(response), inquiry=Inquiry.OUTCOME, now=now)
        case qbxml.Outcome.RETRY | qbxml.Outcome.UNKNOWN:
            return judge_retry(sent, code=str(response.status_code), text=_text(response), policy=policy, now=now)
        case qbxml.Outcome.REQUERY if sent.reads_edit_sequence and sent.readings < MOST_READINGS:
            of_document = sent.document_id is not None
            inquiry = Inquiry.LOOK if of_document else Inquiry.EDIT_SEQUENCE
            return _asks_first(response, sent, inquiry=inquiry, now=now)
        case qbxml.Outcome.LOOK_UP if _takes_a_name(sent.request):
            return _asks_first(response, sent, inquiry=Inquiry.NAME, now=now)
        case qbxml.Outcome.REQUERY | qbxml.Outcome.LOOK_UP | qbxml.Outcome.FAILED:
            return _refused(response, sent, now=now)


def judge_retry(sent: Sent, *, code: str, text: str, policy: queue.RetryPolicy, now: datetime) -> Judgement:
    """Send it again after a while, or give it up when it was the last attempt; what is only checked is tried once."""
    if sent.is_check:
        return ended(sent, OperationState.FAILED, code=code, text=f"{text} (given up until it is checked again)")
    again = queue.next_attempt_at(policy, attempt=sent.retries + 1, now=now)
    if again is None:
        given_up = f"{text} (given up after {sent.retries + 1} attempts)"
        return ended(sent, OperationState.FAILED, code=code, text=given_up)
    return goes_again(sent, code=code, text=text, not_before=again, is_retry=True)


def judge_lost_read(sent: Sent, *, policy: queue.RetryPolicy, now: datetime) -> Judgement:
    """Ask again at once what was asked when the PC went dark, with fewer and fewer others; in the end give it up."""
    lost = sent.retries + 1
    if lost >= policy.max_attempts:
        return ended(sent, OperationState.FAILED, code=None, text=NEVER_CAME_BACK.format(count=lost))
    limit = max(MOST_AGAIN >> lost, 1)
    return goes_again(sent, code=None, text=ASKED_AGAIN, not_before=now, batch_limit=limit, is_retry=True)


def judge_silence(
    sent: Sent,
    *,
    reason: str,
    policy: queue.RetryPolicy,
    now: datetime,
    inquiry: Inquiry = Inquiry.STORED_ANSWER,
) -> Judgement:
    """Judge an operation that the answer says nothing of: a write is unknown and asked for, a read is asked again."""
    if sent.is_write:
        return unknown(sent, code=None, text=reason, inquiry=inquiry, now=now)
    return judge_retry(sent, code="no answer", text=reason, policy=policy, now=now)


def judge_refused_set(
    sent: Iterable[Sent],
    *,
    hresult: str,
    text: str,
    evidence: Mapping[str, object] | None = None,
    now: datetime,
) -> dict[int, Judgement]:
    """Judge a set that QuickBooks refused whole, which proves that nothing of it was done.

    Each goes again at once in a set half as large, until the one that is the cause is alone, and fails.
    """
    operations = list(sent)
    if len(operations) == 1:
        (only,) = operations
        failed = ended(only, OperationState.FAILED, code=hresult, text=text)
        return {only.operation_id: replace(failed, evidence=evidence or {})}
    half = (len(operations) + 1) // 2
    return {
        operation.operation_id: goes_again(operation, code=hresult, text=text, not_before=now, batch_limit=half)
        for operation in operations
    }


def judge_not_sent(sent: Iterable[Sent], *, hresult: str, text: str, now: datetime) -> dict[int, Judgement]:
    """Judge a set that never reached QuickBooks: everything goes on waiting."""
    return {
        operation.operation_id: goes_again(operation, code=hresult, text=text, not_before=now) for operation in sent
    }


def unknown(sent: Sent, *, code: str | None, text: str, inquiry: Inquiry | None, now: datetime) -> Judgement:
    """Nobody knows: ask QuickBooks, or (without an inquiry) leave it to a person."""
    outcome = queue.Outcome(
        operation_id=sent.operation_id,
        state=OperationState.UNKNOWN,
        status_code=code,
        status_message=text,
        not_before=now,
        inquiry=inquiry,
    )
    return Judgement(sent=sent, outcome=outcome)


def goes_again(
    sent: Sent,
    *,
    code: str | None,
    text: str,
    not_before: datetime,
    batch_limit: int | None = None,
    is_retry: bool = False,
    inquiry: Inquiry | None = None,
    edit_sequence: str | None = None,
) -> Judgement:
    """It goes on waiting: nothing was done; first for the answer to a question, if there is one."""
    outcome = queue.Outcome(
        operation_id=sent.operation_id,
        state=OperationState.WAITING,
        status_code=code,
        status_message=text,
        not_before=not_before,
        batch_limit=batch_limit,
        is_retry=is_retry,
        inquiry=inquiry,
        edit_sequence=edit_sequence,
    )
    return Judgement(sent=sent, outcome=outcome)


def ended(
    sent: Sent,
    state: OperationState,
    *,
    code: str | None,
    text: str | None,
    result: dict[str, object] | None = None,
    inquiry: Inquiry | None = None,
) -> Judgement:
    """It is over: done or failed; ``inquiry`` is what has to be asked if a person wants it tried again."""
    outcome = queue.Outcome(
        operation_id=sent.operation_id,
        state=state,
        status_code=code,
        status_message=text,
        result=result,
        inquiry=inquiry,
    )
    return Judgement(sent=sent, outcome=outcome)


def fails(
    sent: Sent,
    reason: ProblemReason,
    text: str,
    *,
    code: str | None = None,
    evidence: Mapping[str, object] | None = None,
) -> Judgement:
    """It does not go out: for this reason, whatever a status code would say."""
    judged = ended(sent, OperationState.FAILED, code=code, text=text)
    return replace(judged, reason=reason, evidence=evidence or {})


def done(sent: Sent, effect: Effect | None, *, code: str | None, text: str | None) -> Judgement:
    """It is in QuickBooks, with this effect."""
    result: dict[str, object] | None = None if effect is None else {"quickbooks_id": effect.quickbooks_id}
    return replace(ended(sent, OperationState.DONE, code=code, text=text, result=result), effect=effect)


@cache
def _takes_a_name(request: str) -> bool:
    """Say whether a request adds an entry to a list of names."""
    found = qbxml.grammar.find_request(request) if request.endswith("AddRq") else None
    parts = qbxml.grammar.iterate_elements(found.content) if found is not None else ()
    return any(inner.name == "Name" for part in parts for inner in qbxml.grammar.iterate_elements(part.content))


def _refused(response: qbxml.Response, sent: Sent, *, now: datetime) -> Judgement:
    """It has failed; but what has to be deleted and is not there is as good as deleted.

    Where it went for the second time, the refusal may be the work of the first.
    """
    code, text = str(response.status_code), _text(response)
    if sent.is_overtaken_payment(response.status_code):
        return _asks_first(response, sent, inquiry=Inquiry.LOOK, now=now)
    if response.status_code in GONE and (sent.is_deletion or (sent.was_lost and sent.request.endswith("DelRq"))):
        return done(sent, None, code=code, text=text)
    if sent.was_lost and response.status_code in ALREADY and _leaves_no_trace(sent):
        return unknown(sent, code=code, text=MAY_BE_DONE.format(text=text), inquiry=None, now=now)
    return ended(sent, OperationState.FAILED, code=code, text=text)


def _leaves_no_trace(sent: Sent) -> bool:
    """Say whether no query tells what became of it, so that it was sent again without one.

    A custom field beside a document is set another way where it is refused (sync/custom_fields.py).
    """
    return sent.document_id is None and (sent.request.startswith("DataExt") or sent.request.endswith("MergeRq"))


@cache
def _promises_an_id(request: str) -> bool:
    """Say whether a success of this write always names the object: then one without is no success to rely on."""
    if not request.endswith(("AddRq", "ModRq")):
        return False
    response = qbxml.grammar.find_response(f"{request[:-2]}Rs")
    parts = qbxml.grammar.iterate_elements(response.content) if response is not None else ()
    objects = [part for part in parts if part.name.endswith("Ret")]  # An ErrorRecovery has ids too.
    names = {inner.name for part in objects for inner in qbxml.grammar.iterate_elements(part.content)}
    return bool(names & {"ListID", "TxnID"})


def _success(response: qbxml.Response, sent: Sent, *, now: datetime) -> Judgement:
    code, text = str(response.status_code), response.status_message
    if not sent.is_write:
        return ended(sent, OperationState.DONE, code=code, text=text, result=_summary(response))
    effects = (find_effect(found, sent.request) for found in response.objects)
    effect = next((one for one in effects if one is not None), None)
    if effect is None and _promises_an_id(sent.request):
        return unknown(sent, code=code, text=SILENT_SUCCESS, inquiry=Inquiry.OUTCOME, now=now)
    return done(sent, effect, code=code, text=text)


def _asks_first(response: qbxml.Response, sent: Sent, *, inquiry: Inquiry, now: datetime) -> Judgement:
    code, text = str(response.status_code), _text(response)
    judged = goes_again(sent, code=code, text=text, not_before=now, inquiry=inquiry)
    return replace(judged, outcome=replace(judged.outcome, is_reading=inquiry is not Inquiry.NAME))


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
