"""What QuickBooks fills in on a sale that the request left out: from the customer, the terms and the preferences."""

from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal

from qbwc_service.simulator.quickbooks import statuses
from qbwc_service.simulator.quickbooks.company_file import CompanyFile
from qbwc_service.simulator.quickbooks.line_amounts import cents
from qbwc_service.simulator.quickbooks.records import Entry, Ref, Value, Values

_FROM_CUSTOMER = ("BillAddress", "ShipAddress", "SalesRepRef", "ItemSalesTaxRef")
_TEMPLATES = {
    "Invoice": "Intuit Service Invoice",
    "CreditMemo": "Custom Credit Memo",
    "SalesReceipt": "Custom Sales Receipt",
}


def fill_defaults(company: CompanyFile, kind: str, values: Values, *, customer: Entry | None, day: str) -> None:
    """Complete the header of a new sale."""
    if customer is not None:
        for name in _FROM_CUSTOMER:
            if name in customer.values:
                values.setdefault(name, customer.values[name])
        if "SalesTaxCodeRef" in customer.values:
            values.setdefault("CustomerSalesTaxCodeRef", customer.values["SalesTaxCodeRef"])
        if kind != "SalesReceipt" and "TermsRef" in customer.values:
            values.setdefault("TermsRef", customer.values["TermsRef"])
    template = company.find_entry(("Template",), name=_TEMPLATES[kind])
    if template is not None:
        values.setdefault("TemplateRef", Ref(template.list_id))
    if kind == "SalesReceipt":
        values.setdefault("DepositToAccountRef", special_account(company, "UndepositedFunds"))
    else:
        values.setdefault("ARAccountRef", special_account(company, "AccountsReceivable"))
        values.setdefault("DueDate", due_date(company, values, day))
    values.setdefault("ShipDate", day)
    values.setdefault("IsPending", False)
    if kind == "Invoice":
        values.setdefault("IsFinanceCharge", False)
    values.setdefault("IsToBePrinted", True)
    values.setdefault("IsToBeEmailed", False)


def special_account(company: CompanyFile, special: str) -> Ref:
    """Give the account of a SpecialAccountType. StatusError 3180 when the file has none."""
    for account in company.tables.entries_of("Account"):
        if account.values.get("SpecialAccountType") == special:
            return Ref(account.list_id)
    raise statuses.StatusError(3180, f"There was an error when saving.  There is no {special} account.")


def check_receivable(company: CompanyFile, account: Value | None) -> None:
    """Refuse an ARAccountRef that is no receivables account. StatusError 3210."""
    if isinstance(account, Ref):
        entry = company.tables.entries[account.list_id]
        if entry.values.get("AccountType") != "AccountsReceivable":
            raise statuses.invalid_value(
                "ARAccountRef", entry.name, why="The account must be an Accounts Receivable account."
            )


def due_date(company: CompanyFile, values: Values, day: str) -> str:
    """Give the day that the terms of a document lead to; without terms the day itself."""
    terms = _terms(company, values)
    start = date.fromisoformat(day)
    if terms is None:
        return day
    if terms.kind == "StandardTerms":
        return (start + timedelta(days=_number(terms, "StdDueDays"))).isoformat()
    day_of_month, next_month_days = _number(terms, "DayOfMonthDue"), _number(terms, "DueNextMonthDays")
    due = _day_in_month(start, day_of_month)
    if due < start + timedelta(days=next_month_days):
        due = _day_in_month(start.replace(day=1) + timedelta(days=32), day_of_month)
    return due.isoformat()


def suggested_discount(company: CompanyFile, values: Values, day: str, *, total: Decimal) -> Values:
    """Give SuggestedDiscountAmount and SuggestedDiscountDate where the terms offer a discount."""
    terms = _terms(company, values)
    percent = None if terms is None else terms.values.get("DiscountPct")
    if terms is None or not isinstance(percent, Decimal) or not percent:
        return {}
    days = _number(terms, "StdDiscountDays")
    until = (date.fromisoformat(day) + timedelta(days=days)).isoformat()
    return {"SuggestedDiscountAmount": cents(total * percent / 100), "SuggestedDiscountDate": until}


def _terms(company: CompanyFile, values: Values) -> Entry | None:
    ref = values.get("TermsRef")
    return company.tables.entries[ref.list_id] if isinstance(ref, Ref) else None


def _number(entry: Entry, name: str) -> int:
    value = entry.values.get(name)
    return value if isinstance(value, int) else 0


def _day_in_month(day: date, number: int) -> date:
    return day.replace(day=min(number, monthrange(day.year, day.month)[1]))
