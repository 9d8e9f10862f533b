"""What a PC did long after everybody had given it up is shown, and can be taken out again."""

import pytest

from tests.office import Office
from tests.rows import customer, invoice, item

LINE = {"item": {"external_id": "haul"}, "quantity": "1", "rate": "100.00"}


@pytest.mark.parametrize("action", ["delete_other", "use_quickbooks"])
def test_made_twice(office: Office, action: str) -> None:
    office.rule(duplicate_numbers="send")
    office.put(customer("c1"), item("haul", income_account={"full_name": "Freight Income"}))
    office.update()
    office.put(invoice("i1", lines=[LINE]))
    wake = office.fall_asleep()
    office.update()
    ours = office.txn("invoice", "i1").txn_id

    wake()

    problem = office.problem("made_twice")
    other = str(problem.evidence["other"])
    assert (problem.external_id, problem.evidence["linked"]) == ("i1", ours)
    assert {ours, other} <= office.company.tables.transactions.keys()
    if action == "use_quickbooks":
        office.person.delete(other)
    office.act("made_twice", action)
    office.update()
    assert [one.txn_id for one in office.company.list_transactions() if one.ref_number == "I1"] == [ours]
    assert (office.state("invoice", "i1"), office.problems()) == ("synced", [])
