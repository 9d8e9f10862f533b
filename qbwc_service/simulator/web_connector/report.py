"""What one update session came to, as values that a test asserts on and a program prints as JSON."""

from dataclasses import dataclass
from enum import StrEnum


class UpdateOutcome(StrEnum):
    """How an update session ended."""

    COMPLETED = "completed"
    """receiveResponseXML said 100."""
    NO_DATA = "no_data"
    """authenticate said none."""
    INVALID_USER = "invalid_user"
    """authenticate said nvu."""
    BUSY = "busy"
    """authenticate said busy."""
    POSTPONED = "postponed"
    """authenticate put the update off."""
    REFUSED_VERSION = "refused_version"
    """clientVersion said E: or O:, or W: and the person clicked "cancel"."""
    SERVER_ERROR = "server_error"
    """The server ended the session on purpose, with a text from getLastError."""
    CONNECTION_ERROR = "connection_error"
    """QuickBooks could not be reached, or did not tell its host, company and preferences."""
    WEB_SERVICE_ERROR = "web_service_error"
    """A call failed (no answer, a Fault, an answer that .NET cannot read), or the server would never have ended."""
    CUT = "cut"
    """A hook cut the session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """One SOAP call: ``status`` is the HTTP status (None without an answer), sizes are bytes of the bodies.

    ``resent`` says that the request went out twice, because the kept connection turned out to be closed.
    ``error`` is "" where the answer could be read.
    """

    name: str
    seconds: float
    sent_bytes: int
    received_bytes: int = 0
    status: int | None = None
    resent: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateReport:
    """One update session from serverVersion to its end.

    ``message_sets`` counts the documents whose answer the server took; ``percents`` are the values that it
    returned for them, in order. ``close_text`` is what closeConnection returned (None where it was not called),
    ``error_text`` what the person would read, ``qbwc_code`` the code with it. ``ticket_length`` stands for the
    ticket, which is a secret. ``postponed_seconds`` and ``minimum_seconds`` are the third and fourth item of
    authenticate. ``warnings`` are oddities that did not end the session. ``dataclasses.asdict`` makes it JSON.
    """

    outcome: UpdateOutcome
    application: str
    seconds: float
    server_version: str = ""
    ticket_length: int = 0
    calls: tuple[CallRecord, ...] = ()
    message_sets: int = 0
    percents: tuple[int, ...] = ()
    pauses: int = 0
    hresults: tuple[str, ...] = ()
    postponed_seconds: int | None = None
    minimum_seconds: int | None = None
    close_text: str | None = None
    error_text: str = ""
    qbwc_code: str | None = None
    warnings: tuple[str, ...] = ()

    @property
    def last_percent(self) -> int | None:
        """The last value that receiveResponseXML returned; None where it was not called."""
        return self.percents[-1] if self.percents else None

    @property
    def call_names(self) -> tuple[str, ...]:
        """The names of the calls in order."""
        return tuple(call.name for call in self.calls)
