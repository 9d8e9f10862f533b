"""The table of the Web Connector's own codes (QBWC1048): what it shows to the person at the PC, and writes to its log.

No program receives these codes; people read them out. Sources: "Intuit" is appendix A of the Web Connector's
programmer's guide, "vendors" are notes of other implementers.
"""

from dataclasses import dataclass
from enum import StrEnum

from qbwc_service.qbxml.status_facts import Action, Applied


class Side(StrEnum):
    """Where the cause of a code is to be looked for."""

    QWC_FILE = "qwc_file"
    SERVER = "server"
    QUICKBOOKS = "quickbooks"
    PC = "pc"
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class QbwcFact:
    """What is known about one code of the Web Connector. ``advice`` is for a person; ``severity`` is Info or Error."""

    code: str
    meaning: str
    severity: str
    side: Side
    applied: Applied
    action: Action
    advice: str
    source: str
    certain: bool = True


_NIL, _NO, _OPEN = Applied.NOTHING_TO_APPLY, Applied.NO, Applied.UNKNOWN
_PERSON, _BUG, _RETRY, _QUERY = Action.ASK_PERSON, Action.REPORT_BUG, Action.RETRY, Action.QUERY

_NEW_FILE = "Take a fresh .qwc file from this service."
_SERVER_LOG = "Look into the log of this service at that time."
_RESTART = "Restart the Web Connector; if that does not help, install it again."
_OPEN_FILE = "Open QuickBooks with the company file as Admin, in single-user mode, and add the .qwc file again."
_NEW_CONNECTION = (
    "Remove the application in the Web Connector first. If the company file itself was copied or added elsewhere, "
    "make a new connection for it here and take that one's .qwc file."
)
_CERTIFICATE = (
    "Open the service's address in a browser on the QuickBooks PC: the certificate must be complete and for that host "
    "name, and the page must come without a login."
)

_ROWS: tuple[tuple[int, str, Side, Applied, Action, str], ...] = (
    (1000, "AppURL and AppSupport of the .qwc file are on different domains", Side.QWC_FILE, _NIL, _PERSON, _NEW_FILE),
    (1001, "AppURL is an IP address", Side.QWC_FILE, _NIL, _PERSON, f"Give the service a host name. {_NEW_FILE}"),
    (1002, "AppSupport is an IP address", Side.QWC_FILE, _NIL, _PERSON, f"Give the service a host name. {_NEW_FILE}"),
    (1003, "the support page cannot be reached", Side.SERVER, _NIL, _PERSON,
     "See that the service's address opens in a browser on the QuickBooks PC."),
    (1004, "the support page gave a bad answer", Side.SERVER, _NIL, _PERSON,
     "See that the service's support page opens in a browser on the QuickBooks PC."),
    (1005, "the Web Connector cannot use its log file", Side.PC, _NIL, _PERSON, _RESTART),
    (1006, "the Web Connector could not start", Side.PC, _NIL, _PERSON, _RESTART),
    (1007, "QuickBooks could not be reached", Side.QUICKBOOKS, _NO, _RETRY,
     "Open QuickBooks with the company file and close its dialogs; it is tried again."),
    (1008, "QuickBooks could not be reached at the second attempt either", Side.QUICKBOOKS, _NO, _RETRY,
     "Open QuickBooks with the company file and close its dialogs."),
    (1009, "somebody cancelled the connection to QuickBooks", Side.PERSON, _NO, _RETRY, "Run the update again."),
    (1010, "the address in the .qwc file must begin with https", Side.QWC_FILE, _NIL, _PERSON,
     f"Put a proxy with a certificate in front of the service and set its https address. {_NEW_FILE}"),
    (1011, "the application is not in the registry of the PC", Side.PC, _NIL, _PERSON,
     "Restart the Web Connector, else add the .qwc file again."),
    (1012, "signing in to the service failed", Side.SERVER, _NIL, _PERSON,
     f"{_SERVER_LOG} A proxy or a login page in front of it also causes this."),
    (1013, "QuickBooks could not be reached; the service was told", Side.QUICKBOOKS, _NO, _RETRY,
     "Open QuickBooks with the company file; it is tried again."),
    (1014, "QuickBooks did not say which company is open", Side.QUICKBOOKS, _NO, _RETRY,
     "Open QuickBooks with the company file, close its dialogs, and run the update again."),
    (1015, "QuickBooks had an error when the session was closed", Side.QUICKBOOKS, _NIL, Action.NONE,
     "Nothing to do, if it is rare."),
    (1016, "no application is selected", Side.PERSON, _NIL, _PERSON, "Tick the application, then run the update."),
    (1017, "the list of the applications that failed", Side.PERSON, _NIL, _PERSON, "Read the code of each of them."),
    (1018, "there is nothing to select", Side.PERSON, _NIL, _PERSON, "Add the .qwc file first."),
    (1019, "there is nothing to unselect", Side.PERSON, _NIL, _PERSON, "Nothing to do."),
    (1020, "scheduled updates were pending when the Web Connector was closed", Side.PERSON, _NIL, _PERSON,
     "Leave the Web Connector open, so that it can run by itself."),
    (1021, "the interface of QuickBooks has another version", Side.PC, _NIL, _PERSON,
     "Install QuickBooks and the Web Connector again."),
    *((code, "QuickBooks could not be reached while the application was added", Side.QUICKBOOKS, _NIL, _PERSON,
       _OPEN_FILE) for code in (1022, 1023, 1024)),
    (1025, "the company file could not be searched for its FileID", Side.QUICKBOOKS, _NIL, _PERSON, _OPEN_FILE),
    (1026, "the FileID could not be added to the company file", Side.QUICKBOOKS, _NIL, _PERSON, _OPEN_FILE),
    (1027, "the FileID could not be registered", Side.QUICKBOOKS, _NIL, _PERSON, _OPEN_FILE),
    (1028, "the password could not be encrypted", Side.PC, _NIL, _PERSON, "Enter the password again."),
    (1029, "the password could not be decrypted", Side.PC, _NIL, _PERSON, "Enter the password again."),
    (1030, "no password was entered", Side.PERSON, _NIL, _PERSON,
     "Enter the password of this install in the Web Connector and save it."),
    (1031, "the update ended with an error, which the service was told", Side.SERVER, _OPEN, _QUERY,
     "Look here at the connection: what did not go through is listed with its reason."),
    (1032, "the application is missing in the registry of the PC", Side.PC, _NIL, _PERSON, "Add the .qwc file again."),
    (1033, "the log file of the Web Connector cannot be written", Side.PC, _NIL, _PERSON,
     "See that the Windows user may write to the Web Connector's folder and that the disk has room."),
    (1034, "this edition of QuickBooks is not among the AuthFlags", Side.QWC_FILE, _NIL, _PERSON, _NEW_FILE),
    (1035, "the name localhost is not known on the PC", Side.PC, _NIL, _PERSON, "Repair the PC's hosts file."),
    (1036, "the service failed when it was asked about the Web Connector's version", Side.SERVER, _NIL, _BUG,
     _SERVER_LOG),
    (1037, "the service sent a message about the Web Connector's version", Side.SERVER, _NIL, _PERSON,
     "Do what the message says."),
    (1038, "the dialog for the master key was cancelled", Side.PERSON, _NIL, _PERSON, "Enter the master key."),
    (1039, "the application could not be added: its OwnerID and FileID are not unique", Side.QWC_FILE, _NIL, _PERSON,
     _NEW_CONNECTION),
    (1040, "the user name or the password is wrong", Side.PERSON, _NIL, _PERSON,
     "Enter the password of this install again; here you can show it or make a new one."),
    (1041, "the service failed when it was asked for work", Side.SERVER, _NO, _BUG, _SERVER_LOG),
    (1042, "the service failed when it was handed an answer", Side.SERVER, _OPEN, _QUERY,
     f"{_SERVER_LOG} What QuickBooks had done is looked up."),
    (1043, "the service failed when it was asked for its last error", Side.SERVER, _NIL, _BUG, _SERVER_LOG),
    (1044, "the service failed when the session was closed", Side.SERVER, _NIL, _BUG, _SERVER_LOG),
    (1045, "the service failed when it was told of a connection error", Side.SERVER, _NIL, _BUG, _SERVER_LOG),
    (1046, "the service's answer about the Web Connector's version cannot be read", Side.SERVER, _NIL, _BUG,
     _SERVER_LOG),
    (1048, "the certificate of the service could not be verified, or its address did not answer with 200", Side.SERVER,
     _NIL, _PERSON, _CERTIFICATE),
)  # fmt: skip

_SAID_ONCE: tuple[tuple[int, str, Side, Applied, Action, str], ...] = (
    (1065, "the QBType of the .qwc file is not known", Side.QWC_FILE, _NIL, _PERSON, _NEW_FILE),
    (1080, "the application could not be added, for it may only read", Side.QWC_FILE, _NIL, _PERSON, _NEW_FILE),
    (1085, "the Web Connector has trouble with its log file", Side.PC, _NIL, _PERSON, _RESTART),
    (2012, "an answer of the service lacks something", Side.SERVER, _NIL, _BUG, _SERVER_LOG),
)  # fmt: skip


def _make(row: tuple[int, str, Side, Applied, Action, str], *, certain: bool) -> QbwcFact:
    number, meaning, side, applied, action, advice = row
    return QbwcFact(
        code=f"QBWC{number}",
        meaning=meaning,
        severity="Info" if action is Action.NONE else "Error",
        side=side,
        applied=applied,
        action=action,
        advice=advice,
        source="Intuit" if certain else "vendors",
        certain=certain,
    )


QBWC_FACTS: dict[str, QbwcFact] = {
    fact.code: fact
    for fact in (*(_make(row, certain=True) for row in _ROWS), *(_make(row, certain=False) for row in _SAID_ONCE))
}
"""Every code of the Web Connector that is known, by code (``QBWC1048``)."""
