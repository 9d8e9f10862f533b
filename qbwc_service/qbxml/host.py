"""Read what the Web Connector says about QuickBooks at the start of a session (strHCPResponse).

That document holds the answers to HostQuery, CompanyQuery and PreferencesQuery. It is an aid: whatever is missing or
damaged in it is None, and the session goes on.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from qbwc_service.errors import AnswerError
from qbwc_service.qbxml.decode import iterate_pieces
from qbwc_service.qbxml.parser import XmlElement, parse_document
from qbwc_service.qbxml.values import parse_value


@dataclass(frozen=True, slots=True, kw_only=True)
class HostFacts:
    """The program and the company file that are open. None, or empty, where nothing was said.

    ``data_extensions`` are the company's own custom fields as (owner id, name, value): the Web Connector keeps its
    FileID there. ``has_company`` says whether a company came at all.
    """

    product_name: str | None = None
    major_version: int | None = None
    minor_version: int | None = None
    country: str | None = None
    supported_versions: tuple[str, ...] = ()
    is_automatic_login: bool | None = None
    qb_file_mode: str | None = None
    company_name: str | None = None
    is_sample_company: bool | None = None
    data_extensions: tuple[tuple[str, str, str], ...] = ()
    is_automatic_login_allowed: bool | None = None
    is_personal_data_access_allowed: bool | None = None
    is_multi_currency_on: bool | None = None
    has_company: bool = False


def read_host(text: str) -> HostFacts:
    """Read the strHCPResponse document; never raises, however damaged it is."""
    root = _parse(text)
    if root is None:
        return HostFacts()
    return HostFacts(
        product_name=_text(root, "HostRet/ProductName"),
        major_version=_integer(root, "HostRet/MajorVersion"),
        minor_version=_integer(root, "HostRet/MinorVersion"),
        country=_text(root, "HostRet/Country"),
        supported_versions=tuple(_texts(root, "HostRet/SupportedQBXMLVersion")),
        is_automatic_login=_boolean(root, "HostRet/IsAutomaticLogin"),
        qb_file_mode=_text(root, "HostRet/QBFileMode"),
        company_name=_text(root, "CompanyRet/CompanyName"),
        is_sample_company=_boolean(root, "CompanyRet/IsSampleCompany"),
        data_extensions=tuple(_read_data_extensions(root)),
        is_automatic_login_allowed=_boolean(root, "PreferencesRet/CurrentAppAccessRights/IsAutomaticLoginAllowed"),
        is_personal_data_access_allowed=_boolean(
            root, "PreferencesRet/CurrentAppAccessRights/IsPersonalDataAccessAllowed"
        ),
        is_multi_currency_on=_boolean(root, "PreferencesRet/MultiCurrencyPreferences/IsMultiCurrencyOn"),
        has_company=root.find(".//CompanyRet") is not None,
    )


def _parse(text: str) -> XmlElement | None:
    try:
        return parse_document(b"".join(iterate_pieces(text)), recover=True)
    except (AnswerError, etree.XMLSyntaxError):
        return None


def _texts(root: XmlElement, path: str) -> Iterator[str]:
    for element in root.iterfind(f".//{path}"):
        if element.text and element.text.strip():
            yield element.text.strip()


def _text(root: XmlElement, path: str) -> str | None:
    return next(_texts(root, path), None)


def _integer(root: XmlElement, path: str) -> int | None:
    value = parse_value(_text(root, path) or "", "INT")
    return value if isinstance(value, int) else None


def _boolean(root: XmlElement, path: str) -> bool | None:
    # The reference spells some of these names with a small first letter.
    parent, _, name = path.rpartition("/")
    text = _text(root, path) or _text(root, f"{parent}/{name[0].lower()}{name[1:]}")
    value = parse_value(text or "", "BOOL")
    return value if isinstance(value, bool) else None


def _read_data_extensions(root: XmlElement) -> Iterator[tuple[str, str, str]]:
    for element in root.iterfind(".//CompanyRet/DataExtRet"):
        owner, name, value = (element.findtext(tag, "").strip() for tag in ("OwnerID", "DataExtName", "DataExtValue"))
        yield owner, name, value
