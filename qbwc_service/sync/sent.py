"""An operation as the judges see it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from qbwc_service.store import DocumentKind

MOST_READINGS = 3
"""How often a record is read anew because somebody was faster, before a person is asked."""

DELETIONS = ("TxnDelRq", "ListDelRq")
GONE = (500, 3120)
"""What QuickBooks says of a record that is not there."""

OVERTAKEN = (3120, 3210)
"""What QuickBooks says of a payment whose invoice is paid, or owes less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """An operation that is out, with what is needed of its document.

    ``subject`` is what people call it. ``credit_memos`` are the external ids of those a payment uses up: their
    balances change without a word of it. ``reads_edit_sequence`` says that the request left its EditSequence to the
    service, which may read it again. ``was_lost`` says that an earlier hand-out never got its answer, ``made_before``
    which record an earlier one made, as an answer said that came late. ``is_check`` says that it goes by itself, to see
    whether the cause of its problem is gone. ``record_id`` is the record of its document that
    it changes or deletes.
    """

    operation_id: int
    request: str
    is_write: bool
    retries: int
    readings: int
    external_guid: str | None
    document_id: int | None
    fingerprint: str | None
    document_kind: DocumentKind | None = None
    document_body: Mapping[str, object] | None = None
    external_id: str = ""
    subject: str = ""
    credit_memos: tuple[str, ...] = ()
    reads_edit_sequence: bool = False
    was_lost: bool = False
    made_before: str | None = None
    was_looked_for: bool = False
    is_check: bool = False
    decided: Mapping[str, object] = field(default_factory=dict)
    record_id: str | None = None

    def is_overtaken_payment(self, status_code: int) -> bool:
        """Whether it is a payment that was fine when it was looked for: what its invoices owe changed since."""
        fits = self.request == "ReceivePaymentAddRq" and status_code in OVERTAKEN
        return fits and self.was_looked_for and self.readings < MOST_READINGS

    @property
    def is_deletion(self) -> bool:
        """Whether it takes the record of a document out of QuickBooks."""
        return self.document_id is not None and self.request in DELETIONS
