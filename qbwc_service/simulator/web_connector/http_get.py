"""The plain GET with which the Web Connector looks at the URLs of an application that is being added.

No authentication, no redirect followed, no proxy: the status as the server gives it.
"""

import http.client
import ssl
from urllib.parse import urlsplit

from qbwc_service.simulator.web_connector.errors import WireError

_READ_LIMIT = 1024 * 1024


def get_status(url: str, *, timeout: float, tls: ssl.SSLContext | None = None) -> int:
    """Give the HTTP status of a GET; raises WireError where no answer comes or the certificate is not trusted."""
    parts = urlsplit(url)
    connection = _connect(parts.scheme, parts.netloc.rpartition("@")[2], timeout=timeout, tls=tls)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.putrequest("GET", target, skip_accept_encoding=True)
        connection.endheaders()
        with connection.getresponse() as response:
            response.read(_READ_LIMIT)
            return response.status
    except (OSError, http.client.HTTPException) as error:
        raise WireError(f"{url} could not be read: {error}") from error
    finally:
        connection.close()


def _connect(
    scheme: str,
    host: str,
    *,
    timeout: float,
    tls: ssl.SSLContext | None,
) -> http.client.HTTPConnection:
    if scheme == "https":
        context = tls or ssl.create_default_context()
        return http.client.HTTPSConnection(host, timeout=timeout, context=context)
    return http.client.HTTPConnection(host, timeout=timeout)
