"""An answer of 50 MB goes through the whole service without hurting the worker that takes it."""

import http.client
from pathlib import Path
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

import pytest
from sqlalchemy import select

from qbwc_service.store import Database, MessageSet, MessageSetPurpose, OperationState
from qbwc_service.sync import enqueue_qbxml
from tests.journeys.test_journey_drain import states
from tests.wire import ConnectFarSide, Server, StartServer

MEGABYTE = 1024 * 1024
ANSWER_SIZE = 50 * MEGABYTE
MOST_MEMORY = 400 * MEGABYTE
INVOICE = (
    "<InvoiceRet><TxnID>{n}-1</TxnID><RefNumber>{n}</RefNumber><Subtotal>10.00</Subtotal>"
    "<Memo>Freight from Newark to Hartford &amp; back, two pallets, liftgate</Memo></InvoiceRet>"
)


def large_answer(request_id: int) -> str:
    size = len(INVOICE)
    found = "".join(INVOICE.replace("{n}", str(number)) for number in range(ANSWER_SIZE // size))
    return (
        '<?xml version="1.0" ?><QBXML><QBXMLMsgsRs>'
        f'<InvoiceQueryRs requestID="{request_id}" statusCode="0" statusSeverity="Info" statusMessage="Status OK">'
        f"{found}</InvoiceQueryRs></QBXMLMsgsRs></QBXML>"
    )


def peak_memory(server: Server) -> int:
    """The largest amount of memory, in bytes, that any worker ever used."""
    peaks = []
    for pid in server.worker_pids():
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        peaks += [int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")]
    return max(peaks)


def call(server: Server, method: str, **parameters: str) -> str:
    """Make one call as the Web Connector does; give the answer's text."""
    namespace = "http://developer.intuit.com/"
    arguments = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in parameters.items())
    envelope = (
        '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">'
        f'<soap:Body><{method} xmlns="{namespace}">{arguments}</{method}></soap:Body></soap:Envelope>'
    )
    address = urlsplit(server.settings.base_url)
    connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=120)
    connection.request("POST", "/qbwc", envelope.encode(), {"Content-Type": "text/xml; charset=utf-8"})
    answer = connection.getresponse().read().decode()
    connection.close()
    return answer


def result(answer: str, tag: str) -> str:
    return answer.partition(f"{tag}>")[2].partition("</")[0]


def test_an_answer_of_fifty_megabytes_takes_less_than_four_hundred(
    database: Database, start_server: StartServer, connect_far_side: ConnectFarSide
) -> None:
    if not Path("/proc/self/status").exists():
        pytest.skip("how much memory a process used at most is read from /proc")
    server = start_server(workers=1)
    far = connect_far_side(server)
    with database.writing() as db:
        operation_id = enqueue_qbxml(db, far.connection_id, "InvoiceQueryRq", {"MaxReturned": 200000}).operation_id
    contents, company = far.application.contents, far.company
    session = far.quickbooks.open_session(
        app_name=contents.app_name, owner_id=contents.owner_id, file_id=contents.file_id, company_file=company.path
    )
    signed_in = call(server, "authenticate", strUserName=contents.user_name, strPassword=far.application.password)
    ticket = result(signed_in, "string")
    hcp = far.quickbooks.host_company_preferences(session)
    request = call(server, "sendRequestXML", ticket=ticket, strHCPResponse=hcp, strCompanyFileName=company.path)
    assert "InvoiceQueryRq" in request
    answer = large_answer(operation_id)

    told = call(server, "receiveResponseXML", ticket=ticket, response=answer, hresult="", message="")

    assert result(told, "receiveResponseXMLResult") == "100"
    assert peak_memory(server) < MOST_MEMORY, f"{peak_memory(server) / MEGABYTE:.0f} MB"
    assert states(database) == {OperationState.DONE: 1}
    with database.reading() as db:
        assert db.scalar(select(MessageSet.answer).where(MessageSet.purpose == MessageSetPurpose.WORK)) == answer
