"""Tell the reason from what QuickBooks said: a status code and its text, or a hresult."""

import re

from qbwc_service import qbxml
from qbwc_service.store import ProblemReason

MISSING = re.compile(r'invalid reference to QuickBooks (?P<kind>[\w ]+?) "(?P<name>[^"]+)"')
"""How QuickBooks says which entry is not there (3140)."""

_BY_STATUS = {
    1010: ProblemReason.RECORD_LOCKED,
    1030: ProblemReason.UNSUPPORTED_BY_VERSION,
    3000: ProblemReason.DELETED_IN_QUICKBOOKS,
    3070: ProblemReason.FIELD_TOO_LONG,
    3100: ProblemReason.NAME_IN_USE,
    3120: ProblemReason.DELETED_IN_QUICKBOOKS,
    3140: ProblemReason.REFERENCE_MISSING,
    3171: ProblemReason.CLOSED_PERIOD,
    3175: ProblemReason.RECORD_LOCKED,
    3176: ProblemReason.RECORD_LOCKED,
    3177: ProblemReason.RECORD_LOCKED,
    3200: ProblemReason.EDIT_CONFLICT,
    3220: ProblemReason.PERMISSION_DENIED,
    3250: ProblemReason.FEATURE_DISABLED,
    3260: ProblemReason.PERMISSION_DENIED,
    3261: ProblemReason.PERMISSION_DENIED,
    3263: ProblemReason.PERMISSION_DENIED,
    3262: ProblemReason.FEATURE_DISABLED,
    3264: ProblemReason.FEATURE_DISABLED,
}
_POISON = {
    "0x80040400": ProblemReason.INVALID_VALUE,
    "0x80040423": ProblemReason.UNSUPPORTED_BY_VERSION,
}
_INVALID = range(3010, 3100)
_LOCK_CODES = (3170, 3180)
_DEPOSITED = (3160, 3170)
"""What QuickBooks says of a payment that cannot be deleted or changed any more; the texts name the deposit."""

_NOT_FOUND = (3000, 3120)
"""What QuickBooks says of an id that it does not have."""

_BY_HRESULT = {
    "0x80040408": ProblemReason.QUICKBOOKS_CLOSED,
    "0x80040416": ProblemReason.QUICKBOOKS_CLOSED,
    "0x80040417": ProblemReason.QUICKBOOKS_CLOSED,
    "0x80040424": ProblemReason.QUICKBOOKS_CLOSED,
    "0x80040414": ProblemReason.DIALOG_OPEN,
    "0x8004040A": ProblemReason.WRONG_FILE_OPEN,
    "0x80040410": ProblemReason.MODE_CONFLICT,
    "0x80040422": ProblemReason.MODE_CONFLICT,
    "0x8004041D": ProblemReason.UNATTENDED_NOT_ALLOWED,
}


def find_failure_reason(
    status_code: str | None, message: str | None, *, request: str = "", record_id: str | None = None
) -> ProblemReason:
    """Name the reason of a failed operation from QuickBooks' status code, or from the hresult of its whole set.

    ``record_id`` is the record that the request changes: what else QuickBooks cannot find is something that it names.
    """
    if status_code is None:
        return ProblemReason.REJECTED_BY_QUICKBOOKS
    if not status_code.isdigit():
        fact = qbxml.explain_hresult(status_code)
        return _POISON.get("" if fact is None else fact.hresult, ProblemReason.REJECTED_BY_QUICKBOOKS)
    code = int(status_code)
    if code in _DEPOSITED and "deposited" in (message or "").lower():
        return ProblemReason.ALREADY_DEPOSITED
    if code in _LOCK_CODES and qbxml.is_lock(message or ""):
        return ProblemReason.RECORD_LOCKED
    if code in _NOT_FOUND and (
        request.endswith("AddRq") or (record_id is not None and record_id not in (message or ""))
    ):
        return ProblemReason.REFERENCE_MISSING
    other = ProblemReason.INVALID_VALUE if code in _INVALID else ProblemReason.REJECTED_BY_QUICKBOOKS
    return _BY_STATUS.get(code, other)


def find_connection_reason(hresult: str) -> ProblemReason:
    """Name the reason why QuickBooks could not be reached, from the hresult in any spelling."""
    fact = qbxml.explain_hresult(hresult)
    if fact is None:
        return ProblemReason.NOT_CONNECTED
    if fact.hresult in _BY_HRESULT:
        return _BY_HRESULT[fact.hresult]
    if fact.kind is qbxml.HresultKind.AUTHORIZATION:
        return ProblemReason.NEEDS_AUTHORIZATION
    return ProblemReason.NOT_CONNECTED
