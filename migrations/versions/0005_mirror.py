"""The mirror: QuickBooks' lists and transactions as tables, and views to ask it by."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
EXACT = sa.Numeric().with_variant(sa.String(), "sqlite")


TABLES = (
    "qb_sales_receipt_lines",
    "qb_payment_applications",
    "qb_invoice_linked_txns",
    "qb_invoice_lines",
    "qb_deposit_lines",
    "qb_credit_memo_linked_txns",
    "qb_credit_memo_lines",
    "qb_terms",
    "qb_sales_tax_codes",
    "qb_sales_receipts",
    "qb_payments",
    "qb_payment_methods",
    "qb_items",
    "qb_invoices",
    "qb_deposits",
    "qb_customers",
    "qb_credit_memos",
    "qb_classes",
    "qb_accounts",
)

VIEWS = {
    "qb_open_invoices": """
        SELECT connection_id, txn_id, ref_number, txn_date, due_date, customer_list_id, customer_full_name,
               subtotal_cents + coalesce(sales_tax_total_cents, 0) AS total_cents, balance_remaining_cents
          FROM qb_invoices
         WHERE deleted_at IS NULL AND balance_remaining_cents <> 0 AND (is_pending IS NULL OR NOT is_pending)""",
    "qb_customer_balances": """
        SELECT c.connection_id, c.list_id, c.full_name, c.is_active, c.balance_cents, c.total_balance_cents,
               count(i.txn_id) AS open_invoice_count, min(i.due_date) AS oldest_due_date
          FROM qb_customers c
          LEFT JOIN qb_open_invoices i
            ON i.connection_id = c.connection_id AND i.customer_list_id = c.list_id
         WHERE c.deleted_at IS NULL
         GROUP BY c.connection_id, c.list_id, c.full_name, c.is_active, c.balance_cents, c.total_balance_cents""",
    "qb_payments_by_invoice": """
        SELECT a.connection_id, a.applied_txn_id AS invoice_txn_id, i.ref_number AS invoice_ref_number,
               i.customer_full_name, p.txn_id AS payment_txn_id, p.ref_number AS payment_ref_number,
               p.txn_date AS payment_date, p.payment_method_full_name, a.amount_cents, a.discount_amount_cents
          FROM qb_payment_applications a
          JOIN qb_payments p ON p.connection_id = a.connection_id AND p.txn_id = a.txn_id AND p.deleted_at IS NULL
          JOIN qb_invoices i
            ON i.connection_id = a.connection_id AND i.txn_id = a.applied_txn_id AND i.deleted_at IS NULL""",
}


def upgrade() -> None:
    make_lists()
    make_transactions()
    for name, query in VIEWS.items():
        op.execute(f"CREATE VIEW {name} AS {query}")


def make_lists() -> None:
    list_table(
        "qb_accounts",
        texts("name", "full_name"),
        flags("is_active"),
        references("parent"),
        integers("sublevel"),
        texts("account_type", "special_account_type", "account_number", "description"),
        money("balance", "total_balance"),
    )
    list_table(
        "qb_classes",
        texts("name", "full_name"),
        flags("is_active"),
        references("parent"),
        integers("sublevel"),
    )
    list_table(
        "qb_customers",
        texts("name", "full_name"),
        flags("is_active"),
        references("parent", "class"),
        integers("sublevel"),
        texts("company_name", "first_name", "last_name", "phone", "alt_phone", "email", "contact"),
        references(
            "customer_type", "terms", "sales_rep", "sales_tax_code", "item_sales_tax", "preferred_payment_method"
        ),
        money("balance", "total_balance", "credit_limit"),
        texts("account_number", "job_status", "external_guid"),
    )
    op.create_index("ix_qb_customers_full_name", "qb_customers", ["connection_id", "full_name"])
    list_table(
        "qb_items",
        texts("kind", "name", "full_name"),
        flags("is_active"),
        references("parent", "class"),
        integers("sublevel"),
        texts("description", "manufacturer_part_number", "bar_code_value"),
        numbers("sales_price", "purchase_cost", "discount_rate", "discount_rate_percent", "tax_rate"),
        references("sales_tax_code", "account", "income_account", "cogs_account", "asset_account"),
        numbers("quantity_on_hand", "average_cost", "quantity_on_order", "quantity_on_sales_order"),
        texts("external_guid"),
    )
    op.create_index("ix_qb_items_full_name", "qb_items", ["connection_id", "full_name"])
    list_table(
        "qb_payment_methods",
        texts("name"),
        flags("is_active"),
        texts("payment_method_type"),
    )
    list_table(
        "qb_sales_tax_codes",
        texts("name"),
        flags("is_active", "is_taxable"),
        texts("description"),
    )
    list_table(
        "qb_terms",
        texts("kind", "name"),
        flags("is_active"),
        integers("std_due_days", "std_discount_days"),
        numbers("discount_pct"),
        integers("day_of_month_due", "due_next_month_days", "discount_day_of_month"),
    )


def make_transactions() -> None:
    transaction_table(
        "qb_credit_memos",
        references("customer", "class", "template"),
        dates("txn_date", "due_date", "ship_date"),
        texts("ref_number", "memo", "fob", "other", "external_guid"),
        references("sales_rep", "ship_method", "item_sales_tax", "customer_sales_tax_code", "customer_msg"),
        money("subtotal", "sales_tax_total"),
        numbers("sales_tax_percentage", "exchange_rate"),
        references("currency"),
        flags("is_pending", "is_to_be_printed", "is_to_be_emailed"),
        references("ar_account", "terms"),
        texts("po_number"),
        money("total_amount", "credit_remaining"),
    )
    op.create_index("ix_qb_credit_memos_customer_list_id", "qb_credit_memos", ["connection_id", "customer_list_id"])
    op.create_index("ix_qb_credit_memos_ref_number", "qb_credit_memos", ["connection_id", "ref_number"])
    op.create_index("ix_qb_credit_memos_txn_date", "qb_credit_memos", ["connection_id", "txn_date"])
    transaction_table(
        "qb_deposits",
        references("deposit_to_account", "currency"),
        dates("txn_date"),
        texts("memo", "external_guid"),
        money("deposit_total"),
        numbers("exchange_rate"),
    )
    op.create_index("ix_qb_deposits_txn_date", "qb_deposits", ["connection_id", "txn_date"])
    transaction_table(
        "qb_invoices",
        references("customer", "class", "template"),
        dates("txn_date", "due_date", "ship_date"),
        texts("ref_number", "memo", "fob", "other", "external_guid"),
        references("sales_rep", "ship_method", "item_sales_tax", "customer_sales_tax_code", "customer_msg"),
        money("subtotal", "sales_tax_total"),
        numbers("sales_tax_percentage", "exchange_rate"),
        references("currency"),
        flags("is_pending", "is_to_be_printed", "is_to_be_emailed"),
        references("ar_account", "terms"),
        texts("po_number"),
        money("applied_amount", "balance_remaining", "suggested_discount_amount"),
        dates("suggested_discount_date"),
        flags("is_paid", "is_finance_charge"),
    )
    op.create_index("ix_qb_invoices_customer_list_id", "qb_invoices", ["connection_id", "customer_list_id"])
    op.create_index("ix_qb_invoices_ref_number", "qb_invoices", ["connection_id", "ref_number"])
    op.create_index("ix_qb_invoices_txn_date", "qb_invoices", ["connection_id", "txn_date"])
    transaction_table(
        "qb_payments",
        references("customer", "ar_account", "payment_method", "deposit_to_account", "currency"),
        dates("txn_date"),
        texts("ref_number", "memo", "external_guid"),
        money("total_amount", "unused_payment", "unused_credits"),
        numbers("exchange_rate"),
    )
    op.create_index("ix_qb_payments_customer_list_id", "qb_payments", ["connection_id", "customer_list_id"])
    op.create_index("ix_qb_payments_ref_number", "qb_payments", ["connection_id", "ref_number"])
    op.create_index("ix_qb_payments_txn_date", "qb_payments", ["connection_id", "txn_date"])
    transaction_table(
        "qb_sales_receipts",
        references("customer", "class", "template"),
        dates("txn_date", "due_date", "ship_date"),
        texts("ref_number", "memo", "fob", "other", "external_guid"),
        references("sales_rep", "ship_method", "item_sales_tax", "customer_sales_tax_code", "customer_msg"),
        money("subtotal", "sales_tax_total"),
        numbers("sales_tax_percentage", "exchange_rate"),
        references("currency"),
        flags("is_pending", "is_to_be_printed", "is_to_be_emailed"),
        references("payment_method", "deposit_to_account"),
        texts("check_number"),
        money("total_amount"),
    )
    op.create_index("ix_qb_sales_receipts_customer_list_id", "qb_sales_receipts", ["connection_id", "customer_list_id"])
    op.create_index("ix_qb_sales_receipts_ref_number", "qb_sales_receipts", ["connection_id", "ref_number"])
    op.create_index("ix_qb_sales_receipts_txn_date", "qb_sales_receipts", ["connection_id", "txn_date"])
    line_table(
        "qb_credit_memo_lines",
        "qb_credit_memos",
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
    )
    op.create_index("ix_qb_credit_memo_lines_item_list_id", "qb_credit_memo_lines", ["connection_id", "item_list_id"])
    line_table(
        "qb_credit_memo_linked_txns",
        "qb_credit_memos",
        texts("linked_txn_id", "txn_type"),
        dates("txn_date"),
        texts("ref_number", "link_type"),
        money("amount"),
    )
    op.create_index(
        "ix_qb_credit_memo_linked_txns_linked_txn_id", "qb_credit_memo_linked_txns", ["connection_id", "linked_txn_id"]
    )
    line_table(
        "qb_deposit_lines",
        "qb_deposits",
        texts("txn_type", "deposited_txn_id", "txn_line_id", "payment_txn_line_id"),
        references("entity", "account", "payment_method", "class"),
        texts("memo", "check_number"),
        money("amount"),
    )
    op.create_index("ix_qb_deposit_lines_deposited_txn_id", "qb_deposit_lines", ["connection_id", "deposited_txn_id"])
    line_table(
        "qb_invoice_lines",
        "qb_invoices",
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
    )
    op.create_index("ix_qb_invoice_lines_item_list_id", "qb_invoice_lines", ["connection_id", "item_list_id"])
    line_table(
        "qb_invoice_linked_txns",
        "qb_invoices",
        texts("linked_txn_id", "txn_type"),
        dates("txn_date"),
        texts("ref_number", "link_type"),
        money("amount"),
    )
    op.create_index(
        "ix_qb_invoice_linked_txns_linked_txn_id", "qb_invoice_linked_txns", ["connection_id", "linked_txn_id"]
    )
    line_table(
        "qb_payment_applications",
        "qb_payments",
        texts("applied_txn_id", "txn_type"),
        dates("txn_date"),
        texts("ref_number"),
        money("balance_remaining", "amount", "discount_amount"),
        references("discount_account", "discount_class"),
    )
    op.create_index(
        "ix_qb_payment_applications_applied_txn_id", "qb_payment_applications", ["connection_id", "applied_txn_id"]
    )
    line_table(
        "qb_sales_receipt_lines",
        "qb_sales_receipts",
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
    )
    op.create_index(
        "ix_qb_sales_receipt_lines_item_list_id", "qb_sales_receipt_lines", ["connection_id", "item_list_id"]
    )


def downgrade() -> None:
    for name in reversed(VIEWS):
        op.execute(f"DROP VIEW {name}")
    for table in TABLES:
        op.drop_table(table)


def texts(*names: str) -> Iterator[sa.Column[object]]:
    yield from (sa.Column(name, sa.String()) for name in names)


def money(*names: str) -> Iterator[sa.Column[object]]:
    yield from (sa.Column(f"{name}_cents", sa.BigInteger()) for name in names)


def numbers(*names: str) -> Iterator[sa.Column[object]]:
    yield from (sa.Column(name, EXACT) for name in names)


def integers(*names: str) -> Iterator[sa.Column[object]]:
    yield from (sa.Column(name, sa.BigInteger()) for name in names)


def dates(*names: str) -> Iterator[sa.Column[object]]:
    yield from (sa.Column(name, sa.Date()) for name in names)


def flags(*names: str) -> Iterator[sa.Column[object]]:
    yield from (sa.Column(name, sa.Boolean()) for name in names)


def references(*names: str) -> Iterator[sa.Column[object]]:
    for name in names:
        yield sa.Column(f"{name}_list_id", sa.String(64))
        yield sa.Column(f"{name}_full_name", sa.String())


def list_table(name: str, *parts: Iterator[sa.Column[object]]) -> None:
    object_table(name, "list_id", *parts)


def transaction_table(name: str, *parts: Iterator[sa.Column[object]]) -> None:
    object_table(name, "txn_id", integers("txn_number"), *parts)


def object_table(name: str, key: str, *parts: Iterator[sa.Column[object]]) -> None:
    op.create_table(
        name,
        sa.Column("connection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(key, sa.String(64), nullable=False),
        *texts("time_created", "time_modified", "edit_sequence"),
        *(column for part in parts for column in part),
        sa.Column("raw", JSON, nullable=False),
        sa.Column("pulled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f(f"fk_{name}_connection_id")),
        sa.PrimaryKeyConstraint("connection_id", key, name=op.f(f"pk_{name}")),
    )


def line_table(name: str, parent: str, *parts: Iterator[sa.Column[object]]) -> None:
    op.create_table(
        name,
        sa.Column("connection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("txn_id", sa.String(64), nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        *(column for part in parts for column in part),
        sa.Column("raw", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id", "txn_id"],
            [f"{parent}.connection_id", f"{parent}.txn_id"],
            name=op.f(f"fk_{name}_connection_id_txn_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("connection_id", "txn_id", "position", name=op.f(f"pk_{name}")),
    )
