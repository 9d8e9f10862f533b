"""docs/problems.md says of every reason and action what the code says."""

from pathlib import Path

from qbwc_service.store import ProblemReason
from qbwc_service.sync.problems import REASONS, ProblemAction

NEVER = "\N{EN DASH}"
DOCS = (Path(__file__).parents[2] / "docs" / "problems.md").read_text(encoding="utf-8")


def test_every_reason_has_its_texts() -> None:
    assert list(REASONS) == list(ProblemReason)


def test_the_table_of_reasons_is_that_of_the_code() -> None:
    missing = [
        fact.reason
        for fact in REASONS.values()
        if f"| `{fact.reason.value}` | {fact.title} | {fact.advice} | " not in DOCS
        or not all(f"`{action.value}`" in DOCS for action in fact.actions)
        or not _row(fact.reason).endswith(f"| `{fact.recheck.value}` |" if fact.recheck else f"| {NEVER} |")
    ]
    assert missing == []


def test_every_action_is_explained() -> None:
    assert [action for action in ProblemAction if f"| `{action.value}` | " not in DOCS] == []


def _row(reason: ProblemReason) -> str:
    return next((line for line in DOCS.splitlines() if line.startswith(f"| `{reason.value}` |")), "")
