"""Is the right company file open? Nothing is sent to a file that was not proven to be the connection's own.

The Web Connector stamps our FileID into the company file when the .qwc is added, as a data extension of the company
under our OwnerID, and the first sendRequestXML of every session carries it back [QBWC guide, ch. 4; the answer to
CompanyQuery in real sessions]. The name and the path are the second and third witness.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from qbwc_service.store import Connection, ConnectionStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyFile:
    """The company file that is open over there, as far as it said; ``marker`` is the FileID found under our OwnerID."""

    company_name: str | None
    path: str | None
    marker: str | None
    product_name: str | None = None
    product_version: str | None = None
    country: str | None = None
    supported_versions: tuple[str, ...] = ()
    file_mode: str | None = None
    is_unattended_allowed: bool | None = None


class Verdict(StrEnum):
    """What comparing said."""

    ADOPT = "adopt"
    SAME = "same"
    MISMATCH = "mismatch"


def compare_company_file(known: Connection, found: CompanyFile) -> Verdict:
    """Decide whether ``found`` is the company file of the connection.

    A marker that is not ours always means another file, unless the admin asked to accept whatever is open. Our marker
    with one of name and path changed is a renamed company or a moved file; with both changed it is a copy that became
    another company. Without a marker, name and path must both be the same.
    """
    if known.adopt_any_file:
        return Verdict.ADOPT
    expected_marker = known.company_file_marker or known.file_id
    if found.marker is not None and not _same_guid(found.marker, expected_marker):
        return Verdict.MISMATCH
    if known.company_name is None:
        wanted = known.required_company_name
        return Verdict.ADOPT if wanted is None or same_name(wanted, found.company_name) else Verdict.MISMATCH
    name_is_same = same_name(known.company_name, found.company_name)
    path_is_same = known.company_file_path is None or same_path(known.company_file_path, found.path)
    if found.marker is None:
        return Verdict.SAME if name_is_same and path_is_same else Verdict.MISMATCH
    return Verdict.SAME if name_is_same or path_is_same else Verdict.MISMATCH


def record_company_file(known: Connection, found: CompanyFile, *, now: datetime) -> None:
    """Remember a proven company file and what runs it: the connection is online. What was not said stays known."""
    if is_renamed(known, found):
        known.former_company_name, known.company_renamed_at = known.company_name, now
    known.company_name = found.company_name or known.company_name
    known.company_file_path = found.path or known.company_file_path
    known.company_file_marker = found.marker or known.company_file_marker
    known.adopt_any_file = False
    known.identified_at = now
    known.product_name = found.product_name or known.product_name
    known.product_version = found.product_version or known.product_version
    known.country = found.country or known.country
    known.supported_versions = list(found.supported_versions) or known.supported_versions
    known.file_mode = found.file_mode or known.file_mode
    if found.is_unattended_allowed is not None:
        known.is_unattended_allowed = found.is_unattended_allowed
    if known.status is not ConnectionStatus.ONLINE:
        known.status_since = now
    known.status, known.status_reason = ConnectionStatus.ONLINE, None


def is_renamed(known: Connection, found: CompanyFile) -> bool:
    """Say whether a proven company file has another name than it had."""
    was, now_is = known.company_name, found.company_name
    return was is not None and now_is is not None and not same_name(was, now_is)


def same_name(one: str, other: str | None) -> bool:
    """Compare company names; spaces and case do not count."""
    return other is not None and "".join(one.split()).casefold() == "".join(other.split()).casefold()


def same_path(one: str, other: str | None) -> bool:
    """Compare Windows paths; case and the direction of slashes do not count."""
    return other is not None and _plain(one) == _plain(other)


def _plain(path: str) -> str:
    return path.strip().replace("/", "\\").casefold()


def _same_guid(one: str, other: str) -> bool:
    return one.strip().strip("{}").casefold() == other.strip().strip("{}").casefold()
