"""Journeys during which the server's worker dies by kill -9, at every point of every call."""

from pathlib import Path

import pytest

from qbwc_service.simulator import Instant, NoHooks, Strike, UpdateOutcome
from qbwc_service.store import Database
from tests.dying_server import DEATH_FILE, Death
from tests.journeys.end_state import End, travel
from tests.journeys.journeys import IMPORT, NAME, NEW, Journey, make_company
from tests.threaded_server import HASTE
from tests.wire import ConnectFarSide, Server, StartServer

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Mortal:
    """A server whose workers can be told to die; forked from one that is ready, another is there in a moment."""

    def __init__(self, server: Server, planned: Path, database: Database, connect: ConnectFarSide) -> None:
        self.server = server
        self.planned = planned
        self.database = database
        self.connect = connect

    def plan(self, death: Death) -> None:
        """Let the next call that reaches the point be the end of its worker; what was planned before is over."""
        passed = self.planned.with_suffix(".new")
        passed.write_text(death.value)
        passed.replace(self.planned)

    def forget(self) -> None:
        self.planned.unlink(missing_ok=True)

    def travel(self, journey: Journey, hooks: NoHooks) -> End:
        far = self.connect(self.server, name=NAME, company=make_company())
        return travel(self.database, far, journey, hooks)


@pytest.fixture
def mortal(database: Database, start_server: StartServer, connect_far_side: ConnectFarSide, tmp_path: Path) -> Mortal:
    planned = tmp_path / "death"
    server = start_server(
        workers=2, app="tests.dying_server", options=["--preload"], **{DEATH_FILE: str(planned)}, **HASTE
    )
    return Mortal(server, planned, database, connect_far_side)


@on_sqlite
@pytest.mark.parametrize("death", Death)
def test_a_worker_killed_in_any_call_loses_and_doubles_nothing(mortal: Mortal, death: Death) -> None:
    # Only the call that brings an answer commits a second time; it comes right after an execution.
    instant = Instant.AFTER_EXECUTION if death is Death.BEFORE_SECOND_COMMIT else Instant.BEFORE_CALL
    watch = Strike(instant, 0)
    mortal.travel(NEW, watch)

    noticed = 0
    commitless = 0 if death is Death.BEFORE_SECOND_COMMIT else 2  # The versions, which are told without a look.
    for number in range(1 + commitless, watch.seen + 1):
        strike = Strike(instant, number, act=lambda: mortal.plan(death))
        end = mortal.travel(NEW, strike)
        assert end.undecided == 0, f"killed in call {number}"
        noticed += end.outcomes[UpdateOutcome.WEB_SERVICE_ERROR]
        mortal.forget()
    assert noticed > 0


class DieLaterEachTime(NoHooks):
    """A worker dies in every session: in its third call, then in its fourth, and so on."""

    def __init__(self, mortal: Mortal, death: Death) -> None:
        self.mortal = mortal
        self.death = death
        self.at = 2

    def before_call(self, name: str, number: int) -> None:  # noqa: ARG002 - the seam's own arguments
        self.at += number == 1
        if number == self.at:
            self.mortal.plan(self.death)

    def after_session(self) -> None:
        self.mortal.forget()


@pytest.mark.parametrize("death", Death)
def test_with_a_worker_killed_in_every_session_it_arrives_once(mortal: Mortal, death: Death) -> None:
    for journey in (NEW, IMPORT):
        end = mortal.travel(journey, DieLaterEachTime(mortal, death))

        assert end.undecided == 0
        assert end.outcomes[UpdateOutcome.WEB_SERVICE_ERROR] >= 3
