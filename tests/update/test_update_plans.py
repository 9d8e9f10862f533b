"""No call of the Web Connector reads what is finished: years of work do not slow it down."""

from qbwc_service.store import Database, DocumentKind
from qbwc_service.sync.recreate import recreate
from qbwc_service.sync.references import Target
from qbwc_service.sync.repair.resend import get_subject
from tests.office import Office
from tests.plans import watched_plans
from tests.rows import credit_memo, customer, invoice, item, payment


def test_no_statement_reads_the_finished_work(office: Office, database: Database) -> None:
    with watched_plans(database) as slow:
        work(office)
    assert slow == {}


def work(office: Office) -> None:
    """New documents and old ones that change, refusals, what waits for them, and a line that breaks."""
    account = {"full_name": "Freight Income"}
    lines = [{"item": {"external_id": "s1"}, "quantity": "2", "rate": "150.00"}]
    office.put(customer("c1"), item("s1", income_account=account), invoice("i1", lines=lines))
    office.update()
    office.put(credit_memo("m1", lines=lines), invoice("i1", lines=lines * 2), customer("c1", phone="555"))
    office.put(payment("p1", apply=[{"invoice": {"external_id": "i1"}, "amount": "5.00"}]))
    office.update()
    office.put(customer("c2"), invoice("i2", "c2", lines=lines))
    office.refuse_next(3140, "There is an invalid reference.")
    office.update()
    office.delete("credit_memo", "m1")
    office.put(invoice("i3", lines=lines))
    office.update(until_answer=1)
    office.update()
    repair(office, lines)
    assert [office.state("invoice", f"i{n}") for n in (1, 2, 3)] == ["synced", "blocked", "synced"]
    assert [office.state("invoice", f"i{n}") for n in (4, 5, 6)] == ["synced", "pending", "pending"]


def repair(office: Office, lines: list[dict[str, object]]) -> None:
    """What is created because it is missing, recreated, used up, and what waits for its turn."""
    office.rule(create_missing={"class": True})
    office.put(
        customer("c3"), credit_memo("m2", lines=lines), invoice("i4", lines=lines, **{"class": {"full_name": "N"}})
    )
    office.update()
    mine = {"invoice": {"external_id": "i4"}, "amount": "5.00"}
    office.put(payment("p2", amount="5.00", apply=[mine], credits=[{**mine, "credit_memo": {"external_id": "m2"}}]))
    office.put(invoice("i3", "c3", lines=lines))
    office.update()
    with office.database.writing() as db:
        subject = get_subject(db, office.connection_id, Target(DocumentKind.INVOICE, "i3"))
        recreate(db, office.connection_id, subject, by="Ann", now=office.clock())
    office.update()
    office.put(invoice("i5", lines=lines))
    for _ in range(2):
        office.refuse_next(3175, "The record is locked by another user.")
        office.update()
    office.put(invoice("i6", lines=lines))
    office.update()
