"""Each journey with the wire cut at every instant: everything is in QuickBooks once, or shown as undecided."""

import pytest

from qbwc_service.simulator import Instant, NoHooks, Strike, Switches, UpdateCutError, UpdateOutcome
from qbwc_service.store import Database
from tests.journeys.end_state import End, travel
from tests.journeys.journeys import CHANGE, EDIT, IMPORT, JOURNEYS, NAME, NEW, Journey, make_company
from tests.threaded_server import ServeHere, ThreadedServer
from tests.wire import ConnectFarSide

SWITCHES = {
    "recovery": Switches(),
    "trimmed": Switches(trimmed_answers=True),
    "no_recovery": Switches(recovery=False),
}

by_journey = pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: journey.name)
by_switches = pytest.mark.parametrize("switches", SWITCHES.values(), ids=SWITCHES)
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


class Bench:
    """Travels as often as wanted, each time with a company and a connection of its own."""

    def __init__(self, database: Database, server: ThreadedServer, connect: ConnectFarSide) -> None:
        self.database = database
        self.server = server
        self.connect = connect

    def travel(self, journey: Journey, hooks: NoHooks, switches: Switches | None = None, *, looks: bool = False) -> End:
        far = self.connect(self.server, name=NAME, company=make_company(switches), looks=looks)
        return travel(self.database, far, journey, hooks)

    def cut_everywhere(self, journey: Journey, instant: Instant, switches: Switches, *, looks: bool = False) -> None:
        """Travel once to count the instants of this sort, then once for each of them, and cut there."""
        watch = Strike(instant, 0)
        self.travel(journey, watch, switches, looks=looks)
        assert watch.seen > 0
        for number in range(1, watch.seen + 1):
            strike = Strike(instant, number)
            try:
                end = self.travel(journey, strike, switches, looks=looks)
            except AssertionError as error:
                raise AssertionError(f"cut {instant.value} {number}: {error}") from error
            assert strike.has_struck
            assert end.undecided == 0, f"cut {instant.value} {number}"
            assert end.outcomes[UpdateOutcome.CUT] == 1


@pytest.fixture
def bench(database: Database, serve_here: ServeHere, connect_far_side: ConnectFarSide) -> Bench:
    return Bench(database, serve_here(), connect_far_side)


@on_sqlite
@by_journey
def test_a_journey_that_is_cut_at_any_call_arrives_once(bench: Bench, journey: Journey) -> None:
    # After a call is the same to the server as before the next one, but for what QuickBooks does in between.
    bench.cut_everywhere(journey, Instant.BEFORE_CALL, SWITCHES["recovery"])
    bench.cut_everywhere(journey, Instant.BEFORE_EXECUTION, SWITCHES["recovery"])


@on_sqlite
@by_journey
@pytest.mark.parametrize("instant", [Instant.BEFORE_EXECUTION, Instant.AFTER_EXECUTION])
def test_where_quickbooks_keeps_no_answers_it_arrives_once(bench: Bench, journey: Journey, instant: Instant) -> None:
    bench.cut_everywhere(journey, instant, SWITCHES["no_recovery"])


@on_sqlite
@pytest.mark.parametrize("journey", [NEW, CHANGE, IMPORT], ids=lambda journey: journey.name)
def test_where_quickbooks_keeps_only_ids_it_arrives_once(bench: Bench, journey: Journey) -> None:
    bench.cut_everywhere(journey, Instant.AFTER_EXECUTION, SWITCHES["trimmed"])


@on_sqlite
@pytest.mark.parametrize("journey", [NEW, EDIT], ids=lambda journey: journey.name)
def test_with_a_look_before_each_document_it_arrives_once(bench: Bench, journey: Journey) -> None:
    if journey is EDIT:  # A look is cut there as well.
        bench.cut_everywhere(journey, Instant.BEFORE_CALL, SWITCHES["recovery"], looks=True)
    bench.cut_everywhere(journey, Instant.AFTER_EXECUTION, SWITCHES["no_recovery"], looks=True)


@on_postgresql
@by_switches
def test_on_postgresql_too(bench: Bench, switches: Switches) -> None:
    bench.cut_everywhere(NEW, Instant.AFTER_EXECUTION, switches)


class CutLaterEachTime(NoHooks):
    """Every session is cut: the first one at its first call, the next one at its second, and so on."""

    def __init__(self, *, after: bool) -> None:
        self.after = after
        self.at = 0

    def before_call(self, name: str, number: int) -> None:  # noqa: ARG002 - the seam's own arguments
        self.at += number == 1
        if not self.after and number == self.at:
            raise UpdateCutError("before")

    def after_answer(self, name: str, number: int) -> None:  # noqa: ARG002
        if self.after and number == self.at:
            raise UpdateCutError("after")


@on_sqlite
@by_switches
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_cut_in_every_session_it_arrives_once_all_the_same(bench: Bench, switches: Switches, *, after: bool) -> None:
    for journey in (NEW, IMPORT) if after else (NEW,):
        end = bench.travel(journey, CutLaterEachTime(after=after), switches)

        assert end.undecided == 0
        assert end.outcomes[UpdateOutcome.CUT] >= 5
