"""Documents on the command line: which record in QuickBooks one is, said and taken back."""

from typing import Any

import pytest

from tests.far_side import FarSide
from tests.rows import customer, document_states, links, put


@pytest.fixture
def connection_id(company: Any) -> int:
    number: int = company.connection_id
    return number


def test_a_document_is_linked_and_unlinked(
    cli: Any, far: FarSide, database: Any, connection_id: int, clock: Any
) -> None:
    put(database, connection_id, customer("c1"), now=clock())
    far.run()
    record_id = links(database, connection_id)["c1"]
    unlink = ("documents", "unlink", connection_id, "customer", "c1")

    dry = cli(*unlink, "--dry-run")
    assert (dry.exit_code, f"if the record {record_id} is still in QuickBooks" in dry.stdout) == (0, True)
    assert links(database, connection_id) == {"c1": record_id}

    assert cli(*unlink, "--by", "Ann").stdout == "customer c1: unlinked by Ann, now pending.\n"
    assert links(database, connection_id) == {}
    assert cli(*unlink).exit_code == 5, "it is linked to nothing"

    link = ("documents", "link", connection_id, "customer", "c1")
    assert cli(*link, "what I saw").exit_code == 2
    assert "QuickBooks is asked for it" in cli(*link, record_id, "--dry-run").stdout
    assert "QuickBooks is asked for it" in cli(*link, record_id).stdout
    assert document_states(database, connection_id) == {"c1": "pending"}
    assert [one["action"] for one in cli.json("problems", "history", connection_id)["actions"]] == ["link", "unlink"]


@pytest.mark.parametrize("command", ["link", "unlink"])
def test_a_document_that_is_not_there_is_said(cli: Any, connection_id: int, command: str) -> None:
    named = ("documents", command, connection_id, "invoice", "i1", *(["1-1"] if command == "link" else []))

    assert cli(*named).exit_code == 4
    assert cli(*named, "--dry-run").exit_code == 4
