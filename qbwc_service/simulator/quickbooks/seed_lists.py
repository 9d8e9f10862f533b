"""The lists that a new company file has: accounts, terms, tax codes, templates, items of every kind.

Names follow QuickBooks' own sample files where it has them (Undeposited Funds, Net 30, Tax/Non); the special accounts
carry their SpecialAccountType, by which they are found.
"""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from qbwc_service.simulator.quickbooks.company_file import CompanyFile
from qbwc_service.simulator.quickbooks.lists import create_entry
from qbwc_service.simulator.quickbooks.records import Entry, Ref, Value, Values

_ACCOUNTS = (
    ("Checking", "Bank", ""),
    ("Savings", "Bank", ""),
    ("Accounts Receivable", "AccountsReceivable", "AccountsReceivable"),
    ("Undeposited Funds", "OtherCurrentAsset", "UndepositedFunds"),
    ("Inventory Asset", "OtherCurrentAsset", "InventoryAssets"),
    ("Sales Tax Payable", "OtherCurrentLiability", "SalesTaxPayable"),
    ("Freight Income", "Income", ""),
    ("Sales Discounts", "Income", ""),
    ("Cost of Goods Sold", "CostOfGoodsSold", "CostOfGoodsSold"),
    ("Bank Service Charges", "Expense", ""),
    ("Merchant Fees", "Expense", ""),
    ("Fuel", "Expense", ""),
)
_PLAIN = MappingProxyType(
    {
        "Class": ("East", "West"),
        "Template": ("Intuit Service Invoice", "Custom Credit Memo", "Custom Sales Receipt"),
        "ShipMethod": ("UPS", "US Mail"),
        "CustomerMsg": ("Thank you for your business.",),
        "CustomerType": ("Commercial", "Residential"),
        "JobType": ("Haulage",),
        "SalesRep": ("JB",),
        "Vendor": ("State Tax Board", "Diesel Depot"),
        "Employee": ("Jane Brown",),
        "OtherName": ("Petty Cash Holder",),
    }
)
_METHODS = (("Cash", "Cash"), ("Check", "Check"), ("Visa", "Visa"), ("E-Check", "ECheck"))


class ListMaker:
    """Makes entries at one moment and finds the ones it made by name."""

    def __init__(self, company: CompanyFile, *, at: int) -> None:
        self.company = company
        self.at = at

    def make(
        self, kind: str, name: str, values: Mapping[str, Value] | None = None, *, parent: Ref | None = None
    ) -> Ref:
        """Make an entry and give a reference to it."""
        entry = create_entry(self.company, kind, name, parent=parent, values=dict(values or {}), at=self.at)
        return Ref(entry.list_id)

    def find(self, kind: str, name: str) -> Ref:
        """Give a reference to an entry. LookupError."""
        entry = self.company.find_entry((kind,), name=name)
        if entry is None:
            raise LookupError(f"{kind} {name}")
        return Ref(entry.list_id)


def make_basic_lists(maker: ListMaker) -> None:
    """Make what every file has, items apart."""
    for name, kind, special in _ACCOUNTS:
        values: Values = {"AccountType": kind}
        if special:
            values["SpecialAccountType"] = special
        maker.make("Account", name, values)
    for kind, names in _PLAIN.items():
        for name in names:
            maker.make(kind, name)
    for name, method in _METHODS:
        maker.make("PaymentMethod", name, {"PaymentMethodType": method})
    for name, days in (("Due on receipt", 0), ("Net 15", 15), ("Net 30", 30)):
        maker.make("StandardTerms", name, {"StdDueDays": days})
    discount: Values = {"StdDueDays": 30, "StdDiscountDays": 10, "DiscountPct": Decimal(1)}
    maker.make("StandardTerms", "1% 10 Net 30", discount)
    maker.make("DateDrivenTerms", "10th of month", {"DayOfMonthDue": 10, "DueNextMonthDays": 5})
    maker.make("SalesTaxCode", "Tax", {"IsTaxable": True, "Desc": "Taxable Sales"})
    maker.make("SalesTaxCode", "Non", {"IsTaxable": False, "Desc": "Non-Taxable Sales"})


def make_special_items(maker: ListMaker) -> None:
    """Make one item of each kind that is no plain sale: discount, subtotal, payment, taxes, a group."""
    vendor = maker.find("Vendor", "State Tax Board")
    state = maker.make("ItemSalesTax", "State Tax", {"TaxRate": Decimal(4), "TaxVendorRef": vendor})
    county = maker.make("ItemSalesTax", "County Tax", {"TaxRate": Decimal("3.25"), "TaxVendorRef": vendor})
    maker.make("ItemSalesTax", "Out of State", {"TaxRate": Decimal(0), "ItemDesc": "Out-of-state sale"})
    maker.make("ItemSalesTaxGroup", "Local Tax", {"ItemSalesTaxRef": [state, county]})
    discounts = maker.find("Account", "Sales Discounts")
    discount: Values = {
        "ItemDesc": "10 % discount",
        "DiscountRatePercent": Decimal(10),
        "AccountRef": discounts,
        "SalesTaxCodeRef": maker.find("SalesTaxCode", "Tax"),
    }
    maker.make("ItemDiscount", "Discount 10", discount)
    maker.make("ItemSubtotal", "Subtotal", {"ItemDesc": "Subtotal"})
    maker.make("ItemPayment", "Prepayment", {"ItemDesc": "Paid in advance"})


def make_sale_item(maker: ListMaker, kind: str, name: str, *, price: Decimal, parent: Ref | None = None) -> Ref:
    """Make an item that is sold at a price."""
    income, tax = maker.find("Account", "Freight Income"), maker.find("SalesTaxCode", "Tax")
    non_taxable = maker.find("SalesTaxCode", "Non")
    if kind == "ItemInventory":
        stock: Values = {
            "SalesTaxCodeRef": tax,
            "SalesDesc": name,
            "SalesPrice": price,
            "IncomeAccountRef": income,
            "COGSAccountRef": maker.find("Account", "Cost of Goods Sold"),
            "AssetAccountRef": maker.find("Account", "Inventory Asset"),
            "QuantityOnHand": Decimal(100),
        }
        return maker.make(kind, name, stock, parent=parent)
    sale: Values = {"Desc": name, "Price": price, "AccountRef": income}
    code = non_taxable if kind == "ItemService" else tax
    return maker.make(kind, name, {"SalesTaxCodeRef": code, "SalesOrPurchase": sale}, parent=parent)


def make_group(maker: ListMaker, items: list[Entry]) -> None:
    """Make an item group of the given items."""
    lines: list[Value] = [{"ItemRef": Ref(item.list_id), "Quantity": Decimal(1)} for item in items]
    maker.make(
        "ItemGroup", "Starter Kit", {"ItemDesc": "Starter kit", "IsPrintItemsInGroup": True, "ItemGroupLine": lines}
    )
