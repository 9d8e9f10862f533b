"""The documents in docs/documents.md and the files in examples/ are accepted as they stand."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from qbwc_service.cli.examples import find_examples
from qbwc_service.store import DocumentKind, DocumentState
from qbwc_service.sync import enqueue_documents
from qbwc_service.sync.shapes.models import SHAPES

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "documents.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+) (\w+)\n(.*?)^```$", DOCS, re.MULTILINE | re.DOTALL)
DOCUMENTS = [(kind, json.loads(text)) for _, kind, text in BLOCKS if kind != "file"]


def test_every_document_in_the_docs_is_accepted(database: Any, company: Any) -> None:
    with database.writing() as db:
        results = enqueue_documents(db, company.connection_id, [(kind, body) for kind, body in DOCUMENTS])

    assert [getattr(result, "error", None) for result in results] == [None] * len(DOCUMENTS)


@pytest.mark.parametrize("kind", DocumentKind)
def test_the_docs_show_every_field_of_every_kind(kind: DocumentKind) -> None:
    shown = {field for name, body in DOCUMENTS if name == kind for field in body}
    names = {field.alias or name for name, field in SHAPES[kind].model_fields.items()}
    as_invoice = SHAPES[DocumentKind.INVOICE].model_fields.keys() if kind is DocumentKind.CREDIT_MEMO else set()

    assert {name for name in names if name not in shown and f"`{name}`" not in DOCS} - as_invoice - {"class"} == set()


def test_every_state_of_a_document_stands_in_the_docs() -> None:
    assert [state.value for state in DocumentState if f"| `{state.value}` |" not in DOCS] == []


@pytest.mark.parametrize("position", range(2))
def test_the_files_in_the_docs_are_accepted(sqlite_cli: Any, connection: int, write: Any, position: int) -> None:
    form, _, text = [block for block in BLOCKS if block[1] == "file"][position]

    result = sqlite_cli("enqueue", connection, write(f"file.{form}", text))

    assert result.exit_code == 0, result.stderr


def test_every_example_is_accepted(cli: Any, connection: int) -> None:
    assert {path.parent for path in find_examples()} == {ROOT / "examples"}

    assert cli("enqueue", connection, *find_examples()).exit_code == 0
