"""Problems of the connection: shown once, and gone by themselves."""

import pytest

from tests.office import Office
from tests.rows import customer


@pytest.mark.parametrize(
    ("reason", "hresult"),
    [
        ("quickbooks_closed", "0x80040408"),
        ("dialog_open", "0x80040414"),
        ("wrong_file_open", "0x8004040A"),
        ("mode_conflict", "0x80040410"),
        ("needs_authorization", "0x80040418"),
        ("unattended_not_allowed", "0x8004041D"),
        ("not_connected", "0x80040401"),
    ],
)
def test_what_keeps_the_web_connector_out_of_quickbooks(office: Office, reason: str, hresult: str) -> None:
    office.put(customer("c1"))
    office.fail_to_open(hresult)
    assert office.problem(reason).evidence["hresult"] == hresult
    assert office.state("customer", "c1") == "pending"

    office.update()

    assert (office.state("customer", "c1"), office.problems()) == ("synced", [])


def test_company_mismatch(office: Office) -> None:
    from qbwc_service.simulator import Company  # noqa: PLC0415 - another file, here only

    right = office.company
    office.put(customer("c1"))
    office.quickbooks.open_file(Company.create(name="Another", path=r"C:\Books\Another.qbw", clock=office.wall))
    with pytest.raises(AssertionError, match="wrong company file"):
        office.update()
    assert "Another" in office.problem("company_mismatch").message

    office.quickbooks.open_file(right)
    office.update()

    assert (office.state("customer", "c1"), office.problems()) == ("synced", [])


def test_wrong_password(office: Office) -> None:
    office.service.authenticate(office.linked.user_name, "wrong")
    office.watch()
    assert "Front desk" in office.problem("wrong_password").message

    office.put(customer("c1"))
    office.update()
    office.watch()

    assert office.problems() == []


def test_offline(office: Office) -> None:
    office.pass_time(3600)
    office.watch()
    assert office.problem("offline").evidence["last_contact_at"]

    office.put(customer("c1"))
    office.update()
    office.watch()

    assert office.problems() == []


def test_setup_unfinished(make_office: object, office: Office) -> None:
    from qbwc_service import connections  # noqa: PLC0415 - here only
    from qbwc_service.sync import watch_connection  # noqa: PLC0415
    from qbwc_service.sync.problems import list_problems  # noqa: PLC0415

    now = office.clock()
    with office.database.writing() as db:
        other = connections.create_connection(db, connections.NewConnection(name="Zenith"), now=now)
        install = connections.add_install(db, other, label="Desk", now=now)
        watch_connection(db, other, now=now)
        watch_connection(db, office.connection_id, now=now)
    with office.database.reading() as db:
        assert [one.reason.value for one in list_problems(db, other)] == ["setup_unfinished"]
        assert list_problems(db, office.connection_id) == []
    assert install.label == "Desk"
