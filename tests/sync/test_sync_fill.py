"""What the rules add to a document that leaves it open."""

from collections.abc import Mapping

from qbwc_service.store import DocumentKind
from qbwc_service.sync.rules import Rules, fill_in

HAUL = {"item": {"full_name": "Haul"}, "amount": "1.00"}


def combined(*lines: Mapping[str, object]) -> dict[str, object]:
    """Two loads in one invoice; the second has no fields of its own."""
    sources = [{"id": "L-1", "fields": {"container": "MSKU"}}, {"id": "L-2"}]
    return {"external_id": "w", "sources": sources, "lines": list(lines), "fields": {"container": "?", "week": "47"}}


def fill(body: Mapping[str, object], **templates: str) -> list[tuple[object, object]]:
    """The text of each line, and where it comes from."""
    lines = fill_in(DocumentKind.INVOICE, body, Rules.model_validate({"templates": templates}))["lines"]
    assert isinstance(lines, list)
    return [(line.get("description"), line["origin"]) for line in lines]


def test_a_line_of_text_stands_before_the_lines_of_each_source() -> None:
    body = combined({**HAUL, "source": "L-1"}, {**HAUL, "source": "L-1"}, HAUL, {**HAUL, "source": "L-2"})

    assert fill(body, source_line="Load {source}, {container}, week {week}") == [
        ("Load L-1, MSKU, week 47", {"before": 0, "source": "L-1"}),
        (None, {"line": 0, "source": "L-1"}),
        (None, {"line": 1, "source": "L-1"}),
        (None, {"line": 2}),
        ("Load L-2, ?, week 47", {"before": 3, "source": "L-2"}),
        (None, {"line": 3, "source": "L-2"}),
    ]


def test_lines_know_the_fields_of_their_source_before_those_of_the_document() -> None:
    body = combined({**HAUL, "source": "L-1"}, HAUL, {**HAUL, "source": "L-2", "description": "Mine"})

    texts = [text for text, _ in fill(body, line_description="{container} {source}")]

    assert texts == ["MSKU L-1", "?", "Mine"]


def test_a_source_line_without_text_and_a_document_without_sources_get_none() -> None:
    assert fill(combined({**HAUL, "source": "L-2"}), source_line="{nothing}") == [(None, {"line": 0, "source": "L-2"})]
    alone = {"external_id": "w", "lines": [{**HAUL, "source": "L-1"}]}
    assert fill(alone, source_line="Load {source}") == [(None, {"line": 0, "source": "L-1"})]
