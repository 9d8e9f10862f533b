"""Write docs/codes.md from the one table of codes: ``python -m tests.qbxml.codes_page``."""

from collections.abc import Iterable
from pathlib import Path

from qbwc_service.qbxml import Action, Applied, CodeFact, CodeKind, list_facts

APPLIED = {
    Applied.YES: "yes",
    Applied.NO: "no",
    Applied.UNKNOWN: "**unknown**",
    Applied.NOTHING_TO_APPLY: "",
}
ACTIONS = {
    Action.NONE: "",
    Action.RETRY: "try again",
    Action.QUERY: "look it up",
    Action.FIX_DATA: "correct the data",
    Action.ASK_PERSON: "a person acts",
    Action.REPORT_BUG: "correct a program",
}
HEAD = """# Codes by number

What QuickBooks and the Web Connector say, and what it means. `qbwc-service qbxml explain CODE` tells the same. This
page is written from the table in `qbwc_service/qbxml/knowledge.py`; a test sees that it is in step.

*Done* says whether QuickBooks changed anything: after *unknown*, look before anything is sent again. Sources are
Intuit's documentation, notes of vendors, and messages of live systems; `?` marks what is not certain.
"""
SECTIONS = {
    CodeKind.STATUS: "## Status codes\n\nIn QuickBooks' answer to one request. 3170 and 3180 depend on their text.",
    CodeKind.HRESULT: "## hresults\n\nFrom the Web Connector, in place of an answer. Any other: unknown, look it up.",
    CodeKind.QBWC: "## Codes of the Web Connector\n\nOn its screen and in its log.",
}


def write_page() -> str:
    """Give the whole page."""
    facts = list(list_facts())
    sections = [
        f"\n{title}\n\n{_write_table(fact for fact in facts if fact.kind is kind)}" for kind, title in SECTIONS.items()
    ]
    return HEAD + "".join(sections)


def _write_table(facts: Iterable[CodeFact]) -> str:
    rows = ["| code | meaning | severity | done | next | what to do | source |", "|---|---|---|---|---|---|---|"]
    for fact in facts:
        done, action = APPLIED[fact.applied], ACTIONS[fact.action]
        source = fact.source if fact.certain else f"{fact.source} ?"
        cells = (fact.code, fact.meaning, fact.severity, done, action, fact.advice, source)
        rows.append("|" + "".join(f" {cell} |" if cell else " |" for cell in cells))
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    (Path(__file__).parents[2] / "docs" / "codes.md").write_text(write_page(), encoding="utf-8")
