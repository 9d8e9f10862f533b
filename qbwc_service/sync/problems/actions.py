"""What a person can do about a problem."""

from enum import StrEnum


class ProblemAction(StrEnum):
    """What a person can do about a problem."""

    RETRY = "retry"
    """Send it again as it is: the cause is gone."""
    CLEAR = "clear"
    """Take it off the list without syncing; ``retry`` brings it back."""
    LINK = "link"
    """It is in QuickBooks: pair it with the record of this id, and send nothing."""
    USE_APP = "use_app"
    """What your program says goes to QuickBooks, over what somebody changed there."""
    USE_QUICKBOOKS = "use_quickbooks"
    """What QuickBooks has stays; of your change only what nobody disagrees about goes out."""
    RENUMBER = "renumber"
    """It gets the next free number with a suffix, and goes out."""
    ACCEPT_EXTERNAL = "accept_external"
    """QuickBooks is right as it is: nothing is sent for this document."""
    CREATE_MISSING = "create_missing"
    """The list entry that it names is created in QuickBooks first, by its name alone."""
    UNLINK = "unlink"
    """Forget the record in QuickBooks: the document goes there again, as a new one."""
    RECREATE = "recreate"
    """Delete the record in QuickBooks, and send the document as a new one."""
    SEND_AGAIN = "send_again"
    """It is not in QuickBooks, or another one than what is there: somebody looked. Send it as it is."""
    DELETE_OTHER = "delete_other"
    """The record that is there beside the document's own is deleted in QuickBooks."""
