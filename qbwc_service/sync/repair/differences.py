"""Where a document and a record in QuickBooks differ, in what tells one from another: for a person who links them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from sqlalchemy import select
from sqlalchemy.orm import Session

from qbwc_service.store import Document, DocumentKind

Body = Mapping[str, object]

COMPARED = {"ref_number": "RefNumber", "txn_date": "TxnDate", "email": "Email"}
"""The document's words and QuickBooks'."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One value that is not the same on both sides."""

    field: str
    ours: str
    quickbooks: str


def compare_document(db: Session, connection_id: int, body: Body, record: Body) -> Iterator[Difference]:
    """Give the differences between a document and what is known of a record, as far as both say something."""
    pairs = [(field, body.get(field), record.get(name)) for field, name in COMPARED.items()]
    pairs.append(("name", body.get("name"), _last_part(record.get("FullName") or record.get("Name"))))
    pairs.append(("customer", _customer_name(db, connection_id, body), _last_part(record.get("CustomerRef"))))
    for field, ours, theirs in pairs:
        if ours is not None and theirs is not None and str(ours).casefold() != str(theirs).casefold():
            yield Difference(field=field, ours=str(ours), quickbooks=str(theirs))
    amount, theirs = _amount(body), _number(record.get("Subtotal") or record.get("TotalAmount"))
    if amount is not None and theirs is not None and amount != theirs:
        yield Difference(field="amount", ours=f"{amount:.2f}", quickbooks=f"{theirs:.2f}")


def _last_part(full_name: object) -> str | None:
    return full_name.rpartition(":")[2] if isinstance(full_name, str) else None


def _customer_name(db: Session, connection_id: int, body: Body) -> object:
    """Give the customer's own name, where the document names it or names a document of ours."""
    customer = body.get("customer")
    if not isinstance(customer, Mapping):
        return None
    if "external_id" not in customer:
        return _last_part(customer.get("full_name"))
    named = (
        Document.connection_id == connection_id,
        Document.kind == DocumentKind.CUSTOMER,
        Document.external_id == customer["external_id"],
    )
    found = db.scalar(select(Document.body).where(*named))
    return None if found is None else found.get("name")


def _amount(body: Body) -> Decimal | None:
    """Give the amount of a payment, or the sum of a sale's lines; None where QuickBooks works a line out."""
    if "amount" in body:
        return _number(body["amount"])
    lines = body.get("lines")
    if not isinstance(lines, list):
        return None
    amounts = [_line_amount(line) for line in lines if isinstance(line, Mapping) and line.get("item")]
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(amounts) else None


def _line_amount(line: Body) -> Decimal | None:
    if line.get("amount") is not None:
        return _number(line["amount"])
    rate, quantity = _number(line.get("rate")), _number(line.get("quantity"))
    return None if rate is None or quantity is None else rate * quantity


def _number(value: object) -> Decimal | None:
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation:
        return None
