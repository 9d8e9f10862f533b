"""Times: wall time with the standard offset also in summer, and the filters that go with it."""

from datetime import UTC, datetime

import pytest

from qbwc_service.simulator.quickbooks.company import Company
from qbwc_service.simulator.quickbooks.person import Person
from qbwc_service.simulator.quickbooks.sdk_client import SdkClient
from qbwc_service.simulator.quickbooks.stepping_clock import SteppingClock
from qbwc_service.simulator.quickbooks.wall_clock import WallClock


@pytest.mark.parametrize(
    ("zone", "moment", "shown"),
    [
        ("America/New_York", datetime(2026, 1, 15, 17, 0, tzinfo=UTC), "2026-01-15T12:00:00-05:00"),
        ("America/New_York", datetime(2026, 7, 15, 16, 0, tzinfo=UTC), "2026-07-15T12:00:00-05:00"),
        ("America/Los_Angeles", datetime(2010, 10, 3, 19, 0, tzinfo=UTC), "2010-10-03T12:00:00-08:00"),
        ("Europe/London", datetime(2026, 7, 15, 11, 0, tzinfo=UTC), "2026-07-15T12:00:00+00:00"),
        ("Asia/Kolkata", datetime(2026, 7, 15, 6, 30, tzinfo=UTC), "2026-07-15T12:00:00+05:30"),
    ],
)
def test_the_wall_time_is_right_and_the_offset_is_standard(zone: str, moment: datetime, shown: str) -> None:
    assert WallClock(zone).show(int(moment.timestamp())) == shown


@pytest.mark.parametrize(
    "moment", [datetime(2026, 1, 15, 17, 0, 9, tzinfo=UTC), datetime(2026, 7, 15, 16, 0, 9, tzinfo=UTC)]
)
def test_what_quickbooks_wrote_finds_its_own_moment_with_or_without_offset(moment: datetime) -> None:
    wall, instant = WallClock(), int(moment.timestamp())
    shown = wall.show(instant)
    assert wall.read(shown) == instant
    assert wall.read(shown[:19]) == instant


def test_true_utc_is_an_hour_off_in_summer() -> None:
    wall = WallClock()
    assert wall.read("2026-07-15T16:00:00+00:00") == int(datetime(2026, 7, 15, 15, 0, tzinfo=UTC).timestamp())
    assert wall.read("2026-01-15T17:00:00+00:00") == int(datetime(2026, 1, 15, 17, 0, tzinfo=UTC).timestamp())


def test_a_day_is_its_first_or_its_last_second() -> None:
    wall = WallClock()
    assert wall.show(wall.read("2026-07-15")) == "2026-07-15T00:00:00-05:00"
    assert wall.show(wall.read("2026-7-15", ends_day=True)) == "2026-07-15T23:59:59-05:00"


def query(client: SdkClient, since: str, until: str = "") -> list[str | None]:
    end = f"<ToModifiedDate>{until}</ToModifiedDate>" if until else ""
    rs = client.ask(f"<CustomerQueryRq><FromModifiedDate>{since}</FromModifiedDate>{end}</CustomerQueryRq>")
    return [ret.findtext("Name") for ret in rs]


def test_modified_filters_include_both_ends(client: SdkClient, person: Person, clock: SteppingClock) -> None:
    shown = []
    for name in ("One", "Two", "Three"):
        clock.advance(10)
        person.add("Customer", {"Name": name})
        rs = client.ask(f"<CustomerQueryRq><FullName>{name}</FullName></CustomerQueryRq>")
        shown.append(str(rs[0].findtext("TimeModified"))[:19])
    assert query(client, shown[1]) == ["Three", "Two"]
    assert query(client, shown[0], shown[1]) == ["One", "Two"]


def test_the_edit_sequence_is_the_true_moment(client: SdkClient, clock: SteppingClock) -> None:
    rs = client.ask("<CustomerQueryRq><FullName>Alpine Bakery</FullName></CustomerQueryRq>")
    assert rs[0].findtext("EditSequence") == str(int(clock().timestamp()))
    assert rs[0].findtext("TimeModified") == "2026-07-15T12:00:00-05:00"


def test_another_zone_of_the_machine_shows_the_same_moment_otherwise(client: SdkClient, company: Company) -> None:
    company.wall = WallClock("America/Sao_Paulo")
    rs = client.ask("<CustomerQueryRq><FullName>Alpine Bakery</FullName></CustomerQueryRq>")
    assert rs[0].findtext("TimeModified") == "2026-07-15T13:00:00-03:00"


def test_the_day_of_a_document_is_the_machines_own(client: SdkClient, clock: SteppingClock) -> None:
    clock.set(datetime(2026, 7, 16, 2, 0, tzinfo=UTC))
    customer = "<CustomerRef><FullName>Alpine Bakery</FullName></CustomerRef>"
    rs = client.ask(f"<InvoiceAddRq><InvoiceAdd>{customer}</InvoiceAdd></InvoiceAddRq>")
    assert rs[0].findtext("TxnDate") == "2026-07-15"
