"""What the qbXML tests say at the end of a run: how many request types Intuit's own schema has read, in all workers."""

import json
from typing import Any

import pytest

from tests.qbxml.xsd import READ_BY_SCHEMA

KEY = "read_by_schema"


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker tells what it has counted (as text: pytest-xdist carries plain values only)."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[KEY] = json.dumps(READ_BY_SCHEMA)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """The one who started the workers adds it up; one that died has told nothing."""
    for name, documents in json.loads(getattr(node, "workeroutput", {}).get(KEY, "{}")).items():
        READ_BY_SCHEMA[name] = READ_BY_SCHEMA.get(name, 0) + documents


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the count; nothing where no document was held against the schema."""
    if READ_BY_SCHEMA:
        documents = sum(READ_BY_SCHEMA.values())
        terminalreporter.write_line(
            f"qbXML: {len(READ_BY_SCHEMA)} request types, {documents} random documents valid for Intuit's schema 13.0"
        )
