"""What the tests of the queue start from: the queue of one linked company, on a database of each kind."""

import pytest
from qbwc_service.store import Database

from tests.conftest import LinkCompany, LinkedCompany, StandingClock
from tests.factories import CompanyQueue
from tests.statements import count_statements as count_statements


@pytest.fixture
def queue(database: Database, company: LinkedCompany, clock: StandingClock) -> CompanyQueue:
    """The queue of a company that is linked, with nothing in it."""
    return CompanyQueue(
        database=database, connection_id=company.connection_id, install_id=company.install.id, clock=clock
    )


@pytest.fixture
def other_queue(database: Database, link_company: LinkCompany, clock: StandingClock) -> CompanyQueue:
    """The queue of another company in the same database."""
    other = link_company("Zenith Freight")
    return CompanyQueue(database=database, connection_id=other.connection_id, install_id=other.install.id, clock=clock)
