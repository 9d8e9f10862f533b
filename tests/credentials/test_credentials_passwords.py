import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qbwc_service.credentials import NO_INSTALL, ServerKeys, check_password, derive_password
from qbwc_service.errors import InvalidSettingsError

OLD = "an old server key of thirty-two b"
NEW = "the new server key of thirty-two "
KEYS = ServerKeys([NEW])


def test_a_password_is_26_characters_of_base32_and_the_same_every_time() -> None:
    password = derive_password(KEYS, install_id="7.3", rotation=0)

    assert re.fullmatch(r"[a-z2-7]{26}", password)
    assert password == derive_password(ServerKeys([NEW]), install_id="7.3", rotation=0)


def test_the_derivation_never_changes_between_releases() -> None:
    # A change here would lock out every installed Web Connector.
    assert derive_password(KEYS, install_id="7.3", rotation=0) == "ld6zsbbmcju5idycdxzdr5txqe"


def test_another_install_rotation_or_key_gives_another_password() -> None:
    passwords = {
        derive_password(KEYS, install_id="7.3", rotation=0),
        derive_password(KEYS, install_id="7.3", rotation=1),
        derive_password(KEYS, install_id="7.31", rotation=0),
        derive_password(KEYS, install_id="73", rotation=0),
        derive_password(ServerKeys([OLD]), install_id="7.3", rotation=0),
    }

    assert len(passwords) == 5


def test_the_right_password_is_accepted_with_spaces_around_it_or_in_capitals() -> None:
    password = derive_password(KEYS, install_id="7.3", rotation=2)

    for typed in (password, f" {password}\r\n", password.upper()):
        assert check_password(KEYS, typed, install_id="7.3", rotations=[2])


@pytest.mark.parametrize("wrong", ["", " ", "x", "a" * 26, "ä" * 26, "\ud800", "\x00"])
def test_anything_else_is_refused(wrong: str) -> None:
    assert not check_password(KEYS, wrong, install_id="7.3", rotations=[0, 1])


def test_the_password_of_another_install_is_refused() -> None:
    password = derive_password(KEYS, install_id="7.4", rotation=0)

    assert not check_password(KEYS, password, install_id="7.3", rotations=[0])


def test_the_rotated_password_works_as_long_as_its_rotation_is_accepted() -> None:
    before = derive_password(KEYS, install_id="7.3", rotation=0)

    assert check_password(KEYS, before, install_id="7.3", rotations=[1, 0])
    assert not check_password(KEYS, before, install_id="7.3", rotations=[1])


def test_no_rotation_at_all_accepts_nothing() -> None:
    for rotation in (-1, 0):
        password = derive_password(KEYS, install_id=NO_INSTALL, rotation=rotation)
        assert not check_password(KEYS, password, install_id=NO_INSTALL, rotations=[])


def test_a_password_made_with_the_key_before_still_works_and_new_ones_use_the_first() -> None:
    before = derive_password(ServerKeys([OLD]), install_id="7.3", rotation=0)
    both = ServerKeys([NEW, OLD])

    assert check_password(both, before, install_id="7.3", rotations=[0])
    assert derive_password(both, install_id="7.3", rotation=0) == derive_password(KEYS, install_id="7.3", rotation=0)
    assert not check_password(KEYS, before, install_id="7.3", rotations=[0])


@given(st.text())
def test_no_text_whatever_raises(candidate: str) -> None:
    assert not check_password(KEYS, candidate, install_id="7.3", rotations=[0])


def test_a_short_key_is_refused_by_its_position_without_showing_it() -> None:
    with pytest.raises(InvalidSettingsError) as refused:
        ServerKeys([NEW, "hunter2"])

    assert "key 2 of 2" in str(refused.value)
    assert "hunter2" not in str(refused.value)
    assert refused.value.errors[0].limit == "32"


def test_no_key_at_all_is_refused() -> None:
    with pytest.raises(InvalidSettingsError, match="is not set"):
        ServerKeys([])


def test_keys_do_not_show_in_a_repr() -> None:
    assert NEW not in repr(KEYS)
