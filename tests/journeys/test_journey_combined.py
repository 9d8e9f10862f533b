"""Several documents of the app in one invoice: whose line is whose, after it was made and after every change."""

import pytest

from qbwc_service.store import DocumentKind
from qbwc_service.sync import get_document
from tests.office import Office
from tests.rows import customer, invoice

SOURCES = [{"id": "L-1", "fields": {"container": "MSKU 1"}}, {"id": "L-2", "fields": {"container": "TGHU 2"}}]
HAUL = {"item": {"full_name": "Line Haul"}, "quantity": "1", "rate": "450.00"}
FUEL = {"item": {"full_name": "Fuel Surcharge"}, "amount": "37.50"}


def week(*lines: tuple[str, dict[str, object]], **more: object) -> tuple[str, dict[str, object]]:
    given = [{**line, "source": source} for source, line in lines]
    return invoice("i1", sources=SOURCES, lines=given, **more)


def texts(office: Office) -> list[object]:
    return [one.get("Desc") for one in office.lines("invoice", "i1")]


def ids(office: Office) -> list[object]:
    return [one["TxnLineID"] for one in office.lines("invoice", "i1")]


def owners(office: Office) -> dict[str, tuple[str | None, int | None]]:
    """What the service says of each line in QuickBooks: its source and its place in the document."""
    with office.database.reading() as db:
        details = get_document(db, office.connection_id, DocumentKind.INVOICE, external_id="i1")
    return {line.txn_line_id: (line.source, line.line) for line in details.lines}


@pytest.fixture
def yard(office: Office) -> Office:
    office.put(customer("c1"))
    office.rule(templates={"source_line": "Load {source}", "line_description": "{container}"})
    office.put(week(("L-1", HAUL), ("L-1", FUEL), ("L-2", HAUL)))
    office.update()
    return office


def test_each_line_in_quickbooks_is_known_by_its_source(yard: Office) -> None:
    assert texts(yard) == ["Load L-1", "MSKU 1", "MSKU 1", "Load L-2", "TGHU 2"]
    assert list(owners(yard)) == ids(yard)
    assert list(owners(yard).values()) == [("L-1", None), ("L-1", 0), ("L-1", 1), ("L-2", None), ("L-2", 2)]


def test_a_changed_line_keeps_its_id_and_new_ones_stand_with_their_source(yard: Office) -> None:
    before = ids(yard)

    yard.put(
        week(("L-1", {**HAUL, "rate": "460.00"}), ("L-1", FUEL), ("L-1", {**FUEL, "amount": "9.00"}), ("L-2", HAUL))
    )
    yard.update()

    after = ids(yard)
    assert [*after[:3], *after[4:]] == before
    assert texts(yard) == ["Load L-1", "MSKU 1", "MSKU 1", "MSKU 1", "Load L-2", "TGHU 2"]
    assert [owners(yard)[str(one)] for one in after] == [
        ("L-1", None),
        ("L-1", 0),
        ("L-1", 1),
        ("L-1", 2),
        ("L-2", None),
        ("L-2", 3),
    ]


def test_of_two_equal_lines_the_one_of_the_source_that_left_goes(yard: Office) -> None:
    yard.rule(templates={})  # Both lines say the same.
    kept = [one for one, (source, line) in owners(yard).items() if source == "L-2" and line is not None]

    yard.put(week(("L-2", HAUL)))
    yard.update()

    assert [one for one, owner in owners(yard).items() if owner == ("L-2", 0)] == kept


def test_what_only_moved_to_another_source_is_told_although_nothing_goes_out(yard: Office) -> None:
    yard.rule(templates={})
    before = ids(yard)

    yard.put(week(("L-1", HAUL), ("L-2", FUEL), ("L-2", HAUL)))
    asked = yard.update()

    assert ("InvoiceModRq" in asked, ids(yard)) == (False, before)
    assert owners(yard)[str(before[2])] == ("L-2", 1)


def test_a_line_that_somebody_put_between_stays_through_every_change(yard: Office) -> None:
    first, *others = ids(yard)
    thanks = [{"TxnLineID": first}, {"TxnLineID": "-1", "Desc": "Thanks"}, *({"TxnLineID": one} for one in others)]
    yard.person.change(yard.txn("invoice", "i1").txn_id, {"InvoiceLineMod": thanks})

    for rate in ("460.00", "470.00"):
        yard.put(week(("L-1", {**HAUL, "rate": rate}), ("L-1", FUEL), ("L-2", HAUL)))
        yard.update()

    assert texts(yard) == ["Load L-1", "Thanks", "MSKU 1", "MSKU 1", "Load L-2", "TGHU 2"]
    assert [one.get("Rate") for one in yard.lines("invoice", "i1")][2] == 470
    assert len(owners(yard)) == 5
    assert yard.problems() == []


def test_lines_stay_themselves_when_the_rule_of_source_lines_goes_and_comes(yard: Office) -> None:
    before = ids(yard)
    yard.rule(templates={"line_description": "{container}"})
    yard.put(week(("L-1", HAUL), ("L-1", {**FUEL, "amount": "40.00"}), ("L-2", HAUL)))
    yard.update()
    assert ids(yard) == before  # The text lines stay as well: nobody took them away.

    yard.rule(templates={"source_line": "Load {source}", "line_description": "{container}"})
    yard.put(week(("L-1", HAUL), ("L-1", {**FUEL, "amount": "41.00"}), ("L-2", HAUL)))
    yard.update()

    assert (ids(yard), texts(yard)[::3]) == (before, ["Load L-1", "Load L-2"])
    assert [one.get("Amount") for one in yard.lines("invoice", "i1")][2] == 41
