"""What the Web Connector reports when something is wrong, under its own codes.

``QbwcError`` is what a person would see as "QBWC1048: …". Below it lie the ways in which one SOAP call can fail
for a .NET program; the Web Connector turns each into the code of the call that failed [QBWC guide, appendix A].
These stand outside the service's own error tree: the simulator is the other side of the wire.
"""

from collections.abc import Mapping
from types import MappingProxyType

CALL_CODES: Mapping[str, str] = MappingProxyType(
    {
        "clientVersion": "QBWC1036",
        "authenticate": "QBWC1012",
        "sendRequestXML": "QBWC1041",
        "receiveResponseXML": "QBWC1042",
        "getLastError": "QBWC1043",
        "closeConnection": "QBWC1044",
        "connectionError": "QBWC1045",
    },
)
"""The code for a call that raised an exception. The interactive calls and serverVersion have none."""

NULL_REFERENCE = "Object reference not set to an instance of an object."
"""What .NET says where a program uses a value that is null."""

INDEX_OUTSIDE = "Index was outside the bounds of the array."
"""What .NET says where a program reads past the end of an array."""


class QbwcError(Exception):
    """The Web Connector refuses or gives up.

    ``code`` is ``"QBWC1048"`` and the like, or None where the Web Connector's code for this is not known.
    """

    def __init__(self, code: str | None, message: str) -> None:
        super().__init__(f"{code}: {message}" if code else message)
        self.code = code
        self.message = message


class CallError(Exception):
    """One SOAP call failed; ``message`` is in .NET's words where they are known."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class WireError(CallError):
    """The answer did not arrive: no connection, a closed connection, a time-out."""


class WrongAnswerError(CallError):
    """An answer arrived that a .NET client cannot read as the answer of this call."""


class FaultError(CallError):
    """The server answered with a SOAP Fault; ``message`` is its faultstring."""

    def __init__(self, message: str, *, fault_code: str = "") -> None:
        super().__init__(message)
        self.fault_code = fault_code
