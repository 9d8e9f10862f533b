"""Tells whoever watches how an update session is getting on; draws it as plain text where nothing better is.

The Web Connector calls one function with small frozen events. A command line with its own bars draws from the
same events.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TextIO

BAR_WIDTH = 30


class ProgressKind(StrEnum):
    """What has just happened."""

    STARTED = "started"
    CALLING = "calling"
    """A SOAP call is about to leave; ``text`` is its name."""
    PERCENT = "percent"
    """The server took an answer and said how far it is."""
    PAUSED = "paused"
    """The server asked for a pause; ``text`` says how long."""
    ENDED = "ended"
    """``text`` is the outcome and what the person would read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressEvent:
    """One step of an update session. ``percent`` is the last one known, from 0 to 100."""

    kind: ProgressKind
    application: str
    percent: int = 0
    text: str = ""


ProgressWatcher = Callable[[ProgressEvent], None]


def ignore_progress(_event: ProgressEvent) -> None:
    """Watch nothing."""


def draw_bar(percent: int, *, width: int = BAR_WIDTH) -> str:
    """Draw a bar of plain characters: ``[###-------]  30 %``."""
    bounded = min(max(percent, 0), 100)
    filled = bounded * width // 100
    return f"[{'#' * filled}{'-' * (width - filled)}] {bounded:3d} %"


class TextProgress:
    """Writes a line for each event worth one; the single calls only if asked for."""

    def __init__(self, stream: TextIO, *, shows_calls: bool = False) -> None:
        self._stream = stream
        self._shows_calls = shows_calls

    def __call__(self, event: ProgressEvent) -> None:
        """Write the line of an event."""
        if event.kind is ProgressKind.CALLING and not self._shows_calls:
            return
        detail = f"{event.kind}: {event.text}" if event.text else str(event.kind)
        self._stream.write(f"{draw_bar(event.percent)} {event.application}: {detail}\n")
        self._stream.flush()
