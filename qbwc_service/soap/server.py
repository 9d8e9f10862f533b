"""From a method call to the bytes of its answer: Spyne finds the method, reads its types and writes the answer.

Spyne has a WSGI server of its own. It is not used: it reads a body as a whole and more than once, lets exceptions out
for bodies that are empty or not UTF-8, and writes request bodies into the log.
"""

import traceback
from collections.abc import Container

from lxml import etree

from qbwc_service.errors import InputError
from qbwc_service.observability import get_logger
from qbwc_service.soap.compat import Application, Fault, MethodContext, ServerBase, Soap11, Unicode
from qbwc_service.soap.envelope import MethodCall
from qbwc_service.soap.fault import INTERNAL_FAILURE
from qbwc_service.soap.seam import WebConnectorCalls
from qbwc_service.soap.service import NAMESPACE, WebConnectorService

log = get_logger(__name__)

_LONGEST_ECHO = 60
# In characters. Longer texts go around Spyne.
_LONGEST_COPY = 64 * 1024


class CallFailedError(Exception):
    """Our own code failed while it worked on a call. It was logged where it happened."""


class _Application(Application):  # type: ignore[misc]  # Spyne ships no types.
    """Spyne's application, with our log line for what goes wrong in our code."""

    def call_wrapper(self, ctx: MethodContext) -> object:
        """Run the method; Spyne's own documentation names this as the place for one's own error handling."""
        try:
            return super().call_wrapper(ctx)
        except Exception as error:
            # As text, not as exc_info: a renderer that shows local variables would show the password.
            text = "".join(traceback.format_exception(error))
            log.error("soap_call_failed", method=ctx.descriptor.operation_name, exception=text)  # noqa: TRY400
            raise Fault("Server", INTERNAL_FAILURE) from error


class SoapServer(ServerBase):  # type: ignore[misc]  # Spyne ships no types.
    """Answers calls that were read elsewhere."""

    transport = "http://schemas.xmlsoap.org/soap/http"

    def __init__(self, calls: WebConnectorCalls) -> None:
        protocols = {"in_protocol": Soap11(validator="soft"), "out_protocol": Soap11()}
        super().__init__(_Application([WebConnectorService], NAMESPACE, config=calls, **protocols))

    def read(self, call: MethodCall) -> MethodContext:
        """Find the method of a call and read its parameters. Raises InputError where there is no such method."""
        if call.method not in self.app.interface.service_method_map:
            raise InputError(f"There is no method {call.method[:_LONGEST_ECHO]!r} here.")
        ctx = MethodContext(self, MethodContext.SERVER)
        ctx.method_request_string = call.method
        (ctx,) = self.app.in_protocol.generate_method_contexts(ctx)
        long_texts = _find_long_texts(ctx, call)
        ctx.in_body_doc = _to_element(call, without=long_texts)
        self.get_in_object(ctx)
        if not ctx.in_error:
            for name, text in long_texts.items():
                setattr(ctx.in_object, name, text)
        return ctx

    def method_name(self, ctx: MethodContext) -> str:
        """Give Intuit's name of the method that was found."""
        return str(ctx.descriptor.operation_name)

    def run(self, ctx: MethodContext) -> bytes:
        """Give the answer's document. Raises InputError for parameters that are junk, CallFailedError for our fault."""
        try:
            if ctx.in_error:
                raise InputError(f"A parameter of {self.method_name(ctx)} is not what it has to be.")
            self.get_out_object(ctx)
            if ctx.out_error:
                raise CallFailedError
            self.get_out_string(ctx)
            return b"".join(ctx.out_string)
        finally:
            ctx.close()


def _find_long_texts(ctx: MethodContext, call: MethodCall) -> dict[str, str]:
    """Find the texts that Spyne should not see: in a document, and read from it again, each would stand thrice."""
    message = ctx.descriptor.in_message
    names = [name for name, kind in message.get_flat_type_info(message).items() if issubclass(kind, Unicode)]
    texts = {name: call.parameters.get(name, "") for name in names}
    return {name: text for name, text in texts.items() if len(text) > _LONGEST_COPY}


def _to_element(call: MethodCall, *, without: Container[str]) -> etree._Element:
    """Write the call as Spyne reads it; what is empty stays away, so that an empty whole number counts as missing."""
    element = etree.Element(call.method)
    for name, text in call.parameters.items():
        if text and name not in without:
            etree.SubElement(element, f"{{{NAMESPACE}}}{name}").text = text
    return element
