"""A Web Connector between a server that hands out new customers and a real simulated company."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from qbwc_service.simulator import (
    Application,
    Company,
    QuickBooks,
    UpdateHooks,
    UpdateReport,
    WebConnector,
    WebConnectorOptions,
)
from tests.simulator.web_connector.conftest import ScriptedServer, make_qwc, server

__all__ = ["server"]

NAMES = ("Ann", "Bob", "Cid")


def new_customers(set_id: str, *names: str) -> str:
    """A document that adds customers."""
    requests = "".join(
        f'<CustomerAddRq requestID="{number}"><CustomerAdd><Name>{name}</Name></CustomerAdd></CustomerAddRq>'
        for number, name in enumerate(names, start=1)
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><?qbxml version="13.0"?><QBXML>'
        f'<QBXMLMsgsRq onError="continueOnError" newMessageSetID="{set_id}">{requests}</QBXMLMsgsRq></QBXML>'
    )


@dataclass
class Bench:
    """Runs updates; the server hands out one document of three customers, then an endless one of queries."""

    server: ScriptedServer
    company: Company
    quickbooks: QuickBooks
    connector: WebConnector = field(init=False)
    application: Application = field(init=False)

    def __post_init__(self) -> None:
        self.connector = WebConnector(self.quickbooks, timeout=10, options=WebConnectorOptions())
        self.application = self.connector.add_application(make_qwc(self.server.url), password="secret")
        self.server.say("sendRequestXML", new_customers("S1", *NAMES))

    def update(self, hooks: UpdateHooks) -> UpdateReport:
        return self.connector.update(self.application, hooks=hooks)

    @property
    def customers(self) -> tuple[str, ...]:
        """The names that our documents have brought into the company."""
        return tuple(name for name in NAMES if self.company.find_entry(("Customer",), name=name))

    @property
    def kept(self) -> list[str]:
        """The message sets whose answers QuickBooks has kept."""
        return [set_id for sets in self.company.tables.message_sets.values() for set_id in sets]

    @property
    def delivered(self) -> list[dict[str, str]]:
        """What came with each receiveResponseXML."""
        return self.server.arguments_of("receiveResponseXML")

    @property
    def calls(self) -> list[str]:
        """The calls in the order in which they reached the server."""
        return [call.method for call in self.server.received]


@pytest.fixture
def company() -> Company:
    return Company.create(customers=2, items=2)


@pytest.fixture
def bench(server: ScriptedServer, company: Company) -> Bench:
    return Bench(server, company, QuickBooks(company))


@pytest.fixture
def make_bench(server: ScriptedServer) -> Callable[[], Bench]:
    """Make more than one: each has a company of its own."""

    def make() -> Bench:
        company = Company.create(customers=2, items=2)
        return Bench(server, company, QuickBooks(company))

    return make
