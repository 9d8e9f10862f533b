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
    SETTLED = "settled"


class MessageSetPurpose(StrEnum):
    """Why a message set was handed out.

    To do operations; to ask which company file is open; for the answer that QuickBooks kept of a set whose answer
    was lost; what became of single operations, or what they need to know; for a page of the mirror.
    """

    WORK = "work"
    IDENTITY = "identity"
    RECOVERY = "recovery"
    INQUIRY = "inquiry"
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


class Inquiry(StrEnum):
    """What QuickBooks has to be asked about an operation before it can go on."""

    STORED_ANSWER = "stored_answer"
    """Its outcome is unknown: did QuickBooks keep the answer to its set?"""
    OUTCOME = "outcome"
    """Its outcome is unknown, and no answer was kept: is what it should have done there?"""
    EDIT_SEQUENCE = "edit_sequence"
    """It changes a record: at which EditSequence does that stand now?"""
    NAME = "name"
    """It was refused because its name is in use: who has the name?"""
    LOOK = "look"
    """It is for a document: what does QuickBooks have of it now? The rules decide by that how it goes out."""


ABOUT_OUTCOMES = (Inquiry.STORED_ANSWER, Inquiry.OUTCOME)
"""While one of these is open nothing new is handed out."""


FINISHED = (OperationState.DONE, OperationState.FAILED, OperationState.CANCELLED, OperationState.SUPERSEDED)
"""The states an operation only leaves because a person says so."""


class DocumentKind(StrEnum):
    """The kinds of documents a customer's program can hand us; each refers only to itself and to those before it."""

    TERMS = "terms"
    CLASS = "class"
    PAYMENT_METHOD = "payment_method"
    CUSTOMER = "customer"
    ITEM = "item"
    INVOICE = "invoice"
    CREDIT_MEMO = "credit_memo"
    SALES_RECEIPT = "sales_receipt"
    PAYMENT = "payment"
    DEPOSIT = "deposit"


class DocumentState(StrEnum):
    """Where one document stands on its way into QuickBooks."""

    PENDING = "pending"
    BLOCKED = "blocked"
    IN_PROGRESS = "in_progress"
    SYNCED = "synced"
    PROBLEM = "problem"
    UNKNOWN = "unknown"
    CLEARED = "cleared"
    ACCEPTED = "accepted"
    VOIDED = "voided"
    DELETED = "deleted"


class ProblemReason(StrEnum):
    """Why something does not sync. What each one means, and what helps, stands in sync/problems/reasons.py."""

    OUTCOME_UNKNOWN = "outcome_unknown"
    MADE_TWICE = "made_twice"
    PARENT_FAILED = "parent_failed"
    CUSTOMER_NOT_SYNCED = "customer_not_synced"
    ITEM_NOT_SYNCED = "item_not_synced"
    ACCOUNT_NOT_CONFIGURED = "account_not_configured"
    NAME_IN_USE = "name_in_use"
    EDIT_CONFLICT = "edit_conflict"
    CUSTOMER_AMBIGUOUS = "customer_ambiguous"
    CUSTOMER_INACTIVE = "customer_inactive"
    CUSTOMER_CHANGED = "customer_changed"
    ITEM_AMBIGUOUS = "item_ambiguous"
    DUPLICATE_NUMBER = "duplicate_number"
    ALREADY_PAID = "already_paid"
    AMOUNT_EXCEEDS_BALANCE = "amount_exceeds_balance"
    DRIFT = "drift"
    DELETED_IN_QUICKBOOKS = "deleted_in_quickbooks"
    DELETED_IN_APP = "deleted_in_app"
    ALREADY_DEPOSITED = "already_deposited"
    REFERENCE_MISSING = "reference_missing"
    RECORD_LOCKED = "record_locked"
    CLOSED_PERIOD = "closed_period"
    PERMISSION_DENIED = "permission_denied"
    FEATURE_DISABLED = "feature_disabled"
    UNSUPPORTED_BY_VERSION = "unsupported_by_version"
    FIELD_TOO_LONG = "field_too_long"
    TEXT_CHANGED = "text_changed"
    INVALID_VALUE = "invalid_value"
    REJECTED_BY_QUICKBOOKS = "rejected_by_quickbooks"
    QUICKBOOKS_CLOSED = "quickbooks_closed"
    DIALOG_OPEN = "dialog_open"
    WRONG_FILE_OPEN = "wrong_file_open"
    MODE_CONFLICT = "mode_conflict"
    NEEDS_AUTHORIZATION = "needs_authorization"
    UNATTENDED_NOT_ALLOWED = "unattended_not_allowed"
    COMPANY_MISMATCH = "company_mismatch"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - a reason
    SETUP_UNFINISHED = "setup_unfinished"
    OFFLINE = "offline"
    NOT_CONNECTED = "not_connected"
