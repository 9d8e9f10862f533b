"""A SOAP client nobody here wrote drives a whole session, from our WSDL and from the one that circulates."""

import warnings
from typing import Any

import pytest

from qbwc_service.simulator import Company, QuickBooks
from qbwc_service.store import Database
from qbwc_service.sync import enqueue_documents
from tests import intuit
from tests.journeys.test_journey_drain import invoices, masters, ref_numbers
from tests.wire import ConnectFarSide, FarSide, Server, StartServer

with warnings.catch_warnings():
    # zeep's own imports are not ours to repair.
    warnings.simplefilter("ignore", DeprecationWarning)
    import zeep

BINDING = "{http://developer.intuit.com/}QBWebConnectorSvcSoap"


@pytest.fixture(params=["ours", "circulating"])
def service(request: pytest.FixtureRequest, server: Server) -> Any:
    """The calls as zeep makes them from a WSDL."""
    endpoint = f"{server.settings.base_url}/qbwc"
    if request.param == "circulating" and not intuit.WSDL.exists():
        pytest.skip(intuit.WSDL_MISSING)
    wsdl = f"{endpoint}?wsdl" if request.param == "ours" else str(intuit.WSDL)
    return zeep.Client(wsdl).create_service(BINDING, endpoint)


@pytest.fixture
def server(start_server: StartServer) -> Server:
    return start_server()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_zeep_drives_a_whole_session(
    service: Any, server: Server, database: Database, connect_far_side: ConnectFarSide
) -> None:
    far = connect_far_side(server)
    with database.writing() as db:
        enqueue_documents(db, far.connection_id, masters() + invoices(range(25)))

    assert "qbwc-service" in service.serverVersion()
    assert not service.clientVersion(strVersion="34.0.10010.76")
    assert drive(service, far) == 100

    assert ref_numbers(far.company) == {f"D{number}": 1 for number in range(25)}


def drive(service: Any, far: FarSide) -> int:
    """Be the Web Connector: authenticate, then carry documents to QuickBooks until there are no more."""
    contents = far.application.contents
    ticket, path = service.authenticate(strUserName=contents.user_name, strPassword=far.application.password)
    assert not path
    quickbooks, company = far.quickbooks, far.company
    session = open_session(quickbooks, company, far)
    hcp, percent = quickbooks.host_company_preferences(session), 0
    while percent < 100:
        request = service.sendRequestXML(
            ticket=ticket,
            strHCPResponse=hcp,
            strCompanyFileName=company.path,
            qbXMLCountry="US",
            qbXMLMajorVers=16,
            qbXMLMinorVers=0,
        )
        answer = quickbooks.process(session, request)
        percent = service.receiveResponseXML(ticket=ticket, response=answer, hresult="", message="")
        hcp = ""
    assert service.getLastError(ticket=ticket)
    assert "27 done" in service.closeConnection(ticket=ticket)
    return percent


def open_session(quickbooks: QuickBooks, company: Company, far: FarSide) -> str:
    contents = far.application.contents
    return quickbooks.open_session(
        app_name=contents.app_name, owner_id=contents.owner_id, file_id=contents.file_id, company_file=company.path
    )
