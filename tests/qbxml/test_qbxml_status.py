import pytest

from qbwc_service.qbxml import (
    HRESULT_FACTS,
    STATUS_FACTS,
    Action,
    Applied,
    HresultKind,
    Outcome,
    explain_hresult,
    explain_status,
    find_reason,
    is_lock,
    judge,
    judge_hresult,
)

LOCKED = "There was an error when modifying a Customer. The list has been modified by another user."
UNLOCKABLE = "The internals could not be locked. They are in use by another user."
NUMBER_USED = "There was an error when saving an Account. The account number is already in use."


@pytest.mark.parametrize(
    ("code", "message", "is_write", "outcome"),
    [
        (0, "Status OK", True, Outcome.DONE),
        (0, "Status OK", False, Outcome.DONE),
        (1, "no match", False, Outcome.EMPTY),
        (500, "not found", False, Outcome.WARNING),
        (530, "", True, Outcome.WARNING),
        (1000, "", True, Outcome.UNKNOWN),
        (1000, "", False, Outcome.RETRY),
        (1010, "", True, Outcome.RETRY),
        (1060, "", True, Outcome.FAILED),
        (3000, "", True, Outcome.FAILED),
        (3100, "", True, Outcome.LOOK_UP),
        (3120, "", True, Outcome.FAILED),
        (3140, "", True, Outcome.FAILED),
        (3170, LOCKED, True, Outcome.RETRY),
        (3170, UNLOCKABLE, True, Outcome.RETRY),
        (3170, "The field is not valid.", True, Outcome.FAILED),
        (3175, "", True, Outcome.RETRY),
        (3176, "", True, Outcome.RETRY),
        (3180, LOCKED.upper(), True, Outcome.RETRY),
        (3180, NUMBER_USED, True, Outcome.FAILED),
        (3200, "", True, Outcome.REQUERY),
        (3290, "", True, Outcome.REQUERY),
        (3210, "", True, Outcome.FAILED),
        (3231, "", True, Outcome.RETRY),
        (3260, "", True, Outcome.FAILED),
        (9002, "", True, Outcome.UNKNOWN),
        (9150, "", True, Outcome.FAILED),
        (99999, "", True, Outcome.UNKNOWN),
        (600, "", True, Outcome.UNKNOWN),
        (600, "", False, Outcome.RETRY),
        (9005, "", True, Outcome.UNKNOWN),
        (-1, "", True, Outcome.UNKNOWN),
        (-1, "", False, Outcome.RETRY),
    ],
)
def test_the_status_decides_how_a_request_ended(code: int, message: str, is_write: bool, outcome: Outcome) -> None:  # noqa: FBT001
    assert judge(code, message, is_write=is_write) is outcome


def test_an_error_never_passes_for_done_and_a_certain_refusal_never_for_unknown() -> None:
    for fact in STATUS_FACTS.values():
        outcome = judge(fact.code, "", is_write=True)
        if fact.severity == "Error":
            assert outcome not in (Outcome.DONE, Outcome.EMPTY, Outcome.WARNING), fact
        if fact.applied is Applied.NO:
            assert outcome is not Outcome.UNKNOWN, fact
        if fact.applied is Applied.UNKNOWN and fact.code >= 1000:
            assert outcome is Outcome.UNKNOWN, fact


def test_every_status_tells_a_person_what_to_do() -> None:
    for code, fact in STATUS_FACTS.items():
        assert fact.code == code
        assert fact.meaning
        assert fact.advice.endswith(".")
        assert fact.severity in ("Info", "Warn", "Error")
        assert fact.source in ("Intuit", "vendors", "live")


def test_a_status_is_explained() -> None:
    stale = explain_status(3200)
    assert stale is not None
    assert "EditSequence" in stale.meaning
    macro = explain_status(9123)
    assert macro is not None
    assert macro.code == 9123
    assert explain_status(4711) is None


@pytest.mark.parametrize(
    ("hresult", "kind"),
    [
        ("0x80040400", HresultKind.POISON),
        ("0x80040423", HresultKind.POISON),
        ("0x80040414", HresultKind.CONNECTION),
        (" 0X8004040a ", HresultKind.CONNECTION),
        ("8004 040A", HresultKind.CONNECTION),
        ("-2147220470", HresultKind.CONNECTION),
        ("0x80040420", HresultKind.AUTHORIZATION),
        ("0x8004041D", HresultKind.AUTHORIZATION),
        ("0x8004041C", HresultKind.UNKNOWN),
        ("0x8004040D", HresultKind.UNKNOWN),
        ("0x80040402", HresultKind.UNKNOWN),
        ("0x80040499", HresultKind.UNKNOWN),
        ("", HresultKind.UNKNOWN),
        ("timeout", HresultKind.UNKNOWN),
        ("-99999999999", HresultKind.UNKNOWN),
    ],
)
def test_the_hresult_decides_whether_something_was_done(hresult: str, kind: HresultKind) -> None:
    assert judge_hresult(hresult) is kind


def test_every_hresult_is_explained() -> None:
    for hresult, fact in HRESULT_FACTS.items():
        assert explain_hresult(hresult.lower()) is fact
        assert fact.meaning
        assert fact.advice.endswith(".")
    assert explain_hresult("0x80041111") is None


def test_the_table_and_the_judgement_agree_on_every_code() -> None:
    """A warning aside, what is to be done next and whether anything was done decide the outcome."""
    for code, fact in STATUS_FACTS.items():
        outcome = judge(code, "", is_write=True)
        match fact.action, fact.applied:
            case _ if code in (0, 1):
                expected = {Outcome.DONE, Outcome.EMPTY}
            case Action.QUERY, Applied.UNKNOWN if code != 510:
                expected = {Outcome.UNKNOWN}
            case _ if fact.severity == "Warn":
                expected = {Outcome.WARNING}
            case Action.RETRY, Applied.NO:
                expected = {Outcome.RETRY}
            case Action.QUERY, Applied.NO:
                expected = {Outcome.REQUERY, Outcome.LOOK_UP}
            case ((Action.FIX_DATA | Action.ASK_PERSON | Action.REPORT_BUG), Applied.NO):
                expected = {Outcome.FAILED}
            case _:
                expected = set()
        assert outcome in expected, fact


@pytest.mark.parametrize(
    "message",
    [
        'There was an error when saving a Customers list, element "Locked By Design LLC". It is not valid.',
        'There was an error when saving element "Ann "locked by" Ltd". It is not valid.',
        "The element Locked By Design LLC failed.  QuickBooks error message: The name is not valid.",
    ],
)
def test_a_name_that_a_user_wrote_is_no_lock(message: str) -> None:
    assert not is_lock(message)
    assert judge(3180, message, is_write=True) is Outcome.FAILED
    assert is_lock(f'{message}  QuickBooks error message: The list "A" has been modified by another user.')


def test_the_name_of_an_account_is_no_missing_account() -> None:
    message = 'The element "Petty expense account fee" failed. QuickBooks error message: The name is not valid.'
    assert find_reason(3180, message) is None
    reason = find_reason(3180, message + " It needs an income account.")
    assert reason is not None
    assert reason.reason == "missing_account"
