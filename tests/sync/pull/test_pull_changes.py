"""After the first sync: whatever people do in QuickBooks, the mirror follows."""

import pytest

from benchmarks.mirror_equality import run_once
from qbwc_service.store import Database


@pytest.mark.parametrize("touches", [False, True], ids=["payments leave invoices", "payments touch invoices"])
def test_days_of_edits_by_people_are_mirrored_by_one_run_each(database: Database, *, touches: bool) -> None:
    """The benchmark with the same function, small: over both changes of the clocks."""
    figures = run_once(database, {"customers": 8, "items": 6, "invoices": 24}, edits=40, touches=touches)

    assert figures["differences"] == {}
    assert len(figures["edits"]) > 10, "of many kinds"
