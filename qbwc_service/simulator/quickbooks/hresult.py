"""The errors with which QuickBooks' request processor refuses as a whole.

They never appear inside qbXML: the Web Connector hands them on in ``hresult`` and ``message`` of
receiveResponseXML or connectionError.
"""

MESSAGES = {
    "0x80040400": "QuickBooks found an error when parsing the provided XML text stream.",
    "0x80040401": "Could not access QuickBooks.",
    "0x80040402": "Unexpected error. Check the qbsdklog.txt file for possible additional information.",
    "0x80040408": "Could not start QuickBooks.",
    "0x8004040A": "QuickBooks company data file is already open and it is different from the one requested.",
    "0x8004040D": "The session ticket passed is not valid.",
    "0x80040410": "The QuickBooks company data file is currently open in a mode other than the one specified.",
    "0x80040414": "A modal dialog box is showing in the QuickBooks user interface.",
    "0x80040416": "If QuickBooks is not running, a company data file name must be provided.",
    "0x80040417": "There is no company data file open.",
    "0x80040418": "This application has not accessed this QuickBooks company data file before.",
    "0x8004041A": "This application does not have permission to access this QuickBooks company data file.",
    "0x8004041B": "Could not lock the necessary information to allow this application to access the data file.",
    "0x8004041C": "An internal QuickBooks error occurred while trying to access the company data file.",
    "0x8004041D": "This application is not allowed to log into this company data file automatically.",
    "0x8004041E": "The certificate of this application has expired.",
    "0x80040420": "The QuickBooks user has denied access.",
    "0x80040422": "This application requires single user file access mode.",
    "0x80040423": "The version of qbXML that was requested is not supported or is unknown.",
    "0x80040424": "QuickBooks did not finish its initialization.",
}


class HresultError(Exception):
    """QuickBooks refused: the whole message set, or the session.

    ``hresult`` is written as the Web Connector writes it, ``0x80040400``.
    """

    def __init__(self, hresult: str, message: str = "") -> None:
        self.hresult = hresult
        self.message = message or MESSAGES.get(hresult, "The remote procedure call failed.")
        super().__init__(f"{self.hresult}: {self.message}")


class RegistrationConflictError(HresultError):
    """The company file already carries another FileID of the same owner: QBWC1039 [QBWC guide, ch. 4]."""

    def __init__(self, owner_id: str, *, stamped: str, wanted: str) -> None:
        self.owner_id = owner_id
        self.stamped = stamped
        self.wanted = wanted
        super().__init__("0x80040402", f"Unique OwnerID/FileID pair value required: the file carries {stamped}")
