"""One fault at one exact instant: for tests that cut every journey at every call.

Let a journey run once with a ``Strike`` that never strikes and read ``seen``: that is how many instants there are.
Then run it again for each of them.
"""

from collections.abc import Callable
from enum import StrEnum

from qbwc_service.simulator.web_connector.hooks import NoHooks, UpdateCutError


class Instant(StrEnum):
    """The instants of an update session that can be struck."""

    BEFORE_CALL = "before_call"
    AFTER_CALL = "after_call"
    BEFORE_EXECUTION = "before_execution"
    AFTER_EXECUTION = "after_execution"


def cut() -> None:
    """Let the PC go dark."""
    raise UpdateCutError("the PC went dark")


class Strike(NoHooks):
    """Acts once, at the ``number``-th of the instants of one sort, counted from 1 over all sessions that it watches.

    ``act`` is what happens: the PC goes dark, or whatever a test hands in (kill the server, edit the books, raise
    HresultError around an execution). 0 never strikes, and only counts what is ``seen``.
    """

    def __init__(self, instant: Instant, number: int, *, act: Callable[[], None] = cut) -> None:
        self.instant = instant
        self.number = number
        self.act = act
        self.seen = 0
        self.has_struck = False

    def before_call(self, name: str, number: int) -> None:  # noqa: ARG002 - the seam's own arguments
        """Strike before a SOAP call leaves."""
        self._pass(Instant.BEFORE_CALL)

    def after_answer(self, name: str, number: int) -> None:  # noqa: ARG002
        """Strike after the server's answer to a call has come, before it has any effect."""
        self._pass(Instant.AFTER_CALL)

    def before_process(self, qbxml: str) -> str:
        """Strike before QuickBooks executes."""
        self._pass(Instant.BEFORE_EXECUTION)
        return qbxml

    def after_process(self, response: str) -> str:
        """Strike after QuickBooks has executed."""
        self._pass(Instant.AFTER_EXECUTION)
        return response

    def _pass(self, instant: Instant) -> None:
        if instant is not self.instant:
            return
        self.seen += 1
        if self.seen == self.number:
            self.has_struck = True
            self.act()
