"""Reads a .qwc file as the Web Connector does when an application is added, and refuses what it refuses.

``read_qwc`` looks at the text alone; ``check_urls`` asks the server for the pages that have to answer. Names that
the Web Connector does not know are ignored by it without a word: here they become ``warnings``, because a
misspelt ``PersonalDataPref`` is a setting that nobody notices to be missing. Rules and codes from [QBWC guide,
ch. 4 and appendix A] and from what developers reported of real Web Connectors.
"""

import ipaddress
import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from urllib.parse import SplitResult, urlsplit

from lxml import etree

from qbwc_service.simulator.web_connector.errors import QbwcError, WireError
from qbwc_service.simulator.web_connector.http_get import get_status

REQUIRED = ("AppName", "AppID", "AppURL", "AppDescription", "AppSupport", "UserName", "OwnerID", "FileID", "QBType")
MAY_BE_EMPTY = frozenset({"AppID"})
OPTIONAL = (
    "AppDisplayName",
    "AppUniqueName",
    "AuthFlags",
    "CertURL",
    "IsReadOnly",
    "Notify",
    "PersonalDataPref",
    "UnattendedModePref",
    "Scheduler",
    "Style",
)
SCHEDULES: Mapping[str, int] = {"RunEveryNMinutes": 60, "RunEveryNSeconds": 1}
"""The elements of a Scheduler and their unit in seconds."""
CHOICES: Mapping[str, tuple[str, ...]] = {
    "IsReadOnly": ("true", "false"),
    "Notify": ("true", "false"),
    "PersonalDataPref": ("pdpNotNeeded", "pdpOptional", "pdpRequired"),
    "UnattendedModePref": ("umpRequired", "umpOptional"),
    "Style": ("Document", "DocWrapped", "RPC"),
}
DESCRIPTION_LENGTH = 80

_GUID = re.compile(r"\{[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}", re.IGNORECASE)
_FLAGS = re.compile(r"0x[0-9a-f]+|[0-9]+", re.IGNORECASE)
_OK = 200
_SUPPORT_OK = (200, 202)


@dataclass(frozen=True, slots=True, kw_only=True)
class QwcContents:
    """What a .qwc file says.

    ``run_every_seconds`` is None without a Scheduler. ``auth_flags`` 0 means every edition. ``warnings`` lists
    what the Web Connector ignores in silence.
    """

    app_name: str
    app_id: str
    app_url: str
    app_description: str
    app_support: str
    user_name: str
    owner_id: str
    file_id: str
    qb_type: str
    app_display_name: str = ""
    app_unique_name: str = ""
    auth_flags: int = 0
    cert_url: str = ""
    notify: bool = False
    personal_data_pref: str = ""
    unattended_mode_pref: str = ""
    run_every_seconds: int | None = None
    style: str = "Document"
    warnings: tuple[str, ...] = ()


def read_qwc(text: str) -> QwcContents:
    """Read and check a .qwc file's text; raises QbwcError with the first rule that it breaks."""
    warnings: list[str] = []
    root = _parse(text, warnings)
    values = _collect(root, known=REQUIRED + OPTIONAL, warnings=warnings)
    _check_required(values)
    _check_app_url(values["AppURL"])
    if "CertURL" in values:
        _check_address(values["CertURL"], name="CertURL", ip_code="QBWC1001")
    _check_support(values["AppSupport"], app_url=values["AppURL"])
    _check_identity(values)
    _drop_unknown_choices(values, warnings)
    if values.get("IsReadOnly") == "true":
        message = "The application could not be added: with IsReadOnly its FileID cannot be written (also QBWC1080)."
        raise QbwcError("QBWC1039", message)
    if len(values["AppDescription"]) > DESCRIPTION_LENGTH:
        warnings.append(f"AppDescription is longer than {DESCRIPTION_LENGTH} characters.")
    every = _read_scheduler(root.find("Scheduler"), warnings)
    return _make_contents(values, run_every_seconds=every, warnings=warnings)


def check_urls(contents: QwcContents, *, timeout: float, tls: ssl.SSLContext | None = None) -> None:
    """Ask for the support page (200 or 202) and for the page with the certificate (200); raises QbwcError."""
    try:
        status = get_status(contents.app_support, timeout=timeout, tls=tls)
    except WireError as error:
        raise QbwcError("QBWC1003", f"The support URL cannot be reached: {error.message}") from error
    if status not in _SUPPORT_OK:
        raise QbwcError("QBWC1004", f"The support URL {contents.app_support} answered with HTTP status {status}.")
    url = contents.cert_url or contents.app_url
    refusal = f"Could not verify the web server certificate of {url}"
    try:
        status = get_status(url, timeout=timeout, tls=tls)
    except WireError as error:
        raise QbwcError("QBWC1048", f"{refusal}: {error.message}") from error
    if status != _OK:
        raise QbwcError("QBWC1048", f"{refusal}: a plain GET was answered with HTTP status {status}, not 200.")


def _parse(text: str, warnings: list[str]) -> etree._Element:
    if text.startswith("\ufeff"):
        warnings.append("The file begins with a byte order mark; some Web Connectors do not read it.")
        text = text[1:]
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        raise QbwcError(None, f"The .qwc file is not well-formed XML: {error.msg}") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise QbwcError(None, "The .qwc file has a DOCTYPE, which is not allowed.")
    if root.tag != "QBWCXML":
        raise QbwcError(None, f"The .qwc file's root element is {root.tag}, not QBWCXML.")
    return root


def _collect(root: etree._Element, *, known: tuple[str, ...], warnings: list[str]) -> dict[str, str]:
    """Take the text of each known child, the first of each name; warn of all others."""
    values: dict[str, str] = {}
    for child in root:
        name = str(child.tag)
        if name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f" Is it meant to be {close[0]}?" if close else ""
            warnings.append(f"{name} is not known to the Web Connector and is ignored.{hint}")
        elif name in values:
            warnings.append(f"{name} stands more than once; the first one is used.")
        else:
            values[name] = (child.text or "").strip()
    return values


def _check_required(values: Mapping[str, str]) -> None:
    missing = [name for name in REQUIRED if name not in values]
    missing += [name for name in REQUIRED if values.get(name) == "" and name not in MAY_BE_EMPTY]
    if missing:
        raise QbwcError(None, f"The .qwc file lacks {', '.join(missing)}.")


def _check_app_url(url: str) -> None:
    parts = _check_address(url, name="AppURL", ip_code="QBWC1001")
    if parts.scheme != "https" and not _is_local(parts):
        raise QbwcError("QBWC1010", f"AppURL {url} must be https: plain http is for localhost only.")


def _check_support(url: str, *, app_url: str) -> None:
    """Demand the same host as AppURL, whatever the scheme and the port; an application on localhost is exempt."""
    parts = _check_address(url, name="AppSupport", ip_code="QBWC1002")
    app = urlsplit(app_url)
    if parts.hostname != app.hostname and not _is_local(app):
        raise QbwcError("QBWC1000", f"AppURL ({app.hostname}) and AppSupport ({parts.hostname}) differ in their host.")


def _check_address(url: str, *, name: str, ip_code: str) -> SplitResult:
    """Demand an http or https URL with the name of a host, not an IP address."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise QbwcError(None, f"{name} {url} is not a URL.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise QbwcError(None, f"{name} {url} is not an http or https URL.")
    if _is_ip_address(parts.hostname):
        raise QbwcError(ip_code, f"{name} {url} has an IP address; the name of a host is needed.")
    return parts


def _is_ip_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_local(parts: SplitResult) -> bool:
    return parts.hostname in ("localhost", socket.gethostname().lower())


def _check_identity(values: Mapping[str, str]) -> None:
    for name in ("OwnerID", "FileID"):
        if not _GUID.fullmatch(values[name]):
            raise QbwcError(None, f"{name} {values[name]} is not a GUID in braces.")
    if values["QBType"] not in ("QBFS", "QBPOS"):
        raise QbwcError("QBWC1065", f"QBType {values['QBType']} is neither QBFS nor QBPOS.")
    if values.get("AuthFlags") and not _FLAGS.fullmatch(values["AuthFlags"]):
        raise QbwcError("QBWC1034", f"AuthFlags {values['AuthFlags']} is not a number.")


def _drop_unknown_choices(values: dict[str, str], warnings: list[str]) -> None:
    for name, choices in CHOICES.items():
        value = values.get(name)
        if value is not None and value not in choices:
            warnings.append(f"{name} is {value!r} and is ignored; it can be {', '.join(choices)}.")
            del values[name]


def _read_scheduler(scheduler: etree._Element | None, warnings: list[str]) -> int | None:
    """Give the interval in seconds; of several schedules the first one counts."""
    if scheduler is None:
        return None
    values = _collect(scheduler, known=tuple(SCHEDULES), warnings=warnings)
    if len(values) > 1:
        warnings.append(f"Of {' and '.join(values)} only the first one counts.")
    for name, value in values.items():
        if value.isascii() and value.isdigit() and int(value) > 0:
            return int(value) * SCHEDULES[name]
        warnings.append(f"{name} is {value!r} and is ignored; it has to be a number above 0.")
    return None


def _make_contents(
    values: Mapping[str, str],
    *,
    run_every_seconds: int | None,
    warnings: list[str],
) -> QwcContents:
    return QwcContents(
        app_name=values["AppName"],
        app_id=values["AppID"],
        app_url=values["AppURL"],
        app_description=values["AppDescription"],
        app_support=values["AppSupport"],
        user_name=values["UserName"],
        owner_id=values["OwnerID"],
        file_id=values["FileID"],
        qb_type=values["QBType"],
        app_display_name=values.get("AppDisplayName", ""),
        app_unique_name=values.get("AppUniqueName", ""),
        auth_flags=_read_flags(values.get("AuthFlags", "")),
        cert_url=values.get("CertURL", ""),
        notify=values.get("Notify") == "true",
        personal_data_pref=values.get("PersonalDataPref", ""),
        unattended_mode_pref=values.get("UnattendedModePref", ""),
        run_every_seconds=run_every_seconds,
        style=values.get("Style", "Document"),
        warnings=tuple(warnings),
    )


def _read_flags(text: str) -> int:
    if not text:
        return 0
    return int(text, 16) if text.lower().startswith("0x") else int(text)
