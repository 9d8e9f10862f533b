"""A SOAP client that nobody here wrote understands our WSDL, and speaks to us with Intuit's."""

import warnings
from typing import Any

import pytest
from lxml import etree

from qbwc_service.soap.service import NAMESPACE, WebConnectorService
from tests import intuit

with warnings.catch_warnings():
    # zeep's own imports are not ours to repair.
    warnings.simplefilter("ignore", DeprecationWarning)
    import zeep

SCHEMA = "{http://www.w3.org/2001/XMLSchema}"


def _hold_a_session(service: Any, calls: Any) -> None:
    calls.answers = {"receive_response_xml": 100, "send_request_xml": "<QBXML>é</QBXML>"}

    assert service.serverVersion() == "1.2.3"
    assert service.clientVersion(strVersion="34.0.10010.76") in {None, ""}
    ticket, company = service.authenticate(strUserName="acme", strPassword=" p&ß ")
    assert (ticket, company or "") == ("7.ticket", "")
    assert (
        service.sendRequestXML(
            ticket=ticket,
            strHCPResponse="<QBXML/>",
            strCompanyFileName="C:\\a.qbw",
            qbXMLCountry="US",
            qbXMLMajorVers=16,
            qbXMLMinorVers=0,
        )
        == "<QBXML>é</QBXML>"
    )
    assert service.receiveResponseXML(ticket=ticket, response="<QBXML>€</QBXML>", hresult="", message="") == 100
    assert service.connectionError(ticket=ticket, hresult="0x80040408", message="Could not start") == "done"
    assert service.getLastError(ticket=ticket) in {None, ""}
    assert service.closeConnection(ticket=ticket) == "OK"
    assert calls.seen == [
        ("server_version", ()),
        ("client_version", ("34.0.10010.76",)),
        ("authenticate", ("acme", " p&ß ")),
        ("send_request_xml", ("7.ticket", "<QBXML/>", "C:\\a.qbw", "US", 16, 0)),
        ("receive_response_xml", ("7.ticket", "<QBXML>€</QBXML>", "", "")),
        ("connection_error", ("7.ticket", "0x80040408", "Could not start")),
        ("get_last_error", ("7.ticket",)),
        ("close_connection", ("7.ticket",)),
    ]


def test_a_client_made_from_our_wsdl_holds_a_whole_session(endpoint: Any) -> None:
    client = zeep.Client(f"{endpoint.url}?wsdl")

    _hold_a_session(client.service, endpoint.calls)
    assert client.service.getServerVersion(ticket="t") == "1.2.3"
    assert client.service.getInteractiveURL(wcTicket="t", sessionID="s") in {None, ""}
    assert client.service.interactiveRejected(wcTicket="t", reason="no") in {None, ""}
    assert client.service.interactiveDone(wcTicket="t") == client.service.isInteractiveDone(wcTicket="t") == "Done"


@pytest.mark.skipif(not intuit.WSDL.exists(), reason=intuit.WSDL_MISSING)
def test_a_client_made_from_intuits_wsdl_holds_a_whole_session(endpoint: Any) -> None:
    client = zeep.Client(str(intuit.WSDL))

    _hold_a_session(client.create_service(f"{{{NAMESPACE}}}QBWebConnectorSvcSoap", endpoint.url), endpoint.calls)


def test_a_client_sees_our_faults_as_faults(endpoint: Any) -> None:
    client = zeep.Client(f"{endpoint.url}?wsdl")
    endpoint.calls.answers = {"close_connection": RuntimeError("a bug")}

    with pytest.raises(zeep.exceptions.Fault, match="could not complete this call"):
        client.service.closeConnection(ticket="t")


def test_the_wsdl_declares_exactly_the_methods_that_answer(endpoint: Any) -> None:
    wsdl = etree.fromstring(endpoint.request("GET", path="/qbwc?wsdl").body)
    declared = {
        element.get("name"): [
            (part.get("name"), part.get("type").partition(":")[2]) for part in element.iterfind(f".//{SCHEMA}element")
        ]
        for element in wsdl.iterfind(f".//{SCHEMA}schema/{SCHEMA}element")
    }
    answering: dict[str, list[tuple[str, str]]] = {}
    for method in WebConnectorService.public_methods.values():
        for message in (method.in_message, method.out_message):
            types = message.get_flat_type_info(message)
            answering[message.get_type_name()] = [(name, part.get_type_name()) for name, part in types.items()]

    assert declared == answering
