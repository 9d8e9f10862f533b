"""A SOAP 1.1 Fault: what the Web Connector shows its user when a call could not be answered."""

from enum import StrEnum
from xml.sax.saxutils import escape

from qbwc_service.soap.characters import remove_illegal
from qbwc_service.soap.envelope import SOAP


class Blame(StrEnum):
    """Whose mistake it was; the values are SOAP's [SOAP 1.1, section 4.4.1]."""

    CLIENT = "Client"
    SERVER = "Server"


INTERNAL_FAILURE = "The service could not complete this call. Its log says why."
"""All that a caller learns about a failure on our side."""


def render_fault(blame: Blame, sentence: str) -> bytes:
    """Give the whole document. The sentence is escaped; it should be short and name nothing internal."""
    text = escape(remove_illegal(sentence))
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        f'<soap11env:Envelope xmlns:soap11env="{SOAP}"><soap11env:Body><soap11env:Fault>'
        f"<faultcode>soap11env:{blame}</faultcode><faultstring>{text}</faultstring>"
        "</soap11env:Fault></soap11env:Body></soap11env:Envelope>"
    ).encode()
