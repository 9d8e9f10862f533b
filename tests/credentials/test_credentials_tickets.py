import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qbwc_service.credentials import hash_ticket, new_guid, new_ticket, ticket_connection


def test_a_ticket_names_its_connection_and_carries_32_random_bytes() -> None:
    ticket = new_ticket(12)

    assert re.fullmatch(r"12\.[A-Za-z0-9_-]{43}", ticket)
    assert ticket_connection(ticket) == 12
    assert ticket != new_ticket(12)


@pytest.mark.parametrize(
    "text",
    [
        *("", ".", "12", "12.", ".abc", "x.abc", "-1.abc", "0.abc", "1 2.abc", " 12.abc", "12.abc\n", "12.a b", "nvu"),
        *("\u0661.abc", "9223372036854775808.abc", "1" * 5000 + ".abc", "1.5.abc", "{12.abc}", "\ud800.abc"),
    ],
)
def test_what_is_no_ticket_of_ours_names_no_connection(text: str) -> None:
    assert ticket_connection(text) is None


def test_the_largest_number_that_the_database_holds_is_read() -> None:
    assert ticket_connection("9223372036854775807.abc") == 2**63 - 1


@given(st.text())
def test_no_text_whatever_raises(text: str) -> None:
    ticket_connection(text)
    assert len(hash_ticket(text)) == 64


def test_a_ticket_is_stored_as_its_sha_256() -> None:
    assert hash_ticket("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_guid_is_braced_and_new_each_time() -> None:
    assert re.fullmatch(r"\{[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\}", new_guid())
    assert new_guid() != new_guid()
