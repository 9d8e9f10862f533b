"""The far side of the wire as text: what a Web Connector brings with it, and what QuickBooks answers.

These are hand-written texts in the shape of real ones. The simulator is a whole QuickBooks; here a test decides every
word of an answer itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from qbwc_service.update import UpdateService

PATH = "C:\\QuickBooks\\acme.qbw"
COMPANY_NAME = "Acme Trucking"
NUMBERS = count(1)


def host_text(
    *,
    owner_id: str = "",
    marker: str | None = None,
    company_name: str | None = COMPANY_NAME,
    versions: Sequence[str] = ("12.0", "13.0", "14.0", "15.0", "16.0"),
    country: str = "US",
    product: str = "QuickBooks Enterprise Solutions 24.0",
    extra: str = "",
) -> str:
    """Write strHCPResponse: host, company and preferences; ``marker`` is the FileID in the company file."""
    supported = "".join(f"<SupportedQBXMLVersion>{version}</SupportedQBXMLVersion>" for version in versions)
    named = "" if company_name is None else f"<CompanyName>{escape(company_name)}</CompanyName>"
    return document(
        f'<HostQueryRs requestID="0" statusCode="0" statusSeverity="Info" statusMessage="Status OK"><HostRet>'
        f"<ProductName>{product}</ProductName><MajorVersion>34</MajorVersion><MinorVersion>0</MinorVersion>"
        f"<Country>{country}</Country>{supported}<IsAutomaticLogin>false</IsAutomaticLogin>"
        f"<QBFileMode>SingleUser</QBFileMode></HostRet></HostQueryRs>",
        f'<CompanyQueryRs requestID="1" statusCode="0" statusSeverity="Info" statusMessage="Status OK"><CompanyRet>'
        f"<IsSampleCompany>false</IsSampleCompany>{named}{_marker(owner_id, marker)}{extra}</CompanyRet>"
        "</CompanyQueryRs>",
        '<PreferencesQueryRs requestID="2" statusCode="0" statusSeverity="Info" statusMessage="Status OK">'
        "<PreferencesRet><CurrentAppAccessRights><IsAutomaticLoginAllowed>true</IsAutomaticLoginAllowed>"
        "<IsPersonalDataAccessAllowed>false</IsPersonalDataAccessAllowed></CurrentAppAccessRights></PreferencesRet>"
        "</PreferencesQueryRs>",
    )


def document(*responses: str) -> str:
    """Put responses into an answer, as QuickBooks writes it."""
    return f'<?xml version="1.0" ?>\n<QBXML>\n<QBXMLMsgsRs>\n{"".join(responses)}\n</QBXMLMsgsRs>\n</QBXML>\n'


def stored(*responses: str) -> str:
    """An answer that QuickBooks had kept under a message set ID."""
    return document(*responses).replace("<QBXMLMsgsRs>", '<QBXMLMsgsRs messageSetStatusCode="0">')


def not_stored(code: int = 9002) -> str:
    """What QuickBooks says where it kept no answer."""
    return document().replace("<QBXMLMsgsRs>", f'<QBXMLMsgsRs messageSetStatusCode="{code}">')


@dataclass(frozen=True)
class SentRequest:
    """One request of a message set, as QuickBooks sees it."""

    name: str
    request_id: str
    element: etree._Element

    def text(self, path: str) -> str | None:
        """The text at a path below the request, ``InvoiceAdd/CustomerRef/ListID``."""
        return self.element.findtext(path)

    @property
    def answer_name(self) -> str:
        return self.name.removesuffix("Rq") + "Rs"


@dataclass(frozen=True)
class SentSet:
    """One message set, as QuickBooks sees it."""

    version: str
    attributes: Mapping[str, str]
    requests: tuple[SentRequest, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(request.name for request in self.requests)

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(request.request_id for request in self.requests)

    @property
    def is_identity(self) -> bool:
        return self.names == ("HostQueryRq", "CompanyQueryRq", "PreferencesQueryRq")


def read_set(text: str) -> SentSet:
    """Read what was handed out; it has to be one well-formed request document in plain ASCII."""
    root = etree.fromstring(text.encode("ascii"))
    (version,) = (node.get("version") for node in root.xpath("preceding-sibling::processing-instruction('qbxml')"))
    (message_set,) = root
    assert message_set.tag == "QBXMLMsgsRq"
    requests = tuple(SentRequest(element.tag, element.get("requestID", ""), element) for element in message_set)
    return SentSet(version, dict(message_set.attrib), requests)


def refusal(
    request: SentRequest, code: int, message: str = "QuickBooks found an error.", *, severity: str = "Error"
) -> str:
    """Answer one request with a status only."""
    return (
        f'<{request.answer_name} requestID="{request.request_id}" statusCode="{code}" statusSeverity="{severity}" '
        f"statusMessage={quoteattr(message)}/>"
    )


def success(
    request: SentRequest,
    quickbooks_id: str | None = None,
    *,
    details: str = "",
    code: int = 0,
    message: str = "Status OK",
) -> str:
    """Answer an Add with the object it made; ``details`` are further elements of it."""
    added = request.name.removesuffix("AddRq")
    is_transaction = added in {"Invoice", "ReceivePayment", "CreditMemo", "SalesReceipt", "Deposit"}
    key = "TxnID" if is_transaction else "ListID"
    quickbooks_id = quickbooks_id or f"{next(NUMBERS):X}-1700000000"
    severity = "Info" if code == 0 else "Warn"
    return (
        f'<{request.answer_name} requestID="{request.request_id}" statusCode="{code}" statusSeverity="{severity}" '
        f"statusMessage={quoteattr(message)}><{added}Ret><{key}>{quickbooks_id}</{key}>"
        f"<TimeCreated>2026-11-20T09:00:00-08:00</TimeCreated><EditSequence>1700000000</EditSequence>"
        f"{details}</{added}Ret></{request.answer_name}>"
    )


def answer_all(text: str, **overrides: str) -> str:
    """Answer every request of a set with success, but those whose id is in ``overrides`` (``r7="<…/>"``) so."""
    return document(
        *(overrides.get(f"r{request.request_id}") or success(request) for request in read_set(text).requests)
    )


@dataclass
class FarSide:
    """A Web Connector and a company file, played by hand: each method is one call of the protocol."""

    service: UpdateService
    user_name: str
    password: str
    owner_id: str
    marker: str | None
    company_name: str = COMPANY_NAME
    path: str = PATH
    version: tuple[int, int] = (16, 0)
    ticket: str = field(default="", repr=False)

    def authenticate(self) -> list[str]:
        answer = self.service.authenticate(self.user_name, self.password)
        self.ticket = answer[0]
        return answer

    def host(self, **details: object) -> str:
        """What this far side says of itself."""
        given = {"owner_id": self.owner_id, "marker": self.marker, "company_name": self.company_name, **details}
        return host_text(**given)  # type: ignore[arg-type]  # The test's own words.

    def send(self, hcp: str = "", *, country: str = "US") -> str:
        major, minor = self.version
        return self.service.send_request_xml(
            self.ticket, hcp, company_file_name=self.path, country=country, major_version=major, minor_version=minor
        )

    def receive(self, response: str = "", *, hresult: str = "", message: str = "") -> int:
        return self.service.receive_response_xml(self.ticket, response, hresult=hresult, message=message)

    def begin(self) -> str:
        """Sign in and fetch the first message set."""
        assert self.authenticate()[0] != ""
        return self.send(self.host())

    def close(self) -> str:
        return self.service.close_connection(self.ticket)

    def last_error(self) -> str:
        return self.service.get_last_error(self.ticket)

    def connection_error(self, hresult: str, message: str = "") -> str:
        return self.service.connection_error(self.ticket, hresult, message=message)

    def run(self) -> int:
        """Do one whole update session in which everything succeeds; give how many sets went out."""
        text = self.begin()
        sets = 1
        while self.receive(self.answer(text)) < 100:
            text = self.send()
            sets += 1
        self.close()
        return sets

    def answer(self, text: str) -> str:
        """Answer a set so that everything succeeds, the question for the company file included."""
        return self.host() if read_set(text).is_identity else answer_all(text)


def _marker(owner_id: str, marker: str | None) -> str:
    if marker is None:
        return ""
    return (
        f"<DataExtRet><OwnerID>{owner_id}</OwnerID><DataExtName>FileID</DataExtName>"
        f"<DataExtType>STR255TYPE</DataExtType><DataExtValue>{marker}</DataExtValue></DataExtRet>"
    )
