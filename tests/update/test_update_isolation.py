"""A document that has to wait, or that nobody can do anything about, holds up no other."""

from qbwc_service.store import Database
from qbwc_service.sync import enqueue_qbxml
from qbwc_service.sync.rules import save_rules
from tests.conftest import StandingClock
from tests.far_side import FarSide, document, read_set, refusal
from tests.lost import found, look_up, lose
from tests.office import Office
from tests.rows import customer, invoice, payment, put


def test_one_problem_holds_up_only_what_needs_it_and_the_others_keep_their_order(office: Office) -> None:
    lines = [{"item": {"full_name": "Line Haul"}, "amount": "9.00"}]
    unknown = [{"item": {"full_name": "No Such Item"}, "amount": "9.00"}]
    paid = {n: [{"invoice": {"external_id": f"i{n}"}, "amount": "9.00"}] for n in (3, 4)}
    office.put(
        customer("c1"),
        *(invoice(f"i{n}", lines=unknown if n == 3 else lines) for n in range(25)),
        *(payment(f"p{n}", amount="9.00", apply=paid[n]) for n in paid),
    )

    office.update()

    assert (office.state("invoice", "i3"), office.state("payment", "p3")) == ("problem", "blocked")
    assert office.state("payment", "p4") == "synced"
    made = [txn.ref_number for txn in office.company.list_transactions() if txn.kind == "Invoice"]
    assert made == [f"I{n}" for n in range(25) if n != 3]


def test_a_look_that_has_to_be_repeated_lets_the_others_go(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    with database.writing() as db:
        save_rules(db, connection_id, {}, by="a test", now=clock())
    put(database, connection_id, *(invoice(f"i{n}", None) for n in range(3)), now=clock())
    first, *others = read_set(far.begin()).requests

    far.receive(document(refusal(first, 3175, "The record is locked."), *(found(one) for one in others)))

    sent = read_set(far.send()).requests
    assert [one.text("InvoiceAdd/RefNumber") for one in sent] == ["I1", "I2"]


def test_a_question_that_waits_for_an_unknown_outcome_keeps_no_session_going(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    """While the outcome is asked for later nothing can go out, so nothing is due, and no session goes in circles."""
    put(database, connection_id, customer("c1"), now=clock())
    lose(far)
    questions = look_up(far)
    with database.writing() as db:
        change = {"CustomerMod": {"ListID": "80000001-1", "Notes": "hello"}}
        enqueue_qbxml(db, connection_id, "CustomerModRq", change, now=clock())

    locked = document(*(refusal(one, 3175, "The record is locked.") for one in questions.requests))
    assert far.receive(locked) == 100
    far.close()
    assert far.authenticate() == ["", "none"]

    clock.advance(minutes=5)
    assert "CustomerQueryRq" in read_set(far.begin()).names
