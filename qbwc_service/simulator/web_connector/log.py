"""Collects what happens during one update session and makes the report of it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from qbwc_service.simulator.web_connector.progress import ProgressEvent, ProgressKind, ProgressWatcher
from qbwc_service.simulator.web_connector.report import CallRecord, UpdateOutcome, UpdateReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How an update session ends, and what the person reads."""

    outcome: UpdateOutcome
    error_text: str = ""
    qbwc_code: str | None = None
    close_text: str | None = None


@dataclass(slots=True, kw_only=True)
class UpdateLog:
    """The changing side of an UpdateReport; tells the watcher about each step worth telling."""

    application: str
    on_progress: ProgressWatcher
    started: float = field(default_factory=time.perf_counter)
    server_version: str = ""
    ticket_length: int = 0
    percents: list[int] = field(default_factory=list)
    message_sets: int = 0
    pauses: int = 0
    hresults: list[str] = field(default_factory=list)
    postponed_seconds: int | None = None
    minimum_seconds: int | None = None
    warnings: list[str] = field(default_factory=list)

    def tell(self, kind: ProgressKind, text: str = "") -> None:
        """Tell the watcher what has just happened."""
        percent = self.percents[-1] if self.percents else 0
        bounded = min(max(percent, 0), 100)
        self.on_progress(ProgressEvent(kind=kind, application=self.application, percent=bounded, text=text))

    def tell_call(self, name: str) -> None:
        """Tell the watcher that a call is about to leave."""
        self.tell(ProgressKind.CALLING, name)

    def take_percent(self, percent: int) -> None:
        """Keep what the server returned for an answer that it took."""
        self.message_sets += 1
        self.percents.append(percent)
        self.tell(ProgressKind.PERCENT)

    def report(self, ending: Ending, calls: Sequence[CallRecord]) -> UpdateReport:
        """Make the report, and tell the watcher that the update is over."""
        text = ending.error_text or ending.close_text or ""
        self.tell(ProgressKind.ENDED, f"{ending.outcome}: {text}" if text else str(ending.outcome))
        return UpdateReport(
            outcome=ending.outcome,
            application=self.application,
            seconds=time.perf_counter() - self.started,
            server_version=self.server_version,
            ticket_length=self.ticket_length,
            calls=tuple(calls),
            message_sets=self.message_sets,
            percents=tuple(self.percents),
            pauses=self.pauses,
            hresults=tuple(self.hresults),
            postponed_seconds=self.postponed_seconds,
            minimum_seconds=self.minimum_seconds,
            close_text=ending.close_text,
            error_text=ending.error_text,
            qbwc_code=ending.qbwc_code,
            warnings=tuple(self.warnings),
        )
