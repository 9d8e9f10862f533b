"""Reads a URL of a .qwc file the way the Web Connector's checks look at it.

Python's own splitter is lenient (it accepts spaces, backslashes, half an IPv6 address); a URL that two programs could
read differently is refused here, because the person who would find out stands at a PC far away.
"""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

# RFC 3986 without the fragment: what may stand in a URL that leaves this service.
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%]+")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
# Every reader of URLs takes a host whose last label is a number for an IPv4 address: 127.1, 0x7f.1, 2130706433.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LONGEST_HOST = 253


@dataclass(frozen=True, slots=True, kw_only=True)
class WebAddress:
    """A URL's scheme and host, both in lower case."""

    scheme: str
    host: str
    is_ip_address: bool

    @property
    def is_localhost(self) -> bool:
        """Whether it names this very machine: the one case for which the Web Connector accepts http."""
        return self.host == "localhost"


def read_web_address(url: str) -> WebAddress | None:
    """Read an http or https URL; None if it is none, or says more than scheme, host, port, path and query."""
    parts = _split(url)
    if parts is None or parts.scheme not in {"http", "https"} or parts.username is not None:
        return None
    host = parts.hostname or ""
    is_ip_address = _is_ip_address(host, netloc=parts.netloc)
    if not is_ip_address and not _is_host_name(host):
        return None
    return WebAddress(scheme=parts.scheme, host=host, is_ip_address=is_ip_address)


def _split(url: str) -> SplitResult | None:
    if not _URL.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port  # Reading it is what checks it.
    except ValueError:
        return None
    return parts


def _is_ip_address(host: str, *, netloc: str) -> bool:
    return "[" in netloc or _NUMBER.fullmatch(host.rpartition(".")[2]) is not None


def _is_host_name(host: str) -> bool:
    return 0 < len(host) <= _LONGEST_HOST and all(_LABEL.fullmatch(label) for label in host.split("."))
