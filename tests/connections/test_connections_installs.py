"""Installs: one user name each, a password that is never stored, rotated and revoked."""

import pytest
from sqlalchemy import inspect, text

from qbwc_service import connections
from qbwc_service.connections import NewConnection, accepted_rotations, find_login
from qbwc_service.errors import InputError, NotFoundError, StateError
from qbwc_service.store import Database
from qbwc_service.update import UpdatePolicy
from tests.conftest import LinkCompany, LinkedCompany, StandingClock

GRACE = UpdatePolicy().password_grace


def test_user_names_say_whose_they_are_and_are_unique(database: Database, clock: StandingClock) -> None:
    names = {
        "Acme Trucking": "acme-trucking",
        "Zoë & Söhne GmbH": "zoe-sohne-gmbh",
        "日本": "company",
        "x" * 99: "x" * 32,
    }
    seen = set()
    for name, slug in names.items():
        with database.writing() as db:
            connection_id = connections.create_connection(db, NewConnection(name=name), now=clock())
            for _ in range(2):
                install = connections.add_install(db, connection_id, label=" Front   desk ", now=clock())
                assert install.user_name == f"{slug}.{connection_id}.{install.id}"
                assert install.password_id.endswith(f"}}.{install.id}")
                assert (install.label, install.rotation, install.created_at) == ("Front desk", 0, clock())
                seen.add(install.user_name)
                login = find_login(db, install.user_name)
                assert login is not None
                assert login.password_id == install.password_id
    assert len(seen) == 8


def test_what_cannot_be_added_or_found_is_refused(
    database: Database, company: LinkedCompany, link_company: LinkCompany, clock: StandingClock
) -> None:
    other = link_company("Bolt Freight")
    for label in ("", "  ", "l" * 201):
        with pytest.raises(InputError), database.writing() as db:
            connections.add_install(db, company.connection_id, label=label, now=clock())
    with database.writing() as db:
        with pytest.raises(NotFoundError):
            connections.add_install(db, 99, label="Front desk", now=clock())
        for act in (connections.rotate_password, connections.revoke_install):
            with pytest.raises(NotFoundError):
                act(db, company.connection_id, other.install.id, now=clock())
        with pytest.raises(NotFoundError):
            connections.get_install(db, company.connection_id, other.install.id)
        assert [install.id for install in connections.list_installs(db, company.connection_id)] == [company.install.id]


def test_a_rotation_accepts_the_one_before_while_the_grace_lasts(
    database: Database, company: LinkedCompany, clock: StandingClock
) -> None:
    def accepted() -> tuple[int, ...]:
        with database.writing() as db:
            login = find_login(db, company.user_name)
        assert login is not None
        return accepted_rotations(login, grace=GRACE, now=clock())

    def rotate() -> None:
        with database.writing() as db:
            connections.rotate_password(db, company.connection_id, company.install.id, now=clock())

    assert accepted() == (0,)
    rotate()
    rotate()
    assert accepted() == (2, 1)
    clock.advance(seconds=GRACE.total_seconds())
    assert accepted() == (2,)
    with database.writing() as db:
        first = connections.revoke_install(db, company.connection_id, company.install.id, now=clock())
        clock.advance(days=1)
        again = connections.revoke_install(db, company.connection_id, company.install.id, now=clock())
        assert first.revoked_at == again.revoked_at
    assert accepted() == ()
    with pytest.raises(StateError):
        rotate()


def test_no_password_is_stored_anywhere(database: Database, company: LinkedCompany) -> None:
    with database.reading() as db:
        for table in inspect(database.engine).get_table_names():
            rows = str([tuple(row) for row in db.execute(text(f"SELECT * FROM {table}"))])  # noqa: S608 - Our own tables.
            assert company.password not in rows
            assert company.password.upper() not in rows
