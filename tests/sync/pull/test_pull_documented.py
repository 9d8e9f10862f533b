"""docs/mirror.md: its SQL runs as it stands on both databases, and it names every table and view."""

import re
from decimal import Decimal
from pathlib import Path

from sqlalchemy import text

from qbwc_service.store import Base, Database
from qbwc_service.store.mirror_views import VIEWS
from tests.sync.pull.conftest import MakeSide

DOCS = (Path(__file__).parents[3] / "docs" / "mirror.md").read_text(encoding="utf-8")
QUESTIONS = re.findall(r"^```sql\n(.*?)^```$", DOCS, re.MULTILINE | re.DOTALL)


def test_every_table_and_view_stands_in_the_docs() -> None:
    tables = {name for name in Base.metadata.tables if name.startswith("qb_")} | set(VIEWS)
    assert {name for name in tables if not re.search(rf"\b{name}\b", DOCS)} == set()


def test_the_ten_questions_are_answered(make_side: MakeSide, database: Database, connection_id: int) -> None:
    side = make_side(invoices=40)
    person = side.quickbooks.person
    company = side.quickbooks.company
    paid = company.list_transactions("ReceivePayment")
    number = company.tables.transactions[company.tables.links_from[paid[4].txn_id][0].target].ref_number
    person.deposit([paid[0].txn_id], account="Checking")
    person.delete(paid[1].txn_id)
    person.void(company.tables.links_from[paid[3].txn_id][0].target)  # Its payment is unused now.
    side.run()
    person.delete(paid[2].txn_id)
    side.service.clock.advance(hours=1)  # type: ignore[attr-defined]  # It is the test's own.
    side.run()

    with database.reading() as db:
        asked = [one.replace("= 1 ", f"= {connection_id} ").replace("'1004'", f"'{number}'") for one in QUESTIONS]
        answers = [db.execute(text(question)).all() for question in asked]

    assert len(answers) == 10
    assert [number for number, found in enumerate(answers) if not found] == [8], "no number is used twice"
    assert [row[0] for row in answers[9]] == ["payment"]


def test_the_views_reckon_as_the_company_does(make_side: MakeSide, database: Database) -> None:
    side = make_side()
    side.run()
    exported = side.quickbooks.company.export()
    open_ = [one for one in exported["Invoice"].values() if Decimal(str(one["BalanceRemaining"]))]

    with database.reading() as db:
        count, total = db.execute(text("SELECT count(*), sum(balance_remaining_cents) FROM qb_open_invoices")).one()
        balances = db.scalar(text("SELECT sum(balance_cents) FROM qb_customer_balances"))
        applied = db.scalar(text("SELECT sum(amount_cents) FROM qb_payments_by_invoice"))

    assert (count, Decimal(int(total)) / 100) == (
        len(open_),
        sum(Decimal(str(one["BalanceRemaining"])) for one in open_),
    )
    assert Decimal(int(balances)) / 100 == sum(Decimal(str(one["Balance"])) for one in exported["Customer"].values())
    assert Decimal(int(applied)) / 100 == sum(
        Decimal(applied["Amount"]) for one in exported["ReceivePayment"].values() for applied in one["AppliedToTxnRet"]
    )
