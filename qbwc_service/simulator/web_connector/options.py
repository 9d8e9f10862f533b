"""How a simulated Web Connector behaves where real ones differ, are undocumented, or have to be bounded."""

import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass

from qbwc_service.simulator.web_connector.http_connection import KeepAliveWire, Wire

DEFAULT_VERSION = "34.0.10010.76"
DEFAULT_TIMEOUT = 100.0
"""Seconds for one call: the default of .NET's client; what the Web Connector sets is not known."""

WireMaker = Callable[[str, float, ssl.SSLContext | None], Wire]
"""Makes a wire to a URL, with a time-out in seconds and the trust for https."""


def open_keep_alive_wire(url: str, timeout: float, tls: ssl.SSLContext | None) -> Wire:
    """Make the wire that real updates use."""
    return KeepAliveWire(url, timeout=timeout, tls=tls)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebConnectorOptions:
    """The choices of the person at the PC, the open questions, the safety nets and the seams.

    - ``is_auto_run``: the update is a scheduled one, so that the server may postpone it and raise its interval.
    - ``accepts_warnings``: the person clicks "continue" on a ``W:`` answer of clientVersion.
    - ``closes_after_busy``, ``closes_after_done``: whether closeConnection follows ``busy`` at authenticate and
      ``done`` at connectionError; no source says so, and a server has to stand both.
    - ``max_connection_attempts``, ``max_pauses``, ``max_requests``: real Web Connectors have no such bounds; they
      turn a server that never ends into a report.
    - ``sleep`` waits a number of seconds; ``open_wire`` makes the wire; ``tls`` replaces the machine's trust.
    """

    is_auto_run: bool = True
    accepts_warnings: bool = True
    closes_after_busy: bool = False
    closes_after_done: bool = False
    max_connection_attempts: int = 10
    max_pauses: int = 100
    max_requests: int = 100_000
    sleep: Callable[[float], None] = time.sleep
    open_wire: WireMaker = open_keep_alive_wire
    tls: ssl.SSLContext | None = None
