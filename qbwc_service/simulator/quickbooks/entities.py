"""The lists of a company file as a table: which share their names, and what a reference may point to."""

from types import MappingProxyType

NAMES = ("Customer", "Vendor", "Employee", "OtherName")
"""Names are unique across these four lists [SDK reference, status 3100]."""
ITEMS = (
    "ItemService",
    "ItemNonInventory",
    "ItemOtherCharge",
    "ItemInventory",
    "ItemSubtotal",
    "ItemDiscount",
    "ItemPayment",
    "ItemSalesTax",
    "ItemSalesTaxGroup",
    "ItemGroup",
)
TERMS = ("StandardTerms", "DateDrivenTerms")
FLAT = (
    "Employee", "OtherName", "Vendor", *TERMS, "PaymentMethod", "SalesTaxCode", "Template", "SalesRep", "ShipMethod",
    "CustomerMsg", "PriceLevel", "Currency", "ItemSubtotal", "ItemPayment", "ItemSalesTax", "ItemSalesTaxGroup",
    "ItemGroup",
)  # fmt: skip
"""Lists without parents: their Ret has neither FullName (but Vendor's Name is one) nor Sublevel."""
LISTS = (
    *NAMES, *ITEMS, *TERMS, "Account", "Class", "PaymentMethod", "SalesTaxCode", "Template", "SalesRep", "ShipMethod",
    "CustomerMsg", "CustomerType", "JobType", "PriceLevel", "Currency",
)  # fmt: skip
ADDABLE = tuple(kind for kind in LISTS if kind not in {"Template", "SalesRep", "PriceLevel", "Currency"})
MIXED_QUERIES = MappingProxyType({"Item": ITEMS, "Terms": TERMS, "Entity": NAMES})
"""Queries that answer with several kinds of Ret."""
SALES = ("Invoice", "CreditMemo", "SalesReceipt")
TRANSACTIONS = (*SALES, "ReceivePayment", "Deposit")
VOIDABLE = ("Invoice", "CreditMemo", "SalesReceipt", "Deposit")
"""A payment cannot be voided: TxnVoidType has no such value."""

_ACCOUNTS = (
    "ARAccountRef", "DepositToAccountRef", "AccountRef", "IncomeAccountRef", "ExpenseAccountRef", "COGSAccountRef",
    "AssetAccountRef", "DiscountAccountRef", "OverrideItemAccountRef",
)  # fmt: skip
REFERENCES = MappingProxyType(
    {
        **dict.fromkeys(_ACCOUNTS, ("Account",)),
        **dict.fromkeys(("ClassRef", "OverrideClassRef", "DiscountClassRef"), ("Class",)),
        **dict.fromkeys(("SalesTaxCodeRef", "CustomerSalesTaxCodeRef", "PurchaseTaxCodeRef"), ("SalesTaxCode",)),
        **dict.fromkeys(("PaymentMethodRef", "PreferredPaymentMethodRef"), ("PaymentMethod",)),
        **dict.fromkeys(("PrefVendorRef", "TaxVendorRef"), ("Vendor",)),
        "CustomerRef": ("Customer",),
        "EntityRef": NAMES,
        "TermsRef": TERMS,
        "ItemRef": ITEMS,
        "ItemGroupRef": ("ItemGroup",),
        "ItemSalesTaxRef": ("ItemSalesTax", "ItemSalesTaxGroup"),
        "TemplateRef": ("Template",),
        "SalesRepRef": ("SalesRep",),
        "ShipMethodRef": ("ShipMethod",),
        "CustomerMsgRef": ("CustomerMsg",),
        "CustomerTypeRef": ("CustomerType",),
        "JobTypeRef": ("JobType",),
        "PriceLevelRef": ("PriceLevel",),
        "CurrencyRef": ("Currency",),
    }
)
"""Element name → the lists it may point to; ParentRef points to the entry's own list."""


def name_space(kind: str) -> str:
    """Give the list of names in which an entry of this kind has to be unique."""
    if kind in NAMES:
        return "Names"
    if kind in ITEMS:
        return "Items"
    return "Terms" if kind in TERMS else kind


def is_hierarchical(kind: str) -> bool:
    """Tell whether entries of this kind may have parents."""
    return kind not in FLAT
