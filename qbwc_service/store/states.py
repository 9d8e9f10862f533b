"""The states things can be in, by the words the database keeps.

What each one means stands in docs/glossary.md and docs/architecture.md.
"""

from enum import StrEnum


class ConnectionStatus(StrEnum):
    """What the service last learned about one company file."""

    PENDING_SETUP = "pending_setup"
    ONLINE = "online"
    WAITING = "waiting"
    MISMATCH = "mismatch"


class ConnectionMode(StrEnum):
    """What the admin wants of a connection."""

    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"


class SessionState(StrEnum):
    """An update session is open until something ends it."""

    OPEN = "open"
    ENDED = "ended"


class SessionEnd(StrEnum):
    """Why an update session ended."""

    CLOSED = "closed"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    CONNECTION_ERROR = "connection_error"
    COMPANY_MISMATCH = "company_mismatch"


class MessageSetState(StrEnum):
    """A message set is kept byte for byte, from before it leaves until it is understood."""

    SENT = "sent"
    ANSWERED = "answered"
    APPLIED = "applied"
    UNKNOWN = "unknown"
    APPLY_FAILED = "apply_failed"


class MessageSetPurpose(StrEnum):
    """Why a message set was handed out: to do operations, to ask which company file is open, or to mirror it."""

    WORK = "work"
    IDENTITY = "identity"
    PULL = "pull"


class PullPhase(StrEnum):
    """How far an entity's mirror is: its last 12 months first, then all before, then what changes."""

    RECENT = "recent"
    HISTORY = "history"
    INCREMENTAL = "incremental"


class OperationState(StrEnum):
    """Where one operation of the queue stands."""

    WAITING = "waiting"
    BLOCKED = "blocked"
    SENT = "sent"
    UNKNOWN = "unknown"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"


FINISHED = (OperationState.DONE, OperationState.FAILED, OperationState.CANCELLED, OperationState.SUPERSEDED)
"""The states an operation only leaves because a person says so."""


class DocumentKind(StrEnum):
    """The kinds of documents a customer's program can hand us."""

    CUSTOMER = "customer"
    ITEM = "item"
    INVOICE = "invoice"
    CREDIT_MEMO = "credit_memo"
    PAYMENT = "payment"


class DocumentState(StrEnum):
    """Where one document stands on its way into QuickBooks."""

    PENDING = "pending"
    BLOCKED = "blocked"
    IN_PROGRESS = "in_progress"
    SYNCED = "synced"
    PROBLEM = "problem"
    UNKNOWN = "unknown"
    CLEARED = "cleared"
