"""Finds the example documents that the demo sends."""

from pathlib import Path

from qbwc_service.bundled import find_bundled

SUFFIXES = (".json", ".ndjson", ".xml")


def find_examples() -> list[Path]:
    """Give the example files in the order of their names; NotFoundError where the installation lacks them."""
    return sorted(path for path in find_bundled("examples").glob("*") if path.suffix in SUFFIXES)
