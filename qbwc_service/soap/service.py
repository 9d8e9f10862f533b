"""The methods of the Web Connector as a Spyne service: translate, call, translate.

Names of methods, parameters and results are exactly those of the QuickBooks Web Connector Programmer's Guide,
chapter 10, and of the version methods that real Web Connectors call. Two methods have two names each, because
Intuit's own texts and samples disagree about them.
"""

# Spyne hands the methods its context instead of an instance, and what each of them is for stands in seam.py.
# ruff: noqa: D102, N805

from collections.abc import Callable
from operator import index
from typing import Any

from qbwc_service.soap.characters import remove_illegal
from qbwc_service.soap.compat import Array, Integer32, MethodContext, Service, Unicode, rpc
from qbwc_service.soap.seam import WebConnectorCalls

NAMESPACE = "http://developer.intuit.com/"

_ARRAY_OF_STRING = Array(Unicode, type_name="ArrayOfString")
_FEWEST_ITEMS, _MOST_ITEMS = 2, 4


def _method(name: str, *, returns: Any = Unicode, **parameters: Any) -> Callable[[Callable[..., object]], Any]:
    """Expose a function under Intuit's names for the method, its parameters and its result."""
    declare: Callable[[Callable[..., object]], Any] = rpc(
        *parameters.values(),
        _args=tuple(parameters),
        _operation_name=name,
        _out_message_name=f"{name}Response",
        _out_variable_name=f"{name}Result",
        _returns=returns,
    )
    return declare


def _calls(ctx: MethodContext) -> WebConnectorCalls:
    """Find who answers: whoever was given to the application."""
    calls: WebConnectorCalls = ctx.app.config
    return calls


def _items(items: list[str]) -> list[str]:
    """Check and clean the array of ``authenticate``: the Web Connector reads 2 to 4 items."""
    if not _FEWEST_ITEMS <= len(items) <= _MOST_ITEMS:
        raise ValueError(f"authenticate has to give 2 to 4 items, not {len(items)}")
    return [remove_illegal(item) for item in items]


# Spyne ships no types, so its Service is Any to mypy; and it calls the methods without an instance.
class WebConnectorService(Service):  # type: ignore[misc]
    """Every method that some Web Connector or some version of Intuit's guide knows."""

    @_method("serverVersion")
    def server_version(ctx: MethodContext) -> str:
        return remove_illegal(_calls(ctx).server_version())

    @_method("getServerVersion", ticket=Unicode)
    def get_server_version(ctx: MethodContext, _ticket: str | None) -> str:
        return remove_illegal(_calls(ctx).server_version())

    @_method("clientVersion", strVersion=Unicode)
    def client_version(ctx: MethodContext, version: str | None) -> str:
        return remove_illegal(_calls(ctx).client_version(version or ""))

    @_method("authenticate", returns=_ARRAY_OF_STRING, strUserName=Unicode, strPassword=Unicode)
    def authenticate(ctx: MethodContext, user_name: str | None, password: str | None) -> list[str]:
        return _items(_calls(ctx).authenticate(user_name or "", password or ""))

    @_method(
        "sendRequestXML",
        ticket=Unicode,
        strHCPResponse=Unicode,
        strCompanyFileName=Unicode,
        qbXMLCountry=Unicode,
        qbXMLMajorVers=Integer32,
        qbXMLMinorVers=Integer32,
    )
    def send_request_xml(
        ctx: MethodContext,
        ticket: str | None,
        hcp_response: str | None,
        company_file_name: str | None,
        country: str | None,
        major_version: int | None,
        minor_version: int | None,
    ) -> str:
        qbxml = _calls(ctx).send_request_xml(
            ticket or "",
            hcp_response or "",
            company_file_name=company_file_name or "",
            country=country or "",
            major_version=major_version or 0,
            minor_version=minor_version or 0,
        )
        return remove_illegal(qbxml)

    @_method(
        "receiveResponseXML",
        returns=Integer32,
        ticket=Unicode,
        response=Unicode,
        hresult=Unicode,
        message=Unicode,
    )
    def receive_response_xml(
        ctx: MethodContext,
        ticket: str | None,
        response: str | None,
        hresult: str | None,
        message: str | None,
    ) -> int:
        percent = _calls(ctx).receive_response_xml(
            ticket or "", response or "", hresult=hresult or "", message=message or ""
        )
        # None would leave the result away, and the Web Connector would read that as 0: "go on".
        return index(percent)

    @_method("connectionError", ticket=Unicode, hresult=Unicode, message=Unicode)
    def connection_error(
        ctx: MethodContext,
        ticket: str | None,
        hresult: str | None,
        message: str | None,
    ) -> str:
        return remove_illegal(_calls(ctx).connection_error(ticket or "", hresult or "", message=message or ""))

    @_method("getLastError", ticket=Unicode)
    def get_last_error(ctx: MethodContext, ticket: str | None) -> str:
        return remove_illegal(_calls(ctx).get_last_error(ticket or ""))

    @_method("closeConnection", ticket=Unicode)
    def close_connection(ctx: MethodContext, ticket: str | None) -> str:
        return remove_illegal(_calls(ctx).close_connection(ticket or ""))

    @_method("getInteractiveURL", wcTicket=Unicode, sessionID=Unicode)
    def get_interactive_url(ctx: MethodContext, ticket: str | None, session_id: str | None) -> str:
        return remove_illegal(_calls(ctx).get_interactive_url(ticket or "", session_id or ""))

    @_method("interactiveRejected", wcTicket=Unicode, reason=Unicode)
    def interactive_rejected(ctx: MethodContext, ticket: str | None, reason: str | None) -> str:
        return remove_illegal(_calls(ctx).interactive_rejected(ticket or "", reason or ""))

    @_method("interactiveDone", wcTicket=Unicode)
    def interactive_done(ctx: MethodContext, ticket: str | None) -> str:
        return remove_illegal(_calls(ctx).interactive_done(ticket or ""))

    @_method("isInteractiveDone", wcTicket=Unicode)
    def is_interactive_done(ctx: MethodContext, ticket: str | None) -> str:
        return remove_illegal(_calls(ctx).interactive_done(ticket or ""))
