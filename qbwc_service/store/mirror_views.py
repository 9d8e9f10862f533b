"""Views over the mirror, for people who ask it in SQL; docs/mirror.md shows how.

The migration makes them with the same words; here they belong to the metadata, so that a database made from the
models has them too.
"""

from sqlalchemy import Connection, MetaData, event

from qbwc_service.store.base import Base

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
"""Their names and queries, each after those that it reads."""


@event.listens_for(Base.metadata, "after_create")
def _create_views(_metadata: MetaData, connection: Connection, **_options: object) -> None:
    for name, query in VIEWS.items():
        connection.exec_driver_sql(f"CREATE VIEW {name} AS {query}")


@event.listens_for(Base.metadata, "before_drop")
def _drop_views(_metadata: MetaData, connection: Connection, **_options: object) -> None:
    for name in reversed(VIEWS):
        connection.exec_driver_sql(f"DROP VIEW IF EXISTS {name}")
