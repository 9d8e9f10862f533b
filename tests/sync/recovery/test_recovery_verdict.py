"""What is decided from what was found."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from qbwc_service.qbxml import RetObject
from qbwc_service.queue import InquiredDocument, RetryPolicy
from qbwc_service.store import DocumentKind, Inquiry, OperationState, ProblemReason
from qbwc_service.sync.judge import Judgement
from qbwc_service.sync.recovery.answer import sent_of
from qbwc_service.sync.recovery.findings import Findings, find_disputed
from qbwc_service.sync.recovery.sent_write import SentWrite
from qbwc_service.sync.recovery.verdict import decide, give_up, send_again
from tests.sync.recovery.writes import GUID, SENT_AT, inquired, sent_write

POLICY = RetryPolicy(max_attempts=8)
INVOICE = {"CustomerRef": {"ListID": "80000001-1"}, "RefNumber": "A-1", "ExternalGUID": GUID}


def judge(write: SentWrite, *found: Mapping[str, object], **known: object) -> Judgement:
    """Every question was answered, with these records."""
    findings = Findings(write, 3, answered=3)
    for values in found:
        findings.look_at(RetObject(name=f"{write.kind}Ret", values=dict(values)))
    return decide(findings, sent_of(write.operation), **{"linked": (), "policy": POLICY, "now": SENT_AT, **known})


def test_what_belongs_to_another_document_is_no_candidate() -> None:
    agreeing = {"TxnID": "A1-1", "RefNumber": "A-1", "CustomerRef": {"ListID": "80000001-1"}}
    assert judge(sent_write("InvoiceAddRq", INVOICE), agreeing).outcome.state is OperationState.DONE
    judged = judge(sent_write("InvoiceAddRq", INVOICE), agreeing, linked={"A1-1"})
    assert judged.outcome.state is OperationState.WAITING


def test_our_mark_beats_every_candidate() -> None:
    agreeing = {"TxnID": "A1-1", "RefNumber": "A-1", "CustomerRef": {"ListID": "80000001-1"}}
    ours = {"TxnID": "A2-1", "RefNumber": "else", "ExternalGUID": GUID}
    judged = judge(sent_write("InvoiceAddRq", INVOICE), agreeing, ours)
    assert judged.effect is not None
    assert judged.effect.quickbooks_id == "A2-1"


def test_our_mark_twice_is_for_a_person() -> None:
    judged = judge(sent_write("InvoiceAddRq", INVOICE), *({"TxnID": f"A{n}-1", "ExternalGUID": GUID} for n in (1, 2)))
    assert (judged.outcome.state, judged.outcome.inquiry) == (OperationState.UNKNOWN, None)
    assert [one["TxnID"] for one in judged.evidence["candidates"]] == ["A1-1", "A2-1"]


def test_a_record_that_two_writes_agree_with_is_disputed() -> None:
    agreeing = RetObject(name="InvoiceRet", values={"TxnID": "A1-1", "RefNumber": "A-1"})
    both = [Findings(sent_write("InvoiceAddRq", INVOICE, number=number), 1) for number in (1, 2)]
    for findings in both:
        findings.look_at(agreeing)
    assert find_disputed(both) == {"A1-1"}
    assert find_disputed(both[:1]) == set()


@pytest.mark.parametrize("answered", [0, 1, 2])
def test_an_answer_to_some_of_the_questions_decides_nothing(answered: int) -> None:
    write = sent_write("InvoiceAddRq", INVOICE)
    findings = Findings(write, 3, answered=answered)
    judged = decide(findings, sent_of(write.operation), linked=(), policy=POLICY, now=SENT_AT)
    assert (judged.outcome.state, judged.outcome.inquiry) == (OperationState.UNKNOWN, Inquiry.OUTCOME)
    assert judged.outcome.not_before is not None
    assert timedelta() < judged.outcome.not_before - SENT_AT <= timedelta(seconds=30)


def test_what_goes_again_goes_with_fewer_and_fewer_others_and_not_for_ever() -> None:
    limits = []
    for retries in range(POLICY.max_attempts):
        sent = sent_of(inquired("InvoiceAddRq"))
        judged = send_again(replace(sent, retries=retries), policy=POLICY, now=SENT_AT)
        limits.append(judged.outcome.batch_limit if judged.outcome.state is OperationState.WAITING else None)
    assert limits == [16, 8, 4, 2, 1, 1, 1, None]


def test_giving_up_leaves_outcomes_to_a_person_and_fails_what_was_not_sent() -> None:
    sent = sent_of(inquired("InvoiceAddRq"))
    states = {inquiry: give_up(sent, inquiry, "why", write=None, now=SENT_AT).outcome.state for inquiry in Inquiry}
    assert states == {
        Inquiry.STORED_ANSWER: OperationState.UNKNOWN,
        Inquiry.OUTCOME: OperationState.UNKNOWN,
        Inquiry.EDIT_SEQUENCE: OperationState.FAILED,
        Inquiry.NAME: OperationState.FAILED,
        Inquiry.LOOK: OperationState.FAILED,
    }


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (DocumentKind.CUSTOMER, ProblemReason.CUSTOMER_AMBIGUOUS),
        (DocumentKind.ITEM, ProblemReason.ITEM_AMBIGUOUS),
        (DocumentKind.INVOICE, ProblemReason.DUPLICATE_NUMBER),
    ],
)
def test_a_look_that_finds_its_own_record_at_another_document_says_which(
    kind: DocumentKind, reason: ProblemReason
) -> None:
    write = sent_write("InvoiceAddRq", INVOICE, Inquiry.LOOK)
    its_document = InquiredDocument(kind=kind, external_id="A", body={}, fingerprint="")
    write = replace(write, operation=replace(write.operation, document=its_document))
    ours = RetObject(name="InvoiceRet", values={"TxnID": "A1-1"})
    findings = Findings(write, 1, answered=1, marked={"A1-1": ours})

    judged = decide(findings, sent_of(write.operation), linked={"A1-1"}, policy=POLICY, now=SENT_AT)

    assert (judged.outcome.state, judged.reason) == (OperationState.FAILED, reason)
    assert judged.evidence["candidates"] == [{"TxnID": "A1-1"}]
