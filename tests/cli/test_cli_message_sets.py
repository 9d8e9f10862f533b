"""What a person sees of a message set whose answer was lost."""

from typing import Any

import pytest

from tests.far_side import FarSide, not_stored, stored, success
from tests.lost import lose
from tests.rows import customer, put


@pytest.mark.parametrize(
    ("came", "is_stored", "sentence"),
    [
        ("nothing kept", False, "it had not been kept"),
        ("kept", True, "it had been kept, and came"),
        ("garbage", None, "nothing came"),
    ],
)
def test_a_lost_answer_shows_which_set_asked_for_it_and_what_came(
    cli: Any,
    far: FarSide,
    database: Any,
    connection_id: int,
    clock: Any,
    *,
    came: str,
    is_stored: bool | None,
    sentence: str,
) -> None:
    put(database, connection_id, customer("c1"), now=clock())
    (request,) = lose(far).requests
    far.begin()
    kept = stored(success(request, "80000001-1"))
    far.receive({"nothing kept": not_stored(), "kept": kept, "garbage": "<no answer"}[came])

    (recovery,) = cli.json("message-sets", "list", connection_id, "--purpose", "recovery")["message_sets"]
    (lost,) = cli.json("message-sets", "list", connection_id, "--purpose", "work")["message_sets"]
    (asked,) = cli.json("message-sets", "show", connection_id, lost["id"])["recoveries"]

    assert recovery["recovers_id"] == lost["id"]
    assert (asked["message_set_id"], asked["is_stored"]) == (recovery["id"], is_stored)
    assert sentence in cli("message-sets", "show", connection_id, lost["id"]).stdout
    assert f"message set {lost['id']}" in cli("message-sets", "show", connection_id, recovery["id"]).stdout
