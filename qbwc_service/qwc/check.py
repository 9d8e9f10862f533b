"""Refuses a .qwc file that the Web Connector would refuse, and names the code it would show there.

Each rule is one function that yields what is wrong. Rules and codes: [QBWC guide, ch. 4 and appendix A]; those that
the guide does not state were reported from the field and say so. A mistake without a code is one that the Web
Connector would not notice, or would show without a number.
"""

import re
import unicodedata
from collections.abc import Iterator

from qbwc_service.errors import InvalidQwcError
from qbwc_service.qwc.file import QwcFile
from qbwc_service.qwc.web_address import WebAddress, read_web_address

LONGEST_DESCRIPTION = 80
QB_TYPES = ("QBFS", "QBPOS")
PERSONAL_DATA_PREFS = ("pdpNotNeeded", "pdpOptional", "pdpRequired")
UNATTENDED_MODE_PREFS = ("umpRequired", "umpOptional")
STYLES = ("Document", "DocWrapped", "RPC")
ALL_EDITIONS = 0x1 | 0x2 | 0x4 | 0x8
LARGEST_INTERVAL = 2**31 - 1

_GUID = re.compile(r"\{[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}")
_REQUIRED = ("app_name", "app_url", "app_description", "app_support", "user_name")
_TEXTS = (
    *_REQUIRED,
    *("app_id", "owner_id", "file_id", "qb_type", "app_display_name", "app_unique_name", "cert_url"),
    *("personal_data_pref", "unattended_mode_pref", "style"),
)
_BAD_CATEGORIES = {"Cc", "Cs"}  # Controls and lone surrogates.


def check_qwc(qwc: QwcFile) -> None:
    """Accept a file that the Web Connector will add.

    Raises InvalidQwcError for the first thing that is wrong: ``field`` is the attribute, ``qbwc_code`` the Web
    Connector's own code where it has one.
    """
    for mistake in _mistakes(qwc):
        raise mistake


def list_qwc_mistakes(qwc: QwcFile) -> tuple[InvalidQwcError, ...]:
    """List everything that is wrong with the file, not only the first thing; empty where it is fine."""
    return tuple(_mistakes(qwc))


def _mistakes(qwc: QwcFile) -> Iterator[InvalidQwcError]:
    yield from _check_texts(qwc)
    yield from _check_app_url(qwc)
    yield from _check_app_support(qwc)
    yield from _check_cert_url(qwc)
    yield from _check_identity(qwc)
    yield from _check_access(qwc)
    yield from _check_words(qwc)
    yield from _check_schedule(qwc)


def _check_texts(qwc: QwcFile) -> Iterator[InvalidQwcError]:
    for field in _TEXTS:
        text: str | None = getattr(qwc, field)
        if field in _REQUIRED and not (text or "").strip():
            yield _refuse(field, "must not be empty")
        elif text is not None and _has_control_characters(text):
            yield _refuse(field, "contains a control character (a line break, a tab or a character XML cannot carry)")
        elif field in {"app_name", "user_name"} and text is not None and text != text.strip():
            yield _refuse(field, "begins or ends with a space, which a person cannot see and a program may drop")
    if len(qwc.app_description) > LONGEST_DESCRIPTION:
        length = len(qwc.app_description)
        yield _refuse("app_description", f"has {length} characters; {LONGEST_DESCRIPTION} are allowed")


def _check_app_url(qwc: QwcFile) -> Iterator[InvalidQwcError]:
    address = read_web_address(qwc.app_url)
    if address is None:
        yield _refuse("app_url", "is not an https URL with a host name")
    elif address.is_ip_address:
        yield _refuse("app_url", "names an IP address", code=1001, remedy="Use the server's host name.")
    elif address.scheme != "https" and not address.is_localhost:
        yield _refuse("app_url", "is not https; only localhost may be http", code=1010, remedy="Use https.")


def _check_app_support(qwc: QwcFile) -> Iterator[InvalidQwcError]:
    """AppSupport may be http where AppURL is https (Intuit's own sample is), but must be on the same host."""
    address, app_url = read_web_address(qwc.app_support), read_web_address(qwc.app_url)
    if address is None:
        yield _refuse("app_support", "is not an http or https URL with a host name")
    elif address.is_ip_address:
        yield _refuse("app_support", "names an IP address", code=1002, remedy="Use the server's host name.")
    elif app_url is not None and not _may_support(address, app_url):
        yield _refuse(
            "app_support",
            f"is on {address.host}, while app_url is on {app_url.host}",
            code=1000,
            remedy="Put the support page on the same host; the service serves one itself at /support.",
        )


def _may_support(address: WebAddress, app_url: WebAddress) -> bool:
    return address.host == app_url.host or app_url.is_localhost


def _check_cert_url(qwc: QwcFile) -> Iterator[InvalidQwcError]:
    """The Web Connector looks at the certificate here instead of at AppURL, so without https there is none."""
    if not qwc.cert_url:
        return
    address = read_web_address(qwc.cert_url)
    if address is None:
        yield _refuse("cert_url", "is not an https URL with a host name")
    elif address.is_ip_address:
        yield _refuse("cert_url", "names an IP address", code=1001, remedy="Use the server's host name.")
    elif address.scheme != "https" and not address.is_localhost:
        yield _refuse("cert_url", "is not https, so there is no certificate to read", code=1048, remedy="Use https.")


def _check_identity(qwc: QwcFile) -> Iterator[InvalidQwcError]:
    for field in ("owner_id", "file_id"):
        if not _GUID.fullmatch(getattr(qwc, field)):
            yield _refuse(field, "is not a GUID in braces, {8-4-4-4-12} hexadecimal digits", code=1039)
    if qwc.qb_type not in QB_TYPES:
        yield _refuse("qb_type", f"is not one of {', '.join(QB_TYPES)}", code=1065)


def _check_access(qwc: QwcFile) -> Iterator[InvalidQwcError]:
    if qwc.is_read_only:
        # Adding the application writes FileID and AppLock into the company file; the SDK answers 3263, which is
        # shown as QBWC1039 and by some versions as QBWC1080. The guide's own sentence has it the wrong way round.
        yield _refuse("is_read_only", "must be false: adding the application writes to the company file", code=1039)
    if qwc.auth_flags is None:
        return
    if not 0 <= qwc.auth_flags <= ALL_EDITIONS:
        yield _refuse("auth_flags", "has bits other than 0x1, 0x2, 0x4 and 0x8", code=1034)
    elif qwc.qb_type == "QBPOS":
        yield _refuse("auth_flags", "applies to qb_type QBFS only", code=1034)


def _check_words(qwc: QwcFile) -> Iterator[InvalidQwcError]:
    """Spelling counts: the Web Connector silently ignores a value it does not know."""
    for field, words in (
        ("personal_data_pref", PERSONAL_DATA_PREFS),
        ("unattended_mode_pref", UNATTENDED_MODE_PREFS),
        ("style", STYLES),
    ):
        value: str | None = getattr(qwc, field)
        if value and value not in words:
            yield _refuse(field, f"is not one of {', '.join(words)}")


def _check_schedule(qwc: QwcFile) -> Iterator[InvalidQwcError]:
    if qwc.run_every_n_minutes is not None and qwc.run_every_n_seconds is not None:
        yield _refuse("run_every_n_seconds", "and run_every_n_minutes are both set; the Web Connector takes only one")
    for field in ("run_every_n_minutes", "run_every_n_seconds"):
        interval: int | None = getattr(qwc, field)
        if interval is not None and not 1 <= interval <= LARGEST_INTERVAL:
            yield _refuse(field, "is not a whole number from 1 on")


def _has_control_characters(text: str) -> bool:
    # The last two code points of every plane are no characters and cannot stand in XML.
    return any(unicodedata.category(char) in _BAD_CATEGORIES or ord(char) & 0xFFFE == 0xFFFE for char in text)  # noqa: PLR2004


def _refuse(field: str, rule: str, *, code: int | None = None, remedy: str | None = None) -> InvalidQwcError:
    qbwc_code = f"QBWC{code}" if code else None
    shown = f" (the Web Connector would show {qbwc_code})" if qbwc_code else ""
    return InvalidQwcError(f"{field} {rule}{shown}", field=field, qbwc_code=qbwc_code, remedy=remedy)
