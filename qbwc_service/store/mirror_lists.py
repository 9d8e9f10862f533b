"""Mirror tables of QuickBooks' lists: what a company's documents refer to.

``raw`` holds every element that has no column of its own, as JSON by Intuit's names. ``deleted_at`` is set when
QuickBooks has the entry no more; an inactive entry is not a deleted one.
"""

from qbwc_service.store.mirror_columns import flags, index, integers, list_table, money, numbers, references, texts

qb_accounts = list_table(
    "qb_accounts",
    texts("name", "full_name"),
    flags("is_active"),
    references("parent"),
    integers("sublevel"),
    texts("account_type", "special_account_type", "account_number", "description"),
    money("balance", "total_balance"),
)

qb_classes = list_table(
    "qb_classes", texts("name", "full_name"), flags("is_active"), references("parent"), integers("sublevel")
)

qb_terms = list_table(
    "qb_terms",
    texts("kind", "name"),
    flags("is_active"),
    integers("std_due_days", "std_discount_days"),
    numbers("discount_pct"),
    integers("day_of_month_due", "due_next_month_days", "discount_day_of_month"),
)

qb_payment_methods = list_table("qb_payment_methods", texts("name"), flags("is_active"), texts("payment_method_type"))

qb_sales_tax_codes = list_table(
    "qb_sales_tax_codes", texts("name"), flags("is_active", "is_taxable"), texts("description")
)

qb_items = list_table(
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
    index("qb_items", "full_name"),
)

qb_customers = list_table(
    "qb_customers",
    texts("name", "full_name"),
    flags("is_active"),
    references("parent", "class"),
    integers("sublevel"),
    texts("company_name", "first_name", "last_name", "phone", "alt_phone", "email", "contact"),
    references("customer_type", "terms", "sales_rep", "sales_tax_code", "item_sales_tax"),
    references("preferred_payment_method"),
    money("balance", "total_balance", "credit_limit"),
    texts("account_number", "job_status", "external_guid"),
    index("qb_customers", "full_name"),
)
