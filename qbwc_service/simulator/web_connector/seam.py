"""What the Web Connector needs of QuickBooks: the few calls of Intuit's request processor that it makes.

``qbwc_service.simulator.QuickBooks`` is one such program. A test may stand in another, or put one around it that
fails on purpose.
"""

from typing import Protocol


class CompanyProgram(Protocol):
    """QuickBooks with a company file; each call may raise HresultError."""

    @property
    def company_file(self) -> str:
        """The full path of the open company file."""
        ...

    @property
    def country(self) -> str:
        """US, CA, UK or AU."""
        ...

    @property
    def qbxml_version(self) -> str:
        """The highest qbXML version that is understood: ``"16.0"``."""
        ...

    def register(self, *, owner_id: str, file_id: str) -> None:
        """Write the application's FileID into the company file; HresultError where another one stands there."""
        ...

    def open_session(self, *, app_name: str, owner_id: str, file_id: str, company_file: str) -> str:
        """Open a session with a company file ("" is the one that is open) and give the session's id."""
        ...

    def host_company_preferences(self, session: str) -> str:
        """Give the answer to the host, company and preferences queries as one document."""
        ...

    def process(self, session: str, qbxml: str) -> str:
        """Execute a qbXML document and give its answer."""
        ...

    def end_session(self, session: str) -> None:
        """End the session."""
        ...
