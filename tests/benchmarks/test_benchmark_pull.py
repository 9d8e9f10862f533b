"""The benchmark of pulling: what it measures in another process, and how it judges; not how fast anything is."""

import pytest

from benchmarks.import_memory import measure_import
from benchmarks.pull import list_missed
from qbwc_service.store import Database


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_whole_import_is_measured_in_a_process_of_its_own(database: Database) -> None:
    figures = measure_import(database, invoices=5)

    assert figures["invoices"] == 5
    assert 20 < figures["peak_megabytes"] < 1000


def test_every_target_that_is_missed_is_named() -> None:
    figures = {"share_of_floor": 0.4, "soap_page": {"seconds": 0.99}, "import": {"peak_megabytes": 249.9}}
    assert list_missed("sqlite", figures) == []

    figures = {"share_of_floor": 0.39, "soap_page": {"seconds": 1.0}, "import": {"peak_megabytes": 250.0}}
    assert list_missed("sqlite", figures) == [
        "sqlite: 39% of the floor",
        "sqlite: 1.0 s for a page",
        "sqlite: 250.0 MB",
    ]
