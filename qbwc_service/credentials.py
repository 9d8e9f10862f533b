"""What proves who is calling: derived passwords, session tickets, GUIDs. Pure: no database, no clock.

A password of the Web Connector is never stored. It is an HMAC of the server's key over the install and its rotation
number, so it can be shown again at any time and checked for the price of one hash. The Web Connector sends it at
every poll, so a deliberately slow hash would cost more than everything else the service does. A ticket is random,
and only its SHA-256 is stored.
"""

import hashlib
import hmac
import re
import secrets
import uuid
from base64 import b32encode
from collections.abc import Sequence

from qbwc_service.errors import FieldError, InvalidSettingsError

MINIMUM_KEY_BYTES = 32
"""A server key shorter than this is refused: it is all that stands between a guesser and every password."""

PASSWORD_LENGTH = 26
"""Characters of a password: 26 letters of base32 carry 130 bits."""

NO_INSTALL = "0.0"
"""The install id to check a password against when the user name is unknown, so that both cases cost the same."""

_USUAL_ROTATIONS = 2  # The present password and, during the grace period, the one before it.
_PASSWORD_PURPOSE = b"qbwc-service web connector password"
_LARGEST_ID = 2**63 - 1  # What a BIGINT holds: a larger number would fail in the database, not here.
_TICKET = re.compile(r"([0-9]{1,19})\.[A-Za-z0-9_-]+")


class ServerKeys:
    """The server's secret keys: the first is used for everything new, the others are still accepted.

    Raises InvalidSettingsError, naming the position only, for an empty list and for a key under 32 bytes.
    """

    __slots__ = ("_keys",)

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = tuple(key.encode() for key in keys)
        if mistakes := _key_mistakes(self._keys):
            raise InvalidSettingsError(
                "The server key cannot be used",
                mistakes,
                remedy='Make one: python -c "import secrets; print(secrets.token_urlsafe(32))"',
            )

    @property
    def current(self) -> bytes:
        """The key that signs and derives everything new."""
        return self._keys[0]

    @property
    def accepted(self) -> tuple[bytes, ...]:
        """Every key that is still good for checking, the current one first."""
        return self._keys

    def __repr__(self) -> str:
        return f"ServerKeys(<{len(self._keys)} hidden>)"


def derive_password(keys: ServerKeys, *, install_id: str, rotation: int) -> str:
    """Give the password of an install: 26 lower-case letters and digits (base32), made with the current key.

    ``install_id`` is the text ``"<connection id>.<install id>"``; ``rotation`` is the install's rotation number.
    """
    return _derive(keys.current, install_id=install_id, rotation=rotation)


def check_password(keys: ServerKeys, candidate: str, *, install_id: str, rotations: Sequence[int]) -> bool:
    """Say whether the candidate is the install's password under any accepted key and any of the rotations.

    Spaces around it and capitals are forgiven: it is pasted, or typed from paper. The work does not depend on which
    key or rotation matches, nor on whether there is one or two rotations. For a user name that nobody has, call it
    with ``NO_INSTALL`` and a rotation, and refuse whatever it says: then both cases cost the same.
    """
    offered = _digest(candidate.strip().lower())
    real = [(rotation, True) for rotation in rotations]
    padding = [(-1, False)] * (_USUAL_ROTATIONS - len(real))
    matches = False
    for key in keys.accepted:
        for rotation, counts in real + padding:
            expected = _digest(_derive(key, install_id=install_id, rotation=rotation))
            # `&` and `|=`, not `and`: every comparison is made, whatever came before.
            matches |= hmac.compare_digest(offered, expected) & counts
    return matches


def new_ticket(connection_id: int) -> str:
    """Make a session ticket: the connection's number, a dot, and 32 random bytes in URL-safe letters."""
    return f"{connection_id}.{secrets.token_urlsafe(32)}"


def ticket_connection(ticket: str) -> int | None:
    """Read the connection's number out of a ticket; None for anything that is not shaped like one of ours.

    It proves nothing: the ticket still has to be found by its hash. It only says where to look.
    """
    match = _TICKET.fullmatch(ticket)
    if match is None:
        return None
    number = int(match[1])
    return number if 0 < number <= _LARGEST_ID else None


def hash_ticket(ticket: str) -> str:
    """Give the SHA-256 of a ticket in hexadecimal: the form in which it is stored and looked up."""
    return hashlib.sha256(ticket.encode(errors="replace")).hexdigest()


def new_guid() -> str:
    """Make a random GUID the way .qwc files and qbXML want it: ``{8-4-4-4-12}`` in braces, lower case."""
    return f"{{{uuid.uuid4()}}}"


def _derive(key: bytes, *, install_id: str, rotation: int) -> str:
    """HMAC-SHA-256(key, purpose ‖ install ‖ rotation) in base32; the zero bytes keep the parts from running together.

    The purpose keeps passwords apart from everything else that the same key signs.
    """
    message = b"\x00".join((_PASSWORD_PURPOSE, install_id.encode(), str(rotation).encode()))
    digest = hmac.digest(key, message, "sha256")
    return b32encode(digest).decode()[:PASSWORD_LENGTH].lower()


def _digest(text: str) -> bytes:
    # Hashing first gives both sides one length, and accepts any text at all.
    return hashlib.sha256(text.encode(errors="replace")).digest()


def _key_mistakes(keys: tuple[bytes, ...]) -> list[FieldError]:
    path = "QBWC_SERVER_KEY"
    if not keys:
        return [FieldError(path=path, rule="required", message="is not set")]
    return [
        FieldError(
            path=path,
            rule="min_length",
            message=f"key {position} of {len(keys)} is shorter than {MINIMUM_KEY_BYTES} bytes",
            limit=str(MINIMUM_KEY_BYTES),
            length=len(key),
        )
        for position, key in enumerate(keys, start=1)
        if len(key) < MINIMUM_KEY_BYTES
    ]
