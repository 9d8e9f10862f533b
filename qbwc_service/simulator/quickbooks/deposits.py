"""Bank deposits: they take payments out of Undeposited Funds and may hold lines of their own, such as a fee.

A payment can be deposited once; while it is, its money cannot be changed and it cannot be deleted. That refusal is
known from QuickBooks' screens, its status code is not (3170 and 3160 are used here).
"""

from collections.abc import Sequence
from decimal import Decimal

from qbwc_service.qbxml.grammar import Element, iterate_elements
from qbwc_service.simulator.quickbooks import statuses
from qbwc_service.simulator.quickbooks.company_file import CompanyFile
from qbwc_service.simulator.quickbooks.document import Node
from qbwc_service.simulator.quickbooks.intake import merge, read_given, take_text, without_nothing
from qbwc_service.simulator.quickbooks.records import ZERO, Given, Line, Ref, Transaction, Value, Values
from qbwc_service.simulator.quickbooks.sale_defaults import special_account
from qbwc_service.simulator.quickbooks.sale_lines import check_order, number_lines

KIND = "Deposit"
_DEPOSITABLE = ("ReceivePayment", "SalesReceipt")
_CASH_BACK = "CashBackInfoRet"


def add_deposit(company: CompanyFile, node: Node, grammar: Element) -> Transaction:
    """Add a deposit. StatusError 3120 (no such undeposited payment), 3140, 3171."""
    given = read_given(company, node, grammar, kind=KIND)
    part = {one.name: one for one in iterate_elements(grammar.content)}["DepositLineAdd"]
    lines = [
        _make_line(company, without_nothing(read_given(company, child, part, kind=KIND)), deposit="")
        for child in node.find_all("DepositLineAdd")
    ]
    return make_deposit(company, given, lines=lines)


def make_deposit(company: CompanyFile, given: Given, *, lines: list[Line], at: int | None = None) -> Transaction:
    """Make a deposit from values and put it into the books. StatusError 3120, 3171."""
    given.pop("DepositLineAdd", None)
    moment = company.now() if at is None else at
    day = take_text(given, "TxnDate") or company.wall.day(moment).isoformat()
    company.check_closing_date(day)
    guid = take_text(given, "ExternalGUID")
    _check_twice(lines)
    values = _shape(without_nothing(given))
    txn_id, number = company.new_txn_id(moment)
    deposit = Transaction(
        kind=KIND,
        txn_id=txn_id,
        number=number,
        created=moment,
        modified=moment,
        date=day,
        external_guid=guid,
        values=values,
        lines=lines,
    )
    _settle(company, deposit, moment)
    company.tables.put_transaction(deposit)
    return deposit


def modify_deposit(company: CompanyFile, node: Node, grammar: Element) -> Transaction:
    """Change a deposit; named lines replace the list and free the payments that are left out."""
    deposit = company.get_transaction(KIND, node.value("TxnID"))
    company.check_lock(deposit.txn_id)
    company.check_edit_sequence(deposit, node.value("EditSequence"))
    given = read_given(company, node, grammar, kind=KIND)
    lines = deposit.lines
    named = node.find_all("DepositLineMod")
    if named:
        part = {one.name: one for one in iterate_elements(grammar.content)}["DepositLineMod"]
        check_order([child.value("TxnLineID") for child in named], [line.line_id for line in deposit.lines])
        by_id = {line.line_id: line for line in deposit.lines}
        lines = [_changed_line(company, deposit, read_given(company, child, part, kind=KIND), by_id) for child in named]
        _check_twice(lines)
    for name in ("TxnID", "EditSequence", "DepositLineMod"):
        given.pop(name, None)
    day = take_text(given, "TxnDate") or deposit.date
    company.check_closing_date(deposit.date, day)
    free_payments(company, deposit)
    deposit.date, deposit.lines = day, lines
    deposit.values = merge(deposit.values, _shape_given(given))
    _settle(company, deposit, company.now())
    company.touch(deposit)
    return deposit


def free_payments(company: CompanyFile, deposit: Transaction) -> None:
    """Put the payments of a deposit back into Undeposited Funds."""
    for payment, holder in list(company.tables.deposit_of.items()):
        if holder == deposit.txn_id:
            del company.tables.deposit_of[payment]


def undeposited(company: CompanyFile) -> list[Transaction]:
    """List the payments and sales receipts that wait in Undeposited Funds."""
    funds = special_account(company, "UndepositedFunds")
    return [
        txn
        for txn in company.list_transactions(*_DEPOSITABLE)
        if txn.values.get("DepositToAccountRef") == funds and txn.txn_id not in company.tables.deposit_of and txn.total
    ]


def _make_line(company: CompanyFile, values: Values, *, deposit: str) -> Line:
    payment_id = values.get("PaymentTxnID")
    if payment_id is None:
        values.setdefault("Amount", ZERO)
        return Line(line_id="", values=values)
    payment = company.tables.transactions.get(str(payment_id))
    funds = special_account(company, "UndepositedFunds")
    holder = company.tables.deposit_of.get(str(payment_id), deposit)
    waits = payment is not None and payment.kind in _DEPOSITABLE and payment.values.get("DepositToAccountRef") == funds
    if payment is None or not waits or holder != deposit:
        raise statuses.not_found(str(payment_id))
    line: Values = {
        "PaymentTxnID": payment.txn_id,
        "TxnType": payment.kind,
        "TxnID": payment.txn_id,
        "AccountRef": funds,
        "Amount": payment.total,
    }
    if payment.customer is not None:
        line["EntityRef"] = Ref(payment.customer)
    for shown, source in (
        ("Memo", values.get("OverrideMemo") or payment.values.get("Memo")),
        ("CheckNumber", values.get("OverrideCheckNumber") or payment.ref_number[:11]),
        ("ClassRef", values.get("OverrideClassRef") or payment.values.get("ClassRef")),
        ("PaymentMethodRef", payment.values.get("PaymentMethodRef")),
    ):
        if source:
            line[shown] = source
    return Line(line_id="", values=line)


def _changed_line(company: CompanyFile, deposit: Transaction, given: Given, by_id: dict[str, Line]) -> Line:
    line_id = take_text(given, "TxnLineID") or ""
    before = by_id.get(line_id)
    if before is None or "PaymentTxnID" in given:
        line = _make_line(company, without_nothing(given), deposit=deposit.txn_id)
    else:
        line = Line(line_id="", values=merge(before.values, given))
    line.line_id = before.line_id if before is not None else ""
    return line


def _check_twice(lines: Sequence[Line]) -> None:
    payments = [str(line.values["PaymentTxnID"]) for line in lines if "PaymentTxnID" in line.values]
    for payment in payments:
        if payments.count(payment) > 1:
            raise statuses.not_found(payment)


def _settle(company: CompanyFile, deposit: Transaction, at: int) -> None:
    number_lines(company, deposit.lines, at)
    for line in deposit.lines:
        if "PaymentTxnID" in line.values:
            company.tables.deposit_of[str(line.values["PaymentTxnID"])] = deposit.txn_id
    cash_back = deposit.values.get(_CASH_BACK)
    back: Value = ZERO
    if isinstance(cash_back, dict):
        cash_back.setdefault("TxnLineID", company.new_txn_id(at)[0])
        back = cash_back.get("Amount", ZERO)
    taken = back if isinstance(back, Decimal) else ZERO
    deposit.total = sum((line.amount for line in deposit.lines), ZERO) - taken


def _shape(values: Values) -> Values:
    return {name: value for name, value in _shape_given(dict(values)).items() if value is not None}


def _shape_given(given: Given) -> Given:
    renamed = {"CashBackInfoAdd": _CASH_BACK, "CashBackInfoMod": _CASH_BACK}
    return {renamed.get(name, name): value for name, value in given.items()}
