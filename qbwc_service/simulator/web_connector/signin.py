"""Understands what authenticate returned: two to four texts.

Ticket, what to do, and for scheduled runs the seconds to postpone this update and the least seconds between two
of them [QBWC guide, ch. 2 and 10; Intuit's WCECommService sample where the two differ].
"""

from collections.abc import Sequence
from dataclasses import dataclass

from qbwc_service.simulator.web_connector.errors import CALL_CODES, INDEX_OUTSIDE, NULL_REFERENCE, QbwcError

_CODE = CALL_CODES["authenticate"]
_POSTPONE = 2
_MINIMUM = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """The items of authenticate's answer; a number that was not given is None."""

    ticket: str
    instruction: str
    postponed_seconds: int | None
    minimum_seconds: int | None


def read_sign_in(items: Sequence[str | None] | None, *, is_auto_run: bool) -> SignIn:
    """Read the items; raises QbwcError (QBWC1012) where .NET would stumble."""
    if items is None:
        raise QbwcError(_CODE, NULL_REFERENCE)
    if len(items) < _POSTPONE:
        raise QbwcError(_CODE, INDEX_OUTSIDE)
    ticket, instruction = items[0], items[1]
    if ticket is None or instruction is None:
        raise QbwcError(_CODE, NULL_REFERENCE)
    return SignIn(
        ticket=ticket,
        instruction=instruction,
        postponed_seconds=_read_seconds(items, _POSTPONE) if is_auto_run else None,
        minimum_seconds=_read_seconds(items, _MINIMUM) if is_auto_run else None,
    )


def _read_seconds(items: Sequence[str | None], place: int) -> int | None:
    text = items[place] if place < len(items) else None
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise QbwcError(_CODE, "Input string was not in a correct format.")
    return int(text)
