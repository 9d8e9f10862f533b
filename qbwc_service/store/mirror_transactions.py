"""Mirror tables of QuickBooks' transactions, their lines, and what money is applied to what.

``raw`` holds every element that has no column of its own, as JSON by Intuit's names. Signs are QuickBooks' own: in an
invoice ``applied_amount`` and the amounts of linked transactions are negative, in a payment's applications positive.
"""

from collections.abc import Iterator

from sqlalchemy import Table

from qbwc_service.store.mirror_columns import (
    Part,
    dates,
    flags,
    index,
    integers,
    line_table,
    money,
    numbers,
    references,
    texts,
    transaction_table,
)


def _sale() -> Iterator[Part]:
    yield from references("customer", "class", "template")
    yield from dates("txn_date", "due_date", "ship_date")
    yield from texts("ref_number", "memo", "fob", "other", "external_guid")
    yield from references("sales_rep", "ship_method", "item_sales_tax", "customer_sales_tax_code", "customer_msg")
    yield from money("subtotal", "sales_tax_total")
    yield from numbers("sales_tax_percentage", "exchange_rate")
    yield from references("currency")
    yield from flags("is_pending", "is_to_be_printed", "is_to_be_emailed")


def _sale_lines(name: str, parent: Table) -> Table:
    """Lines of a sale; ``group_position`` names the group line that a line stands in."""
    return line_table(
        name,
        parent,
        integers("group_position"),
        texts("kind", "txn_line_id"),
        references("item"),
        texts("description"),
        numbers("quantity"),
        texts("unit_of_measure"),
        numbers("rate", "rate_percent"),
        references("class", "sales_tax_code"),
        money("amount", "total_amount"),
        dates("service_date"),
        texts("other1", "other2"),
        index(name, "item_list_id"),
    )


def _linked_txns(name: str, parent: Table) -> Table:
    return line_table(
        name,
        parent,
        texts("linked_txn_id", "txn_type"),
        dates("txn_date"),
        texts("ref_number", "link_type"),
        money("amount"),
        index(name, "linked_txn_id"),
    )


qb_invoices = transaction_table(
    "qb_invoices",
    _sale(),
    references("ar_account", "terms"),
    texts("po_number"),
    money("applied_amount", "balance_remaining", "suggested_discount_amount"),
    dates("suggested_discount_date"),
    flags("is_paid", "is_finance_charge"),
    index("qb_invoices", "customer_list_id"),
    index("qb_invoices", "ref_number"),
    index("qb_invoices", "txn_date"),
)
qb_invoice_lines = _sale_lines("qb_invoice_lines", qb_invoices)
qb_invoice_linked_txns = _linked_txns("qb_invoice_linked_txns", qb_invoices)

qb_credit_memos = transaction_table(
    "qb_credit_memos",
    _sale(),
    references("ar_account", "terms"),
    texts("po_number"),
    money("total_amount", "credit_remaining"),
    index("qb_credit_memos", "customer_list_id"),
    index("qb_credit_memos", "ref_number"),
    index("qb_credit_memos", "txn_date"),
)
qb_credit_memo_lines = _sale_lines("qb_credit_memo_lines", qb_credit_memos)
qb_credit_memo_linked_txns = _linked_txns("qb_credit_memo_linked_txns", qb_credit_memos)

qb_sales_receipts = transaction_table(
    "qb_sales_receipts",
    _sale(),
    references("payment_method", "deposit_to_account"),
    texts("check_number"),
    money("total_amount"),
    index("qb_sales_receipts", "customer_list_id"),
    index("qb_sales_receipts", "ref_number"),
    index("qb_sales_receipts", "txn_date"),
)
qb_sales_receipt_lines = _sale_lines("qb_sales_receipt_lines", qb_sales_receipts)

qb_payments = transaction_table(
    "qb_payments",
    references("customer", "ar_account", "payment_method", "deposit_to_account", "currency"),
    dates("txn_date"),
    texts("ref_number", "memo", "external_guid"),
    money("total_amount", "unused_payment", "unused_credits"),
    numbers("exchange_rate"),
    index("qb_payments", "customer_list_id"),
    index("qb_payments", "ref_number"),
    index("qb_payments", "txn_date"),
)
qb_payment_applications = line_table(
    "qb_payment_applications",
    qb_payments,
    texts("applied_txn_id", "txn_type"),
    dates("txn_date"),
    texts("ref_number"),
    money("balance_remaining", "amount", "discount_amount"),
    references("discount_account", "discount_class"),
    index("qb_payment_applications", "applied_txn_id"),
)

qb_deposits = transaction_table(
    "qb_deposits",
    references("deposit_to_account", "currency"),
    dates("txn_date"),
    texts("memo", "external_guid"),
    money("deposit_total"),
    numbers("exchange_rate"),
    index("qb_deposits", "txn_date"),
)
qb_deposit_lines = line_table(
    "qb_deposit_lines",
    qb_deposits,
    texts("txn_type", "deposited_txn_id", "txn_line_id", "payment_txn_line_id"),
    references("entity", "account", "payment_method", "class"),
    texts("memo", "check_number"),
    money("amount"),
    index("qb_deposit_lines", "deposited_txn_id"),
)
