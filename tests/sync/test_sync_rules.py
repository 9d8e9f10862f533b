"""Rules are checked, versioned, and explained: docs/rules.md is executed here."""

import json
import re
from pathlib import Path

import pytest

from qbwc_service.errors import InvalidDocumentError, NotFoundError, StateError
from qbwc_service.store import Database
from qbwc_service.sync import AcceptedDocument, RefusedDocument
from qbwc_service.sync.rules import LineTaxCode, Rules, dump_rules, get_rules, list_rules, read_rules, save_rules
from tests.conftest import StandingClock
from tests.rows import customer, invoice, put

DOCS = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
BLOCKS = [json.loads(text) for text in re.findall(r"^```json rules\n(.*?)^```$", DOCS, re.MULTILINE | re.DOTALL)]


def test_the_defaults_stand_in_the_docs_in_full() -> None:
    assert dump_rules(Rules()) == BLOCKS[0]


@pytest.mark.parametrize("body", BLOCKS)
def test_every_example_of_the_docs_is_accepted(
    database: Database, connection_id: int, clock: StandingClock, body: dict[str, object]
) -> None:
    with database.writing() as db:
        kept = save_rules(db, connection_id, body, by="Ann", now=clock())
        assert get_rules(db, connection_id).rules == kept.rules == Rules.model_validate(body)


def test_every_rule_and_every_word_is_explained() -> None:
    schema = Rules.model_json_schema()
    words = set(schema["properties"])
    for part in schema["$defs"].values():
        words |= set(part.get("enum", ())) | set(part.get("properties", ()))
    kinds = set(schema["$defs"]["PushRules"]["properties"])

    assert [word for word in sorted(words - kinds) if f"`{word}`" not in DOCS] == []


def test_what_is_no_rule_is_refused_with_its_field(
    database: Database, connection_id: int, clock: StandingClock
) -> None:
    wrong = {"push": {"invoice": {"create": "perhaps"}, "boat": {}}, "conflicts": "never"}
    with pytest.raises(InvalidDocumentError) as refused, database.writing() as db:
        save_rules(db, connection_id, wrong, by="Ann", now=clock())

    assert {error.path for error in refused.value.errors} == {"push.invoice.create", "push.boat", "conflicts"}
    with database.reading() as db:
        assert get_rules(db, connection_id).version == 1


def test_a_code_that_an_older_release_stored_as_plain_text_is_read() -> None:
    assert read_rules({"line_tax_code": "Tax"}).line_tax_code == LineTaxCode(code="Tax")
    assert read_rules({"line_tax_code": None}).line_tax_code == LineTaxCode()


def test_every_version_stays_and_the_same_again_makes_none(
    database: Database, connection_id: int, clock: StandingClock
) -> None:
    with database.writing() as db:
        for conflicts in ("app_wins", "app_wins", "ask"):
            save_rules(db, connection_id, {"conflicts": conflicts}, by="Ann", now=clock())
        assert [(one.version, one.rules.conflicts.value) for one in list_rules(db, connection_id)] == [
            (3, "ask"),
            (2, "app_wins"),
            (1, "ask"),
        ]
        assert get_rules(db, connection_id, version=2).made_by == "Ann"
        with pytest.raises(NotFoundError):
            get_rules(db, connection_id, version=4)


def test_new_documents_of_a_kind_that_is_not_sent_are_refused_alone(
    database: Database, connection_id: int, clock: StandingClock
) -> None:
    with database.writing() as db:
        save_rules(db, connection_id, {"push": {"customer": {"create": False}}}, by="Ann", now=clock())

    refused, accepted, behind = put(
        database, connection_id, customer("c1"), invoice("i1", None), invoice("i2", "c1"), now=clock()
    )

    assert isinstance(refused, RefusedDocument)
    assert isinstance(refused.error, StateError)
    assert "new ones are not sent to QuickBooks" in refused.error.message
    assert isinstance(accepted, AcceptedDocument)
    assert isinstance(behind, RefusedDocument)
