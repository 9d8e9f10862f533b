"""The accounts of the rules: which types QuickBooks takes where, held against the mirror where it knows the account.

What the mirror does not know is not doubted: QuickBooks itself says then that an account is missing.
"""

from collections.abc import Iterator, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qbwc_service.errors import AccountNotConfiguredError, FieldError, InvalidDocumentError
from qbwc_service.store import DocumentKind
from qbwc_service.store.mirror_lists import qb_accounts
from qbwc_service.sync.kinds.mapping import Body
from qbwc_service.sync.rules import Rules

MONEY = ("Bank", "OtherCurrentAsset")
OF_A_FEE = "Expense"
"""The type of an account that is made for a fee."""
TYPES: Mapping[str, tuple[str, ...]] = {
    "payments": MONEY,
    "deposits": MONEY,
}
"""The types of account that fit a rule [QuickBooks: Receive Payments, Make Deposits]; of others QuickBooks judges."""

REMEDY = "name another account: `rules export`, change the file, `rules import`"


def check_accounts(db: Session, connection_id: int, rules: Rules) -> None:
    """Raise InvalidDocumentError naming every account of the rules that is known to be of a type that does not fit."""
    wrong = find_wrong_accounts(db, connection_id, rules)
    if wrong:
        errors = [
            FieldError(path=f"accounts.{rule}", rule="account_type", message=text) for rule, text in wrong.items()
        ]
        raise InvalidDocumentError("the rules are not acceptable", errors, remedy=REMEDY)


def find_wrong_accounts(db: Session, connection_id: int, rules: Rules) -> dict[str, str]:
    """Say, by rule, what is wrong with its account; one statement, none where no account is named."""
    named = {rule: name for rule in TYPES if (name := getattr(rules.accounts, rule)) is not None}
    if not named:
        return {}
    query = select(func.lower(qb_accounts.c.full_name), qb_accounts.c.account_type).where(
        qb_accounts.c.connection_id == connection_id,
        qb_accounts.c.deleted_at.is_(None),
        func.lower(qb_accounts.c.full_name).in_({name.lower() for name in named.values()}),
    )
    known = dict(db.execute(query).all())
    return {
        rule: f"{name!r} is an account of the type {found}; QuickBooks takes here: {', '.join(TYPES[rule])}"
        for rule, name in named.items()
        if (found := known.get(name.lower())) is not None and found not in TYPES[rule]
    }


def refuse_wrong_account(kind: DocumentKind, body: Body, wrong: Mapping[str, str]) -> None:
    """Raise AccountNotConfiguredError where a document leaves an account to a rule whose account does not fit."""
    for rule in _used(kind, body):
        if rule in wrong:
            message = f"the rule accounts.{rule}: {wrong[rule]}"
            raise AccountNotConfiguredError(message, field=f"accounts.{rule}", remedy=REMEDY)


def _used(kind: DocumentKind, body: Body) -> Iterator[str]:
    """Give the rules whose accounts a document needs because it names none itself."""
    if kind in {DocumentKind.PAYMENT, DocumentKind.SALES_RECEIPT} and not body.get("deposit_to"):
        yield "payments"
    if kind is DocumentKind.DEPOSIT and not body.get("account"):
        yield "deposits"
