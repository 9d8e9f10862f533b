"""A connection that is mirrored, with a simulated company on the same clock."""

from collections.abc import Callable

import pytest

from qbwc_service.simulator import Company, QuickBooks, Switches
from qbwc_service.store import Database
from qbwc_service.update import UpdateService
from tests.conftest import LinkedCompany, StandingClock
from tests.mirror import MirrorSide, start

MakeSide = Callable[..., MirrorSide]


@pytest.fixture
def make_side(
    database: Database, company: LinkedCompany, clock: StandingClock, make_service: Callable[..., UpdateService]
) -> MakeSide:
    """Make a company and mirror it: ``make_side(invoices=30, settings={"every_minutes": 5})``."""

    def make(
        *, settings: dict[str, object] | None = None, switches: Switches | None = None, **sizes: object
    ) -> MirrorSide:
        given = {"customers": 8, "items": 6, "invoices": 24, "credits_share": 0.2, "years": 1.3, **sizes}
        opened = Company.create(clock=clock, switches=switches, **given)
        quickbooks = QuickBooks(opened)
        quickbooks.register(owner_id=company.owner_id, file_id=company.file_id)
        start(database, company.connection_id, now=clock(), **(settings or {}))
        return MirrorSide(
            make_service(), quickbooks, company.user_name, company.password, company.owner_id, company.file_id
        )

    return make
