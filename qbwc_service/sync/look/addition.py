"""Decide how a new document goes out, by what QuickBooks has already."""

from collections.abc import Collection, Sequence
from datetime import datetime

from qbwc_service import qbxml
from qbwc_service.queue import InquiredOperation
from qbwc_service.store import DocumentKind
from qbwc_service.sync.judge import Judgement
from qbwc_service.sync.look.ask import render_values
from qbwc_service.sync.look.balances import decide_payment
from qbwc_service.sync.look.context import LookContext
from qbwc_service.sync.look.entries import decide_entry
from qbwc_service.sync.look.found import go
from qbwc_service.sync.look.numbers import decide_number
from qbwc_service.sync.look.tax_codes import keep_codes
from qbwc_service.sync.sent import Sent


def decide_addition(
    operation: InquiredOperation,
    sent: Sent,
    records: Sequence[qbxml.RetObject],
    *,
    context: LookContext,
    linked: Collection[str],
    now: datetime,
) -> Judgement:
    """Judge a new document: it goes out, is linked to what is there, or is a problem.

    ``linked`` are records that belong to other documents already.
    """
    kind, decided = operation.document_kind, operation.decided or {}
    values = render_values(operation, context)
    match kind:
        case DocumentKind.CUSTOMER | DocumentKind.ITEM if values is not None:
            return decide_entry(kind, sent, values, records, decided=decided, linked=linked, now=now)
        case DocumentKind.INVOICE | DocumentKind.CREDIT_MEMO | DocumentKind.SALES_RECEIPT if values is not None:
            same = [one for one in records if one.name == f"{sent.request.removesuffix('AddRq')}Ret"]
            judged = decide_number(sent, values, same, decided=decided, context=context, linked=linked, now=now)
            return keep_codes(judged, records, values, context.rules.line_tax_code)
        case DocumentKind.PAYMENT if values is not None:
            return decide_payment(sent, values, records, decided=decided, now=now)
        case _:
            return go(sent, decided, now=now)
