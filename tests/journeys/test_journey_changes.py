"""Documents that are in QuickBooks change there as they change here: merged, kept, deleted, voided."""

from decimal import Decimal

import pytest

from tests.office import Office
from tests.rows import Content, credit_memo, customer, invoice, item, payment

ACCOUNT = {"full_name": "Freight Income"}


def haul(**more: object) -> Content:
    return item("haul", name="Container Haul", income_account=ACCOUNT, **more)


def load(*lines: dict[str, object], **more: object) -> Content:
    given = lines or (line("Out", "1"), line("Back", "2"))
    return invoice("i1", lines=list(given), **more)


def line(description: str, quantity: str, rate: str = "100.00") -> dict[str, object]:
    return {"item": {"external_id": "haul"}, "description": description, "quantity": quantity, "rate": rate}


@pytest.fixture
def synced(office: Office) -> Office:
    """A customer, an item and an invoice of two lines are in QuickBooks."""
    office.put(customer("c1", email="ap@one.example"), haul(), load())
    office.update()
    assert office.state("invoice", "i1") == "synced"
    return office


def descriptions(office: Office) -> list[object]:
    return [one["Desc"] for one in office.lines("invoice", "i1")]


def test_the_same_content_again_asks_nothing(synced: Office) -> None:
    synced.put(customer("c1", email="ap@one.example"), haul(), load())

    assert synced.update() == []


def test_other_content_becomes_a_change_of_the_same_record(synced: Office) -> None:
    before = synced.document("invoice", "i1").quickbooks_id
    synced.put(load(memo="Thanks", po_number="PO 7"))
    assert synced.state("invoice", "i1") == "pending"

    assert synced.update() == ["InvoiceQueryRq", "InvoiceModRq"]

    txn = synced.txn("invoice", "i1")
    assert (txn.txn_id, txn.values["Memo"], txn.values["PONumber"]) == (before, "Thanks", "PO 7")
    assert synced.state("invoice", "i1") == "synced"
    assert synced.update() == []


def test_a_customer_and_an_item_change_too(synced: Office) -> None:
    address = {"line1": "1 Main St", "city": "Albany"}
    synced.put(customer("c1", email="new@one.example", bill_address=address), haul(price="5.25", description="By road"))

    assert sorted(synced.update()) == ["CustomerModRq", "CustomerQueryRq", "ItemServiceModRq", "ItemServiceQueryRq"]

    entry = synced.entry("customer", "c1")
    assert (entry.values["Email"], entry.values["BillAddress"]) == (
        "new@one.example",
        {"Addr1": "1 Main St", "City": "Albany"},
    )
    assert synced.entry("item", "haul").values["SalesOrPurchase"]["Price"] == Decimal("5.25")  # type: ignore[index,call-overload]


def test_what_is_taken_away_here_is_cleared_there(synced: Office) -> None:
    synced.put(load(memo="Thanks"))
    synced.update()

    synced.put(load())
    synced.update()

    assert not synced.txn("invoice", "i1").values.get("Memo")


def test_lines_keep_their_ids_where_others_come_go_and_change(synced: Office) -> None:
    out, back = (str(one["TxnLineID"]) for one in synced.lines("invoice", "i1"))

    synced.put(load(line("First", "1"), line("Out", "1"), line("Back", "3"), line("Last", "1")))
    synced.update()

    assert descriptions(synced) == ["First", "Out", "Back", "Last"]
    assert [one["TxnLineID"] for one in synced.lines("invoice", "i1")][1:3] == [out, back]
    assert synced.balance("i1") == Decimal("600.00")

    synced.put(load(line("Back", "3")))
    synced.update()
    assert [one["TxnLineID"] for one in synced.lines("invoice", "i1")] == [back]


def test_lines_that_somebody_added_or_moved_in_quickbooks_stay(synced: Office) -> None:
    txn_id = synced.txn("invoice", "i1").txn_id
    ids = [{"TxnLineID": one["TxnLineID"]} for one in synced.lines("invoice", "i1")]
    synced.person.change(txn_id, {"InvoiceLineMod": [{"TxnLineID": "-1", "Desc": "By hand"}, *ids]})

    synced.put(load(line("Out", "5"), line("Back", "2")))
    synced.update()

    assert descriptions(synced) == ["By hand", "Out", "Back"]
    assert synced.balance("i1") == Decimal("700.00")


def test_what_only_quickbooks_changed_stays_as_it_is(synced: Office) -> None:
    synced.person.change(synced.txn("invoice", "i1").txn_id, {"Memo": "Call first", "PONumber": "X"})

    synced.put(load(terms={"full_name": "Net 15"}))
    synced.update()

    values = synced.txn("invoice", "i1").values
    assert (values["Memo"], values["PONumber"]) == ("Call first", "X")
    assert synced.company.full_name(values["TermsRef"]) == "Net 15"  # type: ignore[arg-type]
    assert synced.problems() == []


def test_the_same_change_on_both_sides_is_no_conflict(synced: Office) -> None:
    synced.person.change(synced.txn("invoice", "i1").txn_id, {"Memo": "Late"})

    synced.put(load(memo="Late"))

    assert synced.update() == ["InvoiceQueryRq"], "QuickBooks has it so already"
    assert synced.state("invoice", "i1") == "synced"


@pytest.mark.parametrize(
    ("policy", "memo"), [("app_wins", "Ours"), ("quickbooks_wins", "Theirs")], ids=["app", "quickbooks"]
)
def test_a_rule_decides_whose_value_stands(synced: Office, policy: str, memo: str) -> None:
    synced.rule(conflicts=policy)
    synced.person.change(synced.txn("invoice", "i1").txn_id, {"Memo": "Theirs"})

    synced.put(load(memo="Ours", po_number="PO 1"))
    synced.update()

    values = synced.txn("invoice", "i1").values
    assert (values["Memo"], values["PONumber"]) == (memo, "PO 1")
    assert synced.state("invoice", "i1") == "synced"


def test_somebody_who_is_faster_between_the_look_and_the_change_is_seen(synced: Office) -> None:
    synced.put(load(po_number="PO 1"))
    txn_id = synced.txn("invoice", "i1").txn_id
    process, person = synced.quickbooks.process, synced.person

    def meanwhile(session: str, text: str) -> str:
        answer = process(session, text)
        if "InvoiceQueryRq" in text:
            synced.quickbooks.process = process  # type: ignore[method-assign]
            synced.pass_time(5)
            person.change(txn_id, {"Memo": "Just now"})
        return answer

    synced.quickbooks.process = meanwhile  # type: ignore[method-assign]
    assert synced.update() == ["InvoiceQueryRq", "InvoiceModRq", "InvoiceQueryRq", "InvoiceModRq"]

    values = synced.txn("invoice", "i1").values
    assert (values["Memo"], values["PONumber"]) == ("Just now", "PO 1")


def test_a_payment_is_applied_anew(synced: Office) -> None:
    synced.put(payment("p1", amount="100.00", apply=[{"invoice": {"external_id": "i1"}, "amount": "100.00"}]))
    synced.update()
    assert synced.balance("i1") == Decimal("200.00")

    synced.put(payment("p1", amount="150.00", apply=[{"invoice": {"external_id": "i1"}, "amount": "150.00"}]))
    synced.update()

    assert synced.balance("i1") == Decimal("150.00")
    assert synced.txn("payment", "p1").total == Decimal("150.00")


def test_a_deleted_document_is_gone_there_and_comes_as_a_new_one(synced: Office) -> None:
    first = synced.document("invoice", "i1").quickbooks_id
    synced.delete("invoice", "i1")

    assert synced.update() == ["TxnDelRq"]

    assert synced.state("invoice", "i1") == "deleted"
    assert first not in synced.company.tables.transactions
    synced.put(load())
    assert synced.update() == ["InvoiceQueryRq", "InvoiceAddRq"]
    assert synced.state("invoice", "i1") == "synced"
    assert synced.document("invoice", "i1").quickbooks_id != first


def test_what_never_went_out_is_deleted_without_a_word(office: Office) -> None:
    office.put(customer("c1"))
    office.delete("customer", "c1")

    assert office.update() == []
    assert office.state("customer", "c1") == "deleted"


def test_a_payment_is_taken_back_before_its_invoice_and_customer(synced: Office) -> None:
    synced.put(payment("p1", apply=[{"invoice": {"external_id": "i1"}, "amount": "100.00"}]), credit_memo("m1"))
    synced.put(credit_memo("m1", lines=[line("Allowance", "1")]))
    synced.update()

    for kind, name in (("payment", "p1"), ("credit_memo", "m1"), ("invoice", "i1"), ("customer", "c1")):
        synced.delete(kind, name)

    assert synced.update() == ["TxnDelRq", "TxnDelRq", "TxnDelRq", "ListDelRq"]
    assert not synced.company.tables.transactions


def test_a_deletion_that_is_not_wanted_any_more_is_taken_back(synced: Office) -> None:
    synced.delete("invoice", "i1")
    synced.put(load())

    assert synced.update() == ["InvoiceQueryRq"]
    assert synced.state("invoice", "i1") == "synced"


def test_a_voided_invoice_stays_with_zero_amounts(synced: Office) -> None:
    synced.delete("invoice", "i1", how="void")

    assert synced.update() == ["TxnVoidRq"]
    assert synced.state("invoice", "i1") == "voided"
    assert (synced.balance("i1"), synced.txn("invoice", "i1").is_void) == (Decimal(0), True)


def test_a_customer_who_is_used_becomes_inactive(synced: Office) -> None:
    synced.delete("customer", "c1", how="inactivate")

    assert synced.update() == ["CustomerQueryRq", "CustomerModRq"]
    assert synced.entry("customer", "c1").is_active is False
    assert synced.state("customer", "c1") == "synced"


def test_what_somebody_deleted_there_already_is_deleted_here_too(synced: Office) -> None:
    synced.person.delete(synced.txn("invoice", "i1").txn_id)
    synced.delete("invoice", "i1")

    assert synced.update() == ["TxnDelRq"]
    assert synced.state("invoice", "i1") == "deleted"


def test_a_line_gets_what_it_did_not_have_before(office: Office) -> None:
    bare = {"item": {"full_name": "Line Haul"}, "quantity": "1", "rate": "100.00"}
    office.put(customer("c1"), invoice("i1", lines=[bare]))
    office.update()

    more = {"service_date": "2026-11-01", "other1": "40 ft", "class": {"full_name": "East"}}
    office.put(invoice("i1", lines=[{**bare, **more}]))
    office.update()

    (there,) = office.lines("invoice", "i1")
    assert (there["ServiceDate"], there["Other1"]) == ("2026-11-01", "40 ft")
    assert office.company.full_name(there["ClassRef"]) == "East"  # type: ignore[arg-type]


def test_a_deposit_gets_one_more_payment_and_another_fee(office: Office) -> None:
    def payout(fee: str, *payments: str) -> Content:
        parts = [{"payment": {"external_id": name}} for name in payments]
        fee_line = {"amount": fee, "account": {"full_name": "Merchant Fees"}}
        return "deposit", {
            "external_id": "po1",
            "account": {"full_name": "Checking"},
            "payments": parts,
            "fee": fee_line,
        }

    office.put(customer("c1"), *(payment(name) for name in ("p1", "p2", "p3")), payout("5.00", "p1"))
    office.update()

    office.put(payout("7.00", "p1", "p2"))
    office.update()
    assert office.txn("deposit", "po1").total == Decimal("193.00")

    office.put(payout("7.00", "p3"))
    office.update()
    held = {office.txn("payment", "p3").txn_id: office.txn("deposit", "po1").txn_id}
    assert (office.txn("deposit", "po1").total, office.company.tables.deposit_of) == (Decimal("93.00"), held)
