"""What docs/simulator.md shows of the company works as it stands there."""

import re
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_example_of_the_company_runs_as_written() -> None:
    chapter = (DOCS / "simulator.md").read_text().partition("## The company")[2]
    found = re.search(r"```python\n(.*?)```", chapter, re.DOTALL)
    assert found is not None

    names: dict[str, object] = {}
    exec(found[1], names)  # noqa: S102 - our own documentation

    assert names["before"]
