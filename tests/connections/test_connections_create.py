"""Connections: made once, each with marks of its own, and shown with a sentence of what to do."""

import re

import pytest

from qbwc_service import connections
from qbwc_service.connections import NewConnection
from qbwc_service.errors import InputError, NotFoundError, StateError
from qbwc_service.store import ConnectionMode, ConnectionStatus, Database
from tests.conftest import LinkedCompany, StandingClock

GUID = re.compile(r"\{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}")


def test_a_new_connection_waits_for_its_setup(database: Database, clock: StandingClock) -> None:
    with database.writing() as db:
        new = NewConnection(
            name="  Acme   Trucking ",
            required_company_name="Acme Trucking LLC",
            company_file_path="C:\\acme.qbw",
            external_id="tenant-7",
            run_every_minutes=15,
        )
        connection_id = connections.create_connection(db, new, now=clock())
    with database.reading() as db:
        info = connections.get_connection(db, connection_id, now=clock())
    assert info.name == "Acme Trucking"
    assert (info.external_id, info.run_every_minutes, info.mode) == ("tenant-7", 15, ConnectionMode.ACTIVE)
    assert (info.required_company_name, info.company_file_path) == ("Acme Trucking LLC", "C:\\acme.qbw")
    assert (info.status, info.status_since, info.created_at) == ("pending_setup", clock(), clock())
    assert info.status_text == "Not connected yet: add the .qwc file to the Web Connector and run it once."
    assert GUID.fullmatch(info.file_id)
    nothing = (info.company_name, info.product, info.country, info.file_mode, info.is_unattended_allowed)
    assert nothing == (None,) * 5
    assert (info.supported_versions, info.last_contact_at) == ((), None)


def test_each_connection_has_a_file_id_of_its_own_and_the_deployment_one_owner_id(
    database: Database, clock: StandingClock
) -> None:
    owner_ids = set()
    for name in ("Acme", "Acme", "Bolt"):
        with database.writing() as db:
            connections.create_connection(db, NewConnection(name=name), now=clock())
            owner_ids.add(connections.get_owner_id(db, now=clock()))
    with database.reading() as db:
        listed = connections.list_connections(db, now=clock())
    assert [info.name for info in listed] == ["Acme", "Acme", "Bolt"]
    assert len({info.file_id for info in listed}) == 3
    (owner_id,) = owner_ids
    assert GUID.fullmatch(owner_id)


def test_what_cannot_be_kept_is_refused_with_its_field(database: Database, clock: StandingClock) -> None:
    refused = {
        "name": (NewConnection(name="  "), NewConnection(name="n" * 201)),
        "required_company_name": (
            NewConnection(name="n", required_company_name=" "),
            NewConnection(name="n", required_company_name="n" * 201),
        ),
        "external_id": (NewConnection(name="n", external_id=""), NewConnection(name="n", external_id="n" * 201)),
        "run_every_minutes": (NewConnection(name="n", run_every_minutes=0),),
    }
    for field, news in refused.items():
        for new in news:
            with pytest.raises(InputError) as caught, database.writing() as db:
                connections.create_connection(db, new, now=clock())
            assert caught.value.field == field
    with database.writing() as db:
        connections.create_connection(db, NewConnection(name="n" * 200, external_id="taken"), now=clock())
    with pytest.raises(StateError) as caught_state, database.writing() as db:
        connections.create_connection(db, NewConnection(name="n", external_id="taken"), now=clock())
    assert caught_state.value.field == "external_id"


def test_an_unknown_connection_is_not_found(database: Database, clock: StandingClock) -> None:
    with pytest.raises(NotFoundError), database.reading() as db:
        connections.get_connection(db, 99, now=clock())
    with database.writing() as db:
        assert not connections.set_mode(db, 99, ConnectionMode.PAUSED)
        assert not connections.set_status(db, 99, ConnectionStatus.WAITING, reason="r", now=clock())


def test_the_status_says_what_to_do(database: Database, company: LinkedCompany, clock: StandingClock) -> None:
    def shown() -> tuple[str, str]:
        with database.reading() as db:
            info = connections.get_connection(db, company.connection_id, now=clock())
        return info.status, info.status_text

    def learn(status: ConnectionStatus, reason: str | None = None) -> bool:
        with database.writing() as db:
            return connections.set_status(db, company.connection_id, status, reason=reason, now=clock())

    def call() -> None:
        with database.writing() as db:
            login = connections.find_login(db, company.user_name)
            assert login is not None
            connections.record_contact(db, login, now=clock())

    clock.advance(days=9)
    assert shown()[0] == "pending_setup", "who never called is not offline"
    call()
    assert learn(ConnectionStatus.ONLINE)
    assert not learn(ConnectionStatus.ONLINE)
    assert shown() == ("online", "Connected: QuickBooks answered at the last contact.")
    assert learn(ConnectionStatus.WAITING, "Close the dialog.")
    assert shown()[0] == "waiting"
    assert shown()[1].endswith("it goes on by itself. Close the dialog.")
    assert learn(ConnectionStatus.MISMATCH, "Both files.")
    assert shown()[0] == "mismatch"
    assert shown()[1].endswith("Both files.")

    clock.advance(minutes=15)
    assert shown()[0] == "mismatch", "three intervals of five minutes are not over yet"
    clock.advance(seconds=1)
    assert shown()[0] == "offline"
    assert "Auto-Run" in shown()[1]
    call()
    assert shown()[0] == "mismatch"
    for mode in (ConnectionMode.PAUSED, ConnectionMode.DISABLED):
        with database.writing() as db:
            assert connections.set_mode(db, company.connection_id, mode)
        assert shown()[0] == mode.value
