"""Every error this service raises on purpose, in one tree.

::

    QbwcServiceError
    ├── InputError                  what a person or a program gave us is not acceptable
    │   ├── InvalidFieldsError      several things at once, each with its field
    │   │   ├── InvalidRequestError     a qbXML request that QuickBooks would refuse   (qbxml)
    │   │   ├── InvalidDocumentError    a document that does not fit its shape         (sync)
    │   │   └── InvalidSettingsError    the environment's QBWC_… variables             (settings)
    │   ├── InvalidQwcError         a .qwc file that the Web Connector would refuse (qwc)
    │   ├── AccountNotConfiguredError   a document needs an account that no rule names (sync)
    │   └── UnresolvedReferenceError    a document refers to one that is not in QuickBooks (sync)
    ├── NotFoundError               what was named does not exist
    ├── StateError                  what was asked for is not possible in the present state
    ├── AnswerError                 QuickBooks' answer cannot be read              (qbxml)
    │   └── TruncatedAnswerError    it ends before its last element is closed
    └── SchemaError                 the database's schema is not the one this release works with

An error carries data for programs (``code``, ``field``, ``remedy``, ``retryable``) beside its sentence for people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


class QbwcServiceError(Exception):
    """The root: a sentence for people, a ``code`` for programs.

    ``retryable`` says whether the very same call may succeed later.
    """

    code: ClassVar[str] = "error"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, field: str | None = None, remedy: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.remedy = remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """One thing that is wrong with one value.

    ``path`` is dotted, with list positions from 0: ``InvoiceAdd.InvoiceLineAdd[2].Desc``. ``rule`` is a short
    fixed word (``required``, ``unknown``, ``max_length``, ``format``, ``enum``, ``version``, ``edition``,
    ``choice``, ``repeat``, ``characters``, ``reference``). ``limit`` and ``length`` are set where the rule has a
    figure.
    """

    path: str
    rule: str
    message: str
    limit: str | None = None
    length: int | None = None


class InputError(QbwcServiceError):
    """What a person or a program gave us is not acceptable; nothing was changed."""

    code = "invalid_input"


class InvalidFieldsError(InputError):
    """An input error that lists all its fields at once, never only the first."""

    def __init__(self, message: str, errors: Sequence[FieldError], *, remedy: str | None = None) -> None:
        first = errors[0].path if errors else None
        details = "; ".join(f"{error.path}: {error.message}" for error in errors)
        super().__init__(f"{message}: {details}" if details else message, field=first, remedy=remedy)
        self.summary = message
        self.errors = tuple(errors)


class InvalidRequestError(InvalidFieldsError):
    """A qbXML request that QuickBooks would refuse."""

    code = "invalid_request"


class InvalidDocumentError(InvalidFieldsError):
    """A document that does not fit its shape, or points at something that does not exist."""

    code = "invalid_document"


class InvalidQwcError(InputError):
    """A .qwc file that the Web Connector would refuse; ``qbwc_code`` is the code it would show (``QBWC1010``)."""

    code = "invalid_qwc"

    def __init__(self, message: str, *, field: str, qbwc_code: str | None, remedy: str | None = None) -> None:
        super().__init__(message, field=field, remedy=remedy)
        self.qbwc_code = qbwc_code


class InvalidSettingsError(InvalidFieldsError):
    """The environment does not hold a usable configuration; all mistakes are listed together."""

    code = "invalid_settings"


class UnresolvedReferenceError(InputError):
    """A document refers to another one that is not in QuickBooks."""

    code = "unresolved_reference"


class AccountNotConfiguredError(InputError):
    """A document needs an account, and neither it nor the rules of its connection name one."""

    code = "account_not_configured"


class NotFoundError(QbwcServiceError):
    """What was named does not exist."""

    code = "not_found"


class StateError(QbwcServiceError):
    """What was asked for is not possible in the present state."""

    code = "wrong_state"


class AnswerError(QbwcServiceError):
    """QuickBooks' answer cannot be read; the raw text is kept."""

    code = "unreadable_answer"


class TruncatedAnswerError(AnswerError):
    """The answer ends before its last element is closed; what came before was read."""

    code = "truncated_answer"


class SchemaError(QbwcServiceError):
    """The database's schema is not the one this release works with."""

    code = "schema_out_of_step"
