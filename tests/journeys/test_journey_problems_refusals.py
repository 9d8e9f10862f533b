"""Problems of documents that QuickBooks refuses, or that wait: made in the books, shown, repaired, gone."""

import pytest

from tests.office import Office
from tests.rows import Content, customer, invoice, item, payment

LINE = {"item": {"external_id": "haul"}, "quantity": "1", "rate": "100.00"}


NET = ((1, "Net 77"), (2, "NET 77"))


def haul(**more: object) -> Content:
    return item("haul", income_account={"full_name": "Freight Income"}, **more)


def is_well(office: Office, kind: str, external_id: str) -> bool:
    return (office.state(kind, external_id), office.problems()) == ("synced", [])


@pytest.fixture
def masters(office: Office) -> Office:
    """A customer and an item are in QuickBooks."""
    office.put(customer("c1"), haul())
    office.update()
    return office


def test_reference_missing_goes_when_the_entry_is_there(masters: Office) -> None:
    masters.put(invoice("i1", lines=[LINE], terms={"full_name": "Net 77"}))
    masters.update()
    assert '"Net 77"' in masters.problem("reference_missing").message

    masters.person.add_entry("StandardTerms", {"Name": "Net 77", "StdDueDays": "77"})
    masters.act("reference_missing", "retry")
    masters.update()

    assert is_well(masters, "invoice", "i1")


@pytest.mark.parametrize("by_rule", [True, False])
def test_reference_missing_is_created(masters: Office, *, by_rule: bool) -> None:
    masters.rule(create_missing={"terms": by_rule, "class": by_rule})
    masters.put(invoice("i1", lines=[LINE], terms={"full_name": "Net 77"}))
    masters.update()
    if not by_rule:
        masters.act("reference_missing", "create_missing")
        assert masters.state("invoice", "i1") == "blocked"
        masters.update()

    assert is_well(masters, "invoice", "i1")
    assert masters.company.full_name(masters.txn("invoice", "i1").values["TermsRef"]) == "Net 77"  # type: ignore[arg-type]


@pytest.mark.parametrize("way", ["by rule", "both at once", "one after the other"])
def test_what_several_documents_lack_is_created_once(masters: Office, way: str) -> None:
    masters.rule(create_missing={"terms": way == "by rule"})
    masters.put(*(invoice(f"i{n}", lines=[LINE], terms={"full_name": name}) for n, name in NET))
    asked = masters.update()
    for problem in masters.problems():
        masters.act_on(problem.id, "create_missing")
        asked += masters.update() if way == "one after the other" else []
    asked += masters.update()

    assert asked.count("StandardTermsAddRq") == 1
    assert [masters.state("invoice", f"i{n}") for n, _ in NET] == ["synced", "synced"]
    assert masters.problems() == []


def test_reference_missing_item_is_created_on_the_account_of_the_rules(masters: Office) -> None:
    masters.rule(create_missing={"item": True}, accounts={"income": "Freight Income"})
    masters.put(invoice("i1", lines=[{"item": {"full_name": "Detour"}, "amount": "5.00"}]))
    masters.update()

    assert is_well(masters, "invoice", "i1")


def test_customer_not_synced_and_item_not_synced(office: Office) -> None:
    office.put(
        customer("c1", terms={"full_name": "Net 77"}),
        item("haul", income_account={"full_name": "No Such Account"}),
        invoice("i1", lines=[LINE]),
    )
    office.update()
    assert office.problem("customer_not_synced").external_id == "i1"
    assert office.problem("item_not_synced").external_id == "i1"
    assert len(office.problems()) == 4

    office.put(customer("c1"), haul())
    office.update()

    assert is_well(office, "invoice", "i1")


def test_parent_failed(masters: Office) -> None:
    masters.put(
        invoice("i1", lines=[LINE], terms={"full_name": "Net 77"}),
        payment("p1", apply=[{"invoice": {"external_id": "i1"}, "amount": "100.00"}]),
    )
    masters.update()
    assert masters.problem("parent_failed").external_id == "p1"

    masters.put(invoice("i1", lines=[LINE]))
    masters.update()

    assert is_well(masters, "payment", "p1")


def test_name_in_use(office: Office) -> None:
    office.person.add_entry("Vendor", {"Name": "Customer c1"})
    office.put(customer("c1"))
    office.update()
    evidence = office.problem("name_in_use").evidence
    assert evidence["candidates"][0]["type"] == "Vendor"  # type: ignore[index]
    assert (evidence["status_code"], 'The name "Customer c1"' in str(evidence["status_message"])) == ("3100", True)

    office.put(customer("c1", name="Customer One"))
    office.update()

    assert is_well(office, "customer", "c1")


def test_record_locked(masters: Office) -> None:
    masters.put(invoice("i1", lines=[LINE]))
    masters.update()
    txn_id = masters.txn("invoice", "i1").txn_id
    masters.company.lock(txn_id)
    masters.put(invoice("i1", lines=[LINE], memo="New"))
    for _ in range(8):
        masters.update()
        masters.pass_time(3700)
    assert "given up" in masters.problem("record_locked").message

    masters.company.unlock(txn_id)
    masters.act("record_locked", "retry")
    masters.update()

    assert is_well(masters, "invoice", "i1")


def test_closed_period(masters: Office) -> None:
    masters.company.switches.closing_date = "2026-10-31"
    masters.put(invoice("i1", lines=[LINE], txn_date="2026-10-15"))
    masters.update()
    assert "2026-10-31" in masters.problem("closed_period").message

    masters.put(invoice("i1", lines=[LINE], txn_date="2026-11-15"))
    masters.update()

    assert is_well(masters, "invoice", "i1")


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("permission_denied", 3260),
        ("feature_disabled", 3250),
        ("unsupported_by_version", 1030),
        ("field_too_long", 3070),
        ("invalid_value", 3040),
        ("rejected_by_quickbooks", 3300),
    ],
)
def test_what_quickbooks_refuses_once_goes_when_it_is_repaired(masters: Office, reason: str, code: int) -> None:
    masters.put(invoice("i1", lines=[LINE]))
    masters.refuse_next(code, "It says why.")
    masters.update()
    problem = masters.problem(reason)
    assert (problem.message, problem.evidence["status_code"]) == ("It says why.", str(code))

    masters.act(reason, "retry")
    masters.update()

    assert is_well(masters, "invoice", "i1")


def test_field_too_long_after_a_template_filled_it(masters: Office) -> None:
    masters.rule(templates={"po_number": "{customer_po}"})
    long = {"customer_po": "x" * 26}
    masters.put(invoice("i1", lines=[LINE], fields=long))
    masters.update()
    assert "at most 25" in masters.problem("field_too_long").message

    masters.put(invoice("i1", lines=[LINE], fields={"customer_po": "PO 7"}))
    masters.update()

    assert is_well(masters, "invoice", "i1")
    assert masters.txn("invoice", "i1").values["PONumber"] == "PO 7"


def test_account_not_configured(masters: Office) -> None:
    masters.put(
        payment("p1"),
        ("deposit", {"external_id": "d1", "payments": [{"payment": {"external_id": "p1"}}], "fee": {"amount": "3.00"}}),
    )
    masters.update()
    assert "accounts.deposits" in masters.problem("account_not_configured").message

    masters.rule(accounts={"deposits": "Checking", "fees": "Merchant Fees"})
    masters.update()

    assert is_well(masters, "deposit", "d1")


def test_text_changed(masters: Office) -> None:
    masters.put(invoice("i1", lines=[LINE], memo="Łódź"))
    masters.update()
    assert masters.state("invoice", "i1") == "synced"
    (text,) = masters.problem("text_changed").evidence["texts"]  # type: ignore[misc]
    assert (text["path"], text["before"], text["after"]) == ("memo", "Łódź", "Lódz")

    masters.act("text_changed", "use_quickbooks")

    assert is_well(masters, "invoice", "i1")


def test_outcome_unknown(masters: Office) -> None:
    masters.put(payment("p1"))
    masters.update(until_answer=0)  # QuickBooks took the payment, and its answer is lost.
    (txn,) = (txn for txn in masters.company.tables.transactions.values() if txn.kind == "ReceivePayment")
    txn.external_guid = None
    masters.company.switches.recovery = False
    masters.pass_time(3600)
    masters.update()
    masters.update()
    assert masters.problem("outcome_unknown").external_id == "p1"

    masters.act("outcome_unknown", "link", quickbooks_id=txn.txn_id)
    masters.update()

    assert is_well(masters, "payment", "p1")


def test_what_the_rules_cannot_create_stays_a_problem_and_holds_up_nobody(masters: Office) -> None:
    masters.rule(create_missing={"item": True})
    nowhere = invoice("i1", "c1", lines=[{"item": {"full_name": "Nowhere"}, "quantity": "1", "rate": "100.00"}])
    masters.put(nowhere, invoice("i2", lines=[LINE]))

    masters.update()

    assert masters.problem("reference_missing").external_id == "i1"
    assert masters.state("invoice", "i2") == "synced"
