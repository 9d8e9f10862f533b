"""Every example of docs/qbxml.md runs, and docs/codes.md says what the table of codes says."""

import re
from pathlib import Path

import pytest

from qbwc_service import qbxml
from tests.qbxml.codes_page import write_page

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "qbxml.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_there_are_ten_examples() -> None:
    assert len(EXAMPLES) >= 10
    assert all("assert" in example for example in EXAMPLES)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_every_example_runs_by_itself(number: int) -> None:
    exec(compile(EXAMPLES[number], f"docs/qbxml.md, example {number + 1}", "exec"), {})  # noqa: S102 -- Our own page.


def test_every_rule_of_the_builder_is_described() -> None:
    described = set(re.findall(r"`([a-z_]+)`", "".join(re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE))))
    rules = "required unknown max_length format enum version edition choice repeat characters reference"
    assert set(rules.split()) <= described


def test_the_page_of_codes_is_in_step_with_the_table() -> None:
    remedy = "make it anew: python -m tests.qbxml.codes_page"
    assert (DOCS / "codes.md").read_text(encoding="utf-8") == write_page(), remedy
    assert all(f"| {fact.code} |" in write_page() for fact in qbxml.list_facts())
