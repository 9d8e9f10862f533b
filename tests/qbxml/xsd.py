"""A second opinion on what we build: Intuit's schema for qbXML 13.0, where it lies beside the checkout."""

from functools import cache
from pathlib import Path

from lxml import etree

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "xsd"
START_FILE = FOLDER / "qbxmlops130.xsd"
MISSING = f"Intuit's qbXML 13.0 schema is not there ({START_FILE}); the grammar's own tests cover the same ground"

READ_BY_SCHEMA: dict[str, int] = {}
"""How many random documents of each request type the schema has found valid in this run."""


@cache
def find_schema() -> "etree.XMLSchema | None":
    """Load the schema; None where its folder is missing."""
    if not START_FILE.exists():
        return None
    return etree.XMLSchema(etree.parse(START_FILE))


def validate_document(xml: str, schema: "etree.XMLSchema") -> list[str]:
    """List what the schema has against a whole qbXML document; an empty list if nothing."""
    try:
        document = etree.fromstring(xml.encode())
    except etree.XMLSyntaxError as error:
        return [str(error)]
    if schema.validate(document):
        return []
    return [f"line {entry.line}: {entry.message}" for entry in schema.error_log]
