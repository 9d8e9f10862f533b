"""The outer WSGI application: every HTTP request ends here in an answer that the Web Connector can read.

GET and HEAD say that the address is right: the Web Connector asks for it when a .qwc file is added, and takes
anything but 200 for a bad certificate (QBWC1048). A POST is answered by the called method or by a SOAP Fault, as
``text/xml; charset=utf-8``, whatever was sent. Nothing redirects: the Web Connector does not follow.
"""

import contextlib
import logging
import time
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qbwc_service.errors import InputError
from qbwc_service.observability import get_logger
from qbwc_service.soap.body import RequestBody
from qbwc_service.soap.encoding import decode_body
from qbwc_service.soap.envelope import read_envelope
from qbwc_service.soap.fault import INTERNAL_FAILURE, Blame, render_fault
from qbwc_service.soap.seam import WebConnectorCalls
from qbwc_service.soap.server import CallFailedError, SoapServer
from qbwc_service.soap.wsdl import is_wsdl_request, render_wsdl

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = get_logger(__name__)

_OK, _NOT_ALLOWED, _FAILED = "200 OK", "405 Method Not Allowed", "500 Internal Server Error"
_XML, _TEXT = "text/xml; charset=utf-8", "text/plain; charset=utf-8"
_GREETING = (
    b"This is the address of a service for the QuickBooks Web Connector. It works.\n"
    b"There is nothing to see here: add the .qwc file to the Web Connector, and it will call this address.\n"
)
_ONLY_POST = b"This address answers GET, HEAD and, for the QuickBooks Web Connector, POST.\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reply:
    status: str
    content_type: str
    body: bytes


def create_soap_application(calls: WebConnectorCalls, *, max_body_bytes: int = 128 * 1024 * 1024) -> "WSGIApplication":
    """Give the WSGI application; it answers on whatever path it is mounted, with and without a trailing slash."""
    return _Guard(SoapServer(calls), max_body_bytes=max_body_bytes)


class _Guard:
    """One mounted endpoint. It keeps nothing between two requests."""

    def __init__(self, server: SoapServer, *, max_body_bytes: int) -> None:
        self._server = server
        self._max_body_bytes = max_body_bytes

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        verb = environ["REQUEST_METHOD"].upper()
        if verb == "POST":
            reply = self._answer(RequestBody(environ, limit=self._max_body_bytes), environ.get("CONTENT_TYPE") or "")
        elif verb in {"GET", "HEAD"}:
            reply = _show(environ)
        else:
            reply = _Reply(status=_NOT_ALLOWED, content_type=_TEXT, body=_ONLY_POST)
        headers = [("Content-Type", reply.content_type), ("Content-Length", str(len(reply.body)))]
        if reply.status == _NOT_ALLOWED:
            headers.append(("Allow", "GET, HEAD, POST"))
        start_response(reply.status, headers)
        return [] if verb == "HEAD" else [reply.body]

    def _answer(self, body: RequestBody, content_type: str) -> _Reply:
        """Answer one POST, and write its one line into the log."""
        started = time.perf_counter()
        method, status, refusal = "", _FAILED, None
        try:
            call = self._server.read(read_envelope(decode_body(body.pieces(), content_type=content_type)))
            # From here on the HTTP status is 200, also for a Fault: some proxies replace the body of a 500 by a page
            # of their own, and the Web Connector reads a Fault with either status.
            method, status = self._server.method_name(call), _OK
            answer = self._server.run(call)
        except InputError as error:
            refusal = str(error)
            answer = _refuse(body, refusal)
        except CallFailedError:
            answer = render_fault(Blame.SERVER, INTERNAL_FAILURE)
        except Exception as error:  # noqa: BLE001 - The door: whatever it was, the caller gets a Fault.
            text = "".join(traceback.format_exception(error))
            log.error("soap_broken", method=method, exception=text)  # noqa: TRY400 - See server.py.
            answer = render_fault(Blame.SERVER, INTERNAL_FAILURE)
        log.log(
            logging.WARNING if refusal else logging.INFO,
            "soap_call",
            method=method,
            seconds=round(time.perf_counter() - started, 4),
            received=body.received,
            declared=body.declared,
            answered=len(answer),
            refusal=refusal,
        )
        return _Reply(status=status, content_type=_XML, body=answer)


def _show(environ: "WSGIEnvironment") -> _Reply:
    if is_wsdl_request(environ):
        return _Reply(status=_OK, content_type=_XML, body=render_wsdl(environ))
    return _Reply(status=_OK, content_type=_TEXT, body=_GREETING)


def _refuse(body: RequestBody, refusal: str) -> bytes:
    """Give the Fault for a request that is wrong, once the client has sent all of it."""
    with contextlib.suppress(OSError):  # The client may be gone already.
        body.discard_rest()
    return render_fault(Blame.CLIENT, refusal)
