"""After hundreds of random documents, payments, credits, take-backs and deposits every balance agrees to the cent."""

import os

import pytest

from qbwc_service.simulator import Switches
from tests.mirror import assert_equal, start
from tests.money.bookkeeper import DEEDS, Bookkeeper
from tests.money.ledger import Money
from tests.money.sides import books, mirror
from tests.office import MakeOffice, Office

ROUNDS, DEEDS_OF_A_ROUND = 4, 75
A_LOOK = 600
"""Seconds after which the mirror asks again what changed."""

SEEDS = [int(one) for one in os.environ.get("QBWC_TEST_MONEY_SEEDS", "1").split(",")]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_balance_agrees_to_the_cent_on_three_sides(make_office: MakeOffice, seed: int) -> None:
    """By the documents alone, in the mirror, in the books; with odd seeds payments leave invoices' times alone."""
    office = make_office(switches=Switches(payments_touch_invoices=seed % 2 == 0))
    start(office.database, office.connection_id, now=office.clock())
    keeper = Bookkeeper(office, seed=seed)
    keeper.begin()

    for _ in range(ROUNDS):
        keeper.work(DEEDS_OF_A_ROUND)
        settle(office)
        assert [(one.reason.value, one.external_id, one.message) for one in office.problems()] == []
        believed = keeper.ledger.money()
        assert differences(believed, books(office)) == []
        assert differences(believed, mirror(office)) == []

    assert set(keeper.done) == {deed.__name__ for deed in DEEDS}
    assert_equal(office.database, office.connection_id, office.company)


def settle(office: Office) -> None:
    """What was handed in goes out; a little later the mirror looks."""
    office.update()
    office.pass_time(A_LOOK)
    office.update()


def differences(believed: Money, found: Money) -> list[str]:
    """What differs, in words; an amount of nothing is as good as none."""
    names = sorted(believed.keys() | found.keys())
    return [
        f"{name}: {believed.get(name)} by the documents, {found.get(name)} there"
        for name in names
        if (believed.get(name) or 0) != (found.get(name) or 0)
    ]
