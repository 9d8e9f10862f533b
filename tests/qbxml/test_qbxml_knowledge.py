import pytest

from qbwc_service.qbxml import (
    HRESULT_FACTS,
    QBWC_FACTS,
    STATUS_FACTS,
    TEXT_RULES,
    Action,
    Applied,
    CodeKind,
    Outcome,
    explain,
    find_reason,
    judge,
    list_facts,
)

FACTS = list(list_facts())

# The codes that the published lists name, one by one; docs/qbxml.md shows what is said about each.
STATUSES = """
    0 1 500 501 510 530 531 540 550 560 570 600 1000 1010 1030 1060 2000 2010 2020 2030 2040 3000 3010 3020
    3030 3031 3035 3040 3045 3050 3060 3065 3070 3080 3085 3090 3100 3110 3120 3121 3130 3140 3150 3151 3152
    3153 3160 3161 3162 3170 3171 3175 3176 3177 3180 3185 3200 3210 3220 3231 3240 3250 3260 3261 3262 3263
    3264 3270 3280 3290 3301 3351 3391 3500 9001 9002 9003 9004 9005
"""
HRESULTS = """
    400 401 402 408 40A 40D 410 414 416 417 418 41A 41B 41C 41D 41E 41F 420 421 422 423 424 427 42A 42C 438 480 154
"""
QBWC = [*range(1000, 1047), 1048, 1065, 1080, 1085, 2012]


def test_the_table_has_every_code_that_is_published() -> None:
    assert set(STATUS_FACTS) == {int(code) for code in STATUSES.split()}
    assert set(HRESULT_FACTS) == {f"0x80040{code}" for code in HRESULTS.split()}
    assert list(QBWC_FACTS) == [f"QBWC{number}" for number in QBWC]
    assert len(FACTS) == len({fact.code for fact in FACTS}) == len(STATUS_FACTS) + len(HRESULT_FACTS) + len(QBWC_FACTS)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.code)
def test_every_row_says_what_it_means_and_what_to_do(fact: object) -> None:
    row = explain(fact.code)  # type: ignore[attr-defined]  # A CodeFact.

    assert row == fact
    assert row is not None
    assert row.meaning
    assert row.meaning[-1] != "."
    assert row.advice.endswith(".")
    assert row.severity in ("Info", "Warn", "Error")
    assert row.source in ("Intuit", "vendors", "live")


@pytest.mark.parametrize(
    ("code", "found"),
    [
        (3200, "3200"),
        (" 3200 ", "3200"),
        ("0x80040414", "0x80040414"),
        ("80040414", "0x80040414"),
        ("-2147220460", "0x80040414"),
        (-2147220460, "0x80040414"),
        (0x80040414, "0x80040414"),
        ("QBWC1048", "QBWC1048"),
        ("qbwc 1048", "QBWC1048"),
        ("9150", "9150"),
    ],
)
def test_a_code_is_found_in_any_spelling(code: str | int, found: str) -> None:
    fact = explain(code)
    assert fact is not None
    assert fact.code == found


@pytest.mark.parametrize("code", ["", "hello", "QBWC1", "QBWC9999", "12345678901", "99999", "0x8004"])
def test_what_is_no_code_is_not_explained(code: str) -> None:
    assert explain(code) is None


def test_a_code_that_nobody_describes_gets_what_its_range_says_and_is_not_certain() -> None:
    for code, severity, applied in (("7", "Info", "yes"), ("777", "Warn", "yes"), ("3333", "Error", "no")):
        fact = explain(code)
        assert fact is not None
        assert (fact.kind, fact.severity, fact.applied, fact.certain) == (CodeKind.STATUS, severity, applied, False)
    lost = explain("0x80049999")
    assert lost is not None
    assert (lost.code, lost.applied, lost.action, lost.certain) == ("0x80049999", Applied.UNKNOWN, Action.QUERY, False)


@pytest.mark.parametrize(
    ("code", "message", "reason", "named"),
    [
        (3170, "The list has been modified by another user.", "locked", {}),
        (3176, "QuickBooks failed to acquire the lock.", "locked", {}),
        (3180, "There was an error when saving an Account. The account number is already in use.",
         "account_number_in_use", {}),
        (3180, "There was an error when saving DataExt.  It already has a value.", "value_exists", {}),
        (3180, "An item of this kind needs an asset account.", "missing_account", {}),
        (3170, "The date is before the closing date.", "closed_period", {}),
        (3100, 'The name "Ann \'s "Bakery"" of the list element is already in use.', "name_in_use",
         {"name": 'Ann \'s "Bakery"'}),
        (3140, 'There is an invalid reference to QuickBooks Customer "Ann {0}" in the Invoice.  QuickBooks',
         "no_such_entry", {"list": "Customer", "name": "Ann {0}", "where": "Invoice"}),
        (3120, 'Object "8000-1" specified in the request cannot be found.', "no_such_record", {"id": "8000-1"}),
        (3210, 'The "payment amount" field has an invalid value "9.00".  You cannot pay more than the amount due.',
         "more_than_due", {}),
        (3090, 'The "Name" field has an invalid value "a:b".', "bad_value", {"field": "Name", "value": "a:b"}),
    ],
)  # fmt: skip
def test_a_text_tells_the_reason_and_what_it_names(code: int, message: str, reason: str, named: dict[str, str]) -> None:
    found = find_reason(code, message)
    assert found is not None
    assert (found.reason, found.named) == (reason, named)
    assert found.advice.endswith(".")
    assert all(value in found.advice for key, value in named.items() if key != "where")


def test_a_text_that_says_nothing_more_gives_no_reason() -> None:
    assert find_reason(3180, "There was an error.") is None
    assert find_reason(3200, "modified by another user") is None


def test_a_reason_and_the_judgement_agree() -> None:
    for code in (3170, 3180):
        for message in ("in use by another user", "The account number is used.", "the asset account", "closing date"):
            reason = find_reason(code, message)
            assert reason is not None
            waits = judge(code, message, is_write=True) is Outcome.RETRY
            assert waits == (reason.action is Action.RETRY)


def test_every_rule_belongs_to_codes_of_the_table() -> None:
    assert all(code in STATUS_FACTS for rule in TEXT_RULES for code in rule.codes)
