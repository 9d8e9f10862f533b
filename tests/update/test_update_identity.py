"""Nothing is sent to a company file that was not proven to be the connection's own."""

from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from qbwc_service import connections
from qbwc_service.store import Database, SessionEnd, SessionState
from tests.conftest import LinkCompany, LinkedCompany, StandingClock
from tests.far_side import PATH, FarSide, answer_all, document, read_set
from tests.rows import customer, message_sets, operation_states, put, sessions

OTHER_MARKER = "{deadbeef-0000-4000-8000-000000000000}"
OTHER_PATH = "D:\\Books\\other.qbw"
POS_TEXT = "HCP queries are not supported for QBPOS"
NOT_THERE = ("", "   ", "garbage", POS_TEXT, "<QBXML><QBXMLMsgsRs><HostQueryRs", "\x00\x01", "<a/>", document())


def _info(far: FarSide, connection_id: int) -> connections.ConnectionInfo:
    with far.service.database.reading() as db:
        return connections.get_connection(db, connection_id, now=far.service.clock())


def test_the_first_contact_adopts_the_file_and_its_facts_are_shown(
    far: FarSide, company: LinkedCompany, clock: StandingClock
) -> None:
    assert _info(far, company.connection_id).status == "pending_setup"
    far.begin()
    info = _info(far, company.connection_id)
    assert info.status == "online"
    assert info.company_name == "Acme Trucking"
    assert info.company_file_path == PATH
    assert info.product == "QuickBooks Enterprise Solutions 24.0 34.0"
    assert info.country == "US"
    assert info.supported_versions == ("12.0", "13.0", "14.0", "15.0", "16.0")
    assert info.file_mode == "SingleUser"
    assert info.is_unattended_allowed is True
    assert info.last_contact_at == clock()


@pytest.mark.parametrize("has_marker", ["with our marker", "without a marker"])
def test_the_required_name_counts_without_spaces_and_case(
    has_marker: str,
    far: FarSide,
    link_company: LinkCompany,
) -> None:
    for open_file, is_right in (("ACME  trucking llc ", True), ("Acme Trucking", False), (None, False)):
        linked = link_company("Acme", required_company_name="Acme Trucking LLC")
        other = FarSide(far.service, linked.user_name, linked.password, linked.owner_id, None)
        other.marker = linked.file_id if has_marker == "with our marker" else None
        other.authenticate()
        text = other.send(other.host(company_name=open_file))
        assert bool(text) is is_right, open_file
        assert _info(far, linked.connection_id).status == ("online" if is_right else "mismatch")


def _proven(far: FarSide, company: LinkedCompany, clock: StandingClock) -> None:
    """A connection that knows its company file, with work waiting."""
    far.run()
    put(far.service.database, company.connection_id, customer("c1"), now=clock())


MISMATCHES: dict[str, dict[str, object]] = {
    "another marker": {"marker": OTHER_MARKER},
    "our marker in a copy under another name and path": {"company_name": "Copy of Acme", "path": OTHER_PATH},
    "no marker and another name": {"marker": None, "company_name": "Bolt Freight"},
    "no marker and another path": {"marker": None, "path": OTHER_PATH},
    "no marker and no name": {"marker": None, "company_name": ""},
}
SAME_FILE: dict[str, dict[str, object]] = {
    "as it was": {},
    "renamed company": {"company_name": "Acme Logistics"},
    "moved file": {"path": OTHER_PATH},
    "no marker, same name and path": {"marker": None},
    "spelled otherwise": {"company_name": "ACME  TRUCKING", "path": PATH.upper().replace("\\", "/")},
}


def test_another_company_file_gets_nothing_and_both_files_are_named(
    far: FarSide, database: Database, link_company: LinkCompany, clock: StandingClock
) -> None:
    for case, differs in MISMATCHES.items():
        linked = link_company(case)
        own = replace(far, user_name=linked.user_name, password=linked.password, marker=linked.file_id)
        _proven(own, linked, clock)
        sets_before = len(message_sets(database, linked.connection_id))
        stranger = replace(own, **differs)  # type: ignore[arg-type]  # The table's own words.

        assert stranger.authenticate()[0], case
        assert stranger.send(stranger.host()) == "", case

        told = stranger.last_error()
        assert '"Acme Trucking" (C:\\QuickBooks\\acme.qbw)' in told, case
        assert (f'"{stranger.company_name}"' if stranger.company_name else "without a company name") in told, case
        assert stranger.path in told, case
        info = _info(own, linked.connection_id)
        assert info.status == "mismatch", case
        assert told in info.status_text, case
        assert (info.company_name, info.company_file_path) == ("Acme Trucking", PATH), case
        last = sessions(database, linked.connection_id)[-1]
        assert (last.state, last.end_reason) == (SessionState.ENDED, SessionEnd.COMPANY_MISMATCH), case
        assert stranger.send(stranger.host()) == "", case
        assert operation_states(database, linked.connection_id) == ["waiting"], case
        assert len(message_sets(database, linked.connection_id)) == sets_before, case

        assert read_set(own.begin()).names == ("CustomerAddRq",), case
        assert _info(own, linked.connection_id).status == "online", case


def test_the_same_file_renamed_or_moved_is_still_the_same(
    far: FarSide, link_company: LinkCompany, clock: StandingClock
) -> None:
    for case, differs in SAME_FILE.items():
        linked = link_company(case)
        own = replace(far, user_name=linked.user_name, password=linked.password, marker=linked.file_id)
        _proven(own, linked, clock)
        changed = replace(own, **differs)  # type: ignore[arg-type]  # The table's own words.
        assert read_set(changed.begin()).names == ("CustomerAddRq",), case
        info = _info(own, linked.connection_id)
        assert (info.status, info.company_name, info.company_file_path) == (
            "online",
            changed.company_name,
            changed.path,
        ), case


def test_a_company_renamed_in_quickbooks_is_noted_once_and_goes_on(
    far: FarSide, company: LinkedCompany, clock: StandingClock
) -> None:
    far.run()
    with capture_logs() as log:
        for number, name in enumerate(("ACME  trucking", "Acme Logistics", "Acme Logistics")):
            put(far.service.database, company.connection_id, customer(f"c{number}"), now=clock())
            clock.advance(minutes=5)
            replace(far, company_name=name).run()

    info = _info(far, company.connection_id)
    assert info.status == "online"
    assert (info.company_name, info.former_company_name, info.company_renamed_at) == (
        "Acme Logistics",
        "ACME  trucking",
        clock() - timedelta(minutes=5),
    )
    said = [line for line in log if line["event"] == "company_renamed"]
    assert said == [{"event": "company_renamed", "log_level": "warning", "connection_id": company.connection_id}]


def test_a_file_with_the_mark_of_another_connection_is_never_adopted(
    far: FarSide, database: Database, company: LinkedCompany
) -> None:
    far.authenticate()
    assert far.send(far.host(marker=OTHER_MARKER)) == ""
    assert "belongs to another connection" in far.last_error()
    assert _info(far, company.connection_id).company_name is None


def test_a_mark_under_another_owner_is_not_ours(far: FarSide, company: LinkedCompany) -> None:
    far.authenticate()
    text = far.send(far.host(owner_id="{0}", marker=OTHER_MARKER))
    assert text != ""
    assert _info(far, company.connection_id).status == "online"


def test_a_rebind_accepts_the_file_that_is_open_next(
    far: FarSide, database: Database, company: LinkedCompany, clock: StandingClock
) -> None:
    _proven(far, company, clock)
    restored = replace(far, marker=OTHER_MARKER, company_name="Acme Restored", path=OTHER_PATH)
    restored.authenticate()
    assert restored.send(restored.host()) == ""

    with database.writing() as db:
        assert connections.rebind(db, company.connection_id, now=clock())
        assert not connections.rebind(db, 999, now=clock())
    assert read_set(restored.begin()).names == ("CustomerAddRq",)
    info = _info(far, company.connection_id)
    assert (info.status, info.company_name, info.company_file_path) == ("online", "Acme Restored", OTHER_PATH)

    restored.close()
    put(database, company.connection_id, customer("c2"), now=clock())
    assert far.authenticate()[0]
    assert far.send(far.host()) == "", "the file from before the rebind is another one now"


def test_without_quickbooks_own_words_the_question_itself_goes_out_first(
    far: FarSide, database: Database, link_company: LinkCompany, clock: StandingClock
) -> None:
    for words in NOT_THERE:
        linked = link_company("Silent")
        own = replace(far, user_name=linked.user_name, password=linked.password, marker=linked.file_id)
        put(database, linked.connection_id, customer("c1"), now=clock())
        own.authenticate()
        asked = own.send(words)
        assert read_set(asked).is_identity, words
        assert "newMessageSetID" not in read_set(asked).attributes
        assert read_set(asked).requests[1].text("OwnerID") == linked.owner_id
        assert own.send(words) == asked, "asked once, and nothing else goes out meanwhile"
        assert own.receive(document()) == -1
        assert "did not say which company file" in own.last_error()
        assert read_set(own.send("")).is_identity, "no good answer, so the question again"
        assert operation_states(database, linked.connection_id) == ["waiting"]

        assert own.receive(own.host()) == 1
        assert read_set(own.send("")).names == ("CustomerAddRq",)
        assert _info(own, linked.connection_id).status == "online"


def test_the_answer_to_the_question_can_name_another_file(
    far: FarSide, database: Database, company: LinkedCompany, clock: StandingClock
) -> None:
    _proven(far, company, clock)
    far.authenticate()
    assert read_set(far.send("")).is_identity
    assert far.receive(far.host(company_name="Bolt Freight", marker=OTHER_MARKER)) == -1
    assert '"Bolt Freight"' in far.last_error()
    assert '"Acme Trucking"' in far.last_error()
    assert far.send("") == ""
    assert operation_states(database, company.connection_id) == ["waiting"]
    assert _info(far, company.connection_id).status == "mismatch"
    assert message_sets(database, company.connection_id)[-1].answer == far.host(
        company_name="Bolt Freight", marker=OTHER_MARKER
    )


def test_a_hresult_in_answer_to_the_question_leaves_everything_waiting(
    far: FarSide, database: Database, company: LinkedCompany, clock: StandingClock
) -> None:
    put(database, company.connection_id, customer("c1"), now=clock())
    for hresult in ("0x80040400", "0x80040414", "0x8004FFFF"):
        far.authenticate()
        assert read_set(far.send("")).is_identity
        assert far.receive(hresult=hresult, message="No.") == -1
        assert hresult in far.last_error()
        assert operation_states(database, company.connection_id) == ["waiting"]
        assert _info(far, company.connection_id).status == "waiting"


def test_later_calls_without_those_words_erase_nothing(
    far: FarSide, company: LinkedCompany, clock: StandingClock
) -> None:
    _proven(far, company, clock)
    before = _info(far, company.connection_id)
    text = far.begin()
    put(far.service.database, company.connection_id, customer("c2"), now=clock())
    far.receive(answer_all(text))
    far.path = ""
    assert read_set(far.send("")).version == "16.0"
    assert _info(far, company.connection_id) == before


def test_words_that_say_only_a_part_erase_nothing(far: FarSide, company: LinkedCompany, clock: StandingClock) -> None:
    _proven(far, company, clock)
    before = _info(far, company.connection_id)
    far.authenticate()
    company_only = document(
        "<HostQueryRs requestID='0' statusCode='1000' statusSeverity='Error' statusMessage='no'/>"
        "<CompanyQueryRs requestID='1' statusCode='0'><CompanyRet><CompanyName>Acme Trucking</CompanyName>"
        "</CompanyRet></CompanyQueryRs>"
    )
    assert read_set(far.send(company_only)).names == ("CustomerAddRq",)
    assert _info(far, company.connection_id) == before


VERSIONS = [
    (("12.0", "13.0", "14.0", "15.0", "16.0"), (16, 0), "16.0"),
    (("12.0", "13.0", "14.0", "15.0", "16.0", "17.0"), (17, 0), "16.0"),
    (("9.0", "13.0", "14.0"), (14, 0), "14.0"),
    (("13.0", "14.0", "15.0"), (13, 0), "13.0"),
    (("1.0", "2.0", "10.0"), (10, 0), "13.0"),
    (("13.0", "16.0", "15.0"), (0, 0), "16.0"),
    ((), (16, 0), "13.0"),
]


def test_the_version_is_the_highest_that_all_know_compared_as_numbers(
    far: FarSide, database: Database, link_company: LinkCompany, clock: StandingClock
) -> None:
    for supported, bound, expected in VERSIONS:
        for is_told_at_once in (True, False):
            linked = link_company("Versions")
            own = replace(far, user_name=linked.user_name, password=linked.password, marker=linked.file_id)
            own.version = bound
            put(database, linked.connection_id, customer("c1"), now=clock())
            own.authenticate()
            words = own.host(versions=supported)
            if not is_told_at_once:
                assert read_set(own.send("")).is_identity
                own.receive(words)
            sent = read_set(own.send(words))
            assert sent.names == ("CustomerAddRq",)
            assert sent.version == expected, (supported, bound, is_told_at_once)


def test_facts_that_are_too_long_or_strange_stop_nothing(
    far: FarSide, database: Database, link_company: LinkCompany, clock: StandingClock
) -> None:
    strange: list[dict[str, object]] = [
        {"country": "Österreich-Ungarn"},
        {"product": "P" * 500},
        {"company_name": "N" * 300},
        {"marker": "{" + "f" * 300 + "}"},
        {"extra": "<QBFileMode>" + "x" * 80 + "</QBFileMode>"},
    ]
    for words in strange:
        linked = link_company("Strange")
        own = replace(far, user_name=linked.user_name, password=linked.password, marker=linked.file_id)
        put(database, linked.connection_id, customer("c1"), now=clock())
        own.authenticate()
        text = own.send(own.host(**words), country="a country that is none")
        assert text == "" or read_set(text).names == ("CustomerAddRq",), words
