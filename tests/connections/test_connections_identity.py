"""Is it the right company file? The rules, one by one; the whole way is told in tests/update."""

import pytest

from qbwc_service.connections import CompanyFile, Verdict, compare_company_file
from qbwc_service.connections.identity import same_name, same_path
from qbwc_service.store import Connection

OURS, THEIRS = "{aaaaaaaa-0000-4000-8000-000000000000}", "{bbbbbbbb-0000-4000-8000-000000000000}"
PATH, OTHER_PATH = "C:\\Books\\acme.qbw", "D:\\acme.qbw"
NEW, SAME, OTHER = Verdict.ADOPT, Verdict.SAME, Verdict.MISMATCH


def _known(**details: object) -> Connection:
    given = {"file_id": OURS, "adopt_any_file": False, "company_name": "Acme", "company_file_path": PATH, **details}
    return Connection(**given)


@pytest.mark.parametrize(
    ("name", "path", "marker", "verdict"),
    [
        ("Acme", PATH, OURS, SAME),
        ("Acme", PATH, None, SAME),
        ("acme ", "c:/books/ACME.qbw", None, SAME),
        ("Acme", PATH, THEIRS, OTHER),
        ("Acme", PATH, OURS.upper().strip("{}"), SAME),
        ("Bolt", PATH, OURS, SAME),
        ("Acme", OTHER_PATH, OURS, SAME),
        ("Bolt", OTHER_PATH, OURS, OTHER),
        ("Bolt", PATH, None, OTHER),
        ("Acme", OTHER_PATH, None, OTHER),
        ("Acme", None, None, OTHER),
        (None, PATH, None, OTHER),
        (None, PATH, OURS, SAME),
        (None, None, OURS, OTHER),
    ],
)
def test_a_known_file_is_told_by_mark_name_and_path(
    name: str | None, path: str | None, marker: str | None, verdict: Verdict
) -> None:
    found = CompanyFile(company_name=name, path=path, marker=marker)
    assert compare_company_file(_known(), found) is verdict


@pytest.mark.parametrize(
    ("required", "name", "marker", "verdict"),
    [
        (None, "Anything", None, NEW),
        (None, None, None, NEW),
        (None, "Anything", OURS, NEW),
        (None, "Anything", THEIRS, OTHER),
        ("Acme LLC", " ACME  llc", None, NEW),
        ("Acme LLC", "Acme", OURS, OTHER),
        ("Acme LLC", None, OURS, OTHER),
        ("Acme LLC", "Acme LLC", THEIRS, OTHER),
    ],
)
def test_the_first_contact_adopts_what_the_admin_allows(
    required: str | None, name: str | None, marker: str | None, verdict: Verdict
) -> None:
    known = _known(company_name=None, company_file_path=None, required_company_name=required)
    assert compare_company_file(known, CompanyFile(company_name=name, path=PATH, marker=marker)) is verdict


def test_an_admin_can_have_any_file_accepted_once() -> None:
    found = CompanyFile(company_name="Bolt", path=OTHER_PATH, marker=THEIRS)
    assert compare_company_file(_known(adopt_any_file=True), found) is NEW
    adopted = _known(company_name="Bolt", company_file_path=OTHER_PATH, company_file_marker=THEIRS)
    assert compare_company_file(adopted, found) is SAME
    assert compare_company_file(adopted, CompanyFile(company_name="Bolt", path=OTHER_PATH, marker=OURS)) is OTHER


def test_names_and_paths_are_compared_as_people_mean_them() -> None:
    assert same_name("Straße & Co", "STRASSE  &CO")
    assert not same_name("Acme", "Acme 2")
    assert not same_name("Acme", None)
    assert same_path(" C:\\A\\b.QBW", "c:/a/B.qbw ")
    assert not same_path("C:\\a.qbw", "C:\\b.qbw")
    assert not same_path("C:\\a.qbw", None)
