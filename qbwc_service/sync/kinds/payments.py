"""A payment in qbXML: what goes to which invoice, with the credits that go along, stands in one list."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from qbwc_service.store import DocumentKind
from qbwc_service.sync.kinds.mapping import (
    Body,
    Part,
    Refer,
    Resolve,
    Value,
    document_path,
    identify,
    reference,
    render_parts,
)

APPLICATION_ELEMENT = "AppliedToTxnAdd"

PAYMENT_PARTS: tuple[Part, ...] = (
    Refer("customer", "CustomerRef", DocumentKind.CUSTOMER),
    Value("txn_date", "TxnDate"),
    Value("ref_number", "RefNumber"),
    Value("amount", "TotalAmount"),
    Refer("payment_method", "PaymentMethodRef", DocumentKind.PAYMENT_METHOD),
    Value("memo", "Memo"),
    Refer("deposit_to", "DepositToAccountRef"),
)

APPLICATION_FIELDS = {
    "TxnID": "invoice",
    "PaymentAmount": "amount",
    "DiscountAmount": "discount",
    "DiscountAccountRef": "discount_account",
}


def render_payment(body: Body, resolve: Resolve) -> dict[str, object]:
    """Make the values of ReceivePaymentAdd."""
    values = render_parts(body, PAYMENT_PARTS, resolve)
    applied = body.get("apply", "none")
    if isinstance(applied, str):
        values["IsAutoApply"] = applied == "auto"
    elif isinstance(applied, Sequence):
        credits_ = body.get("credits")
        used = credits_ if isinstance(credits_, Sequence) else ()
        values[APPLICATION_ELEMENT] = [_application(part, used, resolve) for part in applied]
    return values


def payment_path(element_path: str) -> str:
    """Translate a path inside ReceivePaymentAdd to the payment's own words."""
    head, _, rest = element_path.partition(".")
    if not head.startswith(APPLICATION_ELEMENT):
        return "apply" if head == "IsAutoApply" else document_path(element_path, PAYMENT_PARTS)
    position = head.removeprefix(APPLICATION_ELEMENT)
    inner = rest.partition(".")[0]
    if inner.startswith("SetCredit"):
        return "credits"
    return f"apply{position}.{APPLICATION_FIELDS.get(inner, rest)}" if rest else f"apply{position}"


def used_credit_memos(body: Body) -> tuple[str, ...]:
    """Give the external ids of the credit memos of ours that a payment uses."""
    return tuple(used_credits(body))


def used_credits(body: Body) -> dict[str, Decimal]:
    """Give how much a payment uses of the credit memos of ours, by their external ids."""
    credits_ = body.get("credits")
    used: dict[str, Decimal] = {}
    for credit in credits_ if isinstance(credits_, Sequence) else ():
        reference = _reference_in(credit, "credit_memo")
        if "external_id" in reference:
            external_id = str(reference["external_id"])
            used[external_id] = used.get(external_id, Decimal(0)) + Decimal(str(credit["amount"]))
    return used


def _application(part: Body, used: Sequence[Body], resolve: Resolve) -> dict[str, object]:
    invoice = _reference_in(part, "invoice")
    values: dict[str, object] = {
        "TxnID": identify(invoice, DocumentKind.INVOICE, resolve),
        "PaymentAmount": part["amount"],
    }
    own_credits = [credit for credit in used if _reference_in(credit, "invoice") == invoice]
    if own_credits:
        values["SetCredit"] = [_credit(credit, resolve) for credit in own_credits]
    if part.get("discount") is not None:
        values["DiscountAmount"] = part["discount"]
    if part.get("discount_account") is not None:
        values["DiscountAccountRef"] = reference(_reference_in(part, "discount_account"), None, resolve)
    return values


def _credit(credit: Body, resolve: Resolve) -> dict[str, object]:
    return {
        "CreditTxnID": identify(_reference_in(credit, "credit_memo"), DocumentKind.CREDIT_MEMO, resolve),
        "AppliedAmount": credit["amount"],
    }


def _reference_in(part: Body, field: str) -> Body:
    given = part[field]
    if not isinstance(given, Mapping):
        raise TypeError(f"{field} does not have the shape that was accepted")
    return given
