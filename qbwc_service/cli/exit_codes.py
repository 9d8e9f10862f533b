"""What the process says with its exit code: one table, error class → code (docs/cli.md lists it for people)."""

from enum import IntEnum

from qbwc_service.errors import (
    AnswerError,
    InputError,
    NotFoundError,
    QbwcServiceError,
    SchemaError,
    StateError,
)


class ExitCode(IntEnum):
    """Every way a command can end."""

    OK = 0
    INTERNAL = 1
    BAD_INPUT = 2
    ROWS_REFUSED = 3
    NOT_FOUND = 4
    WRONG_STATE = 5
    DATABASE = 6
    STOPPED = 130


EXIT_CODES: dict[type[QbwcServiceError], ExitCode] = {
    InputError: ExitCode.BAD_INPUT,
    NotFoundError: ExitCode.NOT_FOUND,
    StateError: ExitCode.WRONG_STATE,
    AnswerError: ExitCode.WRONG_STATE,
    SchemaError: ExitCode.DATABASE,
}
"""A class stands for those below it in the tree."""


def find_exit_code(error_class: type[QbwcServiceError]) -> ExitCode | None:
    """Give the code of an error class: its own, or that of the nearest one above it; None where there is none."""
    return next((EXIT_CODES[ancestor] for ancestor in error_class.__mro__ if ancestor in EXIT_CODES), None)
