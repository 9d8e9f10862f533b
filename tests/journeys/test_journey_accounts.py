"""Accounts of the rules: held against what QuickBooks has, and created where only their name is needed."""

import pytest
from sqlalchemy import insert

from qbwc_service.errors import InvalidDocumentError, StateError
from qbwc_service.store.mirror_lists import qb_accounts
from tests.office import Office
from tests.rows import Content, customer, invoice, item, payment

ACCOUNTS = {"deposits": "Checking", "fees": "Stripe Fees"}


def payout(external_id: str, paid: str, **more: object) -> Content:
    body = {"external_id": external_id, "payments": [{"payment": {"external_id": paid}}], "fee": {"amount": "3.00"}}
    return "deposit", {**body, **more}


@pytest.fixture
def paid(office: Office) -> Office:
    """Two payments wait in Undeposited Funds."""
    office.put(customer("c1"), payment("p1"), payment("p2"))
    office.update()
    assert office.problems() == []
    return office


def mirror_account(office: Office, full_name: str, account_type: str) -> None:
    """The mirror learns of an account."""
    with office.database.writing() as db:
        row = {"list_id": f"80-{account_type}", "full_name": full_name, "account_type": account_type, "raw": {}}
        db.execute(insert(qb_accounts).values(connection_id=office.connection_id, pulled_at=office.clock(), **row))


def account_type(office: Office, name: str) -> object:
    entry = office.company.find_entry(("Account",), name=name)
    return None if entry is None else entry.values["AccountType"]


@pytest.mark.parametrize(
    ("rule", "known"),
    [("payments", "Expense"), ("deposits", "Income")],
)
def test_an_account_of_a_type_that_does_not_fit_is_refused_with_its_field(
    office: Office, rule: str, known: str
) -> None:
    mirror_account(office, "Somewhere", known)
    with pytest.raises(InvalidDocumentError) as refused:
        office.rule(accounts={rule: "SOMEWHERE"})
    (error,) = refused.value.errors
    assert (error.path, error.rule) == (f"accounts.{rule}", "account_type")
    assert known in error.message
    assert "rules import" in str(refused.value.remedy)


def test_accounts_that_fit_or_that_nobody_knows_are_taken(office: Office) -> None:
    mirror_account(office, "Undeposited Funds", "OtherCurrentAsset")
    office.rule(accounts={"payments": "Undeposited Funds", "deposits": "Nobody knows"})


def test_an_account_that_turns_out_not_to_fit_sends_nothing_and_names_the_rule(paid: Office) -> None:
    paid.rule(accounts={"deposits": "Fuel", "fees": "Merchant Fees"})
    mirror_account(paid, "Fuel", "Income")
    paid.put(payout("d1", "p1"), payout("d2", "p2", account={"full_name": "Checking"}))
    assert paid.update().count("DepositAddRq") == 1
    problem = paid.problem("account_not_configured")
    assert (problem.external_id, paid.state("deposit", "d2")) == ("d1", "synced")
    assert "accounts.deposits" in problem.message

    paid.rule(accounts={"deposits": "Checking", "fees": "Merchant Fees"})
    paid.update()
    assert (paid.state("deposit", "d1"), paid.problems()) == ("synced", [])


def test_a_missing_fee_account_is_created_once_for_all_payouts_that_name_it(paid: Office) -> None:
    paid.rule(accounts=ACCOUNTS, create_missing={"account": True})
    paid.put(payout("d1", "p1"), payout("d2", "p2"))
    paid.update()
    assert (paid.state("deposit", "d1"), paid.state("deposit", "d2"), paid.problems()) == ("synced", "synced", [])
    assert account_type(paid, "Stripe Fees") == "Expense"


def test_without_the_rule_a_person_creates_the_fee_account(paid: Office) -> None:
    paid.rule(accounts=ACCOUNTS)
    paid.put(payout("d1", "p1"))
    paid.update()
    assert '"Stripe Fees"' in paid.problem("reference_missing").message
    assert account_type(paid, "Stripe Fees") is None
    paid.act("reference_missing", "create_missing")
    paid.update()
    assert (paid.state("deposit", "d1"), account_type(paid, "Stripe Fees")) == ("synced", "Expense")


def test_other_accounts_are_not_created_by_their_name(paid: Office) -> None:
    paid.rule(accounts={"deposits": "New Bank", "fees": "Merchant Fees"}, create_missing={"account": True})
    paid.put(payout("d1", "p1"))
    paid.update()
    with pytest.raises(StateError, match="payout's fee"):
        paid.act("reference_missing", "create_missing")
    assert account_type(paid, "New Bank") is None


def test_an_entry_that_two_documents_name_is_created_once(paid: Office) -> None:
    paid.rule(create_missing={"class": True})
    line = {"item": {"external_id": "haul"}, "quantity": "1", "rate": "1.00"}
    bills = [invoice(name, lines=[line], **{"class": {"full_name": "North"}}) for name in ("i1", "i2")]
    paid.put(item("haul", income_account={"full_name": "Freight Income"}), *bills)
    sent = paid.update()
    assert sent.count("ClassAddRq") == 1
    assert (paid.state("invoice", "i1"), paid.state("invoice", "i2"), paid.problems()) == ("synced", "synced", [])


def test_an_entry_that_is_created_in_the_set_in_which_it_was_missed_is_not_created_again(paid: Office) -> None:
    line = {"item": {"external_id": "haul"}, "quantity": "1", "rate": "1.00"}
    north = {"class": {"full_name": "North"}}
    paid.put(item("haul", income_account={"full_name": "Freight Income"}), invoice("i1", lines=[line], **north))
    paid.update()
    paid.rule(create_missing={"class": True})
    paid.put(invoice("i2", lines=[line], **north))
    paid.act("reference_missing", "create_missing")  # Behind the second invoice.
    sent = paid.update()
    assert sent.index("InvoiceAddRq") < sent.index("ClassAddRq")
    assert sent.count("ClassAddRq") == 1
    assert (paid.state("invoice", "i1"), paid.state("invoice", "i2"), paid.problems()) == ("synced", "synced", [])
