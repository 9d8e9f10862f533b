"""Signs and reads the token of a setup link: which install it opens, and until when.

The expiry stands inside the signed token, so that changing the setting later neither shortens nor revives a link that
is already in somebody's mail. Every accepted server key can verify; the current one signs.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from itsdangerous import BadData, URLSafeSerializer

from qbwc_service.credentials import ServerKeys

# The salt separates these signatures from everything else that the same key makes.
_SALT = b"qbwc-service setup link"
_LONGEST_TOKEN = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupLink:
    """What a genuine token says. It may have expired: ask ``is_expired``."""

    connection_id: int
    install_id: int
    rotation: int
    expires_at: datetime

    def is_expired(self, *, now: datetime) -> bool:
        """Say whether the link's time is over."""
        return now >= self.expires_at


def sign_setup_link(
    keys: ServerKeys, *, connection_id: int, install_id: int, rotation: int, expires_at: datetime
) -> str:
    """Make the token that stands behind ``/setup/``: URL-safe text; ``expires_at`` counts in whole seconds.

    It is good for the password of this ``rotation`` only: rotating because a link leaked makes the link useless.
    """
    return str(_serializer(keys).dumps([connection_id, install_id, rotation, int(expires_at.timestamp())]))


def read_setup_link(keys: ServerKeys, token: str) -> SetupLink | None:
    """Read a token; None unless this service signed exactly this text with a key that is still accepted."""
    if len(token) > _LONGEST_TOKEN:
        return None
    try:
        content = _serializer(keys).loads(token)
    except BadData:
        return None
    match content:
        case [int(connection_id), int(install_id), int(rotation), int(seconds)]:
            expires_at = datetime.fromtimestamp(seconds, UTC)
            return SetupLink(
                connection_id=connection_id, install_id=install_id, rotation=rotation, expires_at=expires_at
            )
        case _:
            return None


def _serializer(keys: ServerKeys) -> URLSafeSerializer:
    # itsdangerous signs with the last key of its list and accepts all of them.
    return URLSafeSerializer(
        list(reversed(keys.accepted)),
        salt=_SALT,
        signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"},
    )
