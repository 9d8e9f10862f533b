"""What the qbXML tests say at the end of a run: how many request types Intuit's own schema has read."""

import pytest

from tests.qbxml.xsd import READ_BY_SCHEMA


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the count; nothing where no document was held against the schema."""
    if READ_BY_SCHEMA:
        documents = sum(READ_BY_SCHEMA.values())
        terminalreporter.write_line(
            f"qbXML: {len(READ_BY_SCHEMA)} request types, {documents} random documents valid for Intuit's schema 13.0"
        )
