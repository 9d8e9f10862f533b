"""Every kind of document reaches the simulated books, named in every way, and the money of a payout adds up."""

from decimal import Decimal

from tests.office import Office
from tests.rows import Content, customer, invoice, item, payment

LINE = {"item": {"external_id": "haul"}, "quantity": "1", "rate": "100.00"}


def haul() -> Content:
    return item("haul", income_account={"full_name": "Freight Income"})


def test_list_entries_are_made_before_what_names_them(office: Office) -> None:
    office.put(
        invoice("i1", terms={"external_id": "t1"}, lines=[LINE], **{"class": {"external_id": "k2"}}),
        customer("c1", terms={"external_id": "t1"}),
        haul(),
        ("class", {"external_id": "k2", "name": "North", "parent": {"external_id": "k1"}}),
        ("class", {"external_id": "k1", "name": "Coast"}),
        ("terms", {"external_id": "t1", "name": "Net 45", "due_days": 45}),
    )

    office.update()

    values = office.txn("invoice", "i1").values
    assert office.company.full_name(values["ClassRef"]) == "Coast:North"  # type: ignore[arg-type]
    assert office.company.full_name(values["TermsRef"]) == "Net 45"  # type: ignore[arg-type]
    assert office.entry("customer", "c1").values["TermsRef"] == values["TermsRef"]
    assert office.problems() == []


def test_references_by_id_and_by_name_are_taken_too(office: Office) -> None:
    office.put(customer("c1"), haul())
    office.update()
    by_id = {"quickbooks_id": office.document("customer", "c1").quickbooks_id}

    office.put(invoice("i1", customer=None, lines=[LINE], terms={"full_name": "Net 30"}))
    office.put(("invoice", {**invoice("i1", lines=[LINE])[1], "customer": by_id}))
    office.put(("invoice", {**invoice("i2", lines=[LINE])[1], "customer": {"full_name": "Customer c1"}}))
    office.update()

    assert office.txn("invoice", "i1").customer == office.txn("invoice", "i2").customer == by_id["quickbooks_id"]


def test_a_payout_takes_payments_to_the_bank_without_the_fee(office: Office) -> None:
    receipt = {
        "external_id": "s1",
        "customer": {"external_id": "c1"},
        "ref_number": "S1",
        "payment_method": {"external_id": "wire"},
        "lines": [{**LINE, "rate": "30.00"}],
    }
    payout = {
        "external_id": "po1",
        "account": {"full_name": "Checking"},
        "payments": [{"payment": {"external_id": "p1"}}, {"sales_receipt": {"external_id": "s1"}}],
        "fee": {"amount": "4.50", "account": {"full_name": "Merchant Fees"}},
    }
    office.put(
        ("deposit", payout),
        payment("p1", apply=[{"invoice": {"external_id": "i1"}, "amount": "100.00"}]),
        ("sales_receipt", receipt),
        ("payment_method", {"external_id": "wire", "name": "Wire", "type": "Other"}),
        invoice("i1", lines=[LINE]),
        customer("c1"),
        haul(),
    )

    office.update()

    assert office.problems() == []
    assert office.document("deposit", "po1").total == office.txn("deposit", "po1").total == Decimal("125.50")
    assert office.document("sales_receipt", "s1").total == Decimal("30.00")
    assert office.balance("i1") == Decimal(0)

    payout["memo"] = "Payout 1"
    office.put(("deposit", payout))
    office.update()
    assert office.txn("deposit", "po1").values["Memo"] == "Payout 1"

    office.delete("deposit", "po1")
    office.delete("payment", "p1")
    office.update()
    assert (office.state("payment", "p1"), office.balance("i1")) == ("deleted", Decimal("100.00"))


def test_a_sales_receipt_changes_in_its_lines(office: Office) -> None:
    body = {"external_id": "s1", "customer": {"external_id": "c1"}, "ref_number": "S1", "lines": [LINE]}
    office.put(customer("c1"), haul(), ("sales_receipt", body))
    office.update()

    office.put(("sales_receipt", {**body, "lines": [{**LINE, "quantity": "3"}, {"description": "Thanks"}]}))
    office.update()

    assert office.document("sales_receipt", "s1").total == Decimal("300.00")


def test_terms_cannot_be_changed_from_outside(office: Office) -> None:
    body = {"external_id": "t1", "name": "Net 45", "due_days": 45}
    office.put(("terms", body))
    office.update()

    with_error = []
    try:
        office.put(("terms", {**body, "due_days": 44}))
    except AssertionError as refused:
        with_error.append(str(refused))

    assert "QuickBooks cannot change a terms" in with_error[0]
