"""A program that talks to the simulated QuickBooks directly, without a Web Connector: for tests and for trying out.

It wraps request elements into a document, and gives the answers as elements; it checks nothing of what it sends.
"""

from types import TracebackType
from typing import Self

from lxml import etree

from qbwc_service.simulator.quickbooks.program import QuickBooks

OWNER_ID = "{7E2B1D64-0C53-4B9B-9F0E-5F8A2C6D1A10}"


class SdkClient:
    """One session of an application; as a context manager it ends the session."""

    def __init__(self, quickbooks: QuickBooks, *, app_name: str = "SDK client", version: str = "13.0") -> None:
        self.quickbooks = quickbooks
        self.version = version
        self.session = quickbooks.open_session(app_name=app_name, owner_id=OWNER_ID, file_id="", company_file="")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the session."""
        self.quickbooks.end_session(self.session)

    def send(self, requests: str, *, on_error: str = "continueOnError", attributes: str = "") -> etree._Element:
        """Send request elements as one message set and give QBXMLMsgsRs. HresultError."""
        return read_answer(self.quickbooks.process(self.session, self.wrap(requests, on_error, attributes=attributes)))

    def ask(self, request: str) -> etree._Element:
        """Send one request and give its Rs element. HresultError."""
        return self.send(request)[0]

    def wrap(self, requests: str, on_error: str = "continueOnError", *, attributes: str = "") -> str:
        """Make a document of request elements."""
        return (
            f'<?xml version="1.0" encoding="utf-8"?><?qbxml version="{self.version}"?><QBXML>'
            f'<QBXMLMsgsRq onError="{on_error}" {attributes}>{requests}</QBXMLMsgsRq></QBXML>'
        )


def read_answer(text: str) -> etree._Element:
    """Give the QBXMLMsgsRs element of an answer."""
    return etree.fromstring(text.encode())[0]
