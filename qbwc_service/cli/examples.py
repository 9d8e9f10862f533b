"""Finds the example documents: in a checkout beside the package, in an installed wheel inside it."""

from pathlib import Path

import qbwc_service
from qbwc_service.errors import NotFoundError

SUFFIXES = (".json", ".ndjson", ".xml")


def find_examples() -> list[Path]:
    """Give the example files in the order of their names; NotFoundError where the installation lacks them."""
    package = Path(qbwc_service.__file__).resolve().parent
    for folder in (package / "_bundled" / "examples", package.parent / "examples"):
        found = sorted(path for path in folder.glob("*") if path.suffix in SUFFIXES)
        if found:
            return found
    raise NotFoundError("the installation lacks the examples", remedy="run the demo from a whole checkout")
