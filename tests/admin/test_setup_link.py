from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeSerializer

from qbwc_service.admin import SetupLink, read_setup_link, sign_setup_link
from qbwc_service.credentials import ServerKeys

NEW, OLD = "n" * 32, "o" * 32
EXPIRES_AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def sign(*keys: str) -> str:
    return sign_setup_link(ServerKeys(keys), connection_id=7, install_id=3, rotation=0, expires_at=EXPIRES_AT)


def test_what_was_signed_is_read_back() -> None:
    link = read_setup_link(ServerKeys([NEW]), sign(NEW))

    assert link == SetupLink(connection_id=7, install_id=3, rotation=0, expires_at=EXPIRES_AT)


def test_a_link_ends_at_its_time() -> None:
    link = SetupLink(connection_id=7, install_id=3, rotation=0, expires_at=EXPIRES_AT)

    assert not link.is_expired(now=EXPIRES_AT - timedelta(seconds=1))
    assert link.is_expired(now=EXPIRES_AT)


def test_the_current_key_signs_and_the_one_before_still_opens() -> None:
    assert sign(NEW, OLD) == sign(NEW)
    assert read_setup_link(ServerKeys([NEW, OLD]), sign(OLD)) is not None
    assert read_setup_link(ServerKeys([NEW]), sign(OLD)) is None


def test_a_changed_token_is_not_ours() -> None:
    token = sign(NEW)
    keys = ServerKeys([NEW])

    for position in range(len(token)):
        other = "A" if token[position] != "A" else "B"
        changed = token[:position] + other + token[position + 1 :]
        # The last letter of base64 carries spare bits; what still reads the same must mean the same.
        assert read_setup_link(keys, changed) in {None, read_setup_link(keys, token)}
        assert position == len(token) - 1 or read_setup_link(keys, changed) is None


def test_what_the_same_key_signed_for_another_purpose_is_not_a_link() -> None:
    other = str(URLSafeSerializer(NEW.encode(), salt="session").dumps([7, 3, 1]))

    assert read_setup_link(ServerKeys([NEW]), other) is None


def test_a_token_fits_into_a_url_as_it_is() -> None:
    assert all(char.isascii() and (char.isalnum() or char in "-_.") for char in sign(NEW))
    assert len(sign(NEW)) < 100


@given(st.text())
def test_no_text_whatever_raises(token: str) -> None:
    assert read_setup_link(ServerKeys([NEW]), token) is None
