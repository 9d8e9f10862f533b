"""Sales tax of a document: the header's tax item gives the rate, the codes of customer and lines what is taxed."""

from collections.abc import Iterable
from decimal import Decimal

from qbwc_service.simulator.quickbooks.company_file import CompanyFile
from qbwc_service.simulator.quickbooks.line_amounts import cents, is_subtotal
from qbwc_service.simulator.quickbooks.records import ZERO, Line, Ref, Value, Values


def tax_rate(company: CompanyFile, values: Values) -> Decimal:
    """Give the percentage of the document's ItemSalesTaxRef: a tax item's, or the sum of a tax group's."""
    ref = values.get("ItemSalesTaxRef")
    return _rate_of(company, ref) if isinstance(ref, Ref) else ZERO


def tax_amount(company: CompanyFile, values: Values, lines: Iterable[Line]) -> Decimal:
    """Give the document's SalesTaxTotal; a customer with a non-taxable code pays none."""
    code = values.get("CustomerSalesTaxCodeRef")
    if isinstance(code, Ref) and not _is_taxable(company, code):
        return ZERO
    taxed = sum((_taxed(company, line) for line in lines), ZERO)
    return cents(taxed * tax_rate(company, values) / 100)


def _rate_of(company: CompanyFile, ref: Ref) -> Decimal:
    item = company.tables.entries[ref.list_id]
    if item.kind == "ItemSalesTaxGroup":
        members = item.values.get("ItemSalesTaxRef")
        return sum((_rate_of(company, one) for one in _refs(members)), ZERO)
    rate = item.values.get("TaxRate")
    return rate if isinstance(rate, Decimal) else ZERO


def _taxed(company: CompanyFile, line: Line) -> Decimal:
    if line.members is not None:
        return sum((_taxed(company, member) for member in line.members), ZERO)
    code = line.values.get("SalesTaxCodeRef")
    if not isinstance(code, Ref) or not _is_taxable(company, code) or is_subtotal(company, line):
        return ZERO
    return line.amount


def _is_taxable(company: CompanyFile, code: Ref) -> bool:
    return company.tables.entries[code.list_id].values.get("IsTaxable") is True


def _refs(value: Value | None) -> list[Ref]:
    return [one for one in value if isinstance(one, Ref)] if isinstance(value, list) else []
