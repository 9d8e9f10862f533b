"""authenticate: who gets in, who is turned away and with which word, and that one company file has one session."""

import re
from base64 import urlsafe_b64decode
from collections.abc import Callable

import pytest

from qbwc_service import connections
from qbwc_service.credentials import ServerKeys, derive_password
from qbwc_service.store import ConnectionMode, Database, SessionEnd, SessionState
from qbwc_service.update import UpdatePolicy, UpdateService
from tests.conftest import SERVER_KEY, LinkCompany, LinkedCompany, StandingClock
from tests.far_side import PATH, FarSide
from tests.rows import connection_row, customer, operation_states, put, sessions
from tests.together import together

NVU, NONE, BUSY = ["", "nvu"], ["", "none"], ["", "busy"]
MakeService = Callable[..., UpdateService]


def _second_install(database: Database, far: FarSide, connection_id: int, clock: StandingClock) -> FarSide:
    with database.writing() as db:
        install = connections.add_install(db, connection_id, label="Back office", now=clock())
    password = derive_password(ServerKeys([SERVER_KEY]), install_id=install.password_id, rotation=0)
    return FarSide(far.service, install.user_name, password, far.owner_id, far.marker)


def test_a_wrong_password_is_nvu_and_visible_until_the_right_one_comes(
    far: FarSide, database: Database, company: LinkedCompany, clock: StandingClock
) -> None:
    def wrong_since() -> object:
        with database.reading() as db:
            return connections.get_install(db, company.connection_id, company.install.id).wrong_password_at

    for wrong in ("", "wrong", company.password[:-1], company.password + "a", "pässwörd", "\ud800"):
        assert far.service.authenticate(company.user_name, wrong) == NVU
    assert wrong_since() == clock()
    assert sessions(database, company.connection_id) == []

    clock.advance(minutes=5)
    assert far.service.authenticate(company.user_name, f" {company.password.upper()} ")[0]
    assert wrong_since() is None


def test_nobody_else_gets_in(far: FarSide, company: LinkedCompany, link_company: LinkCompany) -> None:
    other = link_company("Bolt Freight")
    strangers = ("", "admin", "acme-trucking", "acme-trucking.1", "acme-trucking.1.99999", f"x.{'9' * 18}.1", "a.0.0")
    for user_name in (*strangers, company.user_name + "\n", company.user_name.upper(), "' OR 1=1 --", "\x00"):
        assert far.service.authenticate(user_name, company.password) == NVU
    assert far.service.authenticate(company.user_name, other.password) == NVU
    assert far.service.authenticate(other.user_name, company.password) == NVU


def test_a_revoked_install_is_nvu(
    far: FarSide, database: Database, company: LinkedCompany, clock: StandingClock
) -> None:
    with database.writing() as db:
        connections.revoke_install(db, company.connection_id, company.install.id, now=clock())
    assert far.authenticate() == NVU


def test_after_a_rotation_the_old_password_works_for_the_grace_time_only(
    far: FarSide, database: Database, company: LinkedCompany, keys: ServerKeys, clock: StandingClock
) -> None:
    def rotate() -> str:
        with database.writing() as db:
            install = connections.rotate_password(db, company.connection_id, company.install.id, now=clock())
        return derive_password(keys, install_id=install.password_id, rotation=install.rotation)

    def let_in(password: str) -> bool:
        return far.service.authenticate(company.user_name, password) != NVU

    new = rotate()
    assert let_in(company.password)
    assert let_in(new)
    clock.advance(hours=24, seconds=-1)
    assert let_in(company.password)
    clock.advance(seconds=1)
    assert not let_in(company.password)
    assert let_in(new)

    newest = rotate()
    assert let_in(newest)
    assert let_in(new)
    assert not let_in(company.password)


def test_a_password_of_an_older_server_key_still_works(
    database: Database, company: LinkedCompany, clock: StandingClock
) -> None:
    keys = ServerKeys(["a newer key of this server, long enough", SERVER_KEY])
    service = UpdateService(database=database, keys=keys, owner_id=company.owner_id, clock=clock)
    assert service.authenticate(company.user_name, company.password)[0]


def test_none_when_nothing_is_due_or_nothing_is_wanted(
    far: FarSide, database: Database, company: LinkedCompany, clock: StandingClock
) -> None:
    far.run()
    assert far.authenticate() == NONE
    assert len(sessions(database, company.connection_id)) == 1

    put(database, company.connection_id, customer("c1"), now=clock())
    for mode in (ConnectionMode.PAUSED, ConnectionMode.DISABLED):
        with database.writing() as db:
            assert connections.set_mode(db, company.connection_id, mode)
        assert far.authenticate() == NONE
    with database.writing() as db:
        assert connections.set_mode(db, company.connection_id, ConnectionMode.ACTIVE)
    assert far.authenticate()[0]


def test_pausing_ends_the_session_that_the_same_install_left_open(
    far: FarSide, database: Database, company: LinkedCompany, clock: StandingClock
) -> None:
    put(database, company.connection_id, customer("c1"), now=clock())
    far.begin()
    with database.writing() as db:
        connections.set_mode(db, company.connection_id, ConnectionMode.PAUSED)
    assert far.authenticate() == NONE
    assert [row.state for row in sessions(database, company.connection_id)] == [SessionState.ENDED]
    assert operation_states(database, company.connection_id) == ["unknown"]


def test_a_company_file_never_proven_gets_a_session_even_with_an_empty_queue(
    far: FarSide, database: Database, company: LinkedCompany, clock: StandingClock
) -> None:
    ticket, path = far.authenticate()
    assert ticket
    assert path == ""
    far.connection_error("0x80040408")
    assert far.authenticate()[0], "a connection that is not well is looked at again"


def test_the_path_is_named_when_it_is_known(far: FarSide, link_company: LinkCompany) -> None:
    far.run()
    put(far.service.database, int(far.user_name.split(".")[1]), customer("c1"), now=far.service.clock())
    assert far.authenticate()[1] == PATH

    typed = link_company("Typed", company_file_path="D:\\Books\\typed.qbw")
    assert far.service.authenticate(typed.user_name, typed.password)[1] == "D:\\Books\\typed.qbw"


def test_a_ticket_has_256_random_bits_and_is_kept_only_as_its_hash(
    far: FarSide, database: Database, company: LinkedCompany
) -> None:
    tickets = [far.authenticate()[0] for _ in range(3)]
    secrets = {ticket.partition(".")[2] for ticket in tickets}
    assert len(secrets) == 3
    assert all(len(urlsafe_b64decode(secret + "==")) == 32 for secret in secrets)
    rows = sessions(database, company.connection_id)
    assert all(re.fullmatch("[0-9a-f]{64}", row.ticket_hash) for row in rows)
    everything = [str(value) for row in rows for value in vars(row).values()]
    assert not any(secret in value for secret in secrets for value in everything)


def test_a_second_install_is_told_busy_until_the_lease_runs_out(
    far: FarSide, database: Database, company: LinkedCompany, clock: StandingClock
) -> None:
    put(database, company.connection_id, customer("c1"), now=clock())
    other = _second_install(database, far, company.connection_id, clock)
    far.begin()
    lease = UpdatePolicy().lease
    clock.advance(seconds=lease.total_seconds() - 1)
    assert other.authenticate() == BUSY
    assert operation_states(database, company.connection_id) == ["sent"]

    clock.advance(seconds=1)
    put(database, company.connection_id, customer("c2"), now=clock())
    assert other.authenticate()[0]
    first, second = sessions(database, company.connection_id)
    assert (first.state, first.end_reason) == (SessionState.ENDED, SessionEnd.EXPIRED)
    assert second.state is SessionState.OPEN
    assert operation_states(database, company.connection_id) == ["unknown", "waiting"]


def test_a_call_renews_the_lease(
    far: FarSide, database: Database, company: LinkedCompany, clock: StandingClock
) -> None:
    other = _second_install(database, far, company.connection_id, clock)
    text = far.begin()
    for call in (lambda: far.receive(far.answer(text)), far.send):
        clock.advance(minutes=14)
        call()
        assert other.authenticate() == BUSY


def test_a_second_install_gets_in_when_the_first_has_closed(
    far: FarSide, database: Database, company: LinkedCompany, clock: StandingClock
) -> None:
    other = _second_install(database, far, company.connection_id, clock)
    far.run()
    put(database, company.connection_id, customer("c1"), now=clock())
    assert other.authenticate()[0]
    assert far.authenticate() == BUSY


def test_the_same_install_supersedes_its_own_session(
    far: FarSide, database: Database, company: LinkedCompany, clock: StandingClock
) -> None:
    put(database, company.connection_id, customer("c1"), now=clock())
    far.begin()
    put(database, company.connection_id, customer("c2"), now=clock())
    old = far.ticket
    assert far.authenticate()[0] not in {"", old}
    first, second = sessions(database, company.connection_id)
    assert (first.state, first.end_reason) == (SessionState.ENDED, SessionEnd.SUPERSEDED)
    assert second.state is SessionState.OPEN
    assert operation_states(database, company.connection_id) == ["unknown", "waiting"]


@pytest.mark.parametrize("installs", ["two installs", "one install twice"])
def test_authenticating_at_the_same_instant_opens_exactly_one_session(
    installs: str, far: FarSide, database: Database, company: LinkedCompany, clock: StandingClock
) -> None:
    put(database, company.connection_id, customer("c1"), now=clock())
    is_other = installs == "two installs"
    callers = [far, _second_install(database, far, company.connection_id, clock) if is_other else far]
    for _ in range(4):
        clock.advance(hours=1)
        answers = together([caller.authenticate for caller in callers])
        rows = sessions(database, company.connection_id)
        assert [row.state for row in rows].count(SessionState.OPEN) == 1
        assert sorted(bool(answer[0]) for answer in answers) == [not is_other, True]
        assert not is_other or BUSY in answers


def test_a_poll_and_the_calls_of_an_older_session_never_lock_each_other_out(
    far: FarSide, database: Database, company: LinkedCompany, clock: StandingClock
) -> None:
    far.run()
    put(database, company.connection_id, *(customer(f"c{number}") for number in range(250)), now=clock())

    def poll() -> list[str]:
        return [far.service.authenticate(far.user_name, far.password)[1] for _ in range(12)]

    def begin() -> list[str]:
        return [far.begin() for _ in range(12)]

    polled, _begun = together([poll, begin])
    assert polled == [PATH] * 12
    states = operation_states(database, company.connection_id)
    assert set(states) <= {"waiting", "sent", "unknown"}
    assert states.count("sent") in {0, 20}


def test_polling_is_seen_with_its_interval(
    far: FarSide, database: Database, company: LinkedCompany, clock: StandingClock
) -> None:
    far.authenticate()
    clock.advance(minutes=7)
    far.authenticate()
    with database.reading() as db:
        install = connections.get_install(db, company.connection_id, company.install.id)
    assert install.last_contact_at == clock()
    assert install.poll_interval_seconds == 7 * 60
    assert connection_row(database, company.connection_id).mode is ConnectionMode.ACTIVE


def test_an_old_web_connector_is_turned_away_only_where_a_minimum_is_set(make_service: MakeService) -> None:
    assert make_service().client_version("1.0") == ""
    service = make_service(UpdatePolicy(minimum_client_version="2.3"))
    for enough in ("2.3", "2.3.0.0", "2.3.0.215", "34.0.10010.76", "10.0"):
        assert service.client_version(enough) == "", enough
    for too_old in ("2.2.0.71", "2.1", "", "garbage"):
        assert service.client_version(too_old).startswith("E:"), too_old
    assert service.server_version().startswith("qbwc-service ")
