"""The simulated Web Connector and the simulated QuickBooks together, as a server sees them."""

from collections.abc import Callable
from typing import Any

from lxml import etree

from qbwc_service.simulator import Company, CompanyProgram, QuickBooks, UpdateOutcome, WebConnector

FILE = r"C:\Books\Acme.qbw"
QUERY = (
    '<?xml version="1.0"?><?qbxml version="13.0"?><QBXML><QBXMLMsgsRq onError="stopOnError">{}</QBXMLMsgsRq></QBXML>'
)
MakeQwc = Callable[..., str]


def open_quickbooks() -> QuickBooks:
    return QuickBooks(Company(name="Acme", path=FILE))


def test_the_server_reads_its_file_id_in_the_host_answer_and_gets_answers(server: Any, make_qwc: MakeQwc) -> None:
    program: CompanyProgram = open_quickbooks()
    connector = WebConnector(program)
    application = connector.add_application(make_qwc(server.url), password="secret")
    server.say("sendRequestXML", QUERY.format('<CompanyQueryRq requestID="7"/>'), QUERY.format("<Nonsense/>"))
    server.say("receiveResponseXML", 50, 100)

    report = connector.update(application)

    asked = server.arguments_of("sendRequestXML")[0]
    host = etree.fromstring(asked["strHCPResponse"].encode())
    assert application.contents.file_id in host.xpath(
        "//CompanyRet/DataExtRet[DataExtName='FileID']/DataExtValue/text()"
    )
    assert (asked["strCompanyFileName"], asked["qbXMLMajorVers"]) == (FILE, "16")
    answered, refused = server.arguments_of("receiveResponseXML")
    assert etree.fromstring(answered["response"].encode()).findtext(".//CompanyName") == "Acme"
    assert (refused["response"], refused["hresult"]) == ("", "0x80040400")
    assert (report.outcome, report.hresults, report.warnings) == (UpdateOutcome.COMPLETED, ("0x80040400",), ())


def test_another_file_id_for_the_same_company_file_is_refused(
    server: Any,
    make_qwc: MakeQwc,
    code_of: Callable[[Callable[[], object]], str | None],
) -> None:
    program = open_quickbooks()
    WebConnector(program).add_application(make_qwc(server.url), password="secret")
    other = make_qwc(server.url, FileID="{00000000-0000-0000-0000-000000000001}")

    assert code_of(lambda: WebConnector(program).add_application(other, password="secret")) == "QBWC1039"


def test_a_second_pc_adds_the_same_file(server: Any, make_qwc: MakeQwc) -> None:
    program = open_quickbooks()

    for connector in (WebConnector(program), WebConnector(program)):
        application = connector.add_application(make_qwc(server.url), password="secret")
        assert connector.update(application).outcome is UpdateOutcome.COMPLETED


def test_a_dialog_in_quickbooks_and_another_file_reach_the_server(server: Any, make_qwc: MakeQwc) -> None:
    program = open_quickbooks()
    connector = WebConnector(program)
    application = connector.add_application(make_qwc(server.url), password="secret")
    server.say("authenticate", ["t", r"C:\Books\Other.qbw"])
    server.say("connectionError", "", "done")

    assert connector.update(application).hresults == ("0x8004040A", "0x80040400")
    program.refuse_sessions("0x80040414")
    assert connector.update(application).hresults == ("0x80040414",)
