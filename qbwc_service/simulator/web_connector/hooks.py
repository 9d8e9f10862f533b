"""Where something can go wrong on purpose during an update session, without touching how one works.

A hook that returns lets the session go on; one that raises ``UpdateCutError`` is the PC going dark at this very
instant: no further call is made. Around QuickBooks a hook may also raise HresultError, or hand on another text
than it was given (a truncated answer, say). ``faults`` holds hooks that do all of this by a plan.
"""

from typing import Protocol


class UpdateCutError(Exception):
    """The update session ends here, as if the line or the PC had died; the server hears nothing more of it."""


class UpdateHooks(Protocol):
    """Called at every seam of an update session; ``number`` counts the SOAP calls of the session from 1."""

    def before_call(self, name: str, number: int) -> None:
        """Act before a SOAP call leaves the PC."""
        ...

    def count_deliveries(self, name: str, number: int) -> int:
        """Say how often a SOAP call reaches the server: 2 where .NET repeats a POST whose answer never came."""
        ...

    def after_answer(self, name: str, number: int) -> None:
        """Act after a call's answer was read and before it has any effect."""
        ...

    def before_open(self) -> None:
        """Act before QuickBooks is asked for a session; HresultError is QuickBooks that cannot be opened."""
        ...

    def before_process(self, qbxml: str) -> str:
        """Act before QuickBooks gets a document; what is returned is what it gets."""
        ...

    def after_process(self, response: str) -> str:
        """Act after QuickBooks has executed a document; what is returned goes to the server."""
        ...

    def after_session(self) -> None:
        """Act after the session, however it ended."""
        ...


class NoHooks:
    """Nothing goes wrong; also a base for hooks that need one seam only."""

    def before_call(self, name: str, number: int) -> None:
        """Let the call leave."""

    def count_deliveries(self, name: str, number: int) -> int:  # noqa: ARG002 - the seam's own arguments
        """Let it arrive once."""
        return 1

    def after_answer(self, name: str, number: int) -> None:
        """Let the answer have its effect."""

    def before_open(self) -> None:
        """Let QuickBooks be opened."""

    def before_process(self, qbxml: str) -> str:
        """Hand on the document."""
        return qbxml

    def after_process(self, response: str) -> str:
        """Hand on the answer."""
        return response

    def after_session(self) -> None:
        """Leave everything as it is."""
