"""Every reason why something does not sync: what people read, and what they can do.

The one place for the texts of problems; the command line shows them, docs/problems.md is held against them by a test.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from qbwc_service.store import ProblemReason
from qbwc_service.sync.problems.actions import ProblemAction


class Recheck(StrEnum):
    """How the service sees by itself whether the cause of a document's problem is gone from QuickBooks."""

    LOOK = "look"
    """QuickBooks is asked, which changes nothing; the document goes out when nothing is against it any more."""
    RESEND = "resend"
    """It is sent again as it was refused, after a look where the rules ask for one: only QuickBooks itself can tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonFact:
    """One reason as people read it. ``actions`` are those that help; none where only the cause itself can go away.

    ``recheck`` is how a document's problem is checked again by itself; None where only a person or new content helps.
    """

    reason: ProblemReason
    title: str
    advice: str
    actions: tuple[ProblemAction, ...] = ()
    recheck: Recheck | None = None


_REPAIRED = (ProblemAction.RETRY, ProblemAction.CLEAR)
_BY_ITSELF = "Nothing is lost: everything waits and goes by itself when it is repaired."

_FACTS = (
    ReasonFact(
        reason=ProblemReason.OUTCOME_UNKNOWN,
        title="Nobody knows whether QuickBooks has done this",
        advice="The answer was lost, and what was found in QuickBooks does not decide it. Look there: if the record "
        "exists, link it; if it does not, send it again.",
        actions=(ProblemAction.LINK, ProblemAction.SEND_AGAIN),
    ),
    ReasonFact(
        reason=ProblemReason.MADE_TWICE,
        title="QuickBooks has one more of it than it should",
        advice="Its first answer came late, when it had been sent again, or was changed or deleted here. The evidence "
        "names the record that counts and the other one: delete_other deletes that in QuickBooks, use_quickbooks takes "
        "the notice off the list where somebody has done so by hand.",
        actions=(ProblemAction.DELETE_OTHER, ProblemAction.USE_QUICKBOOKS),
    ),
    ReasonFact(
        reason=ProblemReason.PARENT_FAILED,
        title="It waits for something that failed",
        advice="Repair what it waits for; it goes by itself as soon as that is in QuickBooks.",
    ),
    ReasonFact(
        reason=ProblemReason.CUSTOMER_NOT_SYNCED,
        title="Its customer is not in QuickBooks",
        advice="Repair the customer; this goes by itself as soon as that is in QuickBooks.",
    ),
    ReasonFact(
        reason=ProblemReason.ITEM_NOT_SYNCED,
        title="One of its items is not in QuickBooks",
        advice="Repair the item; this goes by itself as soon as that is in QuickBooks.",
    ),
    ReasonFact(
        reason=ProblemReason.ACCOUNT_NOT_CONFIGURED,
        title="No account that fits is chosen for it",
        advice="Name the account in the rules (`accounts`), or in the document. When the rules change, it goes by "
        "itself.",
        actions=_REPAIRED,
    ),
    ReasonFact(
        reason=ProblemReason.NAME_IN_USE,
        title="The name is taken in QuickBooks",
        advice="Customers, vendors, employees and other names share one list. Link the record that has the name, or "
        "send the document with another name.",
        actions=(ProblemAction.LINK, *_REPAIRED),
        recheck=Recheck.RESEND,
    ),
    ReasonFact(
        reason=ProblemReason.EDIT_CONFLICT,
        title="Your program and somebody in QuickBooks changed the same thing",
        advice="The evidence shows both values. Decide whose stands, or change one side so that they agree and retry. "
        "A request of your own with an old EditSequence has to be made anew from the record as it is.",
        actions=(ProblemAction.USE_APP, ProblemAction.USE_QUICKBOOKS, *_REPAIRED),
        recheck=Recheck.LOOK,
    ),
    ReasonFact(
        reason=ProblemReason.CUSTOMER_AMBIGUOUS,
        title="Several customers in QuickBooks may be this one",
        advice="The evidence lists them. Link the right one, or send it again as a customer of its own.",
        actions=(ProblemAction.LINK, ProblemAction.SEND_AGAIN, *_REPAIRED),
        recheck=Recheck.LOOK,
    ),
    ReasonFact(
        reason=ProblemReason.CUSTOMER_INACTIVE,
        title="The customer is in QuickBooks, and inactive there",
        advice="Make it active again in QuickBooks and retry, link it as it is, or give the new one another name.",
        actions=(ProblemAction.LINK, *_REPAIRED),
        recheck=Recheck.LOOK,
    ),
    ReasonFact(
        reason=ProblemReason.CUSTOMER_CHANGED,
        title="The document has another customer than when it first went to QuickBooks",
        advice="The evidence shows both. Change it in QuickBooks too (its payments come off), keep the customer there, "
        "or delete the record in QuickBooks and send the document as a new one (recreate).",
        actions=(ProblemAction.USE_APP, ProblemAction.USE_QUICKBOOKS, ProblemAction.RECREATE, *_REPAIRED),
        recheck=Recheck.LOOK,
    ),
    ReasonFact(
        reason=ProblemReason.ITEM_AMBIGUOUS,
        title="Items in QuickBooks may be this one",
        advice="The evidence lists those whose names are nearly the same. Link the right one, or send it again as an "
        "item of its own.",
        actions=(ProblemAction.LINK, ProblemAction.SEND_AGAIN, *_REPAIRED),
        recheck=Recheck.LOOK,
    ),
    ReasonFact(
        reason=ProblemReason.DUPLICATE_NUMBER,
        title="QuickBooks has the number already",
        advice="The evidence shows what has it. If it is the same document, link it; if it is another one, give this "
        "one a new number, or send it with the number all the same. Delete the other one and retry works too.",
        actions=(ProblemAction.LINK, ProblemAction.RENUMBER, ProblemAction.SEND_AGAIN, *_REPAIRED),
        recheck=Recheck.LOOK,
    ),
    ReasonFact(
        reason=ProblemReason.ALREADY_PAID,
        title="The invoice is paid in QuickBooks already",
        advice="The evidence shows by what. If that is this payment, link it; if somebody else's word counts, accept "
        "QuickBooks as it is; use_quickbooks books the money without applying it.",
        actions=(
            ProblemAction.ACCEPT_EXTERNAL,
            ProblemAction.LINK,
            ProblemAction.USE_QUICKBOOKS,
            *_REPAIRED,
        ),
        recheck=Recheck.LOOK,
    ),
    ReasonFact(
        reason=ProblemReason.AMOUNT_EXCEEDS_BALANCE,
        title="The payment is more than the invoice owes",
        advice="Somebody paid or credited a part of it in QuickBooks. use_quickbooks applies what is due and leaves "
        "the rest unapplied; or correct the payment and send it again.",
        actions=(ProblemAction.USE_QUICKBOOKS, ProblemAction.ACCEPT_EXTERNAL, *_REPAIRED),
        recheck=Recheck.LOOK,
    ),
    ReasonFact(
        reason=ProblemReason.DRIFT,
        title="It was changed here, and changes of its kind are not sent",
        advice="The rules of the connection keep such changes here. Send this one all the same, or leave QuickBooks "
        "as it is.",
        actions=(ProblemAction.USE_APP, ProblemAction.USE_QUICKBOOKS),
    ),
    ReasonFact(
        reason=ProblemReason.DELETED_IN_QUICKBOOKS,
        title="The record is not in QuickBooks any more",
        advice="It was deleted or merged there. Unlink it to send the document as a new one, or use_quickbooks: then "
        "it is deleted here too.",
        actions=(ProblemAction.UNLINK, ProblemAction.USE_QUICKBOOKS, *_REPAIRED),
    ),
    ReasonFact(
        reason=ProblemReason.DELETED_IN_APP,
        title="It was deleted here, and deletions of its kind are not sent",
        advice="The rules of the connection keep the record in QuickBooks. Delete it there all the same, or let it "
        "stay.",
        actions=(ProblemAction.USE_APP, ProblemAction.USE_QUICKBOOKS),
    ),
    ReasonFact(
        reason=ProblemReason.ALREADY_DEPOSITED,
        title="The payment is in a bank deposit already",
        advice="QuickBooks changes and deletes only payments that are not deposited. Take it out of the deposit "
        "there and retry, or book the money back by hand and clear it.",
        actions=_REPAIRED,
        recheck=Recheck.RESEND,
    ),
    ReasonFact(
        reason=ProblemReason.REFERENCE_MISSING,
        title="It names something that QuickBooks does not have",
        advice="Create the entry that the message names (a customer, an item, terms, a custom field …) in "
        "QuickBooks, or make it active again; then retry. Where it names an id, a document that this one refers to is "
        "linked to a record that is not there: link or unlink that document first. Where the record is missing that "
        "somebody linked it to: link the right one, or unlink it; a retry asks for the same one again.",
        actions=(ProblemAction.CREATE_MISSING, ProblemAction.LINK, ProblemAction.UNLINK, *_REPAIRED),
        recheck=Recheck.RESEND,
    ),
    ReasonFact(
        reason=ProblemReason.RECORD_LOCKED,
        title="Somebody kept the record open in QuickBooks",
        advice="It was tried many times. Close the record in QuickBooks, then retry.",
        actions=_REPAIRED,
        recheck=Recheck.RESEND,
    ),
    ReasonFact(
        reason=ProblemReason.CLOSED_PERIOD,
        title="The books are closed for this date",
        advice="Open the period in QuickBooks and retry, or send the document with a later date.",
        actions=_REPAIRED,
        recheck=Recheck.RESEND,
    ),
    ReasonFact(
        reason=ProblemReason.PERMISSION_DENIED,
        title="QuickBooks does not allow it",
        advice="Give the QuickBooks user or the application the right that the message names, as Admin; then retry.",
        actions=_REPAIRED,
        recheck=Recheck.RESEND,
    ),
    ReasonFact(
        reason=ProblemReason.FEATURE_DISABLED,
        title="A feature of QuickBooks is switched off",
        advice="Turn it on in QuickBooks' preferences, if this edition has it; then retry.",
        actions=_REPAIRED,
        recheck=Recheck.RESEND,
    ),
    ReasonFact(
        reason=ProblemReason.UNSUPPORTED_BY_VERSION,
        title="This QuickBooks is too old for it",
        advice="This edition or year of QuickBooks cannot do that. Leave out what is new, or clear it.",
        actions=_REPAIRED,
    ),
    ReasonFact(
        reason=ProblemReason.FIELD_TOO_LONG,
        title="A text is longer than QuickBooks keeps",
        advice="Shorten the text that the message names and send the document again.",
        actions=_REPAIRED,
    ),
    ReasonFact(
        reason=ProblemReason.TEXT_CHANGED,
        title="A text is written differently in QuickBooks",
        advice="QuickBooks keeps Windows-1252 only; the evidence shows each text before and after. Nothing has to be "
        "done; use_quickbooks takes the notice off the list.",
        actions=(ProblemAction.USE_QUICKBOOKS,),
    ),
    ReasonFact(
        reason=ProblemReason.INVALID_VALUE,
        title="QuickBooks cannot read a value of it",
        advice="Correct the value that the message names and send the document again.",
        actions=_REPAIRED,
    ),
    ReasonFact(
        reason=ProblemReason.REJECTED_BY_QUICKBOOKS,
        title="QuickBooks refused it",
        advice="The message says why. Correct it in the program that sent it, or in QuickBooks; then retry.",
        actions=_REPAIRED,
    ),
    ReasonFact(
        reason=ProblemReason.QUICKBOOKS_CLOSED,
        title="QuickBooks is not open",
        advice=f"Open QuickBooks with the company file, or allow the access while it is closed. {_BY_ITSELF}",
    ),
    ReasonFact(
        reason=ProblemReason.DIALOG_OPEN,
        title="A dialog is open in QuickBooks",
        advice=f"Close the dialog on the PC with QuickBooks. {_BY_ITSELF}",
    ),
    ReasonFact(
        reason=ProblemReason.WRONG_FILE_OPEN,
        title="Another company file is open",
        advice=f"Open the company file of this connection; QuickBooks has one open at a time. {_BY_ITSELF}",
    ),
    ReasonFact(
        reason=ProblemReason.MODE_CONFLICT,
        title="The company file is open in another mode",
        advice=f"Switch between single-user and multi-user mode, or close the other application. {_BY_ITSELF}",
    ),
    ReasonFact(
        reason=ProblemReason.NEEDS_AUTHORIZATION,
        title="QuickBooks does not let the application in",
        advice="As Admin, in single-user mode, allow it under Edit, Preferences, Integrated Applications. "
        f"{_BY_ITSELF}",
    ),
    ReasonFact(
        reason=ProblemReason.UNATTENDED_NOT_ALLOWED,
        title="The application may not open QuickBooks by itself",
        advice=f"As Admin, tick the access even if QuickBooks is not running, or leave QuickBooks open. {_BY_ITSELF}",
    ),
    ReasonFact(
        reason=ProblemReason.COMPANY_MISMATCH,
        title="The company file is not the one of this connection",
        advice="Open the right file; or, if this file takes its place, accept it with `connections rebind`. "
        f"{_BY_ITSELF}",
    ),
    ReasonFact(
        reason=ProblemReason.WRONG_PASSWORD,
        title="A Web Connector calls with a wrong password",
        advice=f"Show the install's password and type it into the Web Connector. {_BY_ITSELF}",
    ),
    ReasonFact(
        reason=ProblemReason.SETUP_UNFINISHED,
        title="The Web Connector has never called",
        advice=f"Add the .qwc file to the Web Connector, type the password, and press Update Selected. {_BY_ITSELF}",
    ),
    ReasonFact(
        reason=ProblemReason.OFFLINE,
        title="The Web Connector has not called for long",
        advice="See that the PC is on, somebody is logged in, the Web Connector runs and Auto-Run is ticked. "
        f"{_BY_ITSELF}",
    ),
    ReasonFact(
        reason=ProblemReason.NOT_CONNECTED,
        title="QuickBooks cannot be reached",
        advice=f"The message says what the Web Connector was told. Restart QuickBooks and the Web Connector. "
        f"{_BY_ITSELF}",
    ),
)

REASONS: Mapping[ProblemReason, ReasonFact] = {fact.reason: fact for fact in _FACTS}
"""Every reason, by its word."""

RECHECKED = tuple(reason for reason, fact in REASONS.items() if fact.recheck is not None)
"""The reasons whose problems are checked again by themselves."""
