"""The filters of queries: which entries and transactions a request asks for, in QuickBooks' own order.

Default is ActiveOnly; date ranges include both ends; a lookup by id, name or number ignores every other filter, and a
missing one makes the whole answer a 500 that still holds what was found [SDK reference; public documentation].
"""

from calendar import monthrange
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from qbwc_service.simulator.quickbooks import statuses
from qbwc_service.simulator.quickbooks.balances import invoice_balance, total_balance
from qbwc_service.simulator.quickbooks.company_file import CompanyFile
from qbwc_service.simulator.quickbooks.document import Node
from qbwc_service.simulator.quickbooks.entities import NAMES
from qbwc_service.simulator.quickbooks.records import ZERO, Entry, Ref, Transaction

_COMPARE: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "LessThan": lambda a, b: a < b,
    "LessThanEqual": lambda a, b: a <= b,
    "Equal": lambda a, b: a == b,
    "GreaterThan": lambda a, b: a > b,
    "GreaterThanEqual": lambda a, b: a >= b,
}


def filter_entries(company: CompanyFile, request: Node, kinds: Sequence[str]) -> list[Entry]:
    """List the entries that pass the filters of a list query. StatusError 3020, 3030, 3120."""
    since, until = moments(company, request, "ModifiedDate")
    active = request.value("ActiveStatus") or "ActiveOnly"
    classes = _filter_ids(company, request.find("ClassFilter"), ("Class",))
    types = {child.text for name in ("AccountType", "PaymentMethodType") for child in request.find_all(name)}
    found = []
    for kind in kinds:
        chosen = [
            entry
            for entry in company.tables.entries_of(kind)
            if (active == "All" or entry.is_active == (active == "ActiveOnly"))
            and (since is None or entry.modified >= since)
            and (until is None or entry.modified <= until)
            and (classes is None or _points_into(entry.values.get("ClassRef"), classes))
            and (not types or entry.values.get("AccountType", entry.values.get("PaymentMethodType")) in types)
            and _passes_name(company, request, entry)
            and _passes_balance(company, request, entry)
        ]
        found += sorted(chosen, key=lambda entry: (company.tables.full_name(entry).casefold(), entry.number))
    return found


def filter_transactions(company: CompanyFile, request: Node, kind: str) -> list[Transaction]:
    """List the transactions that pass the filters of a transaction query. StatusError 3020, 3030, 3120."""
    modified = request.find("ModifiedDateRangeFilter")
    since, until = (None, None) if modified is None else moments(company, modified, "ModifiedDate")
    first, last = _days(company, request.find("TxnDateRangeFilter"))
    customers = _filter_ids(company, request.find("EntityFilter"), NAMES)
    accounts = _filter_ids(company, request.find("AccountFilter"), ("Account",))
    paid = request.value("PaidStatus") or "All"
    chosen = [
        txn
        for txn in company.tables.transactions_of(kind)
        if (since is None or txn.modified >= since)
        and (until is None or txn.modified <= until)
        and first <= txn.date <= last
        and (customers is None or txn.customer in customers or _has_line_of(txn, customers))
        and (accounts is None or _points_into(txn.values.get("ARAccountRef"), accounts)
             or _points_into(txn.values.get("DepositToAccountRef"), accounts))
        and (paid == "All" or (invoice_balance(company.tables, txn) == ZERO) == (paid == "PaidOnly"))
        and _passes_number(request, txn)
    ]  # fmt: skip
    return sorted(chosen, key=lambda txn: (txn.date, txn.number))


def moments(company: CompanyFile, node: Node, what: str) -> tuple[int | None, int | None]:
    """Read ``From…`` and ``To…`` moments, both inclusive. StatusError 3020, 3030."""
    first, last = node.value(f"From{what}"), node.value(f"To{what}")
    since, until = _moment(company, first, f"From{what}"), _moment(company, last, f"To{what}", ends_day=True)
    if since is not None and until is not None and since > until:
        raise statuses.wrong_range(f"From{what}", f"To{what}")
    return since, until


def matches(text: str, criterion: str, wanted: str) -> bool:
    """Compare by MatchCriterion, case ignored."""
    text, wanted = text.casefold(), wanted.casefold()
    if criterion == "StartsWith":
        return text.startswith(wanted)
    return text.endswith(wanted) if criterion == "EndsWith" else wanted in text


def _moment(company: CompanyFile, text: str, field: str, *, ends_day: bool = False) -> int | None:
    if not text:
        return None
    try:
        return company.wall.read(text, ends_day=ends_day)
    except ValueError as error:
        raise statuses.cannot_convert("DATETIME", text, field) from error


def _days(company: CompanyFile, node: Node | None) -> tuple[str, str]:
    if node is None:
        return "", "9999"
    macro = node.value("DateMacro")
    if macro:
        return _macro_days(macro, date.fromisoformat(company.today()))
    first, last = node.value("FromTxnDate"), node.value("ToTxnDate") or "9999"
    if first > last:
        raise statuses.wrong_range("FromTxnDate", "ToTxnDate")
    return first, last


def _macro_days(macro: str, today: date) -> tuple[str, str]:
    start_of_week = today - timedelta(days=(today.weekday() + 1) % 7)
    start_of_month = today.replace(day=1)
    last_month = start_of_month - timedelta(days=1)
    end_of_month = today.replace(day=monthrange(today.year, today.month)[1])
    ranges = {
        "Today": (today, today),
        "Yesterday": (today - timedelta(days=1), today - timedelta(days=1)),
        "ThisWeek": (start_of_week, start_of_week + timedelta(days=6)),
        "ThisWeekToDate": (start_of_week, today),
        "LastWeek": (start_of_week - timedelta(days=7), start_of_week - timedelta(days=1)),
        "ThisMonth": (start_of_month, end_of_month),
        "ThisMonthToDate": (start_of_month, today),
        "LastMonth": (last_month.replace(day=1), last_month),
        "ThisCalendarYear": (date(today.year, 1, 1), date(today.year, 12, 31)),
        "ThisCalendarYearToDate": (date(today.year, 1, 1), today),
        "LastCalendarYear": (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    }
    if macro == "All":
        return "", "9999"
    if macro not in ranges:
        raise statuses.unknown_choice(macro, "DateMacro")
    first, last = ranges[macro]
    return first.isoformat(), last.isoformat()


def _filter_ids(company: CompanyFile, node: Node | None, kinds: tuple[str, ...]) -> set[str] | None:
    """Give the ids an EntityFilter, AccountFilter or ClassFilter allows, or None without a filter."""
    if node is None:
        return None
    allowed: set[str] = set()
    for child in node.children:
        by_id = child.name.startswith("ListID")
        entry = company.find_entry(kinds, list_id=child.text if by_id else "", name="" if by_id else child.text)
        if entry is None:
            raise statuses.not_found(child.text)
        allowed |= set(_family(company, entry.list_id)) if child.name.endswith("WithChildren") else {entry.list_id}
    return allowed


def _family(company: CompanyFile, list_id: str) -> Iterable[str]:
    yield list_id
    for child in company.tables.children_of.get(list_id, ()):
        yield from _family(company, child)


def _points_into(value: object, ids: set[str]) -> bool:
    return isinstance(value, Ref) and value.list_id in ids


def _has_line_of(txn: Transaction, ids: set[str]) -> bool:
    return txn.kind == "Deposit" and any(_points_into(line.values.get("EntityRef"), ids) for line in txn.lines)


def _passes_name(company: CompanyFile, request: Node, entry: Entry) -> bool:
    one = request.find("NameFilter")
    if one is not None:
        return matches(entry.name, one.value("MatchCriterion"), one.value("Name"))
    between = request.find("NameRangeFilter")
    name = company.tables.full_name(entry)
    return between is None or _is_between(name, between.value("FromName"), between.value("ToName"))


def _passes_number(request: Node, txn: Transaction) -> bool:
    one = request.find("RefNumberFilter")
    if one is not None:
        return matches(txn.ref_number, one.value("MatchCriterion"), one.value("RefNumber"))
    between = request.find("RefNumberRangeFilter")
    return between is None or _is_between(txn.ref_number, between.value("FromRefNumber"), between.value("ToRefNumber"))


def _is_between(text: str, first: str, last: str) -> bool:
    text = text.casefold()
    return first.casefold() <= text and (not last or text <= last.casefold())


def _passes_balance(company: CompanyFile, request: Node, entry: Entry) -> bool:
    one = request.find("TotalBalanceFilter")
    if one is None:
        return True
    compare = _COMPARE[one.value("Operator")]
    return compare(total_balance(company.tables, entry.list_id), Decimal(one.value("Amount") or "0"))
