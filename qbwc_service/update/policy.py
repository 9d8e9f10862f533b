"""The figures an update session runs by; the settings give them (docs/settings.md)."""

from dataclasses import dataclass, field
from datetime import timedelta

from qbwc_service.queue import RetryPolicy
from qbwc_service.sync import BatchLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatePolicy:
    """How long things last, and how much goes out at once.

    ``lease``: a session without a call for so long no longer keeps other installs of its connection out.
    ``ticket_lifetime``: after so long without a call a ticket is worth nothing.
    ``recheck_after``: a problem that was seen last so long ago is checked again.
    """

    lease: timedelta = timedelta(minutes=15)
    ticket_lifetime: timedelta = timedelta(minutes=60)
    password_grace: timedelta = timedelta(hours=24)
    recheck_after: timedelta = timedelta(minutes=60)
    minimum_client_version: str = ""
    limits: BatchLimits = field(default_factory=BatchLimits)
    retries: RetryPolicy = field(default_factory=RetryPolicy)
