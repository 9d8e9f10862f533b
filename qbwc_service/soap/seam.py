"""The seam between the wire and the work: the calls of the Web Connector as plain Python.

``soap`` translates; what is behind this protocol decides. Method order and meaning are those of the
QuickBooks Web Connector Programmer's Guide, chapter 10.
"""

from typing import Protocol


class WebConnectorCalls(Protocol):
    """What the Web Connector asks of a server.

    No argument is ever ``None``: what was missing, empty or nil on the wire arrives as ``""``, and as 0 for a whole
    number. Characters that XML 1.0 does not know are gone from the arguments, and are removed from what is returned.
    An exception becomes a SOAP Fault with a fixed text; the Web Connector then ends its update.
    """

    def server_version(self) -> str:
        """Name this server's version; free text, shown in the Web Connector."""
        ...

    def client_version(self, version: str) -> str:
        """Judge the Web Connector's version: ``""`` goes on, ``W:``, ``E:`` and ``O:`` do not."""
        ...

    def authenticate(self, user_name: str, password: str) -> list[str]:
        """Give 2 to 4 items: ticket; company file, ``none``, ``nvu`` or ``busy``; two optional delays in seconds."""
        ...

    def send_request_xml(
        self,
        ticket: str,
        hcp_response: str,
        *,
        company_file_name: str,
        country: str,
        major_version: int,
        minor_version: int,
    ) -> str:
        """Give the next qbXML document; ``""`` sends the Web Connector to ``get_last_error``."""
        ...

    def receive_response_xml(self, ticket: str, response: str, *, hresult: str, message: str) -> int:
        """Take QuickBooks' answer; give 0 to 99 while there is more, 100 at the end, below 0 for an error."""
        ...

    def connection_error(self, ticket: str, hresult: str, *, message: str) -> str:
        """QuickBooks could not be opened: give ``done``, or a company file to try."""
        ...

    def get_last_error(self, ticket: str) -> str:
        """Say what went wrong, or ``NoOp``."""
        ...

    def close_connection(self, ticket: str) -> str:
        """End the update session; the text stands in the Web Connector's status column."""
        ...

    def get_interactive_url(self, ticket: str, session_id: str) -> str:
        """Give the page of an interactive session."""
        ...

    def interactive_rejected(self, ticket: str, reason: str) -> str:
        """Take notice that the user did not want the interactive session."""
        ...

    def interactive_done(self, ticket: str) -> str:
        """Say whether the interactive session is over; asked again every minute."""
        ...
