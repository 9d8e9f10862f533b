"""What one request is answered with, and how the whole answer is written.

Shape of live answers: ``<?xml version="1.0" ?>`` without encoding and without a qbxml instruction, then QBXML and
QBXMLMsgsRs with one Rs per request, in the order of the requests [public captures].
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

from qbwc_service.simulator.quickbooks.render import Tree, write_xml
from qbwc_service.simulator.quickbooks.statuses import OK_MESSAGE, StatusError, severity_of


@dataclass(slots=True, kw_only=True)
class Answer:
    """The answer to one request."""

    name: str
    request_id: str | None
    code: int = 0
    message: str = OK_MESSAGE
    tree: Tree = field(default_factory=list)
    recovery: Tree = field(default_factory=list)
    """The ErrorRecovery aggregate: what a trimmed, kept answer still says."""
    ret_count: int | None = None
    remaining: int | None = None
    iterator_id: str | None = None

    @property
    def is_error(self) -> bool:
        """Whether the request failed; a warning (500 …) did not."""
        return severity_of(self.code) == "Error"

    def fail(self, error: StatusError) -> None:
        """Make this the answer of a refused request."""
        self.code, self.message, self.tree, self.recovery = error.code, error.message, [], []

    def write(self, *, includes_data: bool = True, is_trimmed: bool = False) -> str:
        """Give the Rs element."""
        attributes = {
            "requestID": self.request_id,
            "statusCode": str(self.code),
            "statusSeverity": severity_of(self.code),
            "statusMessage": self.message,
            "retCount": None if self.ret_count is None else str(self.ret_count),
            "iteratorRemainingCount": None if self.remaining is None else str(self.remaining),
            "iteratorID": self.iterator_id,
        }
        head = f"{self.name}{write_attributes(attributes)}"
        tree = self.tree if includes_data else []
        if is_trimmed and self.recovery:
            tree = self.recovery
        return f"<{head}>\n{write_xml(tree)}\n</{self.name}>" if tree else f"<{head} />"


def write_attributes(attributes: dict[str, str | None]) -> str:
    """Write the attributes that have a value, each with a space before it."""
    return "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items() if value is not None)


def write_document(answers: Sequence[str], *, set_status: int | None = None, new_id: str | None = None) -> str:
    """Give the whole answer; the message set's own status only where an id was given."""
    attributes = {
        "newMessageSetID": new_id,
        "messageSetStatusCode": None if set_status is None else str(set_status),
    }
    body = "\n".join(answers)
    return (
        f'<?xml version="1.0" ?>\n<QBXML>\n<QBXMLMsgsRs{write_attributes(attributes)}>\n{body}\n'
        "</QBXMLMsgsRs>\n</QBXML>\n"
    )
