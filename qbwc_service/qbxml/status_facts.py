"""The table of qbXML status codes: what each means, whether QuickBooks changed anything, what to do and to say.

A part of the one table in ``knowledge.py``, beside hresults and the Web Connector's own codes.
``certain`` is False where the meaning is known from lists or reports at second hand only. Sources: "Intuit" is the
SDK documentation (status codes, Onscreen Reference, error recovery samples), "vendors" are published notes of SDK
vendors and open-source projects, "live" are messages that users showed.
"""

from dataclasses import dataclass
from enum import StrEnum


class Applied(StrEnum):
    """Whether QuickBooks changed anything."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    NOTHING_TO_APPLY = "nothing_to_apply"


class Action(StrEnum):
    """What is to be done next."""

    NONE = "none"
    RETRY = "retry"
    QUERY = "query"
    FIX_DATA = "fix_data"
    ASK_PERSON = "ask_person"
    REPORT_BUG = "report_bug"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusFact:
    """What is known about one status code. ``advice`` is for a person; ``severity`` is Info, Warn or Error."""

    code: int
    meaning: str
    severity: str
    applied: Applied
    action: Action
    advice: str
    source: str
    certain: bool = True


_NO, _YES, _OPEN, _NIL = Applied.NO, Applied.YES, Applied.UNKNOWN, Applied.NOTHING_TO_APPLY
_BUG = "This is a mistake of the program that made the request. Report it with the request."

_Row = tuple[int, str, str, Applied, Action, str, str]

_CERTAIN: tuple[_Row, ...] = (
    (0, "done", "Info", _YES, Action.NONE, "Nothing to do.", "Intuit"),
    (1, "the query matched nothing", "Info", _NIL, Action.NONE, "Nothing to do: there is no such record.", "Intuit"),
    (500, "one of the records asked for was not found; others may be returned", "Warn", _NIL, Action.QUERY,
     "A record was deleted in QuickBooks, or merged into another.", "Intuit"),
    (501, "an object cannot be expressed in this qbXML version", "Warn", _NIL, Action.REPORT_BUG,
     "This QuickBooks returns more than the qbXML version in use can say.", "Intuit"),
    (510, "the object cannot be returned; it may exist", "Warn", _OPEN, Action.QUERY,
     "Look in QuickBooks whether the record is there.", "Intuit"),
    (530, "a field is not supported by this edition or version", "Warn", _YES, Action.FIX_DATA,
     "The record was saved without a field that this QuickBooks does not know.", "Intuit"),
    (531, "an enum value is not supported by this edition or version", "Warn", _YES, Action.FIX_DATA,
     "The record was saved without a value that this QuickBooks does not know.", "Intuit"),
    (550, "the record was saved, its notes were not", "Warn", _YES, Action.FIX_DATA,
     "The record is in QuickBooks; enter its notes again.", "Intuit"),
    (560, "a deprecated field was used", "Warn", _YES, Action.REPORT_BUG, _BUG, "Intuit"),
    (570, "the record was saved, but not linked: the other transaction is closed", "Warn", _YES, Action.ASK_PERSON,
     "The record is in QuickBooks without its link, because the other transaction is already closed.", "Intuit"),
    (600, "QuickBooks keeps no message set of that ID", "Warn", _OPEN, Action.QUERY,
     "QuickBooks does not remember whether the request was carried out; it is looked up.", "Intuit"),
    (1000, "an internal error while the request was processed", "Error", _OPEN, Action.QUERY,
     "QuickBooks had an internal error; whether it saved the record is looked up first.", "Intuit"),
    (1010, "the system is not available", "Error", _NO, Action.RETRY,
     "QuickBooks was busy; it is tried again.", "Intuit"),
    (1030, "this QuickBooks does not support the request", "Error", _NO, Action.ASK_PERSON,
     "This edition or year of QuickBooks cannot do that.", "vendors"),
    (1060, "the requestID is invalid or longer than 50 characters", "Error", _NO, Action.REPORT_BUG, _BUG, "vendors"),
    (3000, "an object ID in the request is invalid", "Error", _NO, Action.FIX_DATA,
     "A record was deleted in QuickBooks, or the ID belongs to another company file.", "live"),
    (3010, "a boolean is invalid", "Error", _NO, Action.REPORT_BUG, _BUG, "vendors"),
    (3020, "a date is invalid", "Error", _NO, Action.REPORT_BUG, _BUG, "vendors"),
    (3030, "a range begins after its end", "Error", _NO, Action.REPORT_BUG, _BUG, "vendors"),
    (3031, "a range of texts begins after its end", "Error", _NO, Action.REPORT_BUG, _BUG, "vendors"),
    (3035, "a time interval is invalid", "Error", _NO, Action.REPORT_BUG, _BUG, "vendors"),
    (3090, "a value cannot be stored in its field, for example a colon in a name", "Error", _NO, Action.FIX_DATA,
     "Change the value that the message quotes: names cannot hold a colon.", "live"),
    (3100, "the name is already in use", "Error", _NO, Action.QUERY,
     "Customers, vendors, employees and other names share one list; link the record of that name, or choose another.",
     "vendors"),
    (3110, "an enum value is invalid", "Error", _NO, Action.REPORT_BUG, _BUG, "live"),
    (3120, "the record named in the request was not found", "Error", _NO, Action.FIX_DATA,
     "The record was deleted in QuickBooks, or it is paid already.", "vendors"),
    (3140, "the request names a list entry that does not exist", "Error", _NO, Action.FIX_DATA,
     "Create the entry that the message names in QuickBooks, or choose an existing one; it may be inactive or renamed.",
     "live"),
    (3150, "a required element is missing", "Error", _NO, Action.REPORT_BUG, _BUG, "vendors"),
    (3160, "the record cannot be deleted", "Error", _NO, Action.ASK_PERSON,
     "Something in QuickBooks still uses the record.", "vendors"),
    (3170, "the record could not be changed; the message says why", "Error", _NO, Action.FIX_DATA,
     "If somebody has the record open, it is tried again; otherwise correct what the message says.", "live"),
    (3175, "the transaction is in use by somebody", "Error", _NO, Action.RETRY,
     "Somebody has the transaction open in QuickBooks; it is tried again.", "live"),
    (3176, "a related record is in use", "Error", _NO, Action.RETRY,
     "Somebody has a related record open in QuickBooks; it is tried again.", "live"),
    (3180, "the record could not be saved; the message says why", "Error", _NO, Action.FIX_DATA,
     "If somebody changes the list at the same time, it is tried again; otherwise correct what the message says.",
     "live"),
    (3200, "the EditSequence is out of date: the record was changed in QuickBooks", "Error", _NO, Action.QUERY,
     "Somebody changed the record in QuickBooks; it is read again, then the change is repeated.", "vendors"),
    (3210, "a value breaks a rule of QuickBooks", "Error", _NO, Action.FIX_DATA,
     "Correct the value that the message quotes, for example a payment that is greater than what is due.", "live"),
    (3220, "the application could not be authorised", "Error", _NO, Action.ASK_PERSON,
     "Allow the application in QuickBooks under Edit, Preferences, Integrated Applications.", "vendors"),
    (3231, "not processed, because an earlier request of the set failed", "Error", _NO, Action.RETRY,
     "It is sent again after the failed request is settled.", "vendors"),
    (3250, "the feature is not enabled, or not in this edition", "Error", _NO, Action.ASK_PERSON,
     "Turn the feature on in QuickBooks' preferences, if this edition has it.", "live"),
    (3260, "the QuickBooks user may not do that", "Error", _NO, Action.ASK_PERSON,
     "Give the QuickBooks user of the Web Connector the permission, as Admin.", "vendors"),
    (3261, "the application may not see personal data", "Error", _NO, Action.ASK_PERSON,
     "Tick the access to personal data under Edit, Preferences, Integrated Applications, as Admin.", "vendors"),
    (3262, "a payroll subscription is required", "Error", _NO, Action.ASK_PERSON,
     "QuickBooks needs a payroll subscription.",
     "vendors"),
    (3263, "the application may only read", "Error", _NO, Action.ASK_PERSON,
     "Add the application again without IsReadOnly.", "vendors"),
    (3264, "a merchant subscription is required", "Error", _NO, Action.ASK_PERSON,
     "QuickBooks needs a merchant service subscription.", "vendors"),
    (3290, "the lines of a change are not in the order of the transaction", "Error", _NO, Action.QUERY,
     "The transaction is read again and the change repeated in its order.", "live"),
    (3351, "custom fields of this kind are not possible for the object",
     "Error", _NO, Action.REPORT_BUG, _BUG, "vendors"),
    (3500, "the merge was refused", "Error", _NO, Action.ASK_PERSON, "Merging needs single-user mode.", "vendors"),
    (9001, "another message set has this ID; the first one was carried out, this one was not", "Error", _OPEN,
     Action.QUERY, "What QuickBooks carried out is looked up.", "Intuit"),
    (9002, "QuickBooks keeps no answer for the message set", "Error", _OPEN, Action.QUERY,
     "QuickBooks does not remember whether the request was carried out; it is looked up.", "Intuit"),
    (9004, "the message set ID is longer than 24 characters", "Error", _NO, Action.REPORT_BUG, _BUG, "Intuit"),
    (9005, "the message set was carried out, its answer could not be kept", "Error", _OPEN, Action.QUERY,
     "What QuickBooks carried out is looked up.", "Intuit"),
)  # fmt: skip

_UNCERTAIN: tuple[_Row, ...] = (
    (540, "QuickBooks Online returned only a part", "Warn", _NIL, Action.NONE,
     "Not for QuickBooks Desktop.", "vendors"),
    *((code, "signing on to QuickBooks Online failed", "Error", _NO, Action.REPORT_BUG,
       "QuickBooks Desktop has no such sign-on: the answer came from another program.", "Intuit")
      for code in (2000, 2010, 2020, 2030, 2040)),
    (3040, "an amount is invalid", "Error", _NO, Action.REPORT_BUG, _BUG, "live"),
    (3045, "a price is invalid", "Error", _NO, Action.REPORT_BUG, _BUG, "live"),
    (3050, "a percentage is invalid", "Error", _NO, Action.REPORT_BUG, _BUG, "vendors"),
    (3060, "a quantity is invalid", "Error", _NO, Action.REPORT_BUG, _BUG, "vendors"),
    (3065, "a GUID is invalid", "Error", _NO, Action.REPORT_BUG, _BUG, "vendors"),
    (3070, "a text is too long", "Error", _NO, Action.FIX_DATA, "Shorten the text that the message quotes.", "live"),
    (3080, "a text is invalid", "Error", _NO, Action.FIX_DATA, "Change the text that the message quotes.", "vendors"),
    (3085, "a number is invalid", "Error", _NO, Action.REPORT_BUG, _BUG, "vendors"),
    (3121, "the owner ID of a custom field was not found", "Error", _NO, Action.FIX_DATA,
     "Define the custom field in QuickBooks first.", "vendors"),
    (3130, "the parent is invalid", "Error", _NO, Action.FIX_DATA, "Choose another parent.", "vendors"),
    *((code, "an element does not fit what is there", "Error", _NO, Action.REPORT_BUG, _BUG, "vendors")
      for code in (3151, 3152, 3153)),
    (3161, "the record cannot be deleted before it is changed", "Error", _NO, Action.ASK_PERSON,
     "Something in QuickBooks still uses the record.", "vendors"),
    (3162, "not possible in multi-user mode", "Error", _NO, Action.ASK_PERSON,
     "Switch QuickBooks to single-user mode.", "vendors"),
    (3171, "the period is closed", "Error", _NO, Action.ASK_PERSON,
     "The date lies before the closing date of the company file. Change the date, or open the period.", "vendors"),
    (3177, "a record is in use", "Error", _NO, Action.RETRY,
     "Somebody has the record open; it is tried again.", "vendors"),
    (3185, "the transaction cannot be voided", "Error", _NO, Action.ASK_PERSON, "Void it in QuickBooks.", "vendors"),
    (3240, "the time of creation does not match", "Error", _NO, Action.FIX_DATA,
     "The record was replaced in QuickBooks: read it again, and link the new one.", "vendors"),
    (3270, "a posting account is missing", "Error", _NO, Action.FIX_DATA, "Give the item an account.", "vendors"),
    (3280, "the kind of the item does not fit", "Error", _NO, Action.FIX_DATA,
     "Choose an item of a kind that can stand there.", "vendors"),
    (3301, "the request needs a person at QuickBooks", "Error", _NO, Action.REPORT_BUG, _BUG, "vendors"),
    (3391, "the iterator ID is invalid or has expired", "Error", _NO, Action.FIX_DATA,
     "The query must begin again with its first page.", "vendors"),
    (9003, "not used", "Error", _OPEN, Action.QUERY, "What QuickBooks carried out is looked up.", "Intuit"),
)  # fmt: skip


def _make(row: _Row, *, certain: bool) -> StatusFact:
    code, meaning, severity, applied, action, advice, source = row
    return StatusFact(
        code=code,
        meaning=meaning,
        severity=severity,
        applied=applied,
        action=action,
        advice=advice,
        source=source,
        certain=certain,
    )


STATUS_FACTS: dict[int, StatusFact] = {row[0]: _make(row, certain=True) for row in _CERTAIN} | {
    row[0]: _make(row, certain=False) for row in _UNCERTAIN
}
"""Every status code that is known, by code."""
