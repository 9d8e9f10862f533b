"""Executes a plan of faults at the seams of update sessions."""

import time
from collections import Counter
from collections.abc import Callable
from typing import NoReturn

from qbwc_service.simulator.faults.answers import make_garbage, put_control_characters, truncate
from qbwc_service.simulator.faults.kinds import NEEDS_QUICKBOOKS, SPOILS_ANSWER, FaultKind, Phase
from qbwc_service.simulator.faults.lost import LostAnswer, count_requests, read_lost
from qbwc_service.simulator.faults.person import edit_something, lock_something
from qbwc_service.simulator.faults.plan import Fault, FaultPlan
from qbwc_service.simulator.quickbooks.company_file import CompanyFile
from qbwc_service.simulator.quickbooks.hresult import HresultError
from qbwc_service.simulator.quickbooks.program import QuickBooks
from qbwc_service.simulator.web_connector.hooks import NoHooks, UpdateCutError

DIALOG = "0x80040414"
CANNOT_OPEN = ("0x80040401", "0x80040408", "0x80040410", "0x80040416", "0x8004041B", "0x80040424")
"""QuickBooks cannot be opened just now; a person, or time, will help."""
SAYS_NOTHING = ("0x80040402", "0x8004040D", "0x8004041C")
"""Errors after which nobody knows whether QuickBooks did something."""

CALLS_OF_OPENING = 3
CALLS_OF_EXCHANGE = 2
SLOWEST = 2.0
"""Seconds that a slow QuickBooks takes at most."""


class FaultHooks(NoHooks):
    """The hooks of one Web Connector for any number of its sessions: ``connector.update(…, hooks=hooks)``.

    ``quickbooks`` is the simulated program beside it; without it, kinds that are done inside QuickBooks do not happen.
    ``kill`` ends the server's process; without it that kind does not happen. ``other_file`` is the company file of
    WRONG_FILE. ``sleep`` is how a slow QuickBooks spends its time. ``counts`` says what has really struck.
    """

    def __init__(
        self,
        plan: FaultPlan,
        *,
        quickbooks: QuickBooks | None = None,
        other_file: CompanyFile | None = None,
        kill: Callable[[], None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.plan = plan
        self.counts: Counter[FaultKind] = Counter()
        self.lost: list[LostAnswer] = []
        self._quickbooks = quickbooks
        self._other_file = other_file
        self._kill = kill
        self._sleep = sleep
        self._possible = frozenset(
            kind
            for kind in FaultKind
            if (quickbooks is not None or kind not in NEEDS_QUICKBOOKS)
            and (kill is not None or kind is not FaultKind.SERVER_KILLED)
        )
        self._phase = Phase.OPENING
        self._fault: Fault | None = None
        self._has_struck = False
        self._call = 0
        self._target = 0
        self._is_before = True
        self._out: str | None = None
        self._right_file: CompanyFile | None = None

    def before_call(self, name: str, number: int) -> None:
        """Begin a phase where this call does, and act before a call."""
        if number == 1:
            self._begin(Phase.OPENING, calls=CALLS_OF_OPENING)
        elif name == "sendRequestXML":
            self._begin(Phase.EXCHANGE, calls=CALLS_OF_EXCHANGE)
        elif name == "closeConnection":
            self._begin(Phase.CLOSING, calls=1)
        self._call += 1
        if self._is_target(FaultKind.SERVER_KILLED) and self._kill is not None:
            self._strike()
            self._kill()
        if self._is_before and self._is_target(FaultKind.CUT_AT_CALL):
            self._cut(f"before {name}")

    def count_deliveries(self, name: str, number: int) -> int:  # noqa: ARG002 - the seam's own arguments
        """Let a call arrive twice."""
        is_answer = name == "receiveResponseXML" and self._is(FaultKind.ANSWER_TWICE)
        if not is_answer and not self._is_target(FaultKind.CALL_TWICE):
            return 1
        self._strike()
        return 2

    def after_answer(self, name: str, number: int) -> None:  # noqa: ARG002
        """Act when the server's answer to a call has come."""
        if name == "receiveResponseXML":
            self._settle_answer()
            if self._is(FaultKind.CUT_AFTER_DELIVERY):
                self._cut("after receiveResponseXML")
        if not self._is_before and self._is_target(FaultKind.CUT_AT_CALL):
            self._cut(f"after {name}")

    def before_open(self) -> None:
        """Let QuickBooks be one that cannot be opened, or that has another file open."""
        if self._phase is not Phase.OPENING or self._fault is None:
            return
        match self._fault.kind:
            case FaultKind.DIALOG_OPEN:
                self._refuse(DIALOG)
            case FaultKind.CANNOT_OPEN:
                # The same one until the session ends, however often it is tried.
                self._refuse(CANNOT_OPEN[self._target % len(CANNOT_OPEN)])
            case FaultKind.WRONG_FILE if self._quickbooks is not None and self._right_file is None:
                self._strike()
                self._right_file = self._quickbooks.company
                self._quickbooks.open_file(self._make_other_file())

    def before_process(self, qbxml: str) -> str:
        """Act with the document in hand."""
        self._out = qbxml
        fault = self._fault
        if fault is None or self._phase is not Phase.EXCHANGE:
            return qbxml
        match fault.kind:
            case FaultKind.CUT_BEFORE_EXECUTION:
                self._cut("before QuickBooks executed")
            case FaultKind.HRESULT_BEFORE_EXECUTION:
                self._refuse(fault.random.choice(SAYS_NOTHING))
            case FaultKind.DIALOG_OPEN:
                self._out = None  # Everybody knows that nothing was done.
                self._refuse(DIALOG)
            case FaultKind.HRESULT_MID_SET if self._quickbooks is not None:
                self._strike()
                done = fault.random.randint(1, max(count_requests(qbxml) - 1, 1))
                self._quickbooks.fail_next(fault.random.choice(SAYS_NOTHING), after_requests=done)
            case FaultKind.PERSON_EDITS | FaultKind.PERSON_LOCKS:
                self._let_person_work(fault)
            case FaultKind.SLOW:
                self._strike()
                self._sleep(fault.random.uniform(0, SLOWEST))
        return qbxml

    def after_process(self, response: str) -> str:
        """Act with QuickBooks' answer in hand."""
        fault = self._fault
        if fault is None or self._phase is not Phase.EXCHANGE:
            return response
        match fault.kind:
            case FaultKind.CUT_AFTER_EXECUTION:
                self._cut("after QuickBooks executed")
            case FaultKind.HRESULT_AFTER_EXECUTION:
                self._refuse(fault.random.choice(SAYS_NOTHING))
            case FaultKind.STATE_RESTORED if self._quickbooks is not None:
                self._quickbooks.company.forget_message_sets()
                self._cut("after QuickBooks executed; the file lost its message sets")
            case FaultKind.GARBAGE_ANSWER:
                self._strike()
                return make_garbage(fault.random)
            case FaultKind.TRUNCATED_ANSWER:
                self._strike()
                return truncate(response, fault.random)
            case FaultKind.CONTROL_CHARACTERS:
                changed = put_control_characters(response, fault.random)
                if changed != response:
                    self._strike()
                return changed
        return response

    def after_session(self) -> None:
        """Take stock of what was lost, and open the right company file again."""
        if self._out is not None:
            self._lose()
        if self._right_file is not None and self._quickbooks is not None:
            self._quickbooks.open_file(self._right_file)
            self._right_file = None
        self._fault = None

    def _begin(self, phase: Phase, *, calls: int) -> None:
        self._phase = phase
        self._fault = self.plan.next_fault(phase, possible=self._possible)
        self._has_struck = False
        self._call = 0
        if self._fault is not None:
            self._target = self._fault.random.randint(1, calls)
            self._is_before = self._fault.random.random() < 0.5  # noqa: PLR2004 - as often as not

    def _is(self, kind: FaultKind) -> bool:
        return self._fault is not None and self._fault.kind is kind

    def _is_target(self, kind: FaultKind) -> bool:
        return self._is(kind) and self._call == self._target

    def _strike(self) -> None:
        """Count a fault, once however long it lasts."""
        if self._fault is not None and not self._has_struck:
            self._has_struck = True
            self.counts[self._fault.kind] += 1

    def _cut(self, where: str) -> NoReturn:
        self._strike()
        raise UpdateCutError(f"cut {where}")

    def _refuse(self, hresult: str) -> NoReturn:
        self._strike()
        raise HresultError(hresult)

    def _settle_answer(self) -> None:
        """The server has taken what came; whether that was the answer is the question."""
        if self._out is None:
            return
        is_spoiled = self._has_struck and self._fault is not None and self._fault.kind in SPOILS_ANSWER
        if is_spoiled:
            self._lose()
        self._out = None

    def _lose(self) -> None:
        kind = self._fault.kind if self._fault is not None and self._has_struck else None
        self.lost.append(read_lost(self._out or "", kind))
        self._out = None

    def _let_person_work(self, fault: Fault) -> None:
        if self._quickbooks is None:
            return
        with self._quickbooks.person_at_work() as person:
            is_done = (
                edit_something(person, fault.random)
                if fault.kind is FaultKind.PERSON_EDITS
                else lock_something(person.company, fault.random)
            )
        if is_done:
            self._strike()

    def _make_other_file(self) -> CompanyFile:
        if self._other_file is None:
            self._other_file = CompanyFile(name="Somebody Else", path=r"C:\Books\Somebody Else.qbw")
        return self._other_file
