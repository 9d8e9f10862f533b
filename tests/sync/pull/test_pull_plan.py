"""What is asked next, as a pure function: who goes first, who goes alone, and where a phase ends."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from qbwc_service.store import Connection, Cursor, PullPhase
from qbwc_service.sync.pull.cursors import Pull
from qbwc_service.sync.pull.entities import CURSORS, ENTITIES
from qbwc_service.sync.pull.phases import BEGINNING, settle_phases
from qbwc_service.sync.pull.plan import plan_questions
from qbwc_service.sync.pull.questions import Question, QuestionKind, Topic
from qbwc_service.sync.pull.rests import back_off, refuse, suspect
from qbwc_service.sync.pull.state import PullSettings, PullState

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def complete(**changes: Any) -> Pull:
    """A mirror that is complete, and has nothing to ask before ``LATER``."""
    known = {"phase": PullPhase.INCREMENTAL, "page_size": 100, "page_number": 0, "due_at": LATER, "window_days": 31}
    moments = dict.fromkeys(("recent_done_at", "done_at", "counted_at", "compared_at", "swept_at", "pulled_at"), NOW)
    cursors = {
        name: Cursor(
            entity=name,
            covered_from=BEGINNING if name in ENTITIES and ENTITIES[name].is_transaction else None,
            is_cut=False,
            expected_count=1,
            high_water="2026-11-20T03:00:00",
            **known,
            **moments,
        )
        for name in CURSORS
    }
    settings = PullSettings(**changes)
    return Pull(connection=Connection(), cursors=cursors, waiting_ids={}, settings=settings, state=PullState())


def set_all(pull: Pull, **values: Any) -> None:
    for cursor in pull.cursors.values():
        for name, value in values.items():
            setattr(cursor, name, value)


def open_iterator(cursor: Cursor, *, page: int = 3, is_first_sync: bool = True) -> None:
    cursor.window = Question(
        kind=QuestionKind.PAGE, entity=cursor.entity, size=100, is_first_sync=is_first_sync
    ).to_json()
    cursor.iterator_id, cursor.iterator_session_id, cursor.page_number = "{1}", 1, page


def names(pull: Pull) -> list[tuple[str, str]]:
    return [(one.kind.value, one.entity) for one in plan_questions(pull, now=NOW)]


def test_what_is_complete_asks_for_nothing() -> None:
    assert names(complete()) == []


def test_what_is_due_goes_between_two_pages_of_an_iterator_and_the_iterator_goes_on() -> None:
    pull = complete()
    open_iterator(pull.cursors["Customer"])
    set_all(pull, due_at=NOW)

    looks = names(pull)
    assert len(looks) == 13
    assert ("deleted", "TxnDeleted") in looks
    assert ("page", "Customer") not in looks

    set_all(pull, due_at=LATER)
    pull.waiting_ids = {"Invoice": 3}
    assert names(pull) == [("fetch", "Invoice")]
    pull.waiting_ids = {}
    (page,) = plan_questions(pull, now=NOW)
    assert (page.entity, page.iterator_id) == ("Customer", "{1}")


def test_the_iterator_that_was_there_first_is_kept_and_the_others_wait_for_its_end() -> None:
    pull = complete()
    open_iterator(pull.cursors["Customer"])
    open_iterator(pull.cursors["Item"], page=1, is_first_sync=False)
    assert names(pull) == [("page", "Customer"), ("stop", "Item")]

    item = pull.cursors["Item"]
    item.iterator_id = item.iterator_session_id = item.window = None
    item.due_at = NOW
    suspect(item, Topic.CHANGES, "one too many", now=NOW)
    assert names(pull) == [("page", "Customer")], "it would only open a second one again"

    customer = pull.cursors["Customer"]
    customer.iterator_id = customer.iterator_session_id = None
    assert names(pull) == [("page", "Item")]


@pytest.mark.parametrize(
    ("topic", "prepare", "count"),
    [
        (Topic.CHANGES, lambda pull: set_all(pull, due_at=NOW), 14),
        (Topic.FETCH, lambda pull: pull.waiting_ids.update(dict.fromkeys(("Account", "Invoice", "Customer"), 10)), 3),
        (Topic.COUNT, lambda pull: set_all(pull, counted_at=None), 12),
        (Topic.COUNT, lambda pull: set_all(pull, phase=PullPhase.RECENT, expected_count=None, recent_done_at=None), 12),
    ],
)
def test_what_may_have_made_its_set_fail_goes_alone_after_the_others(topic: Topic, prepare: Any, count: int) -> None:
    pull = complete()
    prepare(pull)
    assert len(names(pull)) == count
    suspect(pull.cursors["Account"], topic, "somebody did it", now=NOW)

    together = names(pull)
    assert len(together) == count - 1
    assert all(entity != "Account" for _, entity in together)

    for entity in ("Class", "Customer", "Invoice"):
        suspect(pull.cursors[entity], topic, "somebody did it", now=NOW)
    for name, cursor in pull.cursors.items():
        if name not in ("Account", "Class", "Customer", "Invoice"):
            refuse(cursor, Topic.CHANGES, "not now", now=NOW)
            refuse(cursor, Topic.COUNT, "not now", now=NOW)
            refuse(cursor, Topic.DELETED, "not now", now=NOW)
    (alone,) = plan_questions(pull, now=NOW)
    assert (alone.entity, alone.topic) == ("Account", topic)


@pytest.mark.parametrize("topic", [Topic.COUNT, Topic.IDS, Topic.BALANCES, Topic.FETCH, Topic.OLDER])
def test_a_refused_side_question_leaves_the_changes_alone(topic: Topic) -> None:
    pull = complete()
    set_all(pull, due_at=NOW)
    for cursor in pull.cursors.values():
        refuse(cursor, topic, "3250: off", now=NOW)

    assert len(names(pull)) == 14


def test_changes_that_rest_leave_the_first_sync_alone_and_the_other_way_round() -> None:
    pull = complete()
    invoice = pull.cursors["Invoice"]
    invoice.phase, invoice.covered_from, invoice.remaining_count = PullPhase.HISTORY, "2025-11-20", 500
    invoice.due_at = NOW
    back_off(invoice, Topic.CHANGES, "locked", now=NOW)
    (window,) = plan_questions(pull, now=NOW)
    assert window.is_first_sync

    back_off(invoice, Topic.FIRST_SYNC, "locked", now=NOW)
    invoice.rests = {"first_sync": invoice.rests["first_sync"]} if invoice.rests else None
    (changes,) = plan_questions(pull, now=NOW)
    assert (changes.entity, changes.topic) == ("Invoice", Topic.CHANGES)


def test_the_daily_questions_do_not_wait_for_the_history() -> None:
    pull = complete()
    invoice, account = pull.cursors["Invoice"], pull.cursors["Account"]
    invoice.phase, invoice.covered_from, invoice.remaining_count = PullPhase.HISTORY, "2025-11-20", 500
    account.compare_at = NOW

    assert names(pull) == [("ids", "Account")]


def test_a_history_that_cannot_be_counted_is_pulled_in_one_window() -> None:
    pull = complete()
    invoice = pull.cursors["Invoice"]
    invoice.phase, invoice.covered_from, invoice.remaining_count = PullPhase.HISTORY, "2025-11-20", None
    refuse(invoice, Topic.OLDER, "3250: off", now=NOW)

    (window,) = plan_questions(pull, now=NOW)

    assert (window.since, window.until) == (None, "2025-11-19")


def test_a_history_that_is_counted_too_high_ends_all_the_same() -> None:
    pull = complete()
    invoice = pull.cursors["Invoice"]
    invoice.phase, invoice.covered_from, invoice.remaining_count = PullPhase.HISTORY, "1900-05-01", 10_000
    invoice.window_days = 366

    (window,) = plan_questions(pull, now=NOW)

    assert window.since is None


def test_an_earlier_oldest_day_has_the_history_go_on_and_a_later_one_ends_it() -> None:
    pull = complete(oldest="2026-01-01")
    invoice = pull.cursors["Invoice"]
    invoice.covered_from = "2026-01-01"
    pull.state.done_at = "2026-11-01"
    settle_phases(pull, now=NOW)
    assert invoice.phase is PullPhase.INCREMENTAL

    pull.settings = PullSettings(oldest="2024-01-01")
    settle_phases(pull, now=NOW)
    assert (invoice.phase, invoice.done_at, pull.state.done_at) == (PullPhase.HISTORY, None, None)
    (count,) = plan_questions(pull, now=NOW)
    assert (count.kind, count.entity, count.since) == (QuestionKind.COUNT, "Invoice", "2024-01-01")

    invoice.covered_from = "2025-06-01"
    pull.settings = PullSettings(oldest="2025-12-01")
    settle_phases(pull, now=NOW)
    assert (invoice.phase, invoice.done_at) == (PullPhase.INCREMENTAL, NOW)


def test_twelve_months_that_went_by_during_a_pause_are_not_asked_for_backwards() -> None:
    pull = complete()
    invoice = pull.cursors["Invoice"]
    invoice.phase, invoice.recent_done_at, invoice.expected_count = PullPhase.RECENT, None, 10
    invoice.covered_from = "2025-10-01"  # The year before today begins in November.

    settle_phases(pull, now=NOW)

    assert invoice.phase is PullPhase.HISTORY
    assert names(pull) == [("older", "Invoice")]
