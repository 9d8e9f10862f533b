from datetime import UTC, datetime

import pytest

from qbwc_service.qbxml import find_instant, find_offset_minutes, snake_case, strip_offset


@pytest.mark.parametrize(
    ("text", "wall"),
    [
        ("2026-07-01T10:00:00-08:00", "2026-07-01T10:00:00"),
        ("2026-07-01T10:00:00Z", "2026-07-01T10:00:00"),
        ("2026-07-01T10:00:00", "2026-07-01T10:00:00"),
        ("2026-07-01", "2026-07-01"),
        ("sometime", "sometime"),
    ],
)
def test_a_filter_gets_the_wall_time_without_offset(text: str, wall: str) -> None:
    assert strip_offset(text) == wall


def test_the_edit_sequence_is_the_true_instant() -> None:
    assert find_instant(" 1405782224 ") == datetime(2014, 7, 19, 15, 3, 44, tzinfo=UTC)
    assert find_instant("abc") is None
    assert find_instant("") is None


def test_the_real_offset_shows_the_summer_hour_that_quickbooks_forgets() -> None:
    # Printed as -05:00, really -04:00.
    assert find_offset_minutes("2014-07-19T11:03:44-05:00", "1405782224") == -240
    assert find_offset_minutes("2014-07-19", "1405782224") is None
    assert find_offset_minutes("2014-13-19T11:03:44-05:00", "1405782224") is None
    assert find_offset_minutes("2020-07-19T11:03:44-05:00", "1405782224") is None
    assert find_offset_minutes("2014-07-19T11:03:44-05:00", "x") is None


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("TxnID", "txn_id"),
        ("ARAccountRef", "ar_account_ref"),
        ("PONumber", "po_number"),
        ("FOB", "fob"),
        ("Addr1", "addr1"),
        ("OverrideUOMSetRef", "override_uom_set_ref"),
        ("IsToBeEmailed", "is_to_be_emailed"),
        ("ExternalGUID", "external_guid"),
    ],
)
def test_a_name_of_intuit_has_one_of_ours(name: str, ours: str) -> None:
    assert snake_case(name) == ours
