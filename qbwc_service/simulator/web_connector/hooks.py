"""Where something can go wrong on purpose during an update session, without touching how one works.

A hook that returns lets the session go on; one that raises ``UpdateCutError`` is the PC going dark at this very
instant: no further call is made. Around QuickBooks a hook may also raise HresultError, or hand on another text
than it was given (a truncated answer, say).
"""

from typing import Protocol


class UpdateCutError(Exception):
    """The update session ends here, as if the line or the PC had died; the server hears nothing more of it."""


class UpdateHooks(Protocol):
    """Called at every seam of an update session; ``number`` counts the SOAP calls of the session from 1."""

    def before_call(self, name: str, number: int) -> None:
        """Act before a SOAP call leaves the PC."""
        ...

    def after_answer(self, name: str, number: int) -> None:
        """Act after a call's answer was read and before it has any effect."""
        ...

    def before_process(self, qbxml: str) -> str:
        """Act before QuickBooks gets a document; what is returned is what it gets."""
        ...

    def after_process(self, response: str) -> str:
        """Act after QuickBooks has executed a document; what is returned goes to the server."""
        ...


class NoHooks:
    """Nothing goes wrong; also a base for hooks that need one seam only."""

    def before_call(self, name: str, number: int) -> None:
        """Let the call leave."""

    def after_answer(self, name: str, number: int) -> None:
        """Let the answer have its effect."""

    def before_process(self, qbxml: str) -> str:
        """Hand on the document."""
        return qbxml

    def after_process(self, response: str) -> str:
        """Hand on the answer."""
        return response
