"""Counts the SQL statements a test's database is sent.

A conftest that wants the fixture says ``from tests.statements import count_statements as count_statements``; a test
then says ``with count_statements() as statements: …`` and looks at ``len(statements)``.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from qbwc_service.store import Database

NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA", "SET")

CountStatements = Callable[[], AbstractContextManager[list[str]]]


@contextmanager
def counted_statements(database: Database) -> Iterator[list[str]]:
    """Collect every statement sent meanwhile; one statement for many rows (executemany) counts as one."""
    statements: list[str] = []

    def note(*sent: Any) -> None:
        _connection, _cursor, statement, *_rest = sent
        if not statement.lstrip().upper().startswith(NOT_COUNTED):
            statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note, named=False)
    try:
        yield statements
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


@pytest.fixture
def count_statements(database: Database) -> CountStatements:
    """Count what the test's own database is sent: ``with count_statements() as statements``."""
    return lambda: counted_statements(database)
