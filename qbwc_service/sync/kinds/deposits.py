"""A deposit in qbXML: the payments that it takes out of Undeposited Funds, and lines of its own, in one list.

A payout of a payment provider is such a deposit: its payments, and the provider's fee as a line below nought.
"""

from collections.abc import Sequence
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
    render_parts,
)

LINE_ELEMENT = "DepositLineAdd"

DEPOSIT_PARTS: tuple[Part, ...] = (
    Value("txn_date", "TxnDate"),
    Refer("account", "DepositToAccountRef"),
    Value("memo", "Memo"),
)

LINE_PARTS: tuple[Part, ...] = (
    Refer("customer", "EntityRef", DocumentKind.CUSTOMER),
    Refer("account", "AccountRef"),
    Value("memo", "Memo"),
    Value("check_number", "CheckNumber"),
    Refer("payment_method", "PaymentMethodRef", DocumentKind.PAYMENT_METHOD),
    Refer("class", "ClassRef", DocumentKind.CLASS),
    Value("amount", "Amount"),
)


def render_deposit(body: Body, resolve: Resolve) -> dict[str, object]:
    """Make the values of DepositAdd: payments first, then lines, then the fee."""
    values = render_parts(body, DEPOSIT_PARTS, resolve)
    payments = [{"PaymentTxnID": _payment_id(part, resolve)} for part in _list(body, "payments")]
    lines = [render_parts(part, LINE_PARTS, resolve) for part in _list(body, "lines")]
    values[LINE_ELEMENT] = [*payments, *lines, *_fee(body, resolve)]
    return values


def deposit_path(element_path: str) -> str:
    """Translate a path inside DepositAdd to the deposit's own words."""
    head, _, rest = element_path.partition(".")
    if not head.startswith(LINE_ELEMENT):
        return document_path(element_path, DEPOSIT_PARTS)
    inner = document_path(rest, LINE_PARTS) if rest else ""
    return f"payments and lines{head.removeprefix(LINE_ELEMENT)}{'.' if inner else ''}{inner}"


def _payment_id(part: Body, resolve: Resolve) -> str:
    kind = DocumentKind.SALES_RECEIPT if "sales_receipt" in part else DocumentKind.PAYMENT
    given = part[kind.value]
    if not isinstance(given, dict):
        raise TypeError("a payment does not have the shape that was accepted")
    return identify(given, kind, resolve)


def _fee(body: Body, resolve: Resolve) -> list[dict[str, object]]:
    fee = body.get("fee")
    if not isinstance(fee, dict):
        return []
    values = render_parts(fee, LINE_PARTS, resolve)
    return [{**values, "Amount": str(-Decimal(str(fee["amount"])))}]


def _list(body: Body, field: str) -> Sequence[Body]:
    found = body.get(field, ())
    return found if isinstance(found, Sequence) else ()
