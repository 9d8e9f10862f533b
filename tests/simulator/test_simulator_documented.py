"""What docs/simulator.md shows works as it stands there, and nothing is left out."""

import re
from pathlib import Path

from qbwc_service.simulator import FaultKind, Instant

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_example_of_the_company_runs_as_written() -> None:
    chapter = (DOCS / "simulator.md").read_text().partition("## The company")[2]
    found = re.search(r"```python\n(.*?)```", chapter, re.DOTALL)
    assert found is not None

    names: dict[str, object] = {}
    exec(found[1], names)  # noqa: S102 - our own documentation

    assert names["before"]


def test_every_fault_and_every_instant_stands_in_the_docs() -> None:
    docs = (DOCS / "simulator.md").read_text()

    assert [kind for kind in FaultKind if f"| `{kind}` |" not in docs] == []
    assert [instant for instant in Instant if f"`{instant.name}`" not in docs] == []
