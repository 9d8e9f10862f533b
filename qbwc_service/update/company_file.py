"""Prove the company file of an update session, from what QuickBooks says of its host, company and preferences."""

from datetime import datetime

from sqlalchemy.orm import Session

from qbwc_service import qbxml
from qbwc_service.connections import CompanyFile, Verdict, compare_company_file, is_renamed, record_company_file
from qbwc_service.observability import get_logger
from qbwc_service.store import Connection, ConnectionStatus
from qbwc_service.sync.recovery import abandon_outcomes
from qbwc_service.update.reach import report_mismatch, report_reachable
from qbwc_service.update.session import Held

log = get_logger(__name__)

MARKER = "FileID"
"""The name of the data extension in which the Web Connector keeps our FileID in the company file."""

NAME_LENGTH, MARKER_LENGTH, WORD_LENGTH, COUNTRY_LENGTH = 200, 64, 20, 8
"""What the columns hold. QuickBooks' own words are shorter; a strange one must not stop the session."""


def identity_requests(owner_id: str) -> tuple[qbxml.Request, ...]:
    """The three questions that name the company file: harmless, and asked where nothing else is left to send."""
    return (
        qbxml.Request(name="HostQueryRq", values={}, request_id="host"),
        qbxml.Request(name="CompanyQueryRq", values={"OwnerID": [owner_id]}, request_id="company"),
        qbxml.Request(name="PreferencesQueryRq", values={}, request_id="preferences"),
    )


def read_company_file(facts: qbxml.HostFacts, *, path: str | None, owner_id: str) -> CompanyFile:
    """Gather what is known of the company file that is open over there, cut to what the tables hold of it."""
    version = ".".join(str(part) for part in (facts.major_version, facts.minor_version) if part is not None)
    return CompanyFile(
        company_name=_cut(facts.company_name, NAME_LENGTH),
        path=path or None,
        marker=_cut(_marker(facts, owner_id), MARKER_LENGTH),
        product_name=facts.product_name,
        product_version=_cut(version, WORD_LENGTH),
        country=_cut(facts.country, COUNTRY_LENGTH),
        supported_versions=facts.supported_versions,
        file_mode=_cut(facts.qb_file_mode, WORD_LENGTH),
        is_unattended_allowed=facts.is_automatic_login_allowed,
    )


def prove_company_file(db: Session, held: Held, found: CompanyFile, *, now: datetime) -> str | None:
    """Compare and record; None where it is the right file, else the sentence that names both files."""
    connection = held.connection
    if compare_company_file(connection, found) is Verdict.MISMATCH:
        reason = _mismatch(connection, found)
        report_mismatch(db, connection.id, reason=reason, now=now)
        return reason
    if connection.status is not ConnectionStatus.ONLINE:
        report_reachable(db, connection.id, now=now)
    held.session.is_identified = True
    if connection.adopt_any_file and found.marker != connection.company_file_marker:
        abandon_outcomes(db, connection.id, now=now)
    if is_renamed(connection, found):
        # Company names stay out of the log; `connections show` has them.
        log.warning("company_renamed", connection_id=connection.id)
    record_company_file(connection, found, now=now)
    return None


def _cut(text: str | None, length: int) -> str | None:
    """Shorten a word of the far side to its column."""
    return text[:length] if text else None


def _marker(facts: qbxml.HostFacts, owner_id: str) -> str | None:
    owner = owner_id.strip("{}").casefold()
    for extension_owner, name, value in facts.data_extensions:
        if name == MARKER and extension_owner.strip("{}").casefold() == owner:
            return value
    return None


def _mismatch(connection: Connection, found: CompanyFile) -> str:
    open_file = _describe(found.company_name, found.path)
    known_name = connection.company_name or connection.required_company_name
    if known_name is None:
        return f"The company file that is open, {open_file}, belongs to another connection of this service."
    expected = _describe(known_name, connection.company_file_path)
    return f"The wrong company file is open: {open_file}. This connection is for {expected}."


def _describe(name: str | None, path: str | None) -> str:
    named = f'"{name}"' if name else "a file without a company name"
    return f"{named} ({path})" if path else named
