"""The words of ``operations.decided``: what a look into QuickBooks, or a person, decided about an operation."""

from enum import StrEnum


class Decided(StrEnum):
    """One thing that can be decided. Beside these stand the ids and types that name the record (``TxnID`` …)."""

    VALUES = "values"
    """A look: the values of the change that goes out; or what an Add takes beside its document's."""
    LOOKED = "looked"
    """A look: it was taken, so that a refusal for what others did meanwhile is looked into once more."""
    ADOPT = "adopt"
    """A look: the record of this id is the one; it is read as a whole before the document is linked to it."""
    LINK = "link"
    """A person: the record of this id is the one; QuickBooks is asked for it before the document is linked to it."""
    USE = "use"
    """A person: whose values stand where both sides changed them (``app``, ``quickbooks``)."""
    REF_NUMBER = "ref_number"
    """A look: the number under which it goes out, in place of its own."""
    ORIGINS = "origins"
    """A look: where each line comes from that the record has after the change, null for a line that is not ours."""
    TAX_CODES = "tax_codes"
    """A look: the sales tax codes of the items and the customer that lines take theirs from."""
    FIELD = "field"
    """The custom field that is to be set, its value, and the record that has it."""
    TRIES = "tries"
    """How often QuickBooks refused to set the custom field: it is set the other way then."""
    RENUMBER = "renumber"
    """A person: it gets another number if its own is taken."""
    AS_NEW = "as_new"
    """A person: it is another one than those that QuickBooks has; it goes out as it is."""

    RECREATE = "recreate"
    """A person: when the record is deleted, the document goes out as a new one."""


APP, QUICKBOOKS = "app", "quickbooks"

FOUND = (
    Decided.VALUES,
    Decided.LOOKED,
    Decided.ADOPT,
    Decided.REF_NUMBER,
    Decided.ORIGINS,
    Decided.TAX_CODES,
    Decided.TRIES,
)
"""What is found anew before every look, or when it is tried again."""
