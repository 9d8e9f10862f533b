"""What each kind of fault leaves behind: in the company, at the server, in the report."""

from collections.abc import Collection
from itertools import count
from random import Random

import pytest

from qbwc_service.simulator import (
    Fault,
    FaultHooks,
    FaultKind,
    FaultPlan,
    Instant,
    LostAnswer,
    Person,
    Phase,
    SdkClient,
    Strike,
    UpdateOutcome,
)
from qbwc_service.simulator.faults.kinds import PHASES
from qbwc_service.simulator.faults.person import lock_something
from qbwc_service.simulator.web_connector.http_envelope import write_envelope
from tests.simulator.faults.conftest import NAMES, Bench

LOST = ("S1", ("1", "2", "3"))


def strike(bench: Bench, kind: FaultKind, *, seed: int = 0) -> FaultHooks:
    """Hooks that do this one thing, at the first occasion."""
    killed = bench.server.pages.setdefault
    return FaultHooks(
        FaultPlan.exactly({1: kind}, seed=seed),
        quickbooks=bench.quickbooks,
        kill=lambda: killed("/killed", 200) and None,
        sleep=lambda seconds: killed("/slept", int(seconds * 1000)) and None,
    )


def facts(lost: list[LostAnswer]) -> list[tuple[str | None, tuple[str, ...]]]:
    return [(one.message_set_id, one.request_ids) for one in lost]


def test_cut_before_execution(bench: Bench) -> None:
    hooks = strike(bench, FaultKind.CUT_BEFORE_EXECUTION)

    report = bench.update(hooks)

    assert report.outcome is UpdateOutcome.CUT
    assert (bench.customers, bench.kept, bench.delivered) == ((), [], [])
    assert facts(hooks.lost) == [LOST]


def test_cut_after_execution(bench: Bench) -> None:
    hooks = strike(bench, FaultKind.CUT_AFTER_EXECUTION)

    report = bench.update(hooks)

    assert report.outcome is UpdateOutcome.CUT
    assert (bench.customers, bench.kept, bench.delivered) == (NAMES, ["S1"], [])
    assert facts(hooks.lost) == [LOST]


def test_cut_after_delivery(bench: Bench) -> None:
    hooks = strike(bench, FaultKind.CUT_AFTER_DELIVERY)

    report = bench.update(hooks)

    assert report.outcome is UpdateOutcome.CUT
    assert (bench.customers, len(bench.delivered), bench.calls[-1]) == (NAMES, 1, "receiveResponseXML")
    assert hooks.lost == []


def test_cuts_before_and_after_each_call_of_an_exchange_happen(bench: Bench) -> None:
    texts = {bench.update(strike(bench, FaultKind.CUT_AT_CALL, seed=seed)).error_text for seed in range(30)}

    assert texts == {
        "cut before sendRequestXML",
        "cut after sendRequestXML",
        "cut before receiveResponseXML",
        "cut after receiveResponseXML",
    }


@pytest.mark.parametrize(
    ("phase", "names"),
    [(Phase.OPENING, {"serverVersion", "clientVersion", "authenticate"}), (Phase.CLOSING, {"closeConnection"})],
)
def test_cuts_at_every_call_of_the_other_phases_happen(bench: Bench, phase: Phase, names: set[str]) -> None:
    class OnlyThere(FaultPlan):
        def next_fault(self, asked: Phase, *, possible: Collection[FaultKind]) -> Fault | None:
            return super().next_fault(asked, possible=possible) if asked is phase else None

    hooks = FaultHooks(OnlyThere(1, rate=1, weights={FaultKind.CUT_AT_CALL: 1}))
    texts = {bench.update(hooks).error_text for _ in range(40)}

    assert texts == {f"cut {side} {name}" for name in names for side in ("before", "after")}


def test_answer_twice(bench: Bench) -> None:
    hooks = strike(bench, FaultKind.ANSWER_TWICE)

    report = bench.update(hooks)

    assert report.outcome is UpdateOutcome.COMPLETED
    assert len(bench.delivered) == 2
    assert bench.delivered[0] == bench.delivered[1]
    assert [call.name for call in report.calls if call.resent] == ["receiveResponseXML"]
    assert (bench.customers, hooks.lost) == (NAMES, [])


def test_call_twice(bench: Bench) -> None:
    doubled = set()
    for seed in range(12):
        report = bench.update(strike(bench, FaultKind.CALL_TWICE, seed=seed))
        doubled |= {call.name for call in report.calls if call.resent}

    assert doubled == {"sendRequestXML", "receiveResponseXML"}


def test_hresult_before_execution(bench: Bench) -> None:
    hooks = strike(bench, FaultKind.HRESULT_BEFORE_EXECUTION)

    report = bench.update(hooks)

    assert (bench.customers, bench.kept) == ((), [])
    assert (bench.delivered[0]["response"], bench.delivered[0]["hresult"]) == ("", report.hresults[0])
    assert facts(hooks.lost) == [LOST]


def test_hresult_in_the_middle_of_a_set(bench: Bench) -> None:
    hooks = strike(bench, FaultKind.HRESULT_MID_SET)

    report = bench.update(hooks)

    assert bench.customers in (NAMES[:1], NAMES[:2])
    assert (bench.kept, bench.delivered[0]["response"], len(report.hresults)) == ([], "", 1)
    assert facts(hooks.lost) == [LOST]


def test_hresult_after_execution(bench: Bench) -> None:
    hooks = strike(bench, FaultKind.HRESULT_AFTER_EXECUTION)

    bench.update(hooks)

    assert (bench.customers, bench.kept, bench.delivered[0]["response"]) == (NAMES, ["S1"], "")
    assert facts(hooks.lost) == [LOST]


def test_quickbooks_cannot_be_opened(bench: Bench) -> None:
    hooks = strike(bench, FaultKind.CANNOT_OPEN)

    report = bench.update(hooks)

    assert report.outcome is UpdateOutcome.CONNECTION_ERROR
    assert hooks.counts == {FaultKind.CANNOT_OPEN: 1}
    assert bench.server.arguments_of("connectionError")[0]["hresult"] == report.hresults[0]
    assert bench.update(hooks).outcome is UpdateOutcome.COMPLETED


def test_a_dialog_is_open_at_a_document(bench: Bench) -> None:
    hooks = strike(bench, FaultKind.DIALOG_OPEN)

    bench.update(hooks)

    assert (bench.customers, bench.delivered[0]["hresult"]) == ((), "0x80040414")
    assert hooks.lost == [], "everybody knows that nothing was done"


def test_a_dialog_is_open_during_a_whole_session(bench: Bench) -> None:
    hooks = FaultHooks(FaultPlan(1, rate=1, weights={FaultKind.DIALOG_OPEN: 1}))
    bench.server.say("connectionError", "another path", "done")

    report = bench.update(hooks)

    assert report.hresults == ("0x80040414", "0x80040414")
    assert hooks.counts == {FaultKind.DIALOG_OPEN: 1}


def test_another_company_file_is_open_during_one_session(bench: Bench) -> None:
    hooks = strike(bench, FaultKind.WRONG_FILE)
    bench.server.say("authenticate", ["t", bench.company.path])
    bench.server.say("connectionError", "")

    report = bench.update(hooks)

    first = bench.server.arguments_of("sendRequestXML")[0]
    assert report.hresults == ("0x8004040A",)
    assert first["strCompanyFileName"] == r"C:\Books\Somebody Else.qbw"
    assert "Somebody Else" in first["strHCPResponse"]
    assert bench.quickbooks.company is bench.company


@pytest.mark.parametrize("seed", range(8))
def test_garbage_instead_of_the_answer(bench: Bench, seed: int) -> None:
    hooks = strike(bench, FaultKind.GARBAGE_ANSWER, seed=seed)

    bench.update(hooks)

    assert (bench.customers, bench.kept) == (NAMES, ["S1"])
    assert "CustomerRet" not in bench.delivered[0]["response"]
    assert facts(hooks.lost) == [LOST]


def test_a_truncated_answer(bench: Bench) -> None:
    hooks = strike(bench, FaultKind.TRUNCATED_ANSWER)

    bench.update(hooks)

    whole = next(iter(bench.company.tables.message_sets.values()))["S1"].answer
    response = bench.delivered[0]["response"]
    assert whole.startswith(response)
    assert 0 < len(response) < len(whole)
    assert facts(hooks.lost) == [LOST]


def test_control_characters_in_the_answer(bench: Bench) -> None:
    sent = []

    class Listen(FaultHooks):
        def after_process(self, response: str) -> str:
            sent.append(super().after_process(response))
            return "<QBXML/>"  # The scripted server is as strict as XML 1.0.

    hooks = Listen(FaultPlan.exactly({1: FaultKind.CONTROL_CHARACTERS}))

    bench.update(hooks)

    odd = [character for character in sent[0] if ord(character) < 32 and character not in "\r\n\t"]
    assert odd
    assert hooks.counts == {FaultKind.CONTROL_CHARACTERS: 1}
    assert b"&#x" in write_envelope("receiveResponseXML", [("response", sent[0])])
    assert "".join(character for character in sent[0] if character not in odd).count("<Name>Ann</Name>") == 1
    assert hooks.lost == []


def test_the_message_set_state_is_gone(bench: Bench) -> None:
    hooks = strike(bench, FaultKind.STATE_RESTORED)

    report = bench.update(hooks)

    assert report.outcome is UpdateOutcome.CUT
    assert (bench.customers, bench.kept) == (NAMES, [])
    assert facts(hooks.lost) == [LOST]


def test_a_person_edits_and_never_deletes(bench: Bench) -> None:
    bench.quickbooks.company.switches.auto_number = True
    before = bench.company.export()
    for seed in range(20):
        bench.update(strike(bench, FaultKind.PERSON_EDITS, seed=seed))

    after = bench.company.export()
    assert set(before["Customer"]) <= set(after["Customer"])
    assert before["Customer"] != {list_id: after["Customer"][list_id] for list_id in before["Customer"]}
    assert {write.request for write in bench.company.writes} == {"CustomerAddRq"}


def test_a_person_has_an_invoice_open(bench: Bench) -> None:
    customer = next(iter(bench.company.tables.ids_by_kind["Customer"]))
    item = next(entry for entry in bench.company.tables.entries.values() if entry.kind == "ItemService")
    line = {"ItemRef": {"ListID": item.list_id}, "Amount": "10.00"}
    invoice = Person(bench.company).add(
        "Invoice", {"CustomerRef": {"ListID": customer}, "RefNumber": "1", "InvoiceLineAdd": [line]}
    )
    hooks = strike(bench, FaultKind.PERSON_LOCKS)

    bench.update(hooks)

    lock = bench.company.locks[invoice.object_id]
    assert lock.times in (1, 2, 3)
    payment = (
        f"<ReceivePaymentAddRq><ReceivePaymentAdd><CustomerRef><ListID>{customer}</ListID></CustomerRef>"
        f"<TotalAmount>1.00</TotalAmount><AppliedToTxnAdd><TxnID>{invoice.object_id}</TxnID>"
        "<PaymentAmount>1.00</PaymentAmount></AppliedToTxnAdd></ReceivePaymentAdd></ReceivePaymentAddRq>"
    )
    with SdkClient(bench.quickbooks) as client:
        codes = [client.ask(payment).get("statusCode") for _ in range(lock.times + 1)]
    assert codes[-1] == "0"
    assert set(codes[:-1]) == {"3176"}


def test_nothing_to_lock_is_no_fault(bench: Bench) -> None:
    hooks = strike(bench, FaultKind.PERSON_LOCKS)

    bench.update(hooks)

    assert hooks.counts == {}
    assert not lock_something(bench.company, Random(1))  # noqa: S311 - no secret


def test_slow_quickbooks(bench: Bench) -> None:
    slept: list[float] = []
    hooks = FaultHooks(FaultPlan.exactly({1: FaultKind.SLOW}), sleep=slept.append)

    report = bench.update(hooks)

    assert report.outcome is UpdateOutcome.COMPLETED
    assert len(slept) == 1
    assert 0 <= slept[0] <= 2


def test_the_server_is_killed(bench: Bench) -> None:
    killed: list[str] = []
    hooks = FaultHooks(FaultPlan.exactly({1: FaultKind.SERVER_KILLED}), kill=lambda: killed.append(bench.calls[-1]))

    bench.update(hooks)

    assert killed in (["authenticate"], ["sendRequestXML"])


def test_kinds_that_need_something_do_not_happen_without_it(bench: Bench) -> None:
    hooks = FaultHooks(FaultPlan(1, rate=1), sleep=lambda _seconds: None)
    for _ in range(150):
        bench.update(hooks)

    needy = {
        FaultKind.HRESULT_MID_SET,
        FaultKind.WRONG_FILE,
        FaultKind.STATE_RESTORED,
        FaultKind.PERSON_EDITS,
        FaultKind.PERSON_LOCKS,
        FaultKind.SERVER_KILLED,
    }
    assert needy & hooks.counts.keys() == set()


def test_a_server_that_fails_by_itself_loses_the_answer_as_well(bench: Bench) -> None:
    bench.server.say("receiveResponseXML", "no number")
    hooks = FaultHooks(FaultPlan(rate=0))

    report = bench.update(hooks)

    assert report.outcome is UpdateOutcome.WEB_SERVICE_ERROR
    assert [(one.kind, one.message_set_id) for one in hooks.lost] == [(None, "S1")]


@pytest.mark.parametrize("instant", Instant)
def test_a_strike_at_every_instant_of_a_session(bench: Bench, instant: Instant) -> None:
    watch = Strike(instant, 0)
    bench.update(watch)
    outcomes = []
    for number in range(1, watch.seen + 2):
        one = Strike(instant, number)
        outcomes.append((bench.update(one).outcome, one.has_struck))

    assert watch.seen == (6 if instant in {Instant.BEFORE_CALL, Instant.AFTER_CALL} else 1)
    assert outcomes == [(UpdateOutcome.CUT, True)] * watch.seen + [(UpdateOutcome.COMPLETED, False)]


def test_a_strike_can_do_something_else_and_counts_over_sessions(bench: Bench) -> None:
    clock = count(1)
    acts: list[int] = []
    strike_third = Strike(Instant.AFTER_EXECUTION, 3, act=lambda: acts.append(next(clock)))

    outcomes = [bench.update(strike_third).outcome for _ in range(4)]

    assert outcomes == [UpdateOutcome.COMPLETED] * 4
    assert acts == [1]


def test_every_kind_has_a_phase() -> None:
    assert set(PHASES) == set(FaultKind)
    assert all(PHASES.values())
