"""A company made by size and seed, its export, its backup, and what a person does in it."""

from decimal import Decimal

import pytest

from qbwc_service.simulator.quickbooks.company import Company
from qbwc_service.simulator.quickbooks.company_file import Switches
from qbwc_service.simulator.quickbooks.person import Person
from qbwc_service.simulator.quickbooks.stepping_clock import SteppingClock


def make(seed: int = 1, *, invoices: int = 40) -> Company:
    return Company.create(seed=seed, customers=8, jobs=0.5, items=10, invoices=invoices, clock=SteppingClock())


def test_the_same_seed_makes_the_same_company() -> None:
    assert make().export() == make().export()


def test_another_seed_makes_another_company() -> None:
    assert make().export() != make(2).export()


def test_the_sizes_are_kept() -> None:
    company = Company.create(customers=30, jobs=0, items=25, invoices=100, payments=1.0, clock=SteppingClock())
    kinds = {kind: len(entries) for kind, entries in company.export().items()}
    assert kinds["Customer"] == 30
    assert sum(kinds[kind] for kind in ("ItemService", "ItemNonInventory", "ItemOtherCharge", "ItemInventory")) == 25
    assert kinds["Invoice"] == 100
    assert kinds["ReceivePayment"] > 50


def test_the_books_of_a_seeded_company_agree() -> None:
    exported = make(invoices=200).export()
    open_invoices = sum(Decimal(str(one["BalanceRemaining"])) for one in exported["Invoice"].values())
    credits_left = sum(Decimal(str(one["CreditRemaining"])) for one in exported["CreditMemo"].values())
    unused = sum(Decimal(str(one["UnusedPayment"])) for one in exported["ReceivePayment"].values())
    customers = sum(Decimal(str(one["Balance"])) for one in exported["Customer"].values())
    tops = sum(Decimal(str(one["TotalBalance"])) for one in exported["Customer"].values() if one["Sublevel"] == "0")
    receivable = next(one for one in exported["Account"].values() if one["Name"] == "Accounts Receivable")
    assert open_invoices - credits_left - unused == customers == tops == Decimal(str(receivable["Balance"]))
    for one in exported["Invoice"].values():
        parts = [Decimal(str(one[name])) for name in ("Subtotal", "SalesTaxTotal", "AppliedAmount")]
        assert sum(parts) == Decimal(str(one["BalanceRemaining"]))
        assert one["IsPaid"] == ("true" if one["BalanceRemaining"] == "0.00" else "false")


def test_ids_grow_with_time() -> None:
    company = make()
    numbers = [txn.number for txn in company.list_transactions("Invoice")]
    created = [txn.created for txn in company.list_transactions("Invoice")]
    assert numbers == sorted(numbers)
    assert created == sorted(created)


def test_a_backup_brings_everything_back() -> None:
    company = make()
    person, backup, before = Person(company), company.backup(), company.export()
    person.delete(company.list_transactions("ReceivePayment")[0].txn_id)
    person.add("Customer", {"Name": "After the backup"})
    assert company.export() != before
    company.restore(backup)
    assert company.export() == before


def test_an_export_holds_texts_as_the_wire_has_them() -> None:
    invoice = next(iter(make().export()["Invoice"].values()))
    assert invoice["RefNumber"] == "1001"
    lines = invoice["Lines"]
    assert isinstance(lines, list)
    assert lines[0]["@name"] == "InvoiceLineRet"
    assert isinstance(lines[0]["Amount"], str)


def test_merged_customers_are_one_and_the_balances_move() -> None:
    company = make()
    person = Person(company)
    tables = company.tables
    winner, loser = (entry for entry in list(tables.entries_of("Customer"))[:2])
    before = company.export()
    both = sum(Decimal(str(before["Customer"][one.list_id]["Balance"])) for one in (winner, loser))
    person.merge(loser.list_id, into=winner.list_id)
    after = company.export()
    assert loser.list_id not in after["Customer"]
    assert Decimal(str(after["Customer"][winner.list_id]["Balance"])) == both
    assert loser.list_id not in str(after["Invoice"])


def test_a_person_leaves_no_trace_in_the_log_of_writes() -> None:
    company = make(invoices=3)
    person = Person(company)
    person.pay(person.add_transaction("Invoice", _invoice()).txn_id, "1.00")
    person.rename(next(company.tables.entries_of("Customer")).list_id, "Renamed")
    assert company.writes == ()


def test_a_person_applies_a_credit() -> None:
    company = make(invoices=0)
    person = Person(company)
    invoice = person.add_transaction("Invoice", _invoice())
    credit = person.add_transaction("CreditMemo", _invoice("CreditMemo"))
    person.apply_credit(credit.txn_id, invoice.txn_id, "30.00")
    exported = company.export()
    assert exported["Invoice"][invoice.txn_id]["BalanceRemaining"] == "70.00"
    assert exported["CreditMemo"][credit.txn_id]["CreditRemaining"] == "70.00"


def test_a_wrong_backup_is_refused() -> None:
    with pytest.raises(TypeError):
        make(invoices=0).restore(b"\x80\x04N.")


def test_switches_can_be_given_at_the_start() -> None:
    company = Company.create(customers=1, clock=SteppingClock(), switches=Switches(recovery=False))
    assert company.switches.recovery is False


def _invoice(kind: str = "Invoice") -> "dict[str, object]":
    line = {"ItemRef": {"FullName": "Pallet"}, "Amount": "100.00"}
    return {"CustomerRef": {"FullName": "Alpine Bakery"}, f"{kind}LineAdd": [line]}
