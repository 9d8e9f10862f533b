"""What each line of a sale comes to: quantity by rate, percentages, discounts, subtotals.

Rules restated from the SDK's reference and public documentation: QuickBooks derives whichever of Rate and Amount is
missing (given both, the Amount stands); a percent applies to the line directly above; a subtotal adds up the lines
since the subtotal before it and is not added to the document again.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from qbwc_service.simulator.quickbooks.company_file import CompanyFile
from qbwc_service.simulator.quickbooks.records import ZERO, Entry, Line, Ref, Value

CENT = Decimal("0.01")
_FIVE_PLACES = Decimal("0.00001")
_REDUCING = {"ItemDiscount", "ItemPayment"}


def cents(value: Decimal) -> Decimal:
    """Round an amount of money to cents, half up."""
    return value.quantize(CENT, ROUND_HALF_UP)


def price_lines(company: CompanyFile, lines: Sequence[Line]) -> None:
    """Fill Rate and Amount of every line, in order."""
    above: list[Line] = []
    for line in lines:
        if line.members is not None:
            price_lines(company, line.members)
        else:
            _price(company, line, above)
        above.append(line)


def add_up(company: CompanyFile, lines: Sequence[Line]) -> Decimal:
    """Give the document's Subtotal."""
    return sum((line.amount for line in lines if not is_subtotal(company, line)), ZERO)


def item_of(company: CompanyFile, line: Line) -> Entry | None:
    """Give the line's item; a line of text has none."""
    ref = line.values.get("ItemRef")
    return company.tables.entries[ref.list_id] if isinstance(ref, Ref) else None


def is_subtotal(company: CompanyFile, line: Line) -> bool:
    """Tell whether the line only repeats a sum."""
    item = item_of(company, line)
    return item is not None and item.kind == "ItemSubtotal"


def sales_price(item: Entry) -> tuple[Decimal | None, Decimal | None]:
    """Give an item's price and percentage for sales; None where it has none."""
    one_way, both = item.values.get("SalesOrPurchase"), item.values.get("SalesAndPurchase")
    sources: tuple[tuple[Value | None, str, str], ...] = (
        (one_way, "Price", "PricePercent"),
        (both, "SalesPrice", ""),
        (dict(item.values), "SalesPrice", ""),
        (dict(item.values), "DiscountRate", "DiscountRatePercent"),
        (dict(item.values), "", "TaxRate"),
    )
    for source, price, percent in sources:
        if isinstance(source, dict):
            found = _decimal(source.get(price)), _decimal(source.get(percent))
            if found != (None, None):
                return found
    return None, None


def sales_description(item: Entry) -> str:
    """Give the text an item brings to its line."""
    for name, field in (("SalesOrPurchase", "Desc"), ("SalesAndPurchase", "SalesDesc")):
        source = item.values.get(name)
        if isinstance(source, dict) and source.get(field):
            return str(source[field])
    return str(item.values.get("SalesDesc") or item.values.get("ItemDesc") or "")


def _price(company: CompanyFile, line: Line, above: Sequence[Line]) -> None:
    item = item_of(company, line)
    if item is None:
        if _decimal(line.values.get("Rate")) is not None or "Quantity" in line.values:
            _multiply(line)
        return
    if item.kind == "ItemSubtotal":
        line.values["Amount"] = _since_last_subtotal(company, above)
        return
    price, percent = sales_price(item)
    if not line.values.keys() & {"Rate", "RatePercent", "Amount"}:
        if percent is not None:
            line.values["RatePercent"] = percent
        elif price is not None:
            line.values["Rate"] = price
    if "RatePercent" in line.values and "Amount" not in line.values:
        line.values["Amount"] = _percentage(company, line, item, above)
    else:
        _multiply(line)
    if item.kind in _REDUCING:
        _reduce(line)


def _multiply(line: Line) -> None:
    values = line.values
    quantity, rate, amount = (_decimal(values.get(name)) for name in ("Quantity", "Rate", "Amount"))
    if amount is None:
        values["Amount"] = cents((rate or ZERO) * (Decimal(1) if quantity is None else quantity))
    elif quantity:
        values["Rate"] = (amount / quantity).quantize(_FIVE_PLACES, ROUND_HALF_UP)
    elif rate is None and "RatePercent" not in values:
        values["Rate"] = amount


def _percentage(company: CompanyFile, line: Line, item: Entry, above: Sequence[Line]) -> Decimal:
    percent = _decimal(line.values.get("RatePercent")) or ZERO
    last = above[-1].amount if above else ZERO
    base = add_up(company, above) if item.kind == "ItemSalesTax" else last
    return cents(base * percent / 100)


def _reduce(line: Line) -> None:
    for name in ("Amount", "Rate", "RatePercent"):
        value = _decimal(line.values.get(name))
        if value is not None:
            line.values[name] = -abs(value)


def _since_last_subtotal(company: CompanyFile, above: Sequence[Line]) -> Decimal:
    total = ZERO
    for line in reversed(above):
        if is_subtotal(company, line):
            break
        total += line.amount
    return total


def _decimal(value: Value | None) -> Decimal | None:
    return value if isinstance(value, Decimal) else None
