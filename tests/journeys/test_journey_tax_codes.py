"""Tax codes of lines that a rule takes from the item or the customer: the invoice's total is right to the cent."""

from decimal import Decimal

import pytest

from qbwc_service.simulator.quickbooks.records import Ref
from qbwc_service.sync.rules import save_rules
from tests.office import Office
from tests.rows import customer, invoice, item

STATE_TAX = {"full_name": "State Tax"}  # 4 % in the simulated company.


def line(name: str, amount: str = "100.10", **more: object) -> dict[str, object]:
    return {"item": {"external_id": name}, "amount": amount, **more}


def codes(office: Office, external_id: str) -> list[str | None]:
    """The codes of the lines in QuickBooks."""
    refs = [one.get("SalesTaxCodeRef") for one in office.lines("invoice", external_id)]
    return [office.company.tables.entries[ref.list_id].name if isinstance(ref, Ref) else None for ref in refs]


@pytest.fixture
def shop(office: Office) -> Office:
    """A taxed and an untaxed item, and one of which nobody said it; a customer that pays tax."""
    office.put(
        customer("c1", sales_tax_code={"full_name": "Tax"}, tax_item=STATE_TAX),
        customer("c2", tax_item=STATE_TAX),
        item("taxed", sales_tax_code={"full_name": "Tax"}, income_account={"full_name": "Freight Income"}),
        item("free", sales_tax_code={"full_name": "Non"}, income_account={"full_name": "Freight Income"}),
        item("open", income_account={"full_name": "Freight Income"}),
    )
    office.update()
    return office


# A rule, the codes that three lines without one get by it, and the tax of all lines.
RULED: list[tuple[object, list[str | None], str]] = [
    (None, [None, None, None], "0.00"),
    ("Tax", ["Tax", "Tax", "Tax"], "12.01"),
    ({"from": ["item"]}, ["Tax", "Non", None], "4.00"),
    ({"from": ["item", "customer"]}, ["Tax", "Non", "Tax"], "8.01"),
    ({"from": ["customer", "item"]}, ["Tax", "Tax", "Tax"], "12.01"),
    ({"from": ["item"], "code": "Tax"}, ["Tax", "Non", "Tax"], "8.01"),
]


@pytest.mark.parametrize("numbers", ["block", "send"])
def test_lines_get_the_code_that_the_rule_says(shop: Office, numbers: str) -> None:
    own = line("taxed", sales_tax_code={"full_name": "Non"})
    for number, (rule, expected, tax) in enumerate(RULED):
        shop.rule(line_tax_code=rule, duplicate_numbers=numbers)
        name = f"i{number}"
        shop.put(invoice(name, lines=[line("taxed"), line("free"), line("open"), own, {"description": "Thanks"}]))

        shop.update()

        assert codes(shop, name) == [*expected, "Non", None]
        assert shop.txn("invoice", name).tax == Decimal(tax)
        assert shop.document("invoice", name).total == Decimal("400.40") + Decimal(tax)
    assert shop.problems() == []


def test_what_somebody_changed_in_quickbooks_a_minute_ago_counts(shop: Office) -> None:
    shop.rule(line_tax_code={"from": ["item"]})
    shop.person.change(shop.entry("item", "free").list_id, {"SalesTaxCodeRef": {"FullName": "Tax"}})
    shop.put(invoice("i1", lines=[line("free")]))

    shop.update()

    assert codes(shop, "i1") == ["Tax"]


def test_a_change_gives_new_lines_their_code_and_leaves_the_others(shop: Office) -> None:
    shop.rule(line_tax_code={"from": ["item", "customer"]})
    shop.put(invoice("i1", lines=[line("taxed"), line("free"), line("open")]))
    shop.update()
    shop.person.change(shop.entry("item", "free").list_id, {"SalesTaxCodeRef": {"FullName": "Tax"}})  # From now on.

    shop.put(invoice("i1", lines=[line("taxed", "50.05"), line("free"), line("open"), line("taxed", "10.00")]))
    shop.update()

    assert codes(shop, "i1") == ["Tax", "Non", "Tax", "Tax"]
    assert shop.txn("invoice", "i1").total == Decimal("260.25") + Decimal("6.41")


@pytest.mark.parametrize("rule", ["Tax", {"from": ["item", "customer"]}])
def test_a_line_that_gets_another_item_keeps_price_text_and_tax(shop: Office, rule: object) -> None:
    shop.rule(line_tax_code=rule)
    shop.put(invoice("i1", lines=[line("taxed", description="Pallets")]))
    shop.update()

    shop.put(invoice("i1", lines=[line("open", description="Pallets")]))
    shop.update()

    (only,) = shop.lines("invoice", "i1")
    assert (codes(shop, "i1"), only["Desc"], only["Amount"]) == (["Tax"], "Pallets", Decimal("100.10"))


def test_lines_of_items_that_have_no_code_get_none(shop: Office) -> None:
    shop.rule(line_tax_code={"from": ["item", "customer"], "code": "Tax"})
    subtotal = {"item": {"full_name": "Subtotal"}}
    shop.put(invoice("i1", lines=[line("taxed"), subtotal]))

    shop.update()

    assert codes(shop, "i1") == ["Tax", None]


def test_an_item_that_quickbooks_does_not_know_is_a_problem_and_no_guess(shop: Office) -> None:
    shop.rule(line_tax_code={"from": ["item"]})
    shop.put(invoice("i1", lines=[{"item": {"full_name": "Barge"}, "amount": "10.00"}]))

    asked = shop.update()

    assert "InvoiceAddRq" not in asked
    assert "Barge" in shop.problem("reference_missing").message

    shop.rule(line_tax_code={"from": ["item"], "code": "Tax"}, accounts={"income": "Freight Income"})
    shop.act("reference_missing", "create_missing")
    shop.update()
    assert (codes(shop, "i1"), shop.problems()) == (["Tax"], [])


def test_a_new_rule_holds_for_what_waits(shop: Office) -> None:
    shop.rule(duplicate_numbers="send")
    shop.put(invoice("i1", lines=[line("taxed")]))  # It goes out without a look,
    shop.put(customer("c3", name="A" * 10, terms={"full_name": "Net 999"}), invoice("i2", "c3", lines=[line("taxed")]))
    shop.rule(line_tax_code={"from": ["item"]}, duplicate_numbers="send")  # but now it needs one.

    shop.update()
    shop.put(customer("c3", name="A" * 10))
    shop.update()

    assert (codes(shop, "i1"), codes(shop, "i2"), shop.problems()) == (["Tax"], ["Tax"], [])


def test_what_was_never_looked_for_does_not_go_out_untaxed(shop: Office) -> None:
    shop.rule(duplicate_numbers="send")
    shop.put(invoice("i1", lines=[line("taxed")]))
    rules = {"line_tax_code": {"from": ["item"]}, "duplicate_numbers": "send"}
    with shop.database.writing() as db:
        save_rules(db, shop.connection_id, rules, by="a test", now=shop.clock())  # Nobody told the queue.

    assert "InvoiceAddRq" not in shop.update()
    assert "sales tax code" in shop.problem("invalid_value").message

    shop.act("invalid_value", "retry")
    shop.update()
    assert (codes(shop, "i1"), shop.problems()) == (["Tax"], [])
